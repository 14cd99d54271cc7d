import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { CustomerStore } from './customer-store.ts';
import { newCustomer } from './new-customer.ts';
import type { TakeLost } from './salvage-rows.ts';

/** By this tag the customers are found that stand in for lost ones. */
export const LOST_TAG = 'salvaged';

/** What stands in for what was lost, so that what refers to it need not go. */
export interface StandIns {
  readonly customers: number;
  readonly runs: number;
  readonly products: number;
}

/** Columns that say whose a row is. */
const OWNERS: readonly (readonly [table: string, column: string])[] = [
  ['contact_points', 'customer_id'],
  ['external_ids', 'customer_id'],
  ['interactions', 'customer_id'],
  ['orders', 'customer_id'],
  ['order_items', 'customer_id'],
  ['consents', 'customer_id'],
  ['tags', 'customer_id'],
  ['redirects', 'customer_id'],
  ['away_companies', 'customer_id'],
];
const RUNS: readonly (readonly [table: string, column: string])[] = [
  ['changes', 'run_id'],
  ['run_inserts', 'run_id'],
  ['redirects', 'run_id'],
  ['runs', 'undoes_run'],
  ['archived_customers', 'run_id'],
  ['archived_changes', 'run_id'],
  ['archive_returns', 'run_id'],
];
/** Rows that mean nothing without what they belong to. */
const DEPENDENT: readonly { readonly table: string; readonly parent: string; readonly on: string }[] = [
  { table: 'order_items', parent: 'orders', on: 'p.customer_id = t.customer_id AND p.id = t.order_id' },
  { table: 'archived_external_ids', parent: 'archived_customers', on: 'p.id = t.customer_id' },
  { table: 'archived_old_ids', parent: 'archived_customers', on: 'p.id = t.customer_id' },
  { table: 'archived_changes', parent: 'archived_customers', on: 'p.id = t.customer_id' },
];

/**
 * Sees to it that every reference leads somewhere: customers, companies, runs and products that were lost get a stand-in under
 * their id; rows of lost orders are put aside.
 */
export async function mendReferences(connection: Connection, lost: TakeLost, now: string): Promise<StandIns> {
  for (const { table, parent, on } of DEPENDENT) {
    const condition = `NOT EXISTS (SELECT 1 FROM ${parent} p WHERE ${on})`;
    for (const row of await connection.all(`SELECT t.* FROM ${table} t WHERE ${condition}`))
      lost(table, `its row of ${parent} is lost`, row);
    await connection.run(`DELETE FROM ${table} AS t WHERE ${condition}`);
  }
  const runs = await runStandIns(connection, now);
  const products = await productStandIns(connection);
  const customers = await customerStandIns(connection, now);
  return { customers, runs, products };
}

async function customerStandIns(connection: Connection, now: string): Promise<number> {
  const companies = await connection.all<{ id: number; name: string | null }>(
    `SELECT t.company_id AS id, max(t.company_name) AS name FROM customers t WHERE t.company_id IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM customers p WHERE p.id = t.company_id) GROUP BY t.company_id`,
  );
  const owners = await missing(connection, OWNERS, 'customers');
  const known = new Set(companies.map(({ id }) => id));
  const standIns = [
    ...companies.map(({ id, name }) => ({ id, values: { kind: 'organisation', name } })),
    ...owners.filter((id) => !known.has(id)).map((id) => ({ id, values: {} })),
  ];
  if (standIns.length === 0) return 0;
  await new CustomerStore(connection).insert(
    standIns.map(({ id, values }) => ({ customer: { ...newCustomer({ values, derived: {} }, now), id }, rowHash: null })),
  );
  await connection.upsert(
    'tags',
    ['customer_id', 'tag'],
    standIns.map(({ id }) => ({ customer_id: id, tag: LOST_TAG })),
  );
  return standIns.length;
}

async function runStandIns(connection: Connection, now: string): Promise<number> {
  const rows = (await missing(connection, RUNS, 'runs')).map((id): SqlRow => {
    const known = { id, command: 'salvage', status: 'failed', actor: 'unknown', host: 'unknown' };
    return { ...known, arguments: '{"lost":true}', counts: '{}', started_at: now, finished_at: now };
  });
  await connection.upsert('runs', ['id'], rows);
  return rows.length;
}

async function productStandIns(connection: Connection): Promise<number> {
  const rows = await connection.all<{ id: number; name: string | null }>(
    `SELECT t.product_id AS id, max(t.description) AS name FROM order_items t WHERE t.product_id IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM products p WHERE p.id = t.product_id) GROUP BY t.product_id`,
  );
  await connection.upsert(
    'products',
    ['id'],
    rows.map(({ id, name }) => ({ id, name: name ?? `lost product ${id}` })),
  );
  return rows.length;
}

/** Ids that these columns name and that are not there. */
async function missing(
  connection: Connection,
  columns: readonly (readonly [table: string, column: string])[],
  parent: 'customers' | 'runs',
): Promise<number[]> {
  const ids = new Set<number>();
  for (const [table, column] of columns) {
    const rows = await connection.all<{ id: number }>(
      `SELECT DISTINCT t.${column} AS id FROM ${table} t WHERE t.${column} IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM ${parent} p WHERE p.id = t.${column})`,
    );
    for (const { id } of rows) ids.add(id);
  }
  return [...ids].sort((a, b) => a - b);
}
