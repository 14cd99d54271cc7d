import type { Connection, TableRows } from '../engines/connection.ts';
import type { SqlRow, SqlValue, WordsEntry } from '../engines/engine.ts';
import { CHILD_TABLES } from '../model/changeset.ts';
import { CUSTOMER_COLUMNS, customerOf, wordsOf } from './customer-rows.ts';
import { KEY_CELLS } from './import-batch.ts';

/** What reads rows: a transaction, or a database. */
export type Reader = Pick<Connection, 'all' | 'table' | 'facts'>;

/** A table whose rows belong to one customer each. */
interface WholeTable {
  readonly name: string;
  /** The column that says whose a row is. */
  readonly owner: string;
  readonly columns: string;
}

/** Columns of `customers` that are stored; the full-text words are made of them. */
export const STORED_COLUMNS: readonly string[] = [...CUSTOMER_COLUMNS, ...KEY_CELLS, 'row_hash'];

/**
 * All that a customer is: the tables of which it has rows of its own. What customers share (products, runs) is not here: see
 * `copyShared`. Which imported rows went to it (`row_marks`), and what people decided about pairs, stays where it is.
 */
export const WHOLE_TABLES: readonly WholeTable[] = [
  { name: 'customers', owner: 'id', columns: STORED_COLUMNS.join(', ') },
  ...Object.keys(CHILD_TABLES).map((name) => ({ name, owner: 'customer_id', columns: '*' })),
  { name: 'changes', owner: 'entity_id', columns: '*' },
];
const ID = STORED_COLUMNS.indexOf('id');
const COMPANY = STORED_COLUMNS.indexOf('company_id');

/**
 * Customers with everything that belongs to them, by table; a table of which they have nothing may be absent. `company_id` is their
 * company wherever that one is.
 */
export type WholeCustomers = ReadonlyMap<string, TableRows>;

/** Reads the customers with these ids that exist, whole. */
export async function readWhole(reader: Reader, ids: readonly number[]): Promise<WholeCustomers> {
  const whole = new Map<string, TableRows>();
  const list = [JSON.stringify(ids)];
  for (const { name, owner, columns } of WHOLE_TABLES) {
    if (name !== 'customers' && !(await hasRows(reader, name))) continue;
    const rows = await reader.table(`SELECT ${columns} FROM ${name} WHERE ${reader.facts.inJsonArray(owner, 'integer')}`, list);
    if (rows.rows.length > 0) whole.set(name, rows);
  }
  const away = await reader.all<{ customer_id: number; company_id: number }>(
    `SELECT customer_id, company_id FROM away_companies WHERE ${reader.facts.inJsonArray('customer_id', 'integer')}`,
    list,
  );
  if (away.length === 0) return whole;
  const companies = new Map(away.map(({ customer_id, company_id }) => [customer_id, company_id]));
  return withCompanies(whole, (id, company) => company ?? companies.get(id) ?? null);
}

/** How many rows there are in all tables. */
export function rowCount(whole: WholeCustomers): number {
  let count = 0;
  for (const { rows } of whole.values()) count += rows.length;
  return count;
}

/** Ids of the customers. */
export function idsOf(whole: WholeCustomers): number[] {
  return (whole.get('customers')?.rows ?? []).map((row) => row[ID] as number);
}

/** Companies of the customers, each once. */
export function companiesOf(whole: WholeCustomers): number[] {
  return [...new Set((whole.get('customers')?.rows ?? []).flatMap((row) => (row[COMPANY] === null ? [] : [row[COMPANY] as number])))];
}

/** The rows of one table as objects. */
export function objectsOf(whole: WholeCustomers, table: string): SqlRow[] {
  const { columns, rows } = whole.get(table) ?? { columns: [], rows: [] };
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null])));
}

/** Those of the customers that `isWanted`. */
export function partOf(whole: WholeCustomers, isWanted: (id: number) => boolean): WholeCustomers {
  return new Map(
    [...ownedRows(whole)].map(
      ({ table, columns, rows, owner }) => [table, { columns, rows: rows.filter((row) => isWanted(row[owner] as number)) }] as const,
    ),
  );
}

/** The customers with other companies. */
export function withCompanies(whole: WholeCustomers, companyOf: (id: number, company: number | null) => number | null): WholeCustomers {
  const { columns = STORED_COLUMNS, rows = [] } = whole.get('customers') ?? {};
  const linked = rows.map((row) => {
    const company = companyOf(row[ID] as number, row[COMPANY] as number | null);
    return company === row[COMPANY] ? row : row.with(COMPANY, company);
  });
  return new Map(whole).set('customers', { columns, rows: linked });
}

/** The rows by table, with the place of the column that says whose a row is. */
export function* ownedRows(whole: WholeCustomers): Generator<TableRows & { readonly table: string; readonly owner: number }> {
  for (const { name, owner } of WHOLE_TABLES) {
    const rows = whole.get(name);
    if (rows !== undefined) yield { table: name, owner: rows.columns.indexOf(owner), ...rows };
  }
}

