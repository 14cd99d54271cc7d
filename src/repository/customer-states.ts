import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { ChildTable } from '../model/changeset.ts';
import type { Customer } from '../model/customer.ts';
import { CustomerStore } from './customer-store.ts';

/** Tables that say what a customer is, in the order in which their rows are written; who was merged into it is not among them. */
export const STATE_TABLES = [
  'contact_points',
  'external_ids',
  'interactions',
  'orders',
  'order_items',
  'consents',
  'tags',
] as const satisfies readonly ChildTable[];

/** One of `STATE_TABLES`. */
export type StateTable = (typeof STATE_TABLES)[number];

/** Some customers as a database has them. */
export interface CustomerStates {
  readonly customers: ReadonlyMap<number, Customer>;
  readonly rows: ReadonlyMap<StateTable, readonly SqlRow[]>;
  /** Products that their orders name, by id. */
  readonly products: ReadonlyMap<number, SqlRow>;
}

/** Reads customers with what belongs to them; those that are not there are left out. */
export async function readStates(connection: Connection, ids: readonly number[], tables: readonly StateTable[]): Promise<CustomerStates> {
  const store = new CustomerStore(connection);
  const rows = new Map<StateTable, readonly SqlRow[]>();
  for (const table of tables) rows.set(table, await store.children(table, ids));
  const named = new Set((rows.get('order_items') ?? []).flatMap(({ product_id }) => (typeof product_id === 'number' ? [product_id] : [])));
  const products = await connection.all(`SELECT * FROM products WHERE ${connection.facts.inJsonArray('id', 'integer')}`, [
    JSON.stringify([...named]),
  ]);
  return { customers: await store.load(ids), rows, products: new Map(products.map((row) => [row.id as number, row])) };
}
