import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { CHILD_TABLES, type ChildTable } from '../model/changeset.ts';

/** Rows named in one statement. */
const BATCH = 250;
/** Keys that are text; all others are integers. */
const TEXT_KEYS: ReadonlySet<string> = new Set(['external_id', 'source', 'channel', 'tag']);

/** A row that gets another customer, as it is and as it will be. */
export interface ChildMove {
  readonly from: SqlRow;
  readonly to: SqlRow;
}

/** What names a row among all of all child tables. */
export function childKey(table: ChildTable, row: SqlRow): string {
  return JSON.stringify([table, ...CHILD_TABLES[table].map((column) => row[column as string])]);
}

/** Gives rows of a child table to other customers; the items of an order go with it. */
export async function moveChildRows(connection: Connection, table: ChildTable, moves: readonly ChildMove[]): Promise<void> {
  const saved = moves.map(({ to }) => to);
  for (const alike of byMembers(saved)) await connection.upsert(table, CHILD_TABLES[table], alike);
  if (table === 'orders') await moveItems(connection, moves);
  // Where the key is without the customer, the row is the same one.
  await removeChildRows(
    connection,
    table,
    moves.filter(({ from, to }) => childKey(table, from) !== childKey(table, to)).map(({ from }) => from),
  );
}

async function moveItems(connection: Connection, moves: readonly ChildMove[]): Promise<void> {
  for (let at = 0; at < moves.length; at += BATCH) {
    const batch = moves.slice(at, at + BATCH);
    const values = batch.map(() => '(CAST(? AS bigint), CAST(? AS bigint), CAST(? AS bigint))').join(', ');
    await connection.run(
      `WITH k (customer_id, order_id, new_id) AS (VALUES ${values})
       UPDATE order_items SET customer_id =
         (SELECT k.new_id FROM k WHERE k.customer_id = order_items.customer_id AND k.order_id = order_items.order_id)
       WHERE (customer_id, order_id) IN (SELECT k.customer_id, k.order_id FROM k)`,
      batch.flatMap(({ from, to }) => [from.customer_id ?? null, from.id ?? null, to.customer_id ?? null]),
    );
  }
}

/** Rows with the same members together: what was recorded before a column was added lacks it. */
export function byMembers(rows: readonly SqlRow[]): SqlRow[][] {
  const groups = new Map<string, SqlRow[]>();
  for (const row of rows) {
    const members = Object.keys(row).sort().join();
    const group = groups.get(members);
    if (group === undefined) groups.set(members, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

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
