import type { TableStore } from '../connectors/connector.ts';
import { openStore } from '../connectors/index.ts';
import { chooseTables } from './copy-choice.ts';
import type { CopyContext } from './copy-context.ts';
import { planOnly } from './copy-dry-run.ts';
import { ConversionsList, RejectsList } from './copy-lists.ts';
import { CopyDigests } from './copy-digests.ts';
import type { CopyOptions, CopyResult } from './copy-options.ts';
import { refuseSamePlace } from './copy-place.ts';
import { withLock } from './place-lock.ts';
import { copyPlanned } from './copy-planned.ts';
import { type PlannedTable, planTables } from './copy-target.ts';
import { openForPlan } from './scratch-place.ts';
import { sinceOf } from './copy-since.ts';

/** Both places, by their addresses and opened. */
interface Ends {
  readonly from: string;
  readonly source: TableStore;
  readonly to: string;
  readonly store: TableStore;
}

/**
 * Copies tables from one place to another, in parts that are each written in one transaction with what the ledger of the
 * target says of them, and compares both sides afterwards.
 * @throws {CrmError} USAGE, NOT_FOUND when what is asked for cannot be; GUARD_RAIL with `strict`; INTERRUPTED; CONNECTION,
 * BUSY, DISK_FULL … of the two sides
 */
export async function copyTables(from: string, to: string, options: CopyOptions): Promise<CopyResult> {
  refuseSamePlace(from, to);
  const opening = { busyTimeoutMs: options.busyTimeoutMs, ...(options.key === null ? {} : { key: options.key }) };
  const source = await openStore(from, { create: false, ...opening });
  try {
    const store = options.dryRun ? await openForPlan(to, opening) : await openStore(to, { create: true, ...opening });
    try {
      return await withLock(store, options.dryRun, () => copyBetween({ from, source, to, store }, options));
    } finally {
      await store.close();
    }
  } finally {
    await source.close();
  }
}

async function copyBetween(ends: Ends, options: CopyOptions): Promise<CopyResult> {
  const startMs = performance.now();
  const { source, store } = ends;
  const snapshot = await source.snapshot();
  try {
    const { tables, views } = await chooseTables(snapshot, options.tables);
    if (options.since !== null) for (const table of tables) sinceOf(table, options.since);
    const target = await store.target();
    const digests = new CopyDigests(ends, snapshot, options);
    try {
      const planned = await planTables(tables, { from: source.facts, to: store.facts, target }, options.mode);
      const rows = await withLists(options, (lists) => {
        const context: CopyContext = { ...ends, ...lists, snapshot, target, planned, options, digests };
        return options.dryRun ? planOnly(context) : copyPlanned(context);
      });
      return {
        ...rows,
        views,
        notes: [...notesOf(planned), ...(target.notMade ?? [])],
        dryRun: options.dryRun,
        elapsedMs: Math.round(performance.now() - startMs),
      };
    } finally {
      await digests.close();
      await target.close();
    }
  } finally {
    await snapshot.close();
  }
}

async function withLists<T>(options: CopyOptions, work: (lists: Pick<CopyContext, 'rejects' | 'conversions'>) => Promise<T>): Promise<T> {
  const rejects = new RejectsList(options.rejectsPath);
  const conversions = options.conversionsPath === null ? null : new ConversionsList(options.conversionsPath);
  try {
    return await work({ rejects, conversions });
  } finally {
    rejects.discard();
    conversions?.discard();
  }
}

function notesOf(planned: readonly PlannedTable[]): readonly string[] {
  return planned.flatMap(({ plan }) =>
    plan.notes.map(({ table, column, reason }) => `${table}${column === null ? '' : `.${column}`}: ${reason}`),
  );
}
