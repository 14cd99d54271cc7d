import type { TableStore } from '../connectors/connector.ts';
import type { Engine } from '../engines/connection.ts';
import { openEngine } from '../engines/index.ts';
import { checkSchema } from '../engines/migrator.ts';
import { pause } from '../interruption.ts';
import { type ComparedOwnTable, compareDatabases, type OwnDifference } from '../repository/compare-databases.ts';
import type { HeldConversion } from '../repository/held-texts.ts';
import { OWN_TABLES } from '../repository/own-tables.ts';
import { isSamePlace } from './copy-place.ts';
import { holdsOurs } from './our-database.ts';

/** Which customer databases are compared, and how. */
export interface CustomerDatabases {
  /** Paths or URLs. */
  readonly a: string;
  readonly b: string;
  /** Names of some of our tables; null: all. */
  readonly tables: readonly string[] | null;
  readonly busyTimeoutMs: number;
  /** Opens encrypted files; null: there is none. */
  readonly key: Uint8Array | null;
  readonly signal?: AbortSignal | undefined;
  /** Told of rows that were read, of both sides. */
  readonly onRows: (rows: number) => void;
  /** Told of each row that differs. */
  readonly onDifference: (difference: OwnDifference) => void;
}

/** A place that is open, and what it was called. */
export interface OpenPlace {
  readonly address: string;
  readonly store: TableStore;
}

/**
 * Whether both are customer databases of crm, and the tables that are asked for are ours: then they are compared as such. One that
 * is compared with itself is not: it would wait for itself.
 */
export async function areOurs(a: OpenPlace, b: OpenPlace, tables: readonly string[] | null): Promise<boolean> {
  if (isSamePlace(a.address, b.address)) return false;
  const names = new Set(OWN_TABLES.map(({ name }) => name));
  return (tables ?? []).every((name) => names.has(name)) && (await holdsOurs(a.store)) && (await holdsOurs(b.store));
}

/**
 * Compares two customer databases by what their columns mean, on whatever engines they are: all of our tables but the words of the full
 * text, which are made of the others, and the record of when each got its schema. Others wait to write meanwhile.
 * @throws {CrmError} SCHEMA_OLDER, SCHEMA_NEWER, SCHEMA_EDITED when one of them has not the schema of this program; INTERRUPTED; those
 * of both sides
 */
export async function compareCustomerDatabases({ a, b, tables, busyTimeoutMs, key, ...watch }: CustomerDatabases): Promise<{
  readonly tables: readonly ComparedOwnTable[];
  readonly conversions: readonly HeldConversion[];
}> {
  const opening = { create: false, busyTimeoutMs, ...(key === null ? {} : { key }) };
  const chosen = OWN_TABLES.filter(({ name }) => tables === null || tables.includes(name));
  const whole = { check: () => pause(watch.signal), onProgress: watch.onRows, onDifference: watch.onDifference };
  const first = await openEngine(a, opening);
  try {
    await checkSchema(first);
    const second = await openEngine(b, opening);
    try {
      await checkSchema(second);
      return await reading(first, (left) => reading(second, (right) => compareDatabases(left, right, chosen, whole)));
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

/** One moment of a database, of which nothing is changed. */
function reading<T>(engine: Engine, work: Parameters<typeof engine.transaction<T>>[0]): Promise<T> {
  return engine.transaction(work, { commit: false });
}
