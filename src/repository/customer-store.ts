import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue, WordsEntry } from '../engines/engine.ts';
import { CHILD_TABLES, type Change, type ChildTable } from '../model/changeset.ts';
import { KEYS_OF_FIELD, matchKeys } from '../normalize/match-keys.ts';
import { ATTRIBUTE_PREFIX, type Customer, type FieldValues, SCALAR_COLUMNS, type differences, withFields } from '../model/customer.ts';
import { CUSTOMER_COLUMNS, SEARCHABLE_FIELDS, attributesJson, customerOf, rowOf, wordsOf } from './customer-rows.ts';

/** A customer to be written, with the hash of the imported row it is equal to (null after any other change). */
export interface Saved {
  readonly customer: Customer;
  readonly rowHash: number | null;
}

/** Takes full-text words. */
export type WordsSink = Pick<Connection, 'putWords'>;

/** A stored customer that is to be `customer`, and what that changes; null where it changes bookkeeping only. */
export interface Update extends Saved {
  readonly changed: ReturnType<typeof differences>;
}

/** Customers and the rows that belong to them, read and written inside one transaction. */
export class CustomerStore {
  readonly #connection: Connection;
  readonly #words: WordsSink;

  /** @param words where full-text words go; the database itself by default */
  constructor(connection: Connection, words: WordsSink = connection) {
    this.#connection = connection;
    this.#words = words;
  }

