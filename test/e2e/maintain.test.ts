import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engines/index.ts';
import resultSchema from '../../schemas/results/maintain.schema.json' with { type: 'json' };
import { runCli } from '../support/cli.ts';
import { type JsonSchema, schemaErrors } from '../support/json-schema.ts';
import { inconsistencies } from '../support/customer-database.ts';
import type { RunResult } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROWS = 1500;
const PAGE_BYTES = 4096;
const PEOPLE = `id,name,email,phone,city,company\n${Array.from({ length: ROWS }, (_, i) => `${i},Person${i} Last${i % 97},p${i}@x.org,+1202555${String(i).padStart(4, '0')},City ${i % 9},Firm ${i % 40}\n`).join('')}`;

/** A good database to be spoilt: all of it in the main file. */
let sample = '';
let customers = 0;
let leaves: number[] = [];

beforeAll(async () => {
  const folder = tempDir();
  sample = join(folder, 'crm.db');
  writeFileSync(join(folder, 'people.csv'), PEOPLE);
  const made = await runCli(['import', 'people.csv', '--source', 'shop', '--create-companies', '--db', sample, '--json'], { cwd: folder });
  expect(made.exitCode, made.stderr).toBe(0);
  const engine = await openEngine(sample, { create: false, busyTimeoutMs: 1000 });
  await engine.transaction(async (connection) => {
    await connection.run(
      "INSERT INTO orders (customer_id, id, ordered_at, total_minor, total_currency) SELECT id, id, '2026-01-01T00:00:00.000Z', 100, 'EUR' FROM customers",
    );
    await connection.run(
      "INSERT INTO consents (customer_id, channel, status, decided_at) SELECT id, 'email', 'out', '2026-01-01T00:00:00.000Z' FROM customers",
    );
  });
  customers = Number((await engine.all('SELECT count(*) AS n FROM customers'))[0]?.n);
  await engine.close();
});

interface Spoilt {
  readonly path: string;
  readonly folder: string;
  readonly crm: (...args: string[]) => Promise<RunResult>;
}

function spoilt(spoil: (path: string) => void): Spoilt {
  const folder = tempDir();
  const path = join(folder, 'crm.db');
  copyFileSync(sample, path);
  spoil(path);
  return { path, folder, crm: (...args) => runCli(args, { cwd: folder }) };
}

/** Pages of a table or an index, those that hold rows. */
function leavesOf(path: string, name: string): number[] {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path").pluck().all(name) as number[];
  } finally {
    db.close();
  }
}

function overwrite(path: string, pages: readonly number[], byte = 0xab): void {
  const bytes = readFileSync(path);
  for (const page of pages) bytes.fill(byte, (page - 1) * PAGE_BYTES, page * PAGE_BYTES);
  writeFileSync(path, bytes);
}

function middle(pages: readonly number[], count: number): number[] {
  const at = Math.floor((pages.length - count) / 2);
  return pages.slice(at, at + count);
}

interface Outcome {
  readonly findings: readonly { readonly check: string; readonly state: string; readonly count: number }[];
  readonly repaired: Readonly<Record<string, number>> | null;
  readonly tables: readonly {
    readonly table: string;
    readonly read: number;
    readonly written: number;
    readonly isKnown: boolean;
    readonly gaps: readonly { readonly from: number; readonly to: number }[];
  }[];
  readonly standIns: Readonly<Record<string, number>>;
  readonly schema: string;
  readonly lostFile: string | null;
  readonly lostRows: number;
}

function resultOf({ stdout, stderr }: RunResult): Outcome {
  expect(stdout, stderr).not.toBe('');
  const { result } = JSON.parse(stdout) as { result: Outcome };
  expect(schemaErrors(resultSchema as JsonSchema, result)).toEqual([]);
  return result;
}

const stateOf = (result: RunResult, check: string): string | undefined =>
  resultOf(result).findings.find((one) => one.check === check)?.state;
const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

