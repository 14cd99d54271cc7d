import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { Change } from '../model/changeset.ts';
import type { Customer } from '../model/customer.ts';
import { childKey, childRows, removeChildRows } from './child-rows.ts';
import { type CustomerStates, readStates, STATE_TABLES, type StateTable } from './customer-states.ts';
import { CustomerStore, type Saved, type Update, wholeOf } from './customer-store.ts';
import { sameRow } from './later-changes.ts';
import type { RunLog } from './run-log.ts';
import { changesOf } from './undo-merged.ts';

/** What stands in the way of a customer, or of a row of it. */
export interface StateConflict {
  readonly id: number;
  readonly reason:
    | 'merged into another customer since'
    | 'is in the archive'
    | 'an external id belongs to another customer now'
    | 'is not there, and only some of its tables were asked for';
}

/** What bringing states back did. */
export interface StateRestored {
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly conflicts: readonly StateConflict[];
}

/** Which parts of customers are brought back. */
export type StatePart = 'customers' | StateTable;

/**
 * Makes customers what they were in another state of the database: fields, and the rows that belong to them. Everything is
 * recorded in the run of the open transaction, so that its undo reverses it. Nothing that is somebody else's is overwritten.
 */
export class StateRestore {
  readonly #connection: Connection;
  readonly #store: CustomerStore;
  readonly #log: RunLog;
  readonly #now: string;
  readonly #parts: ReadonlySet<StatePart>;
  readonly #conflicts: StateConflict[] = [];
  /** Companies of customers that are linked when all of them are there. */
  readonly #companies = new Map<number, number>();
  #created = 0;
  #updated = 0;
  #unchanged = 0;

  constructor(connection: Connection, log: RunLog, now: string, parts: ReadonlySet<StatePart>) {
    this.#connection = connection;
    this.#store = new CustomerStore(connection);
    this.#log = log;
    this.#now = now;
    this.#parts = parts;
  }

