import type { Connection } from '../engines/connection.ts';
import type { Change } from '../model/changeset.ts';
import { type Customer, type FieldValues, fieldOf, withValues } from '../model/customer.ts';
import type { PlannedVersion } from '../model/plan.ts';
import { CustomerStore, type Update, customerFromWhole } from './customer-store.ts';
import { removeMerged } from './merged-customers.ts';
import { applyProducts } from './plan-products.ts';
import type { MovedPlaces } from './plan-moved.ts';
import { PlanRows, customersOf } from './plan-rows.ts';
import type { RunLog } from './run-log.ts';
import { changesOf } from './undo-merged.ts';

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
    const stored = await this.#store.load([...own.flatMap(customersOf), ...touched.map(({ id }) => id)]);
    const states = new Map<number, Customer | null>(stored);
    for (const change of changes) if (change.entity === 'customers') this.#applyFields(change, states);
    const rows = new PlanRows(this.#connection, this.#store, this.#moved);
    await rows.take(own, stored);
    if (this.#moved.isMoved) return;
    await this.#updateCustomers(this.#updates(stored, states, touched));
    await rows.write();
    const gone = [...states].flatMap(([id, state]) => (state === null ? [id] : []));
    await removeMerged(this.#connection, this.#store, gone);
    for (const change of changes) await this.#log.add(change);
  }

  #applyFields({ id, action, before, after }: Change, states: Map<number, Customer | null>): void {
    const current = states.get(id) ?? null;
    if (current === null || action === 'insert') return this.#moved.add({ entity: 'customers', id, field: '*' });
    if (action === 'delete') {
      for (const field of changedFields(current, before ?? {})) this.#moved.add({ entity: 'customers', id, field });
      states.set(id, null);
      return;
    }
    for (const [field, value] of Object.entries(before ?? {})) {
      if (fieldOf(current, field) !== value) this.#moved.add({ entity: 'customers', id, field });
    }
    states.set(id, withValues(current, { name: current.name, ...after }));
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

  #updates(
    stored: ReadonlyMap<number, Customer>,
    states: ReadonlyMap<number, Customer | null>,
    touched: readonly PlannedVersion[],
  ): Update[] {
    const after = new Map(touched.map((one) => [one.id, one]));
    return [...states].flatMap(([id, state]) => {
      if (state === null) return [];
      const before = stored.get(id) as Customer;
      const { version = before.version + 1, rowHash = null } = after.get(id) ?? {};
      const customer = { ...state, version, updated_at: this.#now };
      return [{ customer, rowHash, changed: changesOf(before, state) }];
    });
  }
}

/** In which fields a customer is not what it was; a company that is gone already says nothing. */
function changedFields(current: Customer, before: FieldValues): string[] {
  const fields = Object.keys(changesOf(customerFromWhole(current.id, before), current)?.after ?? {});
  return fields.filter((field) => field !== 'company_id' || current.company_id !== null);
}
