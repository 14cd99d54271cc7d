import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { CHILD_TABLES, type Change, type ChildTable, isMove } from '../model/changeset.ts';
import type { FieldValues } from '../model/customer.ts';
import { byMembers, childKey as rowKey, childRows, moveChildRows, removeChildRows } from './child-rows.ts';
import { sameRow } from './later-changes.ts';
import type { RecordedChange, RunLog } from './run-log.ts';

/** Told what stays as it is, and why. */
export type Keep = (change: RecordedChange, field: string, reason: string) => void;

interface Step {
  readonly table: ChildTable;
  readonly row: SqlRow;
  readonly kind: 'saved' | 'removed' | 'moved';
  /** Of a row that is moved: as it is before. */
  readonly from?: SqlRow;
}

/** Rows of these tables have an id of their own: moved and changed since, they are the same row still. */
const WITH_OWN_ID: ReadonlySet<ChildTable> = new Set(['contact_points', 'interactions', 'orders']);

/** What reversing rows came to. */
export interface ReversedRows {
  /** So many changes were reversed. */
  readonly count: number;
  /** The customers that gained, lost or had the rows. */
  readonly customers: readonly number[];
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

  /** Reverses the changes in their order, the newest first. */
  async reverse(changes: readonly RecordedChange[]): Promise<ReversedRows> {
    if (changes.length === 0) return { count: 0, customers: [] };
    await this.#load(changes);
    const customers = new Set<number>();
    let count = 0;
    for (const change of changes) {
      if (!(await (isMove(change) ? this.#reverseMove(change) : this.#reverse(change)))) continue;
      count++;
      for (const id of ownersOf(change)) customers.add(id);
    }
    await this.#write();
    return { count, customers: [...customers] };
  }

  async #load(changes: readonly RecordedChange[]): Promise<void> {
    const { facts } = this.#connection;
    const wanted = changes.flatMap(({ entity, before, after }) =>
      [before, after].flatMap((row) => (row === null ? [] : [{ table: entity as ChildTable, row: row as SqlRow }])),
    );
    // Orders that items come back to are looked at, too.
    for (const { table, row } of [...wanted])
      if (table === 'order_items')
        wanted.push({ table: 'orders', row: { customer_id: row.customer_id ?? null, id: row.order_id ?? null } });
    for (const table of new Set(wanted.map((one) => one.table))) {
      const rows = wanted.filter((one) => one.table === table).map(({ row }) => row);
      for (const row of rows) this.#current.set(rowKey(table, row), null);
      for (const row of await childRows(this.#connection, table, rows)) this.#current.set(rowKey(table, row), row);
    }
    const owners = JSON.stringify([...new Set(changes.flatMap(ownersOf))]);
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
    this.#steps.push({ table, row: rowOf({ before: wanted ?? made, after: null }), kind: wanted === null ? 'removed' : 'saved' });
    this.#current.set(key, wanted as SqlRow | null);
    if (table === 'order_items' && (wanted === null || current === null)) this.#countItem(rowOf(change), wanted === null ? -1 : 1);
    const action = wanted === null ? 'delete' : current === null ? 'insert' : 'update';
    await this.#log.add({ entity: table, id, action, before: made, after: wanted });
    return true;
  }

  /** Gives a row back to the customer that it was taken from. */
  async #reverseMove(change: RecordedChange): Promise<boolean> {
    const table = change.entity as ChildTable;
    const [before, after] = [change.before as SqlRow, change.after as SqlRow];
    const [home, place] = [rowKey(table, before), rowKey(table, after)];
    const current = this.#current.get(place) ?? null;
    if (sameRow(this.#current.get(home) ?? null, before)) return false;
    const isFree = home === place || (this.#current.get(home) ?? null) === null;
    const reason = current === null ? 'deleted since' : isFree ? this.#hindrance({ ...change, after: null }, table) : 'changed since';
    if (reason !== null || current === null) {
      this.#keep(change, '*', reason ?? 'deleted since');
      return false;
    }
    const isSame = sameRow(current, after);
    if (!isSame && !WITH_OWN_ID.has(table)) return this.#copyBack(change, home);
    for (const field of isSame ? [] : Object.keys(after))
      if ((current[field] ?? null) !== (after[field] ?? null)) this.#keep(change, field, 'changed since');
    const back = isSame ? before : { ...current, customer_id: before.customer_id as number };
    this.#steps.push({ table, row: back, kind: 'moved', from: current });
    this.#current.set(place, null);
    this.#current.set(home, back);
    await this.#log.add({ entity: table, id: back.customer_id as number, action: 'update', before: values(current), after: values(back) });
    return true;
  }

  /** What was moved, and says something else there by now, stays there; whom it was taken from gets it as it was. */
  async #copyBack(change: RecordedChange, home: string): Promise<boolean> {
    this.#keep(change, '*', 'changed since');
    const [table, row] = [change.entity as ChildTable, change.before as SqlRow];
    if (home === rowKey(table, change.after as SqlRow)) return false;
    this.#steps.push({ table, row, kind: 'saved' });
    this.#current.set(home, row);
    await this.#log.add({ entity: table, id: row.customer_id as number, action: 'insert', before: null, after: values(row) });
    return true;
  }

  #countItem({ customer_id, order_id }: SqlRow, change: number): void {
    const key = `${customer_id} ${order_id}`;
    this.#items.set(key, (this.#items.get(key) ?? 0) + change);
  }

  /** Why a row stays although it is as the run left it; null where nothing stands in the way. */
  #hindrance({ before: wanted, after: made }: RecordedChange, table: ChildTable): string | null {
    if (wanted === null) {
      const hasItems = table === 'orders' && (this.#items.get(`${made?.customer_id} ${made?.id}`) ?? 0) > 0;
      return hasItems ? 'items were added to it since' : null;
    }
    if (!this.#owners.has(wanted.customer_id as number)) return 'its customer was deleted since';
    if (table !== 'order_items') return null;
    const order = this.#current.get(rowKey('orders', { customer_id: wanted.customer_id ?? null, id: wanted.order_id ?? null })) ?? null;
    if (order === null) return 'its order was deleted since';
    const isThere = typeof wanted.product_id !== 'number' || this.#products.has(wanted.product_id);
    return isThere ? null : 'its product was deleted since';
  }

  /** Writes the steps in their order, those of one kind that follow one another together. */
  async #write(): Promise<void> {
    for (let at = 0; at < this.#steps.length; ) {
      const { table, kind } = this.#steps[at] as Step;
      const from = at;
      const isAlike = (step: Step | undefined): boolean => step?.table === table && step.kind === kind;
      while (isAlike(this.#steps[at])) at++;
      const steps = this.#steps.slice(from, at);
      const rows = steps.map(({ row }) => row);
      if (kind === 'removed') await removeChildRows(this.#connection, table, rows);
      else if (kind === 'moved')
        await moveChildRows(
          this.#connection,
          table,
          steps.map((step) => ({ from: step.from as SqlRow, to: step.row })),
        );
      else for (const alike of byMembers(lastOfEach(table, rows))) await this.#connection.upsert(table, CHILD_TABLES[table], alike);
    }
  }
}

/** The customers that the rows of a change belong to. */
export function ownersOf({ before, after }: Pick<Change, 'before' | 'after'>): number[] {
  const ids = [before, after].flatMap((row) => (row === null ? [] : [row.customer_id as number]));
  return ids[0] === ids[1] ? ids.slice(0, 1) : ids;
}

function values(row: SqlRow): FieldValues {
  return row as FieldValues;
}

/** Of several states of one row the last one. */
function lastOfEach(table: ChildTable, rows: readonly SqlRow[]): SqlRow[] {
  return [...new Map(rows.map((row) => [rowKey(table, row), row])).values()];
}

function rowOf({ before, after }: Pick<RecordedChange, 'before' | 'after'>): SqlRow {
  return (before ?? after) as SqlRow;
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
