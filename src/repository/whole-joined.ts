import type { Connection, Engine } from '../engines/connection.ts';
import type { SqlRow, WordsEntry } from '../engines/engine.ts';
import { CHILD_TABLES } from '../model/changeset.ts';
import { SEARCHABLE_FIELDS, customerOf, wordsOf } from './customer-rows.ts';
import type { Collision } from './whole-collisions.ts';
import { STORED_COLUMNS, WHOLE_TABLES, linkArrivals } from './whole-customers.ts';
import type { Sharing } from './whole-shared.ts';

/**
 * Copies of whole customers between two databases that statements of one engine reach both (`openJoined`): the rows never pass through the
 * program. Whom it is about stands in a temporary table.
 */
const MOVING = 'SELECT id FROM temp.moving';
/** Customers whose words are made together. */
const PAGE = 2000;

/** Keys of the tables whose rows belong to customers. */
const KEYS: Readonly<Record<string, readonly string[]>> = { customers: ['id'], ...CHILD_TABLES, changes: ['entity_id', 'run_id', 'seq'] };

/** `company_id` of a customer, wherever that company is. */
const companyOf = (database: 'main' | 'joined', customer: string): string =>
  `coalesce(${customer}.company_id, (SELECT a.company_id FROM ${database}.away_companies a WHERE a.customer_id = ${customer}.id))`;

/** Says whom the statements are about from now on. */
export async function choose(connection: Connection, ids: readonly number[]): Promise<void> {
  await connection.script('CREATE TEMP TABLE IF NOT EXISTS moving (id INTEGER PRIMARY KEY); DELETE FROM temp.moving');
  await connection.run('INSERT INTO temp.moving SELECT value FROM json_each(?)', [JSON.stringify(ids)]);
}

/** Takes those out that cannot be written without overwriting anything; one reason each. */
export async function dropColliding(connection: Connection): Promise<Collision[]> {
  const rows = await connection.all<{ id: number; reason: Collision['reason']; other: number }>(
    `SELECT c.id, 'the id is in use' AS reason, c.id AS other FROM main.customers c WHERE c.id IN (${MOVING})
     UNION ALL
     SELECT j.customer_id, 'an external id belongs to another customer', e.customer_id FROM joined.external_ids j
       JOIN main.external_ids e ON e.external_id = j.external_id AND e.source = j.source WHERE j.customer_id IN (${MOVING})
     UNION ALL
     SELECT j.customer_id, 'an id that was merged into it is in use', r.customer_id FROM joined.redirects j
       JOIN main.redirects r ON r.old_id = j.old_id WHERE j.customer_id IN (${MOVING})
     UNION ALL
     SELECT j.customer_id, 'an id that was merged into it is in use', c.id FROM joined.redirects j
       JOIN main.customers c ON c.id = j.old_id WHERE j.customer_id IN (${MOVING})`,
  );
  const found = new Map<number, Collision>();
  for (const row of rows) if (!found.has(row.id)) found.set(row.id, row);
  const { inJsonArray } = connection.facts;
  await connection.run(`DELETE FROM temp.moving WHERE ${inJsonArray('id', 'integer')}`, [JSON.stringify([...found.keys()])]);
  return [...found.values()];
}

/** What those share with others who are to be copied. */
export async function sharingOfChosen(connection: Connection): Promise<Sharing> {
  const numbers = async (sql: string): Promise<number[]> => (await connection.all<{ n: number }>(sql)).map(({ n }) => n);
  return {
    customers: await numbers('SELECT id AS n FROM temp.moving ORDER BY id'),
    products: await numbers(
      `SELECT DISTINCT product_id AS n FROM joined.order_items WHERE customer_id IN (${MOVING}) AND product_id IS NOT NULL`,
    ),
    runs: await numbers(
      `SELECT run_id AS n FROM joined.changes WHERE entity_id IN (${MOVING})
       UNION SELECT run_id FROM joined.redirects WHERE customer_id IN (${MOVING})`,
    ),
  };
}

