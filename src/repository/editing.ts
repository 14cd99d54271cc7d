import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';
import type { ChildTable } from '../model/changeset.ts';
import { type Customer, type FieldValue, type FieldValues, differences, withValues } from '../model/customer.ts';
import { normalizeInstant } from '../normalize/date.ts';
import { emailKey } from '../normalize/email-key.ts';
import { phoneKey } from '../normalize/phone-key.ts';
import type { ExternalId } from '../model/external-id.ts';
import { CustomerStore } from './customer-store.ts';
import { newCustomer } from './new-customer.ts';
import type { RunLog } from './run-log.ts';

/** Fields and tags that one edit sets; a field set to null is emptied. */
export interface Edit {
  readonly values: FieldValues;
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
}

/** What a new customer has beside its fields. */
export interface NewCustomerExtras {
  readonly tags?: readonly string[];
  readonly externalIds?: readonly ExternalId[];
}

/** A row that belongs to a customer, as the library adds it; its `id` is given by the database. */
export interface NewChild {
  readonly table: Exclude<ChildTable, 'external_ids' | 'tags' | 'redirects'>;
  readonly row: Readonly<Record<string, SqlValue>>;
}

const WITH_OWN_ID: ReadonlySet<string> = new Set(['contact_points', 'interactions', 'orders']);

const ALWAYS_SET = ['kind', 'created_at'] as const;

/** Changes to single customers, each recorded in the run of the open transaction. */
export class Editing {
  readonly #connection: Connection;
  readonly #store: CustomerStore;
  readonly #log: RunLog;
  readonly #now: string;

  constructor(connection: Connection, log: RunLog, now: string) {
    this.#connection = connection;
    this.#store = new CustomerStore(connection);
    this.#log = log;
    this.#now = now;
  }

  /** Makes a customer of normalised values and returns it. @throws {CrmError} USAGE when an external id is in use */
  async add(values: FieldValues, { tags = [], externalIds = [] }: NewCustomerExtras): Promise<Customer> {
    for (const externalId of externalIds) await this.#requireFree(externalId);
    const id = await this.#connection.reserveIds('customers', 1);
    const kind =
      values.kind ?? (values.company_name && !values.name && !values.given_name && !values.family_name ? 'organisation' : 'person');
    const name = values.name ?? (kind === 'organisation' ? (values.company_name ?? null) : null);
    const derived: Record<string, FieldValue> = { kind, ...(name === null ? {} : { name }) };
    const customer = { ...newCustomer({ values: await this.#withCompany(values), derived }, this.#now), id };
    await this.#store.save([{ customer, rowHash: null }]);
    await this.#log.addInserts(id, id);
    await this.#store.saveChildren(
      'tags',
      tags.map((tag) => ({ customer_id: id, tag })),
    );
    await this.#store.saveChildren(
      'external_ids',
      externalIds.map((external) => ({ source: external.source, external_id: external.id, customer_id: id })),
    );
    return customer;
  }

  /** The values with the company that is there now, where the one they name was merged. */
  async #withCompany(values: FieldValues): Promise<FieldValues> {
    const { company_id } = values;
    return typeof company_id === 'number' ? { ...values, company_id: await this.#store.follow(company_id) } : values;
  }

  async #requireFree({ source, id }: ExternalId): Promise<void> {
    const sql = 'SELECT customer_id FROM external_ids WHERE source = ? AND external_id = ?';
    const [owner] = await this.#connection.all<{ customer_id: number }>(sql, [source, id]);
    if (owner === undefined) return;
    throw new CrmError('USAGE', `customer ${owner.customer_id} has that external id already`, {
      hint: `look at it: crm show ${owner.customer_id}`,
    });
  }