  /** The customers with these ids that exist, by id. */
  async load(ids: Iterable<number>): Promise<Map<number, Customer>> {
    const list = [...new Set(ids)];
    if (list.length === 0) return new Map();
    const rows = await this.#connection.all(
      `SELECT ${CUSTOMER_COLUMNS.join(', ')} FROM customers WHERE ${this.#connection.facts.inJsonArray('id', 'integer')}`,
      [JSON.stringify(list)],
    );
    return new Map(rows.map((row) => [row.id as number, customerOf(row)]));
  }

  /** Inserts or replaces whole customers, their match keys and their full-text words. */
  async save(saved: readonly Saved[]): Promise<void> {
    await this.keepMarks(saved.map(({ customer }) => customer.id));
    const words: WordsEntry[] = [];
    const rows = saved.map(({ customer, rowHash }) => this.#withWords(rowOf(customer, rowHash), customer, words));
    await this.#connection.upsert('customers', ['id'], rows);
    await this.#words.putWords(words);
  }

  /** Inserts customers whose ids are new, with their match keys and full-text words. */
  async insert(saved: readonly Saved[]): Promise<void> {
    const words: WordsEntry[] = [];
    const rows = saved.map(({ customer, rowHash }) => this.#withWords(rowOf(customer, rowHash), customer, words));
    await this.#connection.upsert('customers', ['id'], rows);
    await this.#words.putWords(words, { fresh: true });
  }

  /** The customers that have external ids which these rows of `external_ids` name. */
  async ownersOf(rows: readonly SqlRow[]): Promise<number[]> {
    if (rows.length === 0) return [];
    const found = await this.#connection.all<{ customer_id: number }>(
      `SELECT e.customer_id FROM ${this.#connection.facts.jsonPairs} j
       CROSS JOIN external_ids e WHERE e.external_id = j.value AND e.source = j.other`,
      [JSON.stringify(rows.map(({ external_id, source }) => [external_id, source]))],
    );
    return found.map(({ customer_id }) => customer_id);
  }

  /**
   * Writes what changes of stored customers.
   * @param keysOf their match keys as they are stored, where that is known: equal ones are not written again, because each of
   * them costs a look into its index. Then the caller also sees to the marks of the rows that they were equal to.
   */
  async update(updates: readonly Update[], keysOf?: ReadonlyMap<number, SqlRow>): Promise<void> {
    if (keysOf === undefined) await this.keepMarks(updates.map(({ customer }) => customer.id));
    const groups = new Map<string, SqlRow[]>();
    const words: WordsEntry[] = [];
    for (const { customer, rowHash, changed } of updates) {
      const fields = Object.keys(changed?.after ?? {});
      const row = changedRow(customer, rowHash, fields, keysOf?.get(customer.id));
      if (fields.some(isSearched) && hasOtherWords(customer, changed?.before ?? {})) this.#withWords(row, customer, words);
      const signature = Object.keys(row).join();
      const group = groups.get(signature);
      if (group === undefined) groups.set(signature, [row]);
      else group.push(row);
    }
    for (const rows of groups.values()) await this.#connection.update('customers', ['id'], rows);
    await this.#words.putWords(words);
  }

  /** Adds the full-text words to the row where the engine keeps them there, else to those to be put into the index. */
  #withWords(row: Record<string, SqlValue>, customer: Customer, words: WordsEntry[]): SqlRow {
    const { wordsColumn } = this.#connection.facts;
    if (wordsColumn === null) words.push({ id: customer.id, words: wordsOf(customer) });
    else row[wordsColumn] = wordsOf(customer);
    return row;
  }

  /** Remembers which imported rows these customers were equal to, so that the rows find them again. */
  async keepMarks(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#connection.run(
      `INSERT INTO row_marks (row_hash, customer_id) SELECT row_hash, id FROM customers
       WHERE ${this.#connection.facts.inJsonArray('id', 'integer')} AND row_hash IS NOT NULL ON CONFLICT DO NOTHING`,
      [JSON.stringify(ids)],
    );
  }

  /** Counts customers as changed because something that belongs to them was: their row may not pass for the imported one. */
  async touch(ids: readonly number[], now: string): Promise<void> {
    if (ids.length === 0) return;
    await this.keepMarks(ids);
    const { inJsonArray, instantParameter } = this.#connection.facts;
    await this.#connection.run(
      `UPDATE customers SET version = version + 1, updated_at = ${instantParameter}, row_hash = NULL WHERE ${inJsonArray('id', 'integer')}`,
      [now, JSON.stringify(ids)],
    );
  }

  /** Remembers that imported rows with these hashes went to customers. */
  async mark(marks: readonly { readonly rowHash: number; readonly id: number }[]): Promise<void> {
    const rows = marks.map(({ rowHash, id }) => ({ row_hash: rowHash, customer_id: id }));
    await this.#connection.upsert('row_marks', ['row_hash', 'customer_id'], rows);
  }

  /** Forgets which imported rows went to these customers; those that they are equal to are not affected. */
  async forgetMarks(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#connection.run(`DELETE FROM row_marks WHERE ${this.#connection.facts.inJsonArray('customer_id', 'integer')}`, [
      JSON.stringify(ids),
    ]);
  }

  /** Rows of one child table that belong to these customers. */
  async children(table: ChildTable, ids: readonly number[]): Promise<SqlRow[]> {
    const { facts } = this.#connection;
    return this.#connection.all(
      `SELECT * FROM ${table} WHERE ${facts.inJsonArray('customer_id', 'integer')} ORDER BY ${CHILD_TABLES[table].join(', ')}`,
      [JSON.stringify(ids)],
    );
  }

  /** The tags of these customers, by id; nothing for those without any. */
  async tagsOf(ids: readonly number[]): Promise<Map<number, Set<string>>> {
    const tags = new Map<number, Set<string>>();
    if (ids.length === 0) return tags;
    for (const { customer_id, tag } of await this.children('tags', ids)) {
      const id = customer_id as number;
      tags.set(id, (tags.get(id) ?? new Set()).add(tag as string));
    }
    return tags;
  }

  /** The row of a child table that has the same key as this one, null when there is none. */
  async child(table: ChildTable, row: SqlRow): Promise<SqlRow | null> {
    const key: readonly string[] = CHILD_TABLES[table];
    const rows = await this.#connection.all(
      `SELECT * FROM ${table} WHERE ${key.map((column) => `${column} = ?`).join(' AND ')}`,
      key.map((column) => row[column] ?? null),
    );
    return rows[0] ?? null;
  }

  /** Inserts or replaces rows of a child table, by its key. */
  async saveChildren(table: ChildTable, rows: readonly SqlRow[]): Promise<void> {
    await this.#connection.upsert(table, CHILD_TABLES[table], rows);
  }

  /** Removes one row of a child table. */
  async removeChild(table: ChildTable, row: Readonly<Record<string, SqlValue>>): Promise<void> {
    const key: readonly string[] = CHILD_TABLES[table];
    await this.#connection.run(
      `DELETE FROM ${table} WHERE ${key.map((column) => `${column} = ?`).join(' AND ')}`,
      key.map((column) => row[column] ?? null),
    );
  }

  /**
   * Removes customers with everything that belongs to them; others lose their link to them as their company.
   * @returns the changes, children before their customer is gone: `before` holds whole rows, enough to restore them
   */
  async remove(customers: readonly Customer[]): Promise<Change[]> {
    const ids = customers.map((customer) => customer.id);
    const list = [JSON.stringify(ids)];
    const changes = await this.#unlink(ids);
    const { facts } = this.#connection;
    for (const table of [...CHILD_TABLE_NAMES].reverse()) {
      for (const row of await this.children(table, ids)) {
        changes.push({ entity: table, id: row.customer_id as number, action: 'delete', before: row as Change['before'], after: null });
      }
      await this.#connection.run(`DELETE FROM ${table} WHERE ${facts.inJsonArray('customer_id', 'integer')}`, list);
    }
    for (const customer of customers)
      changes.push({ entity: 'customers', id: customer.id, action: 'delete', before: wholeOf(customer), after: null });
    if (facts.wordsColumn === null) await this.#words.putWords(ids.map((id) => ({ id, words: null })));
    await this.#connection.run(`DELETE FROM customers WHERE ${facts.inJsonArray('id', 'integer')}`, list);
    return changes;
  }

  /** Takes the link to these companies off the customers that have it and stay. */
  async #unlink(ids: readonly number[]): Promise<Change[]> {
    const { facts } = this.#connection;
    const links = `${facts.inJsonArray('company_id', 'integer')} AND NOT (${facts.inJsonArray('id', 'integer')})`;
    const lists = [JSON.stringify(ids), JSON.stringify(ids)];
    const linked = await this.#connection.all<{ id: number; company_id: number }>(
      `SELECT id, company_id FROM customers WHERE ${links}`,
      lists,
    );
    if (linked.length === 0) return [];
    await this.#connection.run(`UPDATE customers SET company_id = NULL, row_hash = NULL, version = version + 1 WHERE ${links}`, lists);
    return linked.map(({ id, company_id }) => ({
      entity: 'customers',
      id,
      action: 'update',
      before: { company_id },
      after: { company_id: null },
    }));
  }

  /** Ids of customers reached through old ids of merged ones; an id that was not merged stays itself. */
  async follow(id: number): Promise<number> {
    const seen = new Set<number>();
    let current = id;
    while (!seen.has(current)) {
      seen.add(current);
      const [row] = await this.#connection.all('SELECT customer_id FROM redirects WHERE old_id = ?', [current]);
      if (row === undefined) return current;
      current = row.customer_id as number;
    }
    return current;
  }
}