  /** What was done so far. */
  get outcome(): StateRestored {
    return { created: this.#created, updated: this.#updated, unchanged: this.#unchanged, conflicts: this.#conflicts };
  }

  /** Brings some customers to a state. */
  async page(wanted: CustomerStates): Promise<void> {
    const here = await readStates(this.#connection, [...wanted.customers.keys()], this.#tables());
    const blocked = await this.#blocked(wanted, here);
    const open = [...wanted.customers.values()].filter(({ id }) => !blocked.has(id));
    const written = new Set(await this.#customers(open, here.customers));
    await this.#products(wanted);
    const touched = await this.#rows(wanted, here, new Set(open.map(({ id }) => id)));
    await this.#store.touch(
      [...touched].filter((id) => !written.has(id)),
      this.#now,
    );
    for (const { id } of open) {
      if (!here.customers.has(id)) this.#created++;
      else if (written.has(id) || touched.has(id)) this.#updated++;
      else this.#unchanged++;
    }
  }

  /** Links customers to companies that came after them. To be called at the end. */
  async linkCompanies(): Promise<void> {
    const ids = [...this.#companies.keys()];
    const found = await this.#store.load([...ids, ...this.#companies.values()]);
    const updates: Update[] = [];
    for (const [id, company] of this.#companies) {
      const before = found.get(id);
      if (before === undefined || !found.has(company) || before.company_id === company) continue;
      const customer = { ...before, company_id: company, version: before.version + 1, updated_at: this.#now };
      const changed = { before: { company_id: before.company_id }, after: { company_id: company } };
      updates.push({ customer, rowHash: null, changed });
      await this.#log.add({ entity: 'customers', id, action: 'update', ...changed });
    }
    await this.#store.update(updates);
  }

  #tables(): StateTable[] {
    return STATE_TABLES.filter((table) => this.#parts.has(table));
  }

  async #blocked(wanted: CustomerStates, here: CustomerStates): Promise<Set<number>> {
    const list = [JSON.stringify([...wanted.customers.keys()])];
    const { inJsonArray } = this.#connection.facts;
    const merged = await this.#ids(`SELECT old_id AS id FROM redirects WHERE ${inJsonArray('old_id', 'integer')}`, list);
    const archived = await this.#ids(`SELECT id FROM archived_customers WHERE ${inJsonArray('id', 'integer')}`, list);
    const blocked = new Set<number>();
    const block = (id: number, reason: StateConflict['reason']): void => {
      if (blocked.has(id)) return;
      blocked.add(id);
      this.#conflicts.push({ id, reason });
    };
    for (const id of merged) block(id, 'merged into another customer since');
    for (const id of archived) block(id, 'is in the archive');
    for (const id of await this.#withTakenIds(wanted)) block(id, 'an external id belongs to another customer now');
    if (!this.#parts.has('customers')) {
      for (const id of wanted.customers.keys()) {
        if (!here.customers.has(id)) block(id, 'is not there, and only some of its tables were asked for');
      }
    }
    return blocked;
  }

  async #ids(sql: string, list: readonly string[]): Promise<number[]> {
    return (await this.#connection.all<{ id: number }>(sql, list)).map(({ id }) => id);
  }

  async #withTakenIds({ rows }: CustomerStates): Promise<number[]> {
    const own = rows.get('external_ids') ?? [];
    const owners = new Map(own.map((row) => [childKey('external_ids', row), row.customer_id as number]));
    const stored = await childRows(this.#connection, 'external_ids', own);
    return stored.flatMap((row) => {
      const owner = owners.get(childKey('external_ids', row));
      return owner === undefined || owner === row.customer_id ? [] : [owner];
    });
  }

  /** @returns the ids of those that were written */
  async #customers(wanted: readonly Customer[], here: ReadonlyMap<number, Customer>): Promise<number[]> {
    if (!this.#parts.has('customers')) return [];
    const companies = await this.#store.load(wanted.flatMap(({ company_id }) => (company_id === null ? [] : [company_id])));
    const created: Saved[] = [];
    const updates: Update[] = [];
    for (const state of wanted) {
      const before = here.get(state.id);
      const { company_id: company } = state;
      const isThere = company === null || companies.has(company);
      if (company !== null && !isThere) this.#companies.set(state.id, company);
      const linked = { ...state, company_id: isThere ? company : (before?.company_id ?? null) };
      if (before === undefined) {
        created.push({ customer: linked, rowHash: null });
        await this.#log.add({ entity: 'customers', id: state.id, action: 'insert', before: null, after: wholeOf(linked) });
        continue;
      }
      const changed = changesOf(before, { ...linked, version: before.version, updated_at: before.updated_at });
      if (changed === null) continue;
      updates.push({ customer: { ...linked, version: before.version + 1, updated_at: this.#now }, rowHash: null, changed });
      await this.#log.add({ entity: 'customers', id: state.id, action: 'update', ...changed });
    }
    await this.#store.save(created);
    await this.#store.update(updates);
    return [...created, ...updates].map(({ customer }) => customer.id);
  }

  /** Products that orders name and that are gone come back, too. */
  async #products({ products }: CustomerStates): Promise<void> {
    if (products.size === 0) return;
    const { inJsonArray } = this.#connection.facts;
    const list = [JSON.stringify([...products.keys()])];
    const here = new Set(await this.#ids(`SELECT id FROM products WHERE ${inJsonArray('id', 'integer')}`, list));
    const missing = [...products.values()].filter((row) => !here.has(row.id as number));
    await this.#connection.upsert('products', ['id'], missing);
    for (const row of missing) {
      await this.#log.add({ entity: 'products', id: row.id as number, action: 'insert', before: null, after: row as Change['after'] });
    }
  }

  /** @returns the customers of which rows were written */
  async #rows(wanted: CustomerStates, here: CustomerStates, open: ReadonlySet<number>): Promise<Set<number>> {
    const touched = new Set<number>();
    const differences = this.#tables().map((table) => ({ table, ...rowDifferences(table, wanted, here, open) }));
    // Items go before their orders, and come after them.
    for (const { table, gone } of differences.toReversed()) {
      await removeChildRows(this.#connection, table, gone);
      for (const row of gone) await this.#logRow(table, row, null, touched);
    }
    for (const { table, come } of differences) {
      await this.#store.saveChildren(
        table,
        come.map(({ after }) => after),
      );
      for (const { before, after } of come) await this.#logRow(table, before, after, touched);
    }
    return touched;
  }

  async #logRow(table: StateTable, before: SqlRow | null, after: SqlRow | null, touched: Set<number>): Promise<void> {
    const id = (after ?? before)?.customer_id as number;
    touched.add(id);
    const action = before === null ? 'insert' : after === null ? 'delete' : 'update';
    await this.#log.add({ entity: table, id, action, before: before as Change['before'], after: after as Change['after'] });
  }
}

/** Rows of open customers that are too many, and those that are missing or other. */
function rowDifferences(
  table: StateTable,
  wanted: CustomerStates,
  here: CustomerStates,
  open: ReadonlySet<number>,
): { readonly gone: SqlRow[]; readonly come: { readonly before: SqlRow | null; readonly after: SqlRow }[] } {
  const own = (states: CustomerStates): SqlRow[] => (states.rows.get(table) ?? []).filter((row) => open.has(row.customer_id as number));
  const stored = new Map(own(here).map((row) => [childKey(table, row), row]));
  const come: { before: SqlRow | null; after: SqlRow }[] = [];
  for (const after of own(wanted)) {
    const key = childKey(table, after);
    const before = stored.get(key) ?? null;
    stored.delete(key);
    if (before === null || !sameRow(before, after as Change['after'])) come.push({ before, after });
  }
  return { gone: [...stored.values()], come };
}