  /**
   * Sets fields of a customer.
   * @returns the customer afterwards and the fields that changed
   * @throws {CrmError} NOT_FOUND, USAGE when it would empty a field that every customer has
   */
  async edit(reference: number, edit: Edit): Promise<{ customer: Customer; changed: readonly string[] }> {
    for (const field of ALWAYS_SET) {
      if (edit.values[field] === null)
        throw new CrmError('USAGE', `${field} cannot be emptied`, { hint: 'every customer has one: give another value' });
    }
    const before = await this.#existing(reference);
    const { id } = before;
    const after = withValues(before, await this.#withCompany(edit.values));
    const changed = differences(before, after);
    const tagsChanged = await this.#editTags(id, edit);
    if (changed === null && !tagsChanged) return { customer: before, changed: [] };
    const customer = { ...after, version: before.version + 1, updated_at: this.#now };
    await this.#store.save([{ customer, rowHash: null }]);
    if (changed !== null) await this.#log.add({ entity: 'customers', id, action: 'update', ...changed });
    return { customer, changed: [...Object.keys(changed?.after ?? {}), ...(tagsChanged ? ['tags'] : [])] };
  }

  async #editTags(id: number, edit: Edit): Promise<boolean> {
    const has = new Set((await this.#store.children('tags', [id])).map((row) => row.tag as string));
    let changed = false;
    for (const tag of edit.addTags ?? []) {
      if (has.has(tag)) continue;
      const row = { customer_id: id, tag };
      await this.#store.saveChildren('tags', [row]);
      await this.#log.add({ entity: 'tags', id, action: 'insert', before: null, after: row });
      changed = true;
    }
    for (const tag of edit.removeTags ?? []) {
      if (!has.has(tag)) continue;
      const row = { customer_id: id, tag };
      await this.#store.removeChild('tags', row);
      await this.#log.add({ entity: 'tags', id, action: 'delete', before: row, after: null });
      changed = true;
    }
    return changed;
  }

  /** Removes customers with everything that belongs to them. @throws {CrmError} NOT_FOUND */
  async remove(ids: readonly number[]): Promise<number> {
    const customers: Customer[] = [];
    for (const id of new Set(ids)) customers.push(await this.#existing(id));
    for (const change of await this.#store.remove(customers)) await this.#log.add(change);
    return customers.length;
  }

  /**
   * Adds a row that belongs to a customer, or replaces the one of that key, and returns its id (0 where it has none).
   * @throws {CrmError} NOT_FOUND, USAGE when an instant in it is none
   */
  async addChild(customerId: number, child: NewChild): Promise<number> {
    const owner = await this.#existing(customerId);
    const id = WITH_OWN_ID.has(child.table) ? await this.#nextId(child.table) : 0;
    const row: SqlRow = { customer_id: owner.id, ...(id === 0 ? {} : { id }), ...this.#derived(child), ...withInstants(child.row) };
    const before = await this.#store.child(child.table, row);
    await this.#store.saveChildren(child.table, [row]);
    // Read back: the database fills in columns and writes instants in its own form.
    const after = await this.#store.child(child.table, row);
    await this.#store.save([{ customer: { ...owner, version: owner.version + 1, updated_at: this.#now }, rowHash: null }]);
    const action = before === null ? 'insert' : 'update';
    await this.#log.add({
      entity: child.table,
      id: owner.id,
      action,
      before: before as FieldValues | null,
      after: after as FieldValues | null,
    });
    return id;
  }

  /** Columns of a contact point that are not given: its match key is made of its value, never typed. */
  #derived({ table, row }: NewChild): SqlRow {
    if (table !== 'contact_points') return {};
    const value = typeof row.value === 'string' ? row.value : '';
    const key = row.kind === 'email' ? emailKey(value) : row.kind === 'phone' ? phoneKey(value) : null;
    return { key, created_at: this.#now };
  }

  async #nextId(table: string): Promise<number> {
    const [row] = await this.#connection.all<{ next_id: number }>('SELECT next_id FROM sequences WHERE name = ?', [table]);
    const id = row?.next_id ?? 1;
    await this.#connection.upsert('sequences', ['name'], [{ name: table, next_id: id + 1 }]);
    return id;
  }

  async #existing(id: number): Promise<Customer> {
    const current = await this.#store.follow(id);
    const customer = (await this.#store.load([current])).get(current);
    if (customer === undefined)
      throw new CrmError('NOT_FOUND', `there is no customer ${id}`, { hint: 'find it with: crm query --search WORDS' });
    return customer;
  }
}

/** The row with its instants in the one form that both engines store: UTC with milliseconds. */
function withInstants(row: SqlRow): SqlRow {
  const entries = Object.entries(row).map(([column, value]): [string, SqlValue] => {
    if (!column.endsWith('_at') || typeof value !== 'string') return [column, value];
    const instant = normalizeInstant(value);
    if (instant.understood) return [column, instant.value];
    throw new CrmError('USAGE', `${column} is no point in time`, { hint: 'write it like 2026-01-31T10:00:00Z' });
  });
  return Object.fromEntries(entries);
}
