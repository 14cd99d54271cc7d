import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { CHILD_TABLES, type Change, type ChildTable } from '../model/changeset.ts';
import { type Customer, differences, fieldOf, withValues } from '../model/customer.ts';
import type { PlannedVersion } from '../model/plan.ts';
import { CustomerStore, type Update } from './customer-store.ts';
import { sameRow } from './later-changes.ts';
import { applyProducts } from './plan-products.ts';
import type { MovedPlaces } from './plan-moved.ts';
import type { RunLog } from './run-log.ts';

/** Applies planned changes of stored customers, a page at a time, where what they change is still what it was. */
export class PlanChanges {
  readonly #connection: Connection;
  readonly #log: RunLog;
  readonly #moved: MovedPlaces;
  readonly #store: CustomerStore;
  readonly #now: string;

  constructor(connection: Connection, log: RunLog, moved: MovedPlaces, now: string) {
    this.#connection = connection;
    this.#log = log;
    this.#moved = moved;
    this.#store = new CustomerStore(connection);
    this.#now = now;
  }

  /** @param touched what the changed customers are afterwards */
  async apply(changes: readonly Change[], touched: readonly PlannedVersion[]): Promise<void> {
    const products = changes.filter(({ entity }) => entity === 'products');
    await applyProducts(this.#connection, products, this.#moved);
    const own = changes.filter(({ entity }) => entity !== 'products');
    const stored = await this.#store.load([...own, ...touched].map(({ id }) => id));
    const states = new Map<number, Customer>(stored);
    for (const change of changes) if (change.entity === 'customers') this.#applyFields(change, states);
    const rows = await this.#applyRows(changes, states);
    if (this.#moved.isMoved) return;
    await this.#updateCustomers(this.#updates(stored, states, touched));
    for (const { table, saved, removed } of rows) {
      for (const row of removed) await this.#store.removeChild(table, row);
      await this.#store.saveChildren(table, saved);
    }
    for (const change of changes) await this.#log.add(change);
  }

  #applyFields({ id, action, before, after }: Change, states: Map<number, Customer>): void {
    const current = states.get(id);
    if (current === undefined || action !== 'update') return this.#moved.add({ entity: 'customers', id, field: '*' });
    for (const [field, value] of Object.entries(before ?? {})) {
      if (fieldOf(current, field) !== value) this.#moved.add({ entity: 'customers', id, field });
    }
    states.set(id, withValues(current, { name: current.name, ...after }));
  }

  /** The rows of child tables to be written, each once, as the last change of it leaves it. */
  async #applyRows(
    changes: readonly Change[],
    owners: ReadonlyMap<number, Customer>,
  ): Promise<{ table: ChildTable; saved: SqlRow[]; removed: SqlRow[] }[]> {
    const written = [];
    for (const table of Object.keys(CHILD_TABLES) as ChildTable[]) {
      const own = changes.filter(({ entity }) => entity === table);
      if (own.length === 0) continue;
      const current = new Map<string, SqlRow | null>();
      for (const row of await this.#store.children(table, [...new Set(own.map(({ id }) => id))])) current.set(keyOf(table, row), row);
      const states = new Map<string, { readonly row: SqlRow; readonly isGone: boolean }>();
      for (const { id, before, after } of own) {
        const row = (after ?? before) as SqlRow;
        const key = keyOf(table, row);
        if (!owners.has(id) || !sameRow(current.get(key) ?? null, before)) this.#moved.add({ entity: table, id, field: '*' });
        current.set(key, after as SqlRow | null);
        states.set(key, { row, isGone: after === null });
      }
      const inserted = own.filter(({ before }) => before === null).map(({ after }) => after as SqlRow);
      if (table === 'external_ids') {
        for (const id of await this.#store.ownersOf(inserted)) this.#moved.add({ entity: table, id, field: 'external_id' });
      }
      const all = [...states.values()];
      written.push({
        table,
        saved: all.flatMap(({ row, isGone }) => (isGone ? [] : [row])),
        removed: all.flatMap(({ row, isGone }) => (isGone ? [row] : [])),
      });
    }
    return written;
  }

  /** Writes customers; one that is still equal to the row that made it keeps its row hash and needs no mark. */
  async #updateCustomers(updates: readonly Update[]): Promise<void> {
    const hashes = await this.#connection.all<{ id: number; row_hash: number | null }>(
      `SELECT id, row_hash FROM customers WHERE ${this.#connection.facts.inJsonArray('id', 'integer')}`,
      [JSON.stringify(updates.map(({ customer }) => customer.id))],
    );
    const hashOf = new Map(hashes.map(({ id, row_hash }) => [id, row_hash]));
    const isKept = ({ customer, rowHash, changed }: Update): boolean => changed === null && hashOf.get(customer.id) === rowHash;
    await this.#store.update(updates.filter((update) => !isKept(update)));
    const kept = updates.filter(isKept).map(({ customer: { id, version, updated_at } }) => ({ id, version, updated_at }));
    await this.#connection.update('customers', ['id'], kept);
  }

  #updates(stored: ReadonlyMap<number, Customer>, states: ReadonlyMap<number, Customer>, touched: readonly PlannedVersion[]): Update[] {
    const after = new Map(touched.map((one) => [one.id, one]));
    return [...states].map(([id, state]) => {
      const before = stored.get(id) as Customer;
      const { version = before.version + 1, rowHash = null } = after.get(id) ?? {};
      const customer = { ...state, version, updated_at: this.#now };
      return { customer, rowHash, changed: differences(before, state) };
    });
  }
}

function keyOf(table: ChildTable, row: SqlRow): string {
  return JSON.stringify(CHILD_TABLES[table].map((column) => row[column as string]));
}
