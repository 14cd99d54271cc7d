import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { SqlValue } from '../../src/engines/engine.ts';
import { CrmError } from '../../src/errors.ts';
import { dump, sharedDatabase, type TestDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { tempDir } from '../support/temp-dir.ts';

const BOTH = [
  "INSERT INTO customers (name, created_at, updated_at) VALUES ('Eve', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')",
  "UPDATE customers SET name = 'Eve'",
  "UPDATE customers SET name = 'Eve' RETURNING id",
  'DELETE FROM customers',
  'DELETE FROM customers RETURNING *',
  'DROP TABLE customers',
  'ALTER TABLE customers ADD COLUMN x text',
  'CREATE TABLE x (a text)',
  'CREATE TEMPORARY TABLE x (a text)',
  'CREATE INDEX x ON customers (name)',
  'SELECT 1; DELETE FROM customers',
  'BEGIN',
  'COMMIT',
  'ROLLBACK; DELETE FROM customers',
  'VACUUM',
  'ANALYZE',
  '/* SELECT */ DELETE FROM customers -- SELECT',
  'WITH x AS (SELECT 1) DELETE FROM customers',
];
const OWN = {
  sqlite: (file: string) => [
    `VACUUM INTO '${file}'`,
    `ATTACH DATABASE '${file}' AS other`,
    'DETACH DATABASE main',
    'PRAGMA user_version = 7',
    'PRAGMA journal_mode = DELETE',
    'PRAGMA application_id = 7',
    'PRAGMA query_only = OFF',
    'PRAGMA writable_schema = ON',
    'PRAGMA wal_checkpoint(TRUNCATE)',
    'PRAGMA incremental_vacuum(10)',
    'PRAGMA optimize',
    'REINDEX',
    "INSERT INTO customer_search (customer_search) VALUES ('rebuild')",
    "SELECT load_extension('x')",
    `SELECT writefile('${file}', 'x')`,
    `SELECT edit('x', 'touch ${file}')`,
    'EXPLAIN SELECT 1; DELETE FROM customers',
  ],
  postgres: (file: string) => [
    `COPY customers TO PROGRAM 'touch ${file}'`,
    `COPY (SELECT 1) TO '${file}'`,
    "COPY customers FROM PROGRAM 'echo 1'",
    'WITH x AS (DELETE FROM customers RETURNING *) SELECT * FROM x',
    'TRUNCATE customers',
    'SELECT * INTO x FROM customers',
    'SELECT * FROM customers FOR UPDATE',
    "SELECT nextval(pg_get_serial_sequence('customers', 'id'))",
    "SELECT setval(pg_get_serial_sequence('customers', 'id'), 999)",
    "SELECT lo_from_bytea(0, 'x')",
    `SELECT lo_export(1, '${file}')`,
    "SELECT set_config('transaction_read_only', 'off', false)",
    'SET transaction_read_only = off',
    'SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE',
    'RESET transaction_read_only',
    'LOCK TABLE customers',
    'DO $$ BEGIN DELETE FROM customers; END $$',
    'EXPLAIN ANALYZE DELETE FROM customers',
    'CALL nothing()',
    'PREPARE x AS DELETE FROM customers',
    'REFRESH MATERIALIZED VIEW x',
    'SELECT 1) ; DELETE FROM customers; --',
    "SELECT query_to_xml('DELETE FROM customers RETURNING id', true, true, '')",
  ],
};

describeEachEngine('SQL of the user', (target) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await sharedDatabase(target);
    await database.repository.add({ name: 'Ada', city: 'Rome', 'attributes.x': 'y' });
    await database.repository.add({ name: 'Bob' });
  });

  async function run(sql: string): Promise<{ columns: string[]; rows: SqlValue[][] }> {
    const { columns, rows } = await database.repository.readOnlySql(sql);
    const all: SqlValue[][] = [];
    for await (const batch of rows) all.push(...batch);
    return { columns, rows: all };
  }

  it.each([
    [
      'SELECT id, name FROM customers ORDER BY id',
      ['id', 'name'],
      [
        [1, 'Ada'],
        [2, 'Bob'],
      ],
    ],
    ['  select count(*) AS n from customers ;  ', ['n'], [[2]]],
    ['WITH x AS (SELECT city FROM customers) SELECT city FROM x WHERE city IS NOT NULL', ['city'], [['Rome']]],
    ["SELECT 'it''s; DELETE' AS a", ['a'], [["it's; DELETE"]]],
    ['VALUES (1)', ['column1'], [[1]]],
    ['SELECT 1 AS a WHERE 1 = 0', ['a'], []],
    ['SELECT 1 AS a -- the end', ['a'], [[1]]],
  ])('answers %s', async (sql, columns, rows) => {
    expect(await run(sql)).toEqual({ columns, rows });
  });

  it('streams many rows', async () => {
    const sql = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i FROM n';
    const { rows } = await run(sql);
    expect([rows.length, rows[0], rows.at(-1)]).toEqual([5000, [1], [5000]]);
  });

  const file = join(tempDir(), 'made-by-sql');
  it.each([...BOTH, ...OWN[target.name](file)])('does not write: %s', async (sql) => {
    const before = await dump(database.engine, { exact: true });
    const outcome = await run(sql).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      expect(outcome).toBeInstanceOf(CrmError);
      expect(['PERMISSION', 'USAGE']).toContain((outcome as CrmError).code);
    }
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    expect(existsSync(file)).toBe(false);
    // The same database still takes writes of ours, in a connection of its own.
    expect((await database.repository.edit(1, { values: { city: 'Rome' } })).value.changed).toEqual([]);
  });

  it.each(BOTH.filter((sql) => /^(INSERT|UPDATE|DELETE|DROP|CREATE TABLE)/.test(sql)))('says that it only reads: %s', async (sql) => {
    await expect(run(sql)).rejects.toMatchObject({ code: 'PERMISSION', exitCode: 16, hint: expect.stringMatching(/SELECT|crm edit/) });
  });

  it.each([
    '',
    '   ',
    '-- nothing',
    'SELEC 1',
    'SELECT FROM WHERE',
    'SELECT nothing FROM nowhere',
    'SELECT 1 2 3 (',
    'SELECT 1 UNION SELECT 1, 2',
  ])('says what is wrong with “%s”', async (sql) => {
    await expect(run(sql)).rejects.toMatchObject({ code: 'USAGE', exitCode: 2, message: expect.stringMatching(/^--sql: /) });
  });

  it('says what is wrong while it runs', async () => {
    const sql = target.name === 'sqlite' ? "SELECT json_extract('x', '$')" : 'SELECT 1 / 0';
    await expect(run(sql)).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 });
  });

  it('leaves question marks of operators and comments alone', async () => {
    const sql =
      target.name === 'sqlite' ? "SELECT '?' AS a /* ? */ -- ?" : "SELECT attributes ? 'x' AS a FROM customers WHERE id = 1 /* ? */";
    expect((await run(sql)).rows).toEqual([[target.name === 'sqlite' ? '?' : 1]]);
  });
});
