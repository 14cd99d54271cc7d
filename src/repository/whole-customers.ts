import type { Connection, WordsEntry } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { CHILD_TABLES } from '../model/changeset.ts';
import { CUSTOMER_COLUMNS, customerOf, wordsOf } from './customer-rows.ts';
import { KEY_CELLS } from './import-batch.ts';

/** What reads rows: a transaction, or a database. */
export type Reader = Pick<Connection, 'all' | 'facts'>;

/** A table whose rows belong to one customer each. */
interface WholeTable {
  readonly name: string;
  /** The column that says whose a row is. */
  readonly owner: string;
  readonly key: readonly string[];
  readonly columns: string;
}

/** Columns of `customers` that are stored; the full-text words are made of them. */
export const STORED_COLUMNS: readonly string[] = [...CUSTOMER_COLUMNS, ...KEY_CELLS, 'row_hash'];

/**
 * All that a customer is: a table of rows that a customer has of its own. What customers share (products, runs) is not here: see
 * `copyShared`. Which imported rows went to it (`row_marks`), and what people decided about pairs, stays where it is.
 */
const WHOLE_TABLES: readonly WholeTable[] = [
  { name: 'customers', owner: 'id', key: ['id'], columns: STORED_COLUMNS.join(', ') },
  ...Object.entries(CHILD_TABLES).map(([name, key]) => ({ name, owner: 'customer_id', key, columns: '*' })),
  { name: 'changes', owner: 'entity_id', key: ['entity_id', 'run_id', 'seq'], columns: '*' },
];

/** Customers with everything that belongs to them, as rows by table; `company_id` is their company wherever that one is. */
export type WholeCustomers = ReadonlyMap<string, readonly SqlRow[]>;

/** Reads the customers with these ids that exist, whole. */
export async function readWhole(reader: Reader, ids: readonly number[]): Promise<WholeCustomers> {
  const whole = new Map<string, readonly SqlRow[]>();
  const list = [JSON.stringify(ids)];
  for (const { name, owner, columns } of WHOLE_TABLES) {
    if (name !== 'customers' && !(await hasRows(reader, name))) continue;
    whole.set(name, await reader.all(`SELECT ${columns} FROM ${name} WHERE ${reader.facts.inJsonArray(owner, 'integer')}`, list));
  }
  const away = await reader.all<{ customer_id: number; company_id: number }>(
    `SELECT customer_id, company_id FROM away_companies WHERE ${reader.facts.inJsonArray('customer_id', 'integer')}`,
    list,
  );
  const companies = new Map(away.map(({ customer_id, company_id }) => [customer_id, company_id]));
  return withCompanies(whole, ({ id, company_id }) => (company_id ?? companies.get(id as number) ?? null) as number | null);
}

/** How many rows there are in all tables. */
export function rowCount(whole: WholeCustomers): number {
  let count = 0;
  for (const rows of whole.values()) count += rows.length;
  return count;
}

/** Ids of the customers. */
export function idsOf(whole: WholeCustomers): number[] {
  return (whole.get('customers') ?? []).map((row) => row.id as number);
}

/** Those of the customers that `isWanted`. */
export function partOf(whole: WholeCustomers, isWanted: (id: number) => boolean): WholeCustomers {
  return new Map(
    WHOLE_TABLES.map(({ name, owner }) => [name, (whole.get(name) ?? []).filter((row) => isWanted(row[owner] as number))] as const),
  );
}

/** The customers with other companies. */
export function withCompanies(whole: WholeCustomers, companyOf: (row: SqlRow) => number | null): WholeCustomers {
  const rows = (whole.get('customers') ?? []).map((row) => {
    const company = companyOf(row);
    return company === row.company_id ? row : { ...row, company_id: company };
  });
  return new Map(whole).set('customers', rows);
}

/** The rows of each customer by table, for `fingerprintsOf`. */
export function* ownedRows(
  whole: WholeCustomers,
): Generator<{ readonly table: string; readonly owner: string; readonly rows: readonly SqlRow[] }> {
  for (const { name, owner } of WHOLE_TABLES) {
    const rows = whole.get(name) ?? [];
    if (rows.length > 0) yield { table: name, owner, rows };
  }
}

/**
 * Writes customers that are not there (see `collisionsIn`), as they are: ids, times, versions and keys too. What they share with others has
 * to be there (`copyShared`). A company that is not there is remembered, and linked when it comes.
 */
export async function writeWhole(connection: Connection, whole: WholeCustomers): Promise<void> {
  const customers = whole.get('customers') ?? [];
  const here = await existing(connection, [
    ...new Set(customers.flatMap(({ company_id }) => (company_id === null ? [] : [company_id as number]))),
  ]);
  const own = new Set(idsOf(whole));
  const { wordsColumn } = connection.facts;
  const words: WordsEntry[] = [];
  const rows = customers.map((row) => {
    const text = wordsOf(customerOf(row));
    words.push({ id: row.id as number, words: text });
    const linked = row.company_id === null || here.has(row.company_id as number) ? row : { ...row, company_id: null };
    return wordsColumn === null ? linked : { ...linked, [wordsColumn]: text };
  });
  await connection.upsert('customers', ['id'], rows);
  if (wordsColumn === null) await connection.putWords(words, { fresh: true });
  for (const { name, key } of WHOLE_TABLES.slice(1)) await connection.upsert(name, key, whole.get(name) ?? []);
  const unlinked = customers.filter(({ company_id }) => company_id !== null && !here.has(company_id as number));
  const links = unlinked.map(({ id, company_id }) => ({ id: id as number, company_id: company_id as number }));
  await connection.update(
    'customers',
    ['id'],
    links.filter(({ company_id }) => own.has(company_id)),
  );
  const away = links.filter(({ company_id }) => !own.has(company_id)).map(({ id, company_id }) => ({ customer_id: id, company_id }));
  await connection.upsert('away_companies', ['customer_id'], away);
  await linkArrivals(connection, idsOf(whole));
}

/** Links those to companies whose company has come. */
async function linkArrivals(connection: Connection, ids: readonly number[]): Promise<void> {
  const arrived = `company_id IS NULL AND id IN (SELECT customer_id FROM away_companies WHERE ${connection.facts.inJsonArray('company_id', 'integer')})`;
  const list = [JSON.stringify(ids)];
  await connection.run(
    `UPDATE customers SET company_id = (SELECT a.company_id FROM away_companies a WHERE a.customer_id = customers.id) WHERE ${arrived}`,
    list,
  );
  await connection.run(`DELETE FROM away_companies WHERE ${connection.facts.inJsonArray('company_id', 'integer')}`, list);
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
export async function existing(reader: Reader, ids: readonly number[]): Promise<Set<number>> {
  if (ids.length === 0) return new Set();
  const rows = await reader.all<{ id: number }>(`SELECT id FROM customers WHERE ${reader.facts.inJsonArray('id', 'integer')}`, [
    JSON.stringify(ids),
  ]);
  return new Set(rows.map(({ id }) => id));
}

async function hasRows(reader: Pick<Connection, 'all'>, table: string): Promise<boolean> {
  return (await reader.all<Record<string, SqlValue>>(`SELECT 1 AS found FROM ${table} LIMIT 1`)).length > 0;
}
