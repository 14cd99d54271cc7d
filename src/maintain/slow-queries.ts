import { SlowQueryLog, type SlowQuery, slowQueryPath } from '../engines/slow-query-log.ts';
import type { MaintenanceStore } from '../repository/maintenance-store.ts';
import { filteredColumns, scannedTables } from './missing-index.ts';

/** One statement, with all the times that it took long. */
export interface SlowStatement {
  readonly statement: string;
  readonly count: number;
  readonly totalMs: number;
  readonly maxMs: number;
  /** ISO-8601 UTC. */
  readonly lastAt: string;
  /** How the database went about it the last time. */
  readonly plan: readonly string[];
  /** What would have spared it reading whole tables: statements that make an index. */
  readonly missingIndexes: readonly string[];
}

/** What was logged of a database. */
export interface SlowReport {
  /** The file of the log. */
  readonly log: string;
  /** Those that took the most time in all come first. */
  readonly statements: readonly SlowStatement[];
}

/** The slow statements of a database. @param target its path or URL */
export async function slowQueries(
  store: MaintenanceStore,
  target: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SlowReport> {
  const log = new SlowQueryLog(slowQueryPath(target, env));
  const groups = new Map<string, SlowQuery[]>();
  for (const query of log.read()) groups.set(query.statement, [...(groups.get(query.statement) ?? []), query]);
  const statements: SlowStatement[] = [];
  for (const [statement, queries] of groups) {
    const { plan, at } = queries.at(-1) as SlowQuery;
    const times = queries.map(({ elapsedMs }) => elapsedMs);
    statements.push({
      statement,
      count: queries.length,
      totalMs: times.reduce((sum, time) => sum + time, 0),
      maxMs: Math.max(...times),
      lastAt: at,
      plan,
      missingIndexes: await missingIndexes(store, statement, plan),
    });
  }
  return { log: log.path, statements: statements.sort((a, b) => b.totalMs - a.totalMs) };
}

/** Indexes that the database lacks, for the conditions on tables that it had to read as a whole. */
async function missingIndexes(store: MaintenanceStore, statement: string, plan: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const table of scannedTables(statement, plan)) {
    const existing = await store.indexedColumns(table.name);
    // Not one of the customer database: a table of the server, or one that is gone.
    if (existing.every((index) => index.length === 0)) continue;
    for (const columns of filteredColumns(statement, table)) {
      const isThere = existing.some((index) => columns.every((column, at) => index[at] === column));
      if (!isThere) found.push(`CREATE INDEX ${[table.name, ...columns].join('_')} ON ${table.name} (${columns.join(', ')})`);
    }
  }
  return [...new Set(found)];
}