/** Copies the chosen customers as `writeWhole` writes them. @returns how many rows */
export async function copyChosen(connection: Connection, ids: readonly number[]): Promise<number> {
  let count = 0;
  for (const { name, owner } of WHOLE_TABLES) {
    const columns = (await columnsOf(connection, name)).join(', ');
    count += await connection.run(
      `INSERT INTO main.${name} (${columns}) SELECT ${columns} FROM joined.${name} WHERE ${owner} IN (${MOVING}) ORDER BY ${owner}`,
    );
  }
  for (let at = 0; at < ids.length; at += PAGE) await indexWords(connection, ids.slice(at, at + PAGE));
  const linked = await connection.run(
    `INSERT INTO main.away_companies (customer_id, company_id)
     SELECT c.id, ${companyOf('joined', 'c')} AS company FROM joined.customers c WHERE c.id IN (${MOVING}) AND company IS NOT NULL
     ON CONFLICT (customer_id) DO UPDATE SET company_id = excluded.company_id`,
  );
  if (linked > 0) await linkChosen(connection);
  await linkArrivals(connection, ids);
  return count;
}

/** Links those to their companies whose companies are there. */
async function linkChosen(connection: Connection): Promise<void> {
  const here = `customer_id IN (${MOVING}) AND company_id IN (SELECT id FROM main.customers)`;
  await connection.run(
    `UPDATE main.customers SET company_id = (SELECT a.company_id FROM main.away_companies a WHERE a.customer_id = customers.id)
     WHERE id IN (SELECT customer_id FROM main.away_companies WHERE ${here})`,
  );
  await connection.run(`DELETE FROM main.away_companies WHERE ${here}`);
}

async function indexWords(connection: Connection, ids: readonly number[]): Promise<void> {
  const columns = [...new Set(['id', 'name', ...SEARCHABLE_FIELDS, 'attributes'])].join(', ');
  const rows = await connection.all(
    `SELECT ${columns} FROM main.customers WHERE ${connection.facts.inJsonArray('id', 'integer')} ORDER BY id`,
    [JSON.stringify(ids)],
  );
  const words = rows.map((row: SqlRow): WordsEntry => ({ id: row.id as number, words: wordsOf(customerOf(row)) }));
  await connection.putWords(words, { fresh: true });
}

/** Ids of the chosen customers that are not the same, value by value, in both databases. */
export async function differingChosen(engine: Engine): Promise<number[]> {
  const ids = new Set<number>();
  for (const { name, owner } of WHOLE_TABLES) {
    const key = KEYS[name] as readonly string[];
    const columns = await columnsOf(engine, name);
    const side = (table: 'main' | 'joined', alias: string): string =>
      [...columns.map((column) => `${alias}.${column}`), ...(name === 'customers' ? [companyOf(table, alias)] : [])].join(', ');
    const same = key.map((column) => `m.${column} = j.${column}`).join(' AND ');
    const rows = await engine.all<{ id: number }>(
      `SELECT j.${owner} AS id FROM joined.${name} j LEFT JOIN main.${name} m ON ${same}
       WHERE j.${owner} IN (${MOVING}) AND (${side('joined', 'j')}) IS NOT (${side('main', 'm')})
       UNION
       SELECT m.${owner} FROM main.${name} m
       WHERE m.${owner} IN (${MOVING}) AND NOT EXISTS (SELECT 1 FROM joined.${name} j WHERE ${same})`,
    );
    for (const { id } of rows) ids.add(id);
  }
  return [...ids];
}

/** Columns that are copied as they are: links to companies are not. */
async function columnsOf(reader: Pick<Connection, 'table'>, name: string): Promise<readonly string[]> {
  if (name === 'customers') return STORED_COLUMNS.filter((column) => column !== 'company_id');
  return (await reader.table(`SELECT * FROM main.${name} LIMIT 0`)).columns;
}
