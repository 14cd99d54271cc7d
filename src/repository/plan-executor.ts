import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { Change, ChildTable } from '../model/changeset.ts';
import type { FieldValues } from '../model/customer.ts';
import type { PlanBaseline, PlanLine, PlannedCustomer, PlannedVersion } from '../model/plan.ts';
import { rowOf } from './customer-rows.ts';
import { CustomerStore, customerFromWhole, type Saved, type WordsSink } from './customer-store.ts';
import { PlanChanges } from './plan-changes.ts';
import { type FirstIds, nextChildIds, PlanIds } from './plan-ids.ts';
import type { MovedPlaces } from './plan-moved.ts';
import { nearCustomers } from './plan-near.ts';
import type { RunLog } from './run-log.ts';

const PAGE = 1000;

/**
 * Executes the effects of a plan, in the run's transaction and recorded in its changeset, with memory that does not grow
 * with the plan. From the first place on where the data moved it only looks for more of them, and writes nothing.
 */
export class PlanExecutor {
  readonly #connection: Connection;
  readonly #log: RunLog;
  readonly #moved: MovedPlaces;
  readonly #store: CustomerStore;
  readonly #changes: PlanChanges;
  readonly #baseline: PlanBaseline;
  readonly #now: string;
  readonly #ids: PlanIds;
  #firstCustomer = 0;
  #firstIds: FirstIds = {};
  #create: PlannedCustomer[] = [];
  #links: SqlRow[] = [];
  #change: Change[] = [];
  #touched: PlannedVersion[] = [];

  constructor(
    connection: Connection,
    log: RunLog,
    moved: MovedPlaces,
    state: { readonly baseline: PlanBaseline; readonly now: string; readonly words: WordsSink },
  ) {
    this.#connection = connection;
    this.#log = log;
    this.#moved = moved;
    this.#baseline = state.baseline;
    this.#now = state.now;
    this.#store = new CustomerStore(connection, state.words);
    this.#changes = new PlanChanges(connection, log, moved, state.now);
    this.#ids = new PlanIds(() => ({ customers: this.#firstCustomer, others: this.#firstIds }));
  }

  /** Takes the next lines of the plan. */
  async take(lines: readonly PlanLine[]): Promise<void> {
    for (const line of lines) {
      if ('create' in line) {
        this.#create.push(line.create);
        if (this.#create.length >= PAGE) await this.#flushCreates();
      } else if ('change' in line) {
        if (this.#touched.length > 0) await this.#flushChanges();
        this.#change.push(line.change);
      } else if ('touched' in line) this.#touched.push(line.touched);
      else if ('ids' in line) await this.#reserve(line.ids);
      else if ('link' in line) await this.#link(line.link);
      else if ('marks' in line) await this.#mark(line.marks);
    }
  }

  /** Executes what is left. */
  async finish(): Promise<void> {
    await this.#flushCreates();
    await this.#flushLinks();
    await this.#flushChanges();
  }

  async #reserve({ customers = 0, products = 0, ...others }: Readonly<Record<string, number>>): Promise<void> {
    const next = await nextChildIds(this.#connection);
    this.#firstCustomer = this.#baseline.lastId + 1;
    // Where the data moved, nothing is given an id: any that nobody has will do for looking.
    const runs = this.#log.id;
    this.#firstIds = { ...next, runs, products: Number.MAX_SAFE_INTEGER - products };
    if (this.#moved.isMoved) return;
    if (customers > 0) this.#firstCustomer = await this.#connection.reserveIds('customers', customers);
    if (products > 0) this.#firstIds = { ...next, runs, products: await this.#connection.reserveIds('products', products) };
    const rows = Object.entries(others).map(([name, count]) => ({ name, next_id: (next[name] ?? 1) + count }));
    await this.#connection.upsert('sequences', ['name'], rows);
  }

  async #flushCreates(): Promise<void> {
    const create = this.#create;
    this.#create = [];
    if (create.length === 0) return;
    const saved = create.map(({ id, customer, rowHash }): Saved => {
      const fields = { ...this.#ids.rowFromPlan('customers', customer), updated_at: this.#now };
      return { customer: customerFromWhole(this.#ids.fromPlan(id), fields), rowHash };
    });
    const children = childrenOf(create, this.#ids);
    await this.#checkFree(children.get('external_ids') ?? []);
    if (this.#baseline.customers > 0) await this.#checkNear(create, saved);
    if (this.#moved.isMoved) return;
    for (const { customer } of saved) await this.#log.addInserts(customer.id, customer.id);
    await this.#store.insert(saved);
    for (const [table, rows] of children) await this.#store.saveChildren(table, rows);
  }

  async #checkFree(rows: readonly SqlRow[]): Promise<void> {
    for (const id of await this.#store.ownersOf(rows)) this.#moved.add({ entity: 'external_ids', id, field: 'external_id' });
  }

  /** Customers that have an e-mail or phone of one to be made, and did not have it when the plan was made. */
  async #checkNear(create: readonly PlannedCustomer[], saved: readonly Saved[]): Promise<void> {
    const rows = saved.map(({ customer, rowHash }) => rowOf(customer, rowHash));
    const near = await nearCustomers(this.#connection, rows, this.#firstCustomer);
    for (const [index, { customer }] of saved.entries()) {
      const known = new Set(create[index]?.near ?? []);
      for (const { id, field } of near.get(customer.id) ?? []) if (!known.has(id)) this.#moved.add({ entity: 'customers', id, field });
    }
  }

  async #link({ id, company_id }: { readonly id: number; readonly company_id: number }): Promise<void> {
    await this.#flushCreates();
    this.#links.push({ id: this.#ids.fromPlan(id), company_id: this.#ids.fromPlan(company_id) });
    if (this.#links.length >= PAGE) await this.#flushLinks();
  }

  async #flushLinks(): Promise<void> {
    const links = this.#links;
    this.#links = [];
    if (!this.#moved.isMoved) await this.#connection.update('customers', ['id'], links);
  }

  async #flushChanges(): Promise<void> {
    await this.#flushCreates();
    await this.#flushLinks();
    const change = this.#change.map((one) => this.#ids.changeFromPlan(one));
    const touched = this.#touched;
    this.#change = [];
    this.#touched = [];
    if (change.length > 0) await this.#changes.apply(change, touched);
  }

  async #mark(marks: readonly (readonly [number, number])[]): Promise<void> {
    if (this.#moved.isMoved) return;
    await this.#store.mark(marks.map(([rowHash, id]) => ({ rowHash, id: this.#ids.fromPlan(id) })));
  }
}

function childrenOf(create: readonly PlannedCustomer[], ids: PlanIds): Map<ChildTable, SqlRow[]> {
  const tables = new Map<ChildTable, SqlRow[]>();
  for (const { id, children = {} } of create) {
    for (const [table, rows] of Object.entries(children) as [ChildTable, FieldValues[]][]) {
      const list = tables.get(table) ?? [];
      tables.set(table, list);
      for (const row of rows) list.push(ids.rowFromPlan(table, { customer_id: id, ...row }));
    }
  }
  return tables;
}
