import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { CHILD_TABLES, type ChildTable } from '../model/changeset.ts';
import { childRows, removeChildRows } from './child-rows.ts';
import { sameRow } from './later-changes.ts';
import type { RecordedChange, RunLog } from './run-log.ts';

/** Told what stays as it is, and why. */
export type Keep = (change: RecordedChange, field: string, reason: string) => void;

interface Step {
  readonly table: ChildTable;
  readonly row: SqlRow;
  readonly isRemoved: boolean;
}

/** Reverses changes of rows that belong to customers, a page of them with a few statements. */
export class ChildUndo {
  readonly #connection: Connection;
  readonly #log: RunLog;
  readonly #keep: Keep;
  /** The rows that the page is about, as they are by now; null where there is none. */
  readonly #current = new Map<string, SqlRow | null>();
  readonly #owners = new Set<number>();
  /** How many items there are of the orders that the page is about, by customer and order. */
  readonly #items = new Map<string, number>();
  readonly #products = new Set<number>();
  readonly #steps: Step[] = [];

  constructor(connection: Connection, log: RunLog, keep: Keep) {
    this.#connection = connection;
    this.#log = log;
    this.#keep = keep;
  }

  /** Reverses the changes in their order, the newest first. @returns the customer of each that was reversed */
  async reverse(changes: readonly RecordedChange[]): Promise<number[]> {
    if (changes.length === 0) return [];
    await this.#load(changes);
    const reversed: number[] = [];
    for (const change of changes) if (await this.#reverse(change)) reversed.push(change.id);
    await this.#write();
    return reversed;
  }

  async #load(changes: readonly RecordedChange[]): Promise<void> {
    const { facts } = this.#connection;
    const wanted = changes.map((change) => ({ table: change.entity as ChildTable, row: rowOf(change) }));
    // Orders that items come back to are looked at, too.
    for (const { table, row } of [...wanted])
      if (table === 'order_items')
        wanted.push({ table: 'orders', row: { customer_id: row.customer_id ?? null, id: row.order_id ?? null } });
    for (const table of new Set(wanted.map((one) => one.table))) {
      const rows = wanted.filter((one) => one.table === table).map(({ row }) => row);
      for (const row of rows) this.#current.set(rowKey(table, row), null);
      for (const row of await childRows(this.#connection, table, rows)) this.#current.set(rowKey(table, row), row);
    }
    const owners = JSON.stringify([...new Set(changes.map(({ id }) => id))]);
    for (const { id } of await this.#connection.all<{ id: number }>(
      `SELECT id FROM customers WHERE ${facts.inJsonArray('id', 'integer')}`,
      [owners],
    ))
      this.#owners.add(id);
    await this.#loadItems(wanted.filter(({ table }) => table === 'orders').map(({ row }) => row));
    const products = wanted.flatMap(({ row }) => (typeof row.product_id === 'number' ? [row.product_id] : []));
    if (products.length === 0) return;
    const found = await this.#connection.all<{ id: number }>(`SELECT id FROM products WHERE ${facts.inJsonArray('id', 'integer')}`, [
      JSON.stringify([...new Set(products)]),
    ]);
    for (const { id } of found) this.#products.add(id);
  }

  async #loadItems(orders: readonly SqlRow[]): Promise<void> {
    if (orders.length === 0) return;
    const pairs = [...new Set(orders.map(({ customer_id, id }) => `${customer_id} ${id}`))].map((pair) => pair.split(' '));
    const counted = await this.#connection.all<SqlRow & { customer_id: number; order_id: number; n: number }>(
      `SELECT i.customer_id, i.order_id, count(*) AS n FROM ${this.#connection.facts.jsonPairs} j CROSS JOIN order_items i
       WHERE i.customer_id = CAST(j.value AS bigint) AND i.order_id = CAST(j.other AS bigint) GROUP BY i.customer_id, i.order_id`,
      [JSON.stringify(pairs)],
    );
    for (const { customer_id, order_id, n } of counted) this.#items.set(`${customer_id} ${order_id}`, Number(n));
  }

  async #reverse(change: RecordedChange): Promise<boolean> {
    const { before: wanted, after: made, id } = change;
    const table = change.entity as ChildTable;
    const key = rowKey(table, rowOf(change));
    const current = this.#current.get(key) ?? null;
    if (sameRow(current, wanted)) return false;
    const reason = sameRow(current, made) ? this.#hindrance(change, table) : 'changed since';
    if (reason !== null) {
      this.#keep(change, '*', reason);
      return false;
    }
    this.#steps.push({ table, row: rowOf({ before: wanted ?? made, after: null }), isRemoved: wanted === null });
    this.#current.set(key, wanted as SqlRow | null);
    if (table === 'order_items' && (wanted === null || current === null)) this.#countItem(rowOf(change), wanted === null ? -1 : 1);
    const action = wanted === null ? 'delete' : current === null ? 'insert' : 'update';
    await this.#log.add({ entity: table, id, action, before: made, after: wanted });
    return true;
  }

  #countItem({ customer_id, order_id }: SqlRow, change: number): void {
    const key = `${customer_id} ${order_id}`;
    this.#items.set(key, (this.#items.get(key) ?? 0) + change);
  }

  /** Why a row stays although it is as the run left it; null where nothing stands in the way. */
  #hindrance({ before: wanted, after: made, id }: RecordedChange, table: ChildTable): string | null {
    if (wanted === null) {
      const hasItems = table === 'orders' && (this.#items.get(`${made?.customer_id} ${made?.id}`) ?? 0) > 0;
      return hasItems ? 'items were added to it since' : null;
    }
    if (!this.#owners.has(id)) return 'its customer was deleted since';
    if (table !== 'order_items') return null;
    const order = this.#current.get(rowKey('orders', { customer_id: wanted.customer_id ?? null, id: wanted.order_id ?? null })) ?? null;
    if (order === null) return 'its order was deleted since';
    const isThere = typeof wanted.product_id !== 'number' || this.#products.has(wanted.product_id);
    return isThere ? null : 'its product was deleted since';
  }

  /** Writes the steps in their order, those of one kind that follow one another together. */
  async #write(): Promise<void> {
    for (let at = 0; at < this.#steps.length; ) {
      const { table, isRemoved } = this.#steps[at] as Step;
      const from = at;
      const isAlike = (step: Step | undefined): boolean => step?.table === table && step.isRemoved === isRemoved;
      while (isAlike(this.#steps[at])) at++;
      const rows = this.#steps.slice(from, at).map(({ row }) => row);
      if (isRemoved) await removeChildRows(this.#connection, table, rows);
      else for (const alike of byMembers(lastOfEach(table, rows))) await this.#connection.upsert(table, CHILD_TABLES[table], alike);
    }
  }
}

/** Of several states of one row the last one. */
function lastOfEach(table: ChildTable, rows: readonly SqlRow[]): SqlRow[] {
  return [...new Map(rows.map((row) => [rowKey(table, row), row])).values()];
}

/** Rows with the same members together: what was recorded before a column was added lacks it. */
function byMembers(rows: readonly SqlRow[]): SqlRow[][] {
  const groups = new Map<string, SqlRow[]>();
  for (const row of rows) {
    const members = Object.keys(row).sort().join();
    const group = groups.get(members);
    if (group === undefined) groups.set(members, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function rowOf({ before, after }: Pick<RecordedChange, 'before' | 'after'>): SqlRow {
  return (before ?? after) as SqlRow;
}

function rowKey(table: ChildTable, row: SqlRow): string {
  return JSON.stringify([table, ...CHILD_TABLES[table].map((column) => row[column as string])]);
}

/** Reverses a change of a product. @returns why it stays, null where it was reversed, undefined where nothing was to be done */
export async function reverseProduct(connection: Connection, change: RecordedChange): Promise<string | null | undefined> {
  const { before: wanted, after: made, id } = change;
  const [current] = await connection.all('SELECT * FROM products WHERE id = ?', [id]);
  if (sameRow(current ?? null, wanted)) return undefined;
  if (!sameRow(current ?? null, made)) return 'changed since';
  if (wanted === null) {
    const [item] = await connection.all('SELECT 1 AS found FROM order_items WHERE product_id = ? LIMIT 1', [id]);
    if (item !== undefined) return 'an order item refers to it';
    await connection.run('DELETE FROM products WHERE id = ?', [id]);
    return null;
  }
  const [other] = await connection.all('SELECT 1 AS found FROM products WHERE sku_key = ? AND id <> ?', [wanted.sku_key ?? null, id]);
  if (other !== undefined) return 'its SKU is that of another product now';
  await connection.upsert('products', ['id'], [wanted as SqlRow]);
  return null;
}
