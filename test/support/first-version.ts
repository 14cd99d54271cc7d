import type { Connection, Engine } from '../../src/engines/connection.ts';
import type { SqlRow } from '../../src/engines/engine.ts';
import { migrateUp, readMigrations } from '../../src/engines/migrator.ts';
import type { Customer } from '../../src/model/customer.ts';
import { wordsOf } from '../../src/repository/customer-rows.ts';

const IMPORTED = '2025-01-02T03:04:05.000Z';
const EDITED = '2025-02-03T04:05:06.000Z';

/** The file that the customers below were imported from, by a program that had schema version 1 only. */
export const FIRST_PEOPLE = `id,name,email,phone,city,company,tags,Lead source
1,Ada Lovelace,ada@example.com,+442079460000,London,Engines,vip,fair
2,王小明,wang@example.cn,+8613800138000,上海,远大有限公司,,展会
3,Max Müller,max@example.de,,Berlin,Stone,,web
`;

const CUSTOMERS: readonly SqlRow[] = [
  {
    ...{ id: 1, name: 'Ada Lovelace', company_name: 'Engines', email: 'ada@example.com', phone: '+442079460000', city: 'Oxford' },
    ...{ attributes: '{"Lead source":"fair"}', updated_at: EDITED, version: 2, row_hash: null },
    ...{ email_key: 'ada@example.com', phone_key: '+442079460000', name_key: 'ada lovelace', company_key: 'engines' },
  },
  {
    ...{ id: 2, name: '王小明', company_name: '远大有限公司', email: 'wang@example.cn', phone: '+8613800138000', city: '上海' },
    ...{ attributes: '{"Lead source":"展会"}', updated_at: IMPORTED, version: 1, row_hash: 3534342251607198 },
    ...{ email_key: 'wang@example.cn', phone_key: '+8613800138000', name_key: '王小明', company_key: '远大有限公司' },
  },
  {
    ...{ id: 3, name: 'Max Müller', company_name: 'Stone', email: 'max@example.de', phone: null, city: 'Berlin' },
    ...{ attributes: '{"Lead source":"web"}', updated_at: IMPORTED, version: 1, row_hash: 980775271105945 },
    ...{ email_key: 'max@example.de', phone_key: null, name_key: 'max muller', company_key: 'stone' },
  },
];

/**
 * Makes the tables of schema version 1 and fills them as the program of that time did: `FIRST_PEOPLE` imported as run 1
 * (source `shop`), then the city of the first customer edited as run 2, and an order of hers.
 */
export async function makeFirstVersion(engine: Engine): Promise<void> {
  await migrateUp(engine, readMigrations(engine).slice(0, 1));
  await engine.transaction(async (connection) => {
    await connection.reserveIds('customers', CUSTOMERS.length);
    const customers = CUSTOMERS.map((row) => ({ ...row, kind: 'person', created_at: IMPORTED }));
    await connection.upsert('customers', ['id'], customers);
    await connection.putWords(CUSTOMERS.map((row) => ({ id: row.id as number, words: wordsOf(asCustomer(row)) })));
    const ids = CUSTOMERS.map(({ id }) => ({ source: 'shop', external_id: String(id), customer_id: id as number }));
    await connection.upsert('external_ids', ['external_id', 'source'], ids);
    await connection.upsert('row_marks', ['row_hash', 'customer_id'], [{ row_hash: 6458685696226068, customer_id: 1 }]);
    await connection.upsert('tags', ['customer_id', 'tag'], [{ customer_id: 1, tag: 'vip' }]);
    await fillRuns(connection);
    await addOrder(connection);
  });
}

const asCustomer = (row: SqlRow): Customer => ({ ...row, attributes: JSON.parse(row.attributes as string) }) as unknown as Customer;

async function fillRuns(connection: Connection): Promise<void> {
  await connection.reserveIds('runs', 2);
  const header = { status: 'done', actor: 'tester', host: 'there' };
  await connection.upsert(
    'runs',
    ['id'],
    [
      {
        ...{ id: 1, ...header, command: 'import', source_name: 'people.csv', started_at: IMPORTED, finished_at: IMPORTED },
        arguments: '{"files":["people.csv"],"source":"shop"}',
        counts: '{"read":3,"created":3,"updated":0,"unchanged":0,"skipped":0,"rejected":0}',
      },
      {
        ...{ id: 2, ...header, command: 'edit', source_name: null, started_at: EDITED, finished_at: EDITED },
        arguments: '{"id":1,"fields":["city"]}',
        counts: '{"updated":1}',
      },
    ],
  );
  await connection.upsert('run_inserts', ['run_id', 'entity', 'first_id'], [{ run_id: 1, entity: 'customers', first_id: 1, last_id: 3 }]);
  await connection.upsert(
    'changes',
    ['entity_id', 'run_id', 'seq'],
    [
      {
        ...{ entity_id: 1, run_id: 2, seq: 1, entity: 'customers', action: 'update' },
        ...{ before: '{"city":"London"}', after: '{"city":"Oxford"}' },
      },
    ],
  );
}

async function addOrder(connection: Connection): Promise<void> {
  await connection.upsert('sequences', ['name'], [{ name: 'orders', next_id: 2 }]);
  await connection.upsert(
    'orders',
    ['customer_id', 'id'],
    [{ customer_id: 1, id: 1, number: 'A-1', status: 'paid', ordered_at: IMPORTED, total_minor: 4990, total_currency: 'EUR' }],
  );
}