/**
 * Writes customers that are not there (see `collisionsIn`), as they are: ids, times, versions and keys too. What they share with others has
 * to be there (`copyShared`). A company that is not there is remembered, and linked when it comes.
 */
export async function writeWhole(connection: Connection, whole: WholeCustomers): Promise<void> {
  const here = await existing(connection, companiesOf(whole));
  const own = new Set(idsOf(whole));
  const linked = withCompanies(whole, (_, company) => (company !== null && here.has(company) ? company : null));
  await insertCustomers(connection, linked.get('customers') ?? { columns: STORED_COLUMNS, rows: [] });
  for (const { name } of WHOLE_TABLES.slice(1)) {
    const rows = whole.get(name);
    if (rows !== undefined) await connection.insert(name, rows);
  }
  const links = (whole.get('customers')?.rows ?? [])
    .map((row) => ({ id: row[ID] as number, company_id: row[COMPANY] as number | null }))
    .flatMap(({ id, company_id }) => (company_id === null || here.has(company_id) ? [] : [{ id, company_id }]));
  await connection.update(
    'customers',
    ['id'],
    links.filter(({ company_id }) => own.has(company_id)),
  );
  const away = links.filter(({ company_id }) => !own.has(company_id)).map(({ id, company_id }) => ({ customer_id: id, company_id }));
  await connection.upsert('away_companies', ['customer_id'], away);
  await linkArrivals(connection, [...own]);
}

async function insertCustomers(connection: Connection, { columns, rows }: TableRows): Promise<void> {
  const { wordsColumn } = connection.facts;
  const words: WordsEntry[] = rows.map((row) => ({ id: row[ID] as number, words: wordsOf(customerOf(objectOf(columns, row))) }));
  if (wordsColumn !== null)
    return connection.insert('customers', {
      columns: [...columns, wordsColumn],
      rows: rows.map((row, i) => [...row, words[i]?.words ?? null]),
    });
  await connection.insert('customers', { columns, rows });
  await connection.putWords(words, { fresh: true });
}

function objectOf(columns: readonly string[], row: readonly SqlValue[]): SqlRow {
  const object: Record<string, SqlValue> = {};
  for (let i = 0; i < columns.length; i++) object[columns[i] as string] = row[i] as SqlValue;
  return object;
}

/** Links those to companies whose company has come. */
export async function linkArrivals(connection: Connection, ids: readonly number[]): Promise<void> {
  const { inJsonArray } = connection.facts;
  const list = [JSON.stringify(ids)];
  const arrived = `company_id IS NULL AND id IN (SELECT customer_id FROM away_companies WHERE ${inJsonArray('company_id', 'integer')})`;
  await connection.run(
    `UPDATE customers SET company_id = (SELECT a.company_id FROM away_companies a WHERE a.customer_id = customers.id) WHERE ${arrived}`,
    list,
  );
  await connection.run(`DELETE FROM away_companies WHERE ${inJsonArray('company_id', 'integer')}`, list);
}

/** Removes customers with everything that belongs to them; others remember who their company is. Idempotent. */
export async function removeWhole(connection: Connection, ids: readonly number[]): Promise<void> {
  const { facts } = connection;
  const list = JSON.stringify(ids);
  const links = `${facts.inJsonArray('company_id', 'integer')} AND NOT (${facts.inJsonArray('id', 'integer')})`;
  await connection.run(
    `INSERT INTO away_companies (customer_id, company_id) SELECT id, company_id FROM customers WHERE ${links} ON CONFLICT (customer_id) DO UPDATE SET company_id = excluded.company_id`,
    [list, list],
  );
  await connection.run(`UPDATE customers SET company_id = NULL WHERE ${links}`, [list, list]);
  for (const { name, owner } of WHOLE_TABLES.slice(1).reverse()) {
    if (await hasRows(connection, name)) await connection.run(`DELETE FROM ${name} WHERE ${facts.inJsonArray(owner, 'integer')}`, [list]);
  }
  if (facts.wordsColumn === null) await connection.putWords(ids.map((id) => ({ id, words: null })));
  await connection.run(`DELETE FROM customers WHERE ${facts.inJsonArray('id', 'integer')}`, [list]);
}

/** Which of these customers exist. */
export async function existing(reader: Pick<Reader, 'all' | 'facts'>, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const rows = await reader.all<{ id: number }>(`SELECT id FROM customers WHERE ${reader.facts.inJsonArray('id', 'integer')}`, [
    JSON.stringify(ids),
  ]);
  return new Set(rows.map(({ id }) => id));
}

async function hasRows(reader: Pick<Connection, 'all'>, table: string): Promise<boolean> {
  return (await reader.all(`SELECT 1 AS found FROM ${table} LIMIT 1`)).length > 0;
}