/** The columns to be written when these fields changed: themselves, the match keys made of them, and bookkeeping. */
function changedRow(customer: Customer, rowHash: number | null, fields: readonly string[], stored?: SqlRow): Record<string, SqlValue> {
  const row: Record<string, SqlValue> = { id: customer.id };
  let keys: Readonly<Record<string, SqlValue>> | null = null;
  for (const field of fields) {
    if (field.startsWith(ATTRIBUTE_PREFIX)) row.attributes = attributesJson(customer);
    else row[field] = (customer as unknown as SqlRow)[field] ?? null;
    for (const key of KEYS_OF_FIELD[field] ?? []) {
      keys ??= { ...matchKeys(customer) };
      if (stored === undefined || stored[key] !== keys[key]) row[key] = keys[key] as SqlValue;
    }
  }
  row.version = customer.version;
  row.updated_at = customer.updated_at;
  if (stored === undefined || stored.row_hash !== rowHash) row.row_hash = rowHash;
  return row;
}

/** Whether the full-text words of a customer are others than before: most normalising leaves them as they are. */
function hasOtherWords(customer: Customer, before: FieldValues): boolean {
  return wordsOf(withFields(customer, before)) !== wordsOf(customer);
}

function isSearched(field: string): boolean {
  return field.startsWith(ATTRIBUTE_PREFIX) || SEARCHABLE_FIELDS.includes(field);
}

const CHILD_TABLE_NAMES = Object.keys(CHILD_TABLES) as ChildTable[];

/** Every value of a customer as a flat record: what restores it. */
export function wholeOf(customer: Customer): NonNullable<Change['before']> {
  const flat: Record<string, string | number | null> = { version: customer.version };
  for (const column of SCALAR_COLUMNS) {
    const value = customer[column] as string | number | null;
    if (value !== null) flat[column] = value;
  }
  for (const [name, value] of Object.entries(customer.attributes)) flat[`attributes.${name}`] = value;
  return flat;
}

/** The customer that `wholeOf` described. */
export function customerFromWhole(id: number, flat: NonNullable<Change['before']>): Customer {
  const customer: Record<string, unknown> = { id, attributes: {} };
  for (const column of SCALAR_COLUMNS) customer[column] = flat[column] ?? null;
  customer.version = flat.version ?? 1;
  const attributes: Record<string, string> = {};
  for (const [field, value] of Object.entries(flat)) {
    if (field.startsWith('attributes.')) {
      Object.defineProperty(attributes, field.slice('attributes.'.length), {
        value: String(value),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }
  customer.attributes = attributes;
  return customer as unknown as Customer;
}
