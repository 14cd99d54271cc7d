import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/connectors/index.ts';
import { type Difference, verifyTables } from '../../src/migrate/verify-tables.ts';
import { runCli } from '../support/cli.ts';
import { type JsonSchema, schemaErrors } from '../support/json-schema.ts';
import { tempDir } from '../support/temp-dir.ts';
import { makeVerifiedTables, type StoredValue } from '../support/verified-tables.ts';
import verifySchema from '../../schemas/results/migrate-verify.schema.json' with { type: 'json' };

/** For the full proof: `CRM_TEST_CORRUPTIONS=1000 npx vitest run test/e2e/migrate-verify.test.ts` */
const CORRUPTIONS = Number(process.env.CRM_TEST_CORRUPTIONS ?? 200);
const SEED = Number(process.env.CRM_TEST_SEED ?? 20_261_126);
const ROWS = 60;
const OPEN = { create: false, busyTimeoutMs: 1000 };

interface Target {
  readonly table: string;
  readonly columns: readonly string[];
  readonly key: readonly string[];
}

const TARGETS: readonly Target[] = [
  {
    table: 'customers',
    key: ['id'],
    columns: ['id', 'name', 'email', 'balance', 'active', 'score', 'born', 'seen', 'photo', 'extra', 'big'],
  },
  { table: 'products', key: ['code'], columns: ['code', 'title', 'price', 'stock'] },
  { table: 'lines', key: ['order_id', 'line'], columns: ['order_id', 'line', 'code', 'amount', 'note'] },
  { table: 'tags', key: ['customer_id', 'tag'], columns: ['customer_id', 'tag'] },
  { table: 'rates', key: ['rate'], columns: ['rate', 'name', 'since'] },
  { table: 'visits', key: [], columns: ['at', 'page', 'ms', 'ok'] },
  { table: 'words', key: [], columns: ['word'] },
];

let folder: string;
let source: string;
let copy: string;

beforeAll(() => {
  folder = tempDir();
  source = join(folder, 'source.db');
  copy = join(folder, 'copy.db');
  makeVerifiedTables(source, ROWS);
  copyFileSync(source, copy);
});

/** Works on the copy, which is closed after. */
function onCopy<T>(work: (database: Database.Database) => T): T {
  const database = new Database(copy);
  try {
    database.pragma('foreign_keys = off');
    database.defaultSafeIntegers(true);
    return work(database);
  } finally {
    database.close();
  }
}

async function verify(options: Parameters<typeof verifyTables>[2] = {}): Promise<Awaited<ReturnType<typeof verifyTables>>> {
  const [a, b] = [await openStore(source, OPEN), await openStore(copy, OPEN)];
  try {
    return await verifyTables(a, b, options);
  } finally {
    await a.close();
    await b.close();
  }
}

/** Numbers that are the same for the same seed. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Another value of the same kind, mostly as little another one as can be. */
function corrupted(value: StoredValue, random: (below: number) => number): StoredValue {
  if (value === null) return 'something';
  if (typeof value === 'bigint') return value + (random(2) === 0 ? 1n : -BigInt(1 + random(1000)));
  if (typeof value === 'number') return random(2) === 0 ? value + 0.0625 : -value - 1;
  if (Buffer.isBuffer(value)) return Buffer.concat([value.subarray(0, 1), Buffer.from([value[1] === 1 ? 2 : 1]), value.subarray(2)]);
  return [`${value} `, value.slice(1), value.replace(/.$/u, 'x'), `${value.slice(0, 1)}\0${value.slice(1)}`][random(4)] as string;
}

