import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { CHILD_TABLES, type ChildTable } from '../model/changeset.ts';
import type { FieldValues } from '../model/customer.ts';
import { removeChildRows } from './child-rows.ts';
import { CustomerStore } from './customer-store.ts';
import type { RunLog } from './run-log.ts';

const PAGE = 500;

/** Rows that belong to nobody. */
export interface Orphans {
  readonly table: string;
  /** The column that leads nowhere. */
  readonly column: string;
  readonly count: number;
}

/** Rows of a child table whose customer, or whose order, does not exist. */
function orphansOf(table: ChildTable): { readonly column: string; readonly condition: string } {
  const noCustomer = `NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = t.customer_id)`;
  if (table !== 'order_items') return { column: 'customer_id', condition: noCustomer };
  return { column: 'order_id', condition: 'NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = t.customer_id AND o.id = t.order_id)' };
}

const NO_COMPANY = 'company_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = t.company_id)';
const NO_PRODUCT = 'product_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM products p WHERE p.id = t.product_id)';
/** Items go before their orders. */
const TABLES = (Object.keys(CHILD_TABLES) as ChildTable[]).sort((a, b) => Number(b === 'order_items') - Number(a === 'order_items'));

/** How many rows lead nowhere, by table; only reads. */
export async function countOrphans(reader: Pick<Connection, 'all'>): Promise<Orphans[]> {
  const found: Orphans[] = [];
  const count = async (table: string, column: string, condition: string): Promise<void> => {
    const [row] = await reader.all<{ n: number }>(`SELECT count(*) AS n FROM ${table} t WHERE ${condition}`);
    if (Number(row?.n) > 0) found.push({ table, column, count: Number(row?.n) });
  };
  for (const table of TABLES) await count(table, orphansOf(table).column, orphansOf(table).condition);
  await count('customers', 'company_id', NO_COMPANY);
  await count('order_items', 'product_id', NO_PRODUCT);
  return found;
}

/**
 * Removes rows that belong to nobody, and references that lead nowhere, recording each of them as it was.
 * @param log starts the run when there is something to record
 * @returns how many rows
 */
export async function removeOrphans(connection: Connection, log: () => Promise<RunLog>, now: string): Promise<number> {
  let removed = 0;
  for (const table of TABLES) {
    removed += await pages(connection, `SELECT t.* FROM ${table} t WHERE ${orphansOf(table).condition} LIMIT ${PAGE}`, async (rows) => {
      await record(await log(), table, rows, () => null);
      await removeChildRows(connection, table, rows);
    });
  }
  removed += await pages(connection, `SELECT t.* FROM order_items t WHERE ${NO_PRODUCT} LIMIT ${PAGE}`, async (rows) => {
    await record(await log(), 'order_items', rows, (row) => ({ ...row, product_id: null }));
    const keys = rows.map(({ customer_id = null, order_id = null, line = null }) => ({ customer_id, order_id, line, product_id: null }));
    await connection.update('order_items', CHILD_TABLES.order_items, keys);
  });
  removed += await pages(connection, `SELECT t.id FROM customers t WHERE ${NO_COMPANY} LIMIT ${PAGE}`, async (rows) => {
    await leaveCompanies(connection, await log(), rows, now);
  });
  return removed;
}

async function pages(connection: Connection, sql: string, work: (rows: readonly SqlRow[]) => Promise<void>): Promise<number> {
  let count = 0;
  for (;;) {
    const rows = await connection.all(sql);
    if (rows.length === 0) return count;
    await work(rows);
    count += rows.length;
  }
}

async function record(log: RunLog, table: ChildTable, rows: readonly SqlRow[], after: (row: SqlRow) => SqlRow | null): Promise<void> {
  for (const row of rows) {
    const becomes = after(row);
    const values = { before: row as FieldValues, after: becomes as FieldValues | null };
    await log.add({ entity: table, id: row.customer_id as number, action: becomes === null ? 'delete' : 'update', ...values });
  }
}

async function leaveCompanies(connection: Connection, log: RunLog, rows: readonly SqlRow[], now: string): Promise<void> {
  const store = new CustomerStore(connection);
  const customers = [...(await store.load(rows.map(({ id }) => id as number))).values()];
  const updates = customers.map((customer) => {
    const changed = { before: { company_id: customer.company_id }, after: { company_id: null } };
    return { customer: { ...customer, company_id: null, version: customer.version + 1, updated_at: now }, rowHash: null, changed };
  });
  await store.update(updates);
  for (const { customer, changed } of updates) await log.add({ entity: 'customers', id: customer.id, action: 'update', ...changed });
}
