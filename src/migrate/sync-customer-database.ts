import type { Engine } from '../engines/connection.ts';
import { openEngine } from '../engines/index.ts';
import { checkSchema } from '../engines/migrator.ts';
import { CrmError } from '../errors.ts';
import { pause } from '../interruption.ts';
import { openSchema } from '../repository/database-schema.ts';
import { syncDatabase, type SyncedDatabase, type SyncedOwnTable } from '../repository/sync-database.ts';
import type { SyncedTable, SyncOptions, SyncResult } from './sync-options.ts';

/**
 * Brings a customer database to another one whose past it is: rows, history, full text, what ids come next; in one transaction, so
 * that whoever is stopped leaves it as it was.
 * @throws {CrmError} USAGE when it has runs of its own, or only some tables are asked for; GUARD_RAIL; SCHEMA_OLDER, SCHEMA_NEWER,
 * SCHEMA_EDITED; DIFFERENCES, BUSY, CONNECTION, DISK_FULL, INTERRUPTED
 */
export async function syncCustomerDatabase(a: string, b: string, options: SyncOptions): Promise<SyncResult> {
  const startMs = performance.now();
  refuseSome(options);
  const opening = { create: false, busyTimeoutMs: options.busyTimeoutMs, ...(options.key === null ? {} : { key: options.key }) };
  const source = await openEngine(a, opening);
  try {
    await checkSchema(source);
    const target = await openEngine(b, opening);
    try {
      await checkSchema(target);
      const kept: { snapshot: string | null } = { snapshot: null };
      const keep = async (): Promise<void> => {
        kept.snapshot ??= await snapshotOf(b, options);
      };
      const done = await syncInto([source, target], options, keep);
      const tables = done.tables.map((table) => countsOf(table, options));
      const conversions = done.conversions.map(({ table, column, rule, count }) => ({ table, column, reason: rule, cells: count }));
      const { dryRun } = options;
      const elapsedMs = Math.round(performance.now() - startMs);
      return {
        ...{ a: source.label, b: target.label, dryRun, way: done.byLog ? 'change log' : 'database', ...kept },
        ...{ tables, conversions, rejects: null, notes: [], elapsedMs },
      };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function snapshotOf(b: string, { busyTimeoutMs, key }: SyncOptions): Promise<string> {
  const schema = await openSchema(b, { busyTimeoutMs, ...(key === null ? {} : { key }) });
  try {
    return await schema.keepBefore('sync');
  } finally {
    await schema.close();
  }
}

function syncInto([source, target]: readonly [Engine, Engine], options: SyncOptions, keep: () => Promise<void>): Promise<SyncedDatabase> {
  const watch = {
    check: () => pause(options.signal),
    onProgress: (rows: number) => options.onProgress?.('comparing', 'customers', rows),
    guard: async (tables: readonly SyncedOwnTable[], rows: number) => {
      guardChanges(tables, rows, options);
      const isSame = tables.every(({ missing, different, extra }) => missing + different + extra === 0);
      if (options.snapshot && !options.dryRun && !isSame) await keep();
    },
    verify: options.verify || options.dryRun,
  };
  return target.transaction((writing) => source.transaction((reading) => syncDatabase(reading, writing, watch), { commit: false }), {
    commit: !options.dryRun,
  });
}

/** A customer database is one thing. */
function refuseSome({ tables, create, strict, conversionsPath }: SyncOptions): void {
  if (tables === null && !create && !strict && conversionsPath === null) return;
  throw new CrmError('USAGE', 'both are customer databases of crm, which are brought up to date as a whole', {
    hint: 'leave --tables, --create, --strict and --conversions out',
  });
}

function guardChanges(tables: readonly SyncedOwnTable[], rows: number, options: SyncOptions): void {
  const sum = (count: (table: SyncedOwnTable) => number): number => tables.reduce((total, table) => total + count(table), 0);
  const extra = sum((table) => table.extra);
  if (extra > 0 && !options.delete) {
    throw new CrmError('GUARD_RAIL', `${extra} rows are only in the second database; nothing was written`, {
      hint: 'look at them with crm migrate diff, and delete them with --delete',
      details: { extra },
    });
  }
  if (options.maxChanges === null) return;
  const changes = sum((table) => table.missing + table.different + table.extra);
  const most = 'rows' in options.maxChanges ? options.maxChanges.rows : Math.floor(rows * options.maxChanges.share);
  if (changes <= most) return;
  throw new CrmError('GUARD_RAIL', `${changes} of ${rows} rows would change, more than ${most}; nothing was written`, {
    hint: 'look at them with crm migrate diff, or raise --max-changes',
    details: { changes, rows, most },
  });
}

function countsOf(table: SyncedOwnTable, { dryRun, verify }: SyncOptions): SyncedTable {
  const done = dryRun
    ? { inserted: 0, updated: 0, deleted: 0, verified: null }
    : { inserted: table.missing, updated: table.different, deleted: table.extra, verified: verify ? true : null };
  return { ...table, ...done, rejected: 0 };
}