describe('migrate verify', () => {
  test('a copy is identical', async () => {
    const result = await verify();
    expect(result).toMatchObject({ identical: true, differences: [], conversions: [] });
    expect(result.tables.map(({ name, rowsA, rowsB }) => [name, rowsA, rowsB])).toEqual(
      TARGETS.map(({ table }) => [table, ROWS, ROWS]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    );
  });

  test(`finds ${CORRUPTIONS} corrupted cells, each with table, key and column`, { timeout: 600_000 }, async () => {
    const random = randomNumbers(SEED);
    const wrong: unknown[] = [];
    for (let number = 0; number < CORRUPTIONS; ) {
      const corruption = onCopy((database) => corrupt(database, random));
      if (corruption === null) continue;
      number++;
      const { differences, identical } = await verify({ showValues: true });
      if (identical || !isFound(corruption, differences)) wrong.push({ number, ...corruption, differences });
      copyFileSync(source, copy);
    }
    expect(wrong).toEqual([]);
  });

  test('tells of rows that one side does not have, and of nothing else; values only when asked for', async () => {
    onCopy((database) => {
      database.exec("DELETE FROM customers WHERE id IN (15, 18); INSERT INTO products VALUES ('new', 'n', 1, 1)");
      database.exec("DELETE FROM visits WHERE rowid = 3; INSERT INTO words VALUES ('word 1')");
    });
    const { differences, tables } = await verify();
    expect(differences).toEqual([
      { table: 'customers', kind: 'missing', key: { id: 15 }, row: null, column: null, detail: null },
      { table: 'customers', kind: 'missing', key: { id: 18 }, row: null, column: null, detail: null },
      { table: 'products', kind: 'extra', key: { code: 'new' }, row: null, column: null, detail: null },
      { table: 'visits', kind: 'missing', key: null, row: expect.any(String), column: null, detail: null },
      { table: 'words', kind: 'extra', key: null, row: expect.any(String), column: null, detail: null },
    ]);
    expect(tables.map(({ name, rowsA, rowsB }) => [name, rowsB - rowsA]).filter(([, rows]) => rows !== 0)).toEqual([
      ['customers', -2],
      ['products', 1],
      ['visits', -1],
      ['words', 1],
    ]);
    expect(JSON.stringify(differences)).not.toContain('example.com');
    copyFileSync(source, copy);
  });

  test('compares tables whose types, order or keys are others', async () => {
    onCopy((database) => {
      database.exec(`CREATE TABLE other (id TEXT PRIMARY KEY, NAME TEXT, email TEXT, balance TEXT, active INTEGER, score REAL, born DATE,
        seen TEXT, photo BLOB, extra TEXT, big TEXT)`);
      database.exec('INSERT INTO other SELECT * FROM customers; DROP TABLE customers; ALTER TABLE other RENAME TO customers');
      database.exec('CREATE TABLE keyless AS SELECT * FROM lines; DROP TABLE lines; ALTER TABLE keyless RENAME TO lines');
      database.exec("UPDATE customers SET name = 'x' WHERE id = '15'; UPDATE lines SET amount = 1 WHERE order_id = 5 AND line = 2");
      database.exec('INSERT INTO lines SELECT * FROM lines WHERE order_id = 7 AND line = 1');
    });
    const { differences, tables } = await verify({ tables: ['customers', 'lines'], showValues: true });
    expect(differences.filter(({ kind }) => kind !== 'schema')).toEqual([
      {
        table: 'customers',
        kind: 'different',
        key: { id: 15 },
        row: null,
        column: 'name',
        detail: null,
        values: { a: 'Zoë 王 5 🙂', b: 'x' },
      },
      expect.objectContaining({
        table: 'lines',
        kind: 'different',
        key: { order_id: 5, line: 2 },
        column: 'amount',
        values: { a: 180, b: 1 },
      }),
      { table: 'lines', kind: 'extra', key: { order_id: 7, line: 1 }, row: null, column: null, detail: null },
    ]);
    expect(differences.filter(({ kind }) => kind === 'schema').map(({ table, column, detail }) => `${table} ${column}: ${detail}`)).toEqual(
      [
        'customers name: may be NULL',
        'customers active: may be NULL',
        'customers active: has no default',
        'customers null: index on email is missing',
        'lines null: primary key none instead of order_id, line',
      ],
    );
    expect(tables.map(({ rowsA, rowsB }) => [rowsA, rowsB])).toEqual([
      [ROWS, ROWS],
      [ROWS, ROWS + 1],
    ]);
    copyFileSync(source, copy);
  });

  test('counts intended conversions; strict makes differences of them', async () => {
    onCopy((database) => {
      database.exec('CREATE TABLE other (at TIMESTAMP(0), page TEXT, ms REAL, ok BOOLEAN)');
      database.exec('INSERT INTO other SELECT substr(at, 1, 19), page, ms, ok FROM visits');
      database.exec('DROP TABLE visits; ALTER TABLE other RENAME TO visits');
    });
    const found = [{ table: 'visits', column: 'at', reason: 'PRECISION_REDUCED', cells: ROWS }];
    const { differences, conversions } = await verify({ tables: ['visits'] });
    expect(conversions).toEqual(found);
    expect(differences.map(({ detail }) => detail)).toEqual(['type timestamp(0) instead of timestamp(6)']);
    expect(await verify({ tables: ['visits'], strict: true })).toMatchObject({ identical: false, conversions: found });
    copyFileSync(source, copy);
  });

  test('tells of tables that one side does not have', async () => {
    onCopy((database) => database.exec('DROP TABLE words; CREATE TABLE more (x)'));
    const { differences } = await verify();
    expect(differences.map(({ table, kind, detail }) => [table, kind, detail])).toEqual([
      ['words', 'schema', 'the table is missing'],
      ['more', 'schema', 'the table is only on the second side'],
    ]);
    await expect(verify({ tables: ['nothing'] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    copyFileSync(source, copy);
  });

  test('a sample compares all keys, and the cells of the same rows each time', async () => {
    onCopy((database) => database.exec("UPDATE customers SET name = 'x'; DELETE FROM products WHERE code = 'Z-1'"));
    const sampled = await verify({ sample: 0.3, maxDifferences: 1000 });
    const names = sampled.differences.filter(({ table }) => table === 'customers');
    expect(names.length).toBeGreaterThan(ROWS * 0.1);
    expect(names.length).toBeLessThan(ROWS * 0.6);
    expect(sampled.differences.at(-1)).toMatchObject({ table: 'products', kind: 'missing', key: { code: 'Z-1' } });
    expect((await verify({ sample: 0.3, maxDifferences: 1000 })).differences).toEqual(sampled.differences);
    copyFileSync(source, copy);
  });

  test('the command tells what differs, and ends with exit 5', async () => {
    expect(await runCli(['migrate', 'verify', source, copy])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('identical: '),
    });
    onCopy((database) => database.exec("UPDATE customers SET email = 'other@example.com' WHERE id IN (15, 18)"));
    const told = await runCli(['migrate', 'verify', source, copy, '--tables', 'customers', '--max-differences', '1']);
    expect(told).toMatchObject({ exitCode: 5, stderr: '' });
    expect(told.stdout).toContain('different customers.email, id = 15\n… and 1 difference more (--max-differences)\n2 differences: ');
    expect(told.stdout).not.toContain('example.com');
    const shown = await runCli(['migrate', 'verify', source, copy, '--show-values', '--json']);
    const { result } = JSON.parse(shown.stdout) as { result: unknown };
    expect(schemaErrors(verifySchema as JsonSchema, result)).toEqual([]);
    expect(shown.stdout).toContain('"values":{"a":"c5@example.com","b":"other@example.com"}');
    expect(await runCli(['migrate', 'verify', source, 'nowhere.db'])).toMatchObject({ exitCode: 10 });
    expect(await runCli(['migrate', 'verify', source, copy, '--sample', '0%'])).toMatchObject({ exitCode: 2 });
    copyFileSync(source, copy);
  });
});

interface Corruption extends Target {
  readonly column: string;
  readonly before: Readonly<Record<string, StoredValue>>;
  readonly after: StoredValue;
  /** Rows that were the same. */
  readonly rows: number;
}

/** Changes one cell; null where its new value is one that the table does not take. */
function corrupt(database: Database.Database, random: (below: number) => number): Corruption | null {
  const target = TARGETS[random(TARGETS.length)] as Target;
  const { table, columns } = target;
  const column = columns[random(columns.length)] as string;
  const before = database.prepare(`SELECT * FROM ${table} LIMIT 1 OFFSET ?`).get(random(ROWS)) as Record<string, StoredValue>;
  const after = corrupted(before[column] as StoredValue, random);
  if (after === before[column]) return null;
  const where = columns.map((name) => `${name} IS @${name}`).join(' AND ');
  const { changes } = database
    .prepare(`UPDATE OR IGNORE ${table} SET ${column} = @new_value WHERE ${where}`)
    .run({ ...before, new_value: after });
  return changes === 0 ? null : { ...target, column, before, after, rows: changes };
}

function isFound({ table, column, key, before, rows }: Corruption, differences: readonly Difference[]): boolean {
  const isOne = (one: Difference): boolean => one.kind === 'different' && one.table === table && one.column === column;
  // A decimal is told as text.
  const hasKey = ({ key: found, row }: Difference): boolean =>
    key.length === 0
      ? found === null && /^[0-9a-f]{12}$/.test(row ?? '')
      : Object.keys(found ?? {}).join() === key.join() && key.every((name) => String(found?.[name]) === String(before[name]));
  return differences.length === rows && differences.every((one) => isOne(one) && hasKey(one));
}
