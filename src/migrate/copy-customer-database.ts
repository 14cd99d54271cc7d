import type { Engine } from '../engines/connection.ts';
import { DEFAULT_BUSY_TIMEOUT_MS, openEngine } from '../engines/index.ts';
import { checkSchema, makeSchema, readMigrations } from '../engines/migrator.ts';
import { CrmError } from '../errors.ts';
import { pause } from '../interruption.ts';
import { withPlaceLock } from './place-lock.ts';
import { type CopiedDatabase, type CopyWatch, copyDatabase } from '../repository/copy-database.ts';

/** What is copied where. */
export interface CopyCustomerDatabaseOptions {
  /** Path or URL of a customer database. */
  readonly from: string;
  /** Path or URL of the one to make: it must not exist, or be empty. */
  readonly to: string;
  /** The passphrase of an encrypted source. */
  readonly key?: Uint8Array;
  /** The passphrase of the new database, where it is to be encrypted. */
  readonly newKey?: Uint8Array;
  readonly busyTimeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called with how many rows were read from the source and read back from the target so far. */
  readonly onProgress?: (rows: number) => void;
}

/** What was copied, and how long it took. */
export interface CustomerDatabaseCopy extends CopiedDatabase {
  readonly elapsedMs: number;
}

/**
 * Copies a customer database whole to another engine, or the same: customers, what belongs to them, runs and what they changed,
 * decisions, segments, settings, and which ids come next. The tables are made by our own schema files, the full text is made again,
 * everything is read back and compared: all in one transaction of the target, so that a copy that is broken off leaves nothing.
 * Others wait to write to the source meanwhile. An archive is a database of its own.
 * @throws {CrmError} USAGE when the target holds something; NO_DATABASE, SCHEMA_OLDER, SCHEMA_NEWER, SCHEMA_EDITED of the source;
 * DIFFERENCES, BUSY, CONNECTION, LOGIN, DISK_FULL, INTERRUPTED
 */
export async function copyCustomerDatabase(options: CopyCustomerDatabaseOptions): Promise<CustomerDatabaseCopy> {
  const start = Date.now();
  const { from, to, key, newKey, busyTimeoutMs = DEFAULT_BUSY_TIMEOUT_MS, signal, onProgress = () => {} } = options;
  const source = await openEngine(from, { create: false, busyTimeoutMs, ...(key === undefined ? {} : { key }) });
  try {
    await checkSchema(source);
    const target = await openEngine(to, { create: true, busyTimeoutMs, ...(newKey === undefined ? {} : { key: newKey }) });
    try {
      const locking = { busyTimeoutMs, ...(newKey === undefined ? {} : { key: newKey }) };
      const watch = { check: () => pause(signal), onProgress };
      const copied = await withPlaceLock(to, locking, () => copyInto(source, target, watch));
      return { ...copied, elapsedMs: Date.now() - start };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyInto(source: Engine, target: Engine, watch: CopyWatch): Promise<CopiedDatabase> {
  if ((await target.all(target.facts.tableNamesSql)).length > 0) {
    throw new CrmError('USAGE', `${target.label} holds tables already`, { hint: 'name a database that does not exist, or an empty one' });
  }
  const migrations = readMigrations(target);
  const endLarge = await target.expectLargeTransactions();
  try {
    return await target.transaction(async (writing) => {
      await makeSchema(writing, migrations);
      return source.transaction((reading) => copyDatabase(reading, writing, watch), { commit: false });
    });
  } finally {
    await endLarge();
  }
}
