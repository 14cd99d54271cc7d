import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { CHILD_TABLES, type ChildTable } from '../model/changeset.ts';

/** Rows named in one statement. */
const BATCH = 250;
/** Keys that are text; all others are integers. */
const TEXT_KEYS: ReadonlySet<string> = new Set(['external_id', 'source', 'channel', 'tag']);

/** The stored rows of a child table that have the keys of these. */
export async function childRows(connection: Connection, table: ChildTable, rows: readonly SqlRow[]): Promise<SqlRow[]> {
  const found: SqlRow[] = [];
  for (const { keys, values, columns } of keyBatches(table, rows)) {
    const where = columns.map((column) => `r.${column} = k.${column}`).join(' AND ');
    found.push(...(await connection.all(`${keys} SELECT r.* FROM k CROSS JOIN ${table} r WHERE ${where}`, values)));
  }
  return found;
}

/** Removes the rows of a child table that have the keys of these. */
export async function removeChildRows(connection: Connection, table: ChildTable, rows: readonly SqlRow[]): Promise<void> {
  for (const { keys, values, columns } of keyBatches(table, rows)) {
    const list = columns.join(', ');
    await connection.run(`${keys} DELETE FROM ${table} WHERE (${list}) IN (SELECT ${list} FROM k)`, values);
  }
}

function* keyBatches(
  table: ChildTable,
  rows: readonly SqlRow[],
): Generator<{ readonly keys: string; readonly values: SqlValue[]; readonly columns: readonly string[] }> {
  const columns: readonly string[] = CHILD_TABLES[table];
  const one = `(${columns.map((column) => `CAST(? AS ${TEXT_KEYS.has(column) ? 'text' : 'bigint'})`).join(', ')})`;
  const unique = [...new Map(rows.map((row) => [JSON.stringify(columns.map((column) => row[column])), row])).values()];
  for (let at = 0; at < unique.length; at += BATCH) {
    const batch = unique.slice(at, at + BATCH);
    const keys = `WITH k (${columns.join(', ')}) AS (VALUES ${batch.map(() => one).join(', ')})`;
    yield { keys, columns, values: batch.flatMap((row) => columns.map((column) => row[column] ?? null)) };
  }
}
