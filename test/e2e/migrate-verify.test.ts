import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, test } from 'vitest';
import { openStore } from '../../src/connectors/index.ts';
import { type Difference, verifyTables } from '../../src/migrate/verify-tables.ts';
import { tempDir } from '../support/temp-dir.ts';
import { makeVerifiedTables, type StoredValue } from '../support/verified-tables.ts';

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
