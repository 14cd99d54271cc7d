import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { type Reader, type WholeCustomers, idsOf, objectsOf } from './whole-customers.ts';

/** Customers, with what they share with others. */
export interface Sharing {
  readonly customers: readonly number[];
  readonly products: readonly number[];
  readonly runs: readonly number[];
}

/** What these customers share. */
export function sharingOf(whole: WholeCustomers): Sharing {
  return {
    customers: idsOf(whole),
    products: numbers(objectsOf(whole, 'order_items'), 'product_id'),
    runs: [...numbers(objectsOf(whole, 'changes'), 'run_id'), ...numbers(objectsOf(whole, 'redirects'), 'run_id')],
  };
}

/**
 * Copies what customers share with others to where they are to be written: products, runs, and which customers runs made. What is
 * there stays; with `refresh`, runs get the state that they have now.
 */
export async function copyShared(
  source: Reader,
  target: Connection,
  { customers, products, runs }: Sharing,
  { refresh }: { readonly refresh: boolean },
): Promise<void> {
  await copyProducts(source, target, products);
  const made = await insertsOf(source, customers);
  const missing = await copyRuns(source, target, new Set([...runs, ...numbers(made, 'run_id')]), refresh);
  const wanted = refresh ? made : made.filter((row) => missing.has(row.run_id as number));
  await target.upsert('run_inserts', ['run_id', 'entity', 'first_id'], wanted);
}

/** A key by which products are found belongs to one of them: where another one has it by now, the product comes without. */
async function copyProducts(source: Reader, target: Connection, ids: readonly number[]): Promise<void> {
  const missing = await absent(target, 'products', ids);
  if (missing.length === 0) return;
  const rows = await byIds(source, 'products', missing);
  const keys = rows.flatMap(({ sku_key }) => (sku_key === null ? [] : [sku_key as string]));
  const taken = await target.all<{ sku_key: string }>(`SELECT sku_key FROM products WHERE ${target.facts.inJsonArray('sku_key')}`, [
    JSON.stringify(keys),
  ]);
  const known = new Set(taken.map(({ sku_key }) => sku_key));
  await target.upsert(
    'products',
    ['id'],
    rows.map((row) => (known.has(row.sku_key as string) ? { ...row, sku_key: null } : row)),
  );
}

/** @returns the runs that were not there */
async function copyRuns(source: Reader, target: Connection, ids: ReadonlySet<number>, refresh: boolean): Promise<ReadonlySet<number>> {
  const wanted = new Map<number, SqlRow>();
  // A run that undoes another one needs that one.
  for (let next = [...ids]; next.length > 0; ) {
    const rows = await byIds(source, 'runs', next);
    for (const row of rows) wanted.set(row.id as number, row);
    next = [...new Set(numbers(rows, 'undoes_run'))].filter((id) => !wanted.has(id));
  }
  const missing = new Set(await absent(target, 'runs', [...wanted.keys()]));
  const rows = [...wanted.values()].filter((row) => refresh || missing.has(row.id as number));
  await target.upsert(
    'runs',
    ['id'],
    rows.sort((a, b) => (a.id as number) - (b.id as number)),
  );
  return missing;
}

/** The ranges of customers made by runs that hold one of these. */
async function insertsOf(source: Reader, customers: readonly number[]): Promise<SqlRow[]> {
  const ids = [...customers].sort((a, b) => a - b);
  const [first, last] = [ids[0], ids.at(-1)];
  if (first === undefined || last === undefined) return [];
  const sql = "SELECT * FROM run_inserts WHERE entity = 'customers' AND first_id <= ? AND last_id >= ?";
  return (await source.all(sql, [last, first])).filter(({ first_id, last_id }) => {
    const next = ids[lowerBound(ids, first_id as number)];
    return next !== undefined && next <= (last_id as number);
  });
}

/** Place of the first number that is not below `value`. */
function lowerBound(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byIds(reader: Reader, table: 'products' | 'runs', ids: readonly number[]): Promise<SqlRow[]> {
  return reader.all(`SELECT * FROM ${table} WHERE ${reader.facts.inJsonArray('id', 'integer')}`, [JSON.stringify(ids)]);
}

async function absent(reader: Reader, table: 'products' | 'runs', ids: readonly number[]): Promise<number[]> {
  if (ids.length === 0) return [];
  const rows = await reader.all<{ id: number }>(`SELECT id FROM ${table} WHERE ${reader.facts.inJsonArray('id', 'integer')}`, [
    JSON.stringify(ids),
  ]);
  const found = new Set(rows.map(({ id }) => id));
  return [...new Set(ids)].filter((id) => !found.has(id));
}

function numbers(rows: readonly SqlRow[], column: string): number[] {
  const found = new Set<number>();
  for (const row of rows) if (typeof row[column] === 'number') found.add(row[column] as number);
  return [...found];
}