async function expectSound(path: string): Promise<void> {
  const engine = await openEngine(path, { create: false, busyTimeoutMs: 1000 });
  expect(await inconsistencies(engine)).toEqual([]);
  await engine.close();
}

describe('crm maintain', () => {
  it('on a sound database: exit 0, silent with --quiet, and again', async () => {
    const { crm, path } = spoilt(() => {});
    expect(await crm('maintain', '--quiet')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    const told = await crm('maintain', '--check');
    expect(told).toMatchObject({ exitCode: 0, stderr: '' });
    expect(told.stdout).toMatch(/^ok +structure/);
    await expectSound(path);
  });

  it('says what is wrong even with --quiet: exit 5, until it is repaired', async () => {
    const { crm, path } = spoilt((to) => {
      const db = new Database(to);
      db.exec("DROP INDEX customers_phone_key; INSERT INTO customer_search (customer_search) VALUES ('delete-all')");
      db.close();
    });
    const checked = await crm('maintain', '--check', '--quiet');
    expect(checked.exitCode).toBe(5);
    expect(checked.stdout).toMatch(/repair +indexes +missing: customers_phone_key/);
    const repaired = await crm('maintain', '--repair', '--json');
    expect(repaired.exitCode, repaired.stderr).toBe(0);
    expect(resultOf(repaired).repaired).toMatchObject({ run: null, indexes: 1, words: customers });
    expect((await crm('maintain', '--check')).exitCode).toBe(0);
    await expectSound(path);
  });

  it('refuses what does not go together, and says what there is to do where there is no database', async () => {
    const { crm } = spoilt(() => {});
    for (const args of [
      ['--check', '--repair'],
      ['--sizes', '--vacuum'],
      ['--slow', '--sizes'],
      ['--salvage', 'x.db', '--check'],
    ])
      expect((await crm('maintain', ...args)).exitCode, args.join(' ')).toBe(2);
    expect((await crm('maintain', '--db', 'none.db')).exitCode).toBe(10);
  });
});

describe('damage that can be repaired', () => {
  it.each([
    ['an index', 'customers_email_key', { indexes: 1 }],
    ['an index of rows that belong to customers', 'orders_time', { indexes: 1 }],
    ['the full text', 'customer_search_data', {}],
    ['what the full text knows of customers', 'customer_search_docsize', {}],
  ])('of %s', async (_what, name, repaired) => {
    const { crm, path } = spoilt((to) => overwrite(to, middle(leavesOf(to, name), 1)));
    const checked = await crm('maintain', '--check', '--json');
    expect(checked.exitCode).toBe(5);
    expect(stateOf(checked, 'structure')).toBe('repairable');
    const done = await crm('maintain', '--repair', '--json');
    expect(done.exitCode, done.stdout + done.stderr).toBe(0);
    expect(resultOf(done).repaired).toMatchObject(repaired);
    expect((await crm('maintain', '--check')).exitCode).toBe(0);
    expect((await crm('query', '--count')).stdout.trim()).toBe(String(customers));
    expect((await crm('query', '--search', `person${ROWS - 1}`, '--count')).stdout.trim()).toBe('1');
    await expectSound(path);
  });
});

describe('damage of the data', () => {
  it('is never written to: exit 14, for --repair too', async () => {
    const { crm, path } = spoilt((to) => overwrite(to, middle(leavesOf(to, 'customers'), 1)));
    const before = hashOf(path);
    for (const args of [['--check'], [], ['--repair']]) {
      const result = await crm('maintain', ...args);
      expect(result.exitCode).toBe(14);
      expect(result.stdout).toMatch(/^damaged structure +customers/);
      expect(result.stdout).toContain('crm maintain --salvage');
    }
    expect(hashOf(path)).toBe(before);
  });

  it('in the middle of customers: all others are saved, what refers to lost ones stays', async () => {
    const pages = 3;
    const { crm, path, folder } = spoilt((to) => overwrite(to, middle(leavesOf(to, 'customers'), pages)));
    const before = hashOf(path);
    const saved = await crm('maintain', '--salvage', 'saved.db', '--json');
    expect(saved.exitCode, saved.stderr).toBe(3);
    const { tables, standIns, lostRows } = resultOf(saved);
    const found = tables.find(({ table }) => table === 'customers');
    const lost = (found?.gaps ?? []).reduce((sum, { from, to }) => sum + to - from + 1, 0);
    expect(found?.gaps.length).toBeGreaterThanOrEqual(1);
    expect(lost).toBeGreaterThan(pages);
    expect((found?.written ?? 0) + lost).toBe(customers);
    expect(standIns).toMatchObject({ customers: lost, runs: 0 });
    expect(lostRows).toBe(0);
    for (const [table, rows] of [
      ['orders', customers],
      ['consents', customers],
      ['external_ids', ROWS],
    ] as const)
      expect(
        tables.find((one) => one.table === table),
        table,
      ).toMatchObject({ read: rows, written: rows, gaps: [] });
    expect(hashOf(path)).toBe(before);
    expect(readdirSync(folder).filter((name) => /salvage-|part-/.test(name))).toEqual([]);
    await expectSound(join(folder, 'saved.db'));
    expect((await crm('query', 'tag = salvaged', '--count', '--db', 'saved.db')).stdout.trim()).toBe(String(lost));
    expect((await crm('maintain', '--check', '--db', 'saved.db')).exitCode).toBe(0);
  });

  it('of orders: their items find no place and are put aside', async () => {
    const { crm, folder } = spoilt((to) => {
      const db = new Database(to);
      db.exec(
        "INSERT INTO order_items (customer_id, order_id, line, quantity, price_minor, price_currency, description) SELECT customer_id, id, 1, 1, 100, 'EUR', 'thing' FROM orders",
      );
      db.close();
      overwrite(to, middle(leavesOf(to, 'orders'), 1));
    });
    const saved = await crm('maintain', '--salvage', 'saved.db', '--json');
    expect(saved.exitCode, saved.stderr).toBe(3);
    const { tables, lostRows, lostFile } = resultOf(saved);
    const orders = tables.find(({ table }) => table === 'orders');
    expect(lostRows).toBe(customers - (orders?.written ?? 0));
    expect(lostRows).toBeGreaterThan(0);
    expect(lostFile).toBe('saved.db-lost.ndjson');
    const lines = readFileSync(join(folder, 'saved.db-lost.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toHaveLength(lostRows);
    expect(lines[0]).toMatchObject({ table: 'order_items', reason: 'its row of orders is lost', row: { description: 'thing' } });
    await expectSound(join(folder, 'saved.db'));
  });

  it('of the first page: the tables are found in the rest of the file, and nothing is lost', async () => {
    const { crm, folder } = spoilt((to) => overwrite(to, [1]));
    expect((await crm('maintain', '--check')).exitCode).toBe(10);
    const saved = await crm('maintain', '--salvage', 'saved.db', '--json');
    expect(saved.exitCode, saved.stderr).toBe(0);
    expect(resultOf(saved)).toMatchObject({ schema: 'rebuilt', lostRows: 0, standIns: { customers: 0, runs: 0, products: 0 } });
    expect((await crm('query', '--count', '--db', 'saved.db')).stdout.trim()).toBe(String(customers));
    await expectSound(join(folder, 'saved.db'));
  });

  it('of a page of the schema: the tables on it are lost, and named', async () => {
    const { crm, folder } = spoilt((to) => overwrite(to, leavesOf(to, 'sqlite_schema').slice(-1)));
    const checked = await crm('maintain', '--check', '--json');
    expect(checked.exitCode).toBe(14);
    const saved = await crm('maintain', '--salvage', 'saved.db', '--json');
    expect(saved.exitCode, saved.stderr).toBe(3);
    const { tables } = resultOf(saved);
    expect(tables.filter(({ isKnown }) => !isKnown).length).toBeGreaterThan(0);
    expect(tables.find(({ table }) => table === 'customers')).toMatchObject({ isKnown: true, written: customers });
    await expectSound(join(folder, 'saved.db'));
  });

  it('cut off at the end: the rest is saved', async () => {
    const { crm, folder, path } = spoilt((to) => truncateSync(to, Math.floor(readFileSync(to).length / PAGE_BYTES / 2) * PAGE_BYTES));
    expect((await crm('maintain', '--check', '--json')).exitCode).toBe(14);
    const before = hashOf(path);
    const saved = await crm('maintain', '--salvage', 'saved.db', '--json');
    expect(saved.exitCode, saved.stderr).toBe(3);
    expect(resultOf(saved).tables.find(({ table }) => table === 'customers')?.written).toBeGreaterThan(100);
    expect(hashOf(path)).toBe(before);
    await expectSound(join(folder, 'saved.db'));
  });

  it('what stands in the log only is saved too', async () => {
    const { crm, folder, path } = spoilt(() => {});
    const writer = new Database(path);
    writer.pragma('wal_autocheckpoint = 0');
    writer.exec("UPDATE customers SET city = 'Logged' WHERE id <= 5");
    copyFileSync(path, join(folder, 'damaged.db'));
    copyFileSync(`${path}-wal`, join(folder, 'damaged.db-wal'));
    writer.close();
    overwrite(join(folder, 'damaged.db'), middle(leavesOf(path, 'orders_time'), 1));
    // A process that was killed at the same left these; no process has that number.
    for (const name of ['saved.db.part-99999999', 'saved.db.part-99999999-wal', 'saved.db.salvage-99999999'])
      writeFileSync(join(folder, name), '');
    expect((await crm('maintain', '--salvage', 'saved.db', '--db', 'damaged.db')).exitCode).toBe(0);
    expect(readdirSync(folder).filter((name) => name.includes('99999999'))).toEqual([]);
    expect((await crm('query', 'city = Logged', '--count', '--db', 'saved.db')).stdout.trim()).toBe('5');
  });

  it('beyond saving, or with nowhere to go: a clear error, and nothing is left', async () => {
    const { crm, folder } = spoilt((to) => writeFileSync(to, Buffer.alloc(40 * PAGE_BYTES, 0x7f)));
    writeFileSync(join(folder, 'there.db'), '');
    const names = readdirSync(folder).sort();
    expect(await crm('maintain', '--salvage', 'saved.db')).toMatchObject({
      exitCode: 14,
      stderr: expect.stringMatching(/^error: nothing of .* can be saved.*\nhint: restore a backup/),
    });
    expect((await crm('maintain', '--salvage', 'there.db')).exitCode).toBe(2);
    expect((await crm('maintain', '--salvage', 'no/saved.db')).exitCode).toBe(15);
    expect((await crm('maintain', '--salvage', 'saved.db', '--db', 'none.db')).exitCode).toBe(10);
    expect(readdirSync(folder).sort()).toEqual(names);
  });
});

describe('slow queries', () => {
  it('are logged with their plan and without a value; --slow says which index they lack', async () => {
    const { crm, folder, path } = spoilt(() => {});
    const slowly = (...args: string[]): Promise<RunResult> => runCli(args, { cwd: folder, env: { CRM_SLOW_QUERY_MS: '1' } });
    const sql = "SELECT count(*) FROM customers a, customers b WHERE a.owner = 'Secret' OR a.city = 'City 3' AND b.name_key < 'secret'";
    for (let i = 0; i < 2; i++) expect((await slowly('query', '--sql', sql)).exitCode).toBe(0);
    const log = readFileSync(`${path}-slow.ndjson`, 'utf8');
    expect(log).not.toMatch(/secret|City 3/i);
    // On a busy machine other statements take a millisecond, too.
    const logged = log.trimEnd().split('\n');
    expect(logged.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ rows: 1, statement: expect.stringContaining('a.owner = ? OR a.city = ?') }),
    );
    const listed = await crm('maintain', '--slow', '--json');
    expect(listed.exitCode, listed.stderr).toBe(0);
    const { statements } = (
      JSON.parse(listed.stdout) as { result: { statements: { count: number; statement: string; missingIndexes: string[] }[] } }
    ).result;
    expect(statements.find(({ statement }) => statement.includes('a.owner'))).toMatchObject({
      count: 2,
      missingIndexes: ['CREATE INDEX customers_owner ON customers (owner)', 'CREATE INDEX customers_city ON customers (city)'],
    });
    expect((await crm('maintain', '--slow')).stdout).toContain('missing: CREATE INDEX customers_city ON customers (city)');
  });

  it('are not logged with 0, and quick ones never are', async () => {
    const { crm, folder, path } = spoilt(() => {});
    expect((await runCli(['query', '--count'], { cwd: folder, env: { CRM_SLOW_QUERY_MS: '0' } })).exitCode).toBe(0);
    expect((await runCli(['query', '--count'], { cwd: folder, env: { CRM_SLOW_QUERY_MS: '99999999' } })).exitCode).toBe(0);
    expect(existsSync(`${path}-slow.ndjson`)).toBe(false);
    expect((await crm('maintain', '--slow')).stdout).toMatch(/^no slow query was logged/);
    expect(await runCli(['query'], { cwd: folder, env: { CRM_SLOW_QUERY_MS: 'soon' } })).toMatchObject({ exitCode: 2 });
  });
});

describe('keys', () => {
  const withKey = (folder: string, env: Record<string, string>, ...args: string[]): Promise<RunResult> =>
    runCli(args, { cwd: folder, env });

  it('--rekey encrypts, changes the key, and --decrypt takes it away; nothing else changes', async () => {
    const { folder, crm } = spoilt(() => {});
    const first = { CRM_KEY: 'first key' };
    expect((await withKey(folder, { CRM_NEW_KEY: 'first key' }, 'maintain', '--rekey')).exitCode).toBe(0);
    expect((await crm('maintain', '--check')).exitCode).toBe(16);
    expect((await withKey(folder, { CRM_KEY: 'no key of it' }, 'maintain', '--check')).exitCode).toBe(16);
    expect((await withKey(folder, first, 'maintain', '--repair', '--vacuum', '--reindex')).exitCode).toBe(0);
    const changed = await withKey(folder, { ...first, CRM_NEW_KEY: 'second key' }, 'maintain', '--rekey', '--json');
    expect(changed.exitCode, changed.stderr).toBe(0);
    expect(resultOf(changed)).toMatchObject({ mode: 'rekey', wasEncrypted: true, isEncrypted: true });
    expect((await withKey(folder, first, 'query', '--count')).exitCode).toBe(16);
    expect((await withKey(folder, { CRM_KEY: 'second key' }, 'maintain', '--decrypt')).exitCode).toBe(0);
    expect((await crm('query', '--count')).stdout.trim()).toBe(String(customers));
    expect((await crm('maintain', '--check')).exitCode).toBe(0);
  });

  it('a damaged encrypted file is saved into one of the same key', async () => {
    const { folder, path, crm } = spoilt((to) => {
      leaves = middle(leavesOf(to, 'customers'), 1);
    });
    const env = { CRM_KEY: 'first key' };
    expect((await withKey(folder, { CRM_NEW_KEY: 'first key' }, 'maintain', '--rekey')).exitCode).toBe(0);
    overwrite(path, leaves);
    expect((await withKey(folder, env, 'maintain', '--check')).exitCode).toBe(14);
    const saved = await withKey(folder, env, 'maintain', '--salvage', 'saved.db', '--json');
    expect(saved.exitCode, saved.stderr).toBe(3);
    expect((await crm('query', '--count', '--db', 'saved.db')).exitCode).toBe(16);
    const { tables, standIns } = resultOf(saved);
    const { written = 0 } = tables.find(({ table }) => table === 'customers') ?? {};
    expect(written).toBeGreaterThan(customers / 2);
    expect(written + (standIns.customers ?? 0)).toBe(customers);
    expect((await withKey(folder, env, 'maintain', '--check', '--db', 'saved.db')).exitCode).toBe(0);
  });
});
