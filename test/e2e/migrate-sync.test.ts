import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import diffSchema from '../../schemas/results/migrate-diff.schema.json' with { type: 'json' };
import syncSchema from '../../schemas/results/migrate-sync.schema.json' with { type: 'json' };
import type { DiffResult, SyncResult } from '../../src/index.ts';
import { runCli } from '../support/cli.ts';
import { dumpSqlite, makeHostile } from '../support/hostile-tables.ts';
import { type JsonSchema, schemaErrors } from '../support/json-schema.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import type { RunResult } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROUNDS = Number(process.env.CRM_FAULT_ROUNDS ?? 3);

const SHOP = `
  CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT NOT NULL, boss INT REFERENCES customers (id));
  CREATE TABLE orders (customer INT NOT NULL REFERENCES customers (id), nr TEXT NOT NULL, total REAL, PRIMARY KEY (customer, nr));
  CREATE TABLE log (line TEXT);`;

function sql(path: string, script: string): void {
  const db = new Database(path);
  db.exec(script);
  db.close();
}

/** A folder with the databases `a.db` and `b.db`, the first with so many customers, an order and a line of the log for each. */
function folderWith(customers: number, ofB = ''): string {
  const cwd = tempDir();
  sql(
    join(cwd, 'a.db'),
    `${SHOP} WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${customers})
     INSERT INTO customers SELECT i, 'u' || i || '@x.cn', 'n' || i, nullif((i * 7) % ${customers}, 0) FROM n WHERE i <= ${customers};
     INSERT INTO orders SELECT id, 'A-' || id, id * 1.5 FROM customers;
     INSERT INTO log SELECT 'line ' || id % 5 FROM customers;`,
  );
  sql(join(cwd, 'b.db'), SHOP + ofB);
  return cwd;
}

const crm = (cwd: string, command: 'sync' | 'diff', ...args: string[]): Promise<RunResult> =>
  runCli(['migrate', command, ...args], { cwd, timeoutMs: 60_000 });

async function synced(exitCode: number, cwd: string, ...args: string[]): Promise<SyncResult> {
  const run = await crm(cwd, 'sync', ...args, '--json');
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode, stderr: '' });
  const { result } = JSON.parse(run.stdout) as { result: SyncResult };
  expect(schemaErrors(syncSchema as JsonSchema, result)).toEqual([]);
  return result;
}

async function diffed(exitCode: number, cwd: string, ...args: string[]): Promise<DiffResult> {
  const run = await crm(cwd, 'diff', ...args, '--json');
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode, stderr: '' });
  const { result } = JSON.parse(run.stdout) as { result: DiffResult };
  expect(schemaErrors(diffSchema as JsonSchema, result)).toEqual([]);
  return result;
}

/** Cells of a database, in no order: rows of a table without a key come as they were written. */
const cellsOf = (cwd: string, name: string): readonly unknown[] =>
  ['customers', 'orders', 'log'].map((table) => {
    const db = new Database(join(cwd, name), { readonly: true });
    const rows = db
      .prepare(`SELECT * FROM ${table}`)
      .raw()
      .all()
      .map((row) => JSON.stringify(row))
      .sort();
    db.close();
    return rows;
  });

describe('crm migrate sync', { timeout: 120_000 }, () => {
  it('brings the second to the first, and back where the arguments are exchanged', async () => {
    const cwd = folderWith(300, "INSERT INTO customers VALUES (5, 'other@x.cn', 'other', NULL), (999, 'u7@x.cn', 'extra', NULL)");
    const result = await synced(0, cwd, 'a.db', 'b.db', '--delete', '--batch', '50');
    expect(result.tables).toEqual([
      { name: 'customers', missing: 299, different: 1, extra: 1, inserted: 299, updated: 1, deleted: 1, rejected: 0, verified: true },
      { name: 'log', missing: 300, different: 0, extra: 0, inserted: 300, updated: 0, deleted: 0, rejected: 0, verified: true },
      { name: 'orders', missing: 300, different: 0, extra: 0, inserted: 300, updated: 0, deleted: 0, rejected: 0, verified: true },
    ]);
    expect(cellsOf(cwd, 'b.db')).toEqual(cellsOf(cwd, 'a.db'));
    sql(join(cwd, 'b.db'), "UPDATE customers SET name = 'new' WHERE id % 7 = 0; DELETE FROM orders WHERE customer = 4");
    await synced(0, cwd, 'b.db', 'a.db', '--delete');
    expect(cellsOf(cwd, 'a.db')).toEqual(cellsOf(cwd, 'b.db'));
    expect((await crm(cwd, 'sync', 'a.db', 'b.db')).stdout).toMatch(/3 tables, 0 rows written in .*: verified\n$/);
    expect(readdirSync(cwd).sort()).toEqual(['a.db', 'b.db']);
  });

  it('keeps rows that only the second has, unless they shall be deleted', async () => {
    const cwd = folderWith(3, "INSERT INTO customers VALUES (50, 'u50@x.cn', 'extra', NULL)");
    const result = await synced(0, cwd, 'a.db', 'b.db');
    expect(result.tables[0]).toMatchObject({ extra: 1, deleted: 0, verified: true });
    expect((await diffed(5, cwd, 'a.db', 'b.db')).tables[0]).toMatchObject({ missing: 0, extra: 1, different: 0 });
  });

  it('gives rows the unique values of each other', async () => {
    const cwd = folderWith(5);
    await synced(0, cwd, 'a.db', 'b.db');
    sql(
      join(cwd, 'b.db'),
      "UPDATE customers SET email = 'x' WHERE id = 1; UPDATE customers SET email = 'u1@x.cn' WHERE id = 2; UPDATE customers SET email = 'u2@x.cn' WHERE id = 1",
    );
    await synced(0, cwd, 'a.db', 'b.db');
    expect(cellsOf(cwd, 'b.db')).toEqual(cellsOf(cwd, 'a.db'));
  });

  it('puts rows that the second does not take into a file', async () => {
    const cwd = folderWith(3);
    sql(join(cwd, 'b.db'), "CREATE TRIGGER no BEFORE INSERT ON customers WHEN new.id = 2 BEGIN SELECT RAISE(ABORT, 'no'); END");
    const run = await crm(cwd, 'sync', 'a.db', 'b.db', '--tables', 'customers', '--rejects', 'refused.ndjson');
    expect(run.exitCode).toBe(3);
    const [line, ...more] = readFileSync(join(cwd, 'refused.ndjson'), 'utf8').trimEnd().split('\n');
    expect(more).toEqual([]);
    expect(JSON.parse(line as string)).toMatchObject({ table: 'customers', key: [2], reason: 'refused by a trigger' });
    expect((await diffed(5, cwd, 'a.db', 'b.db', '--tables', 'customers')).total).toBe(1);
  });

  it('only says what would change in a dry run', async () => {
    const cwd = folderWith(20);
    const before = [readFileSync(join(cwd, 'a.db')), readFileSync(join(cwd, 'b.db'))];
    const result = await synced(0, cwd, 'a.db', 'b.db', '--dry-run', '--delete');
    expect(result).toMatchObject({ dryRun: true, tables: [{ missing: 20, inserted: 0, verified: null }, {}, {}] });
    expect([readFileSync(join(cwd, 'a.db')), readFileSync(join(cwd, 'b.db'))]).toEqual(before);
    expect(readdirSync(cwd).sort()).toEqual(['a.db', 'b.db']);
  });

  const REFUSALS: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['more changes than allowed', ['--max-changes', '59'], 6, /^error: 60 of 60 rows would change, more than 59; nothing was written\n/],
    ['a larger share than allowed', ['--max-changes', '99%'], 6, /more than 59; nothing was written\n/],
    ['a share above all', ['--max-changes', '101%'], 2, /--max-changes 101%/],
    ['a batch of nothing', ['--batch', '0'], 2, /--batch 0/],
    ['a table that is nowhere', ['--tables', 'nothing'], 2, /the source has no table nothing/],
  ];
  it.each(REFUSALS)('refuses %s', async (_, args, exitCode, message) => {
    const cwd = folderWith(20);
    const before = readFileSync(join(cwd, 'b.db'));
    const run = await crm(cwd, 'sync', 'a.db', 'b.db', ...args);
    expect(run).toMatchObject({ exitCode, stderr: expect.stringMatching(message), stdout: '' });
    expect(cellsOf(cwd, 'b.db')).toEqual([[], [], []]);
    if (exitCode === 2) expect(readFileSync(join(cwd, 'b.db'))).toEqual(before);
  });

  it('does not empty a table because the first is empty, or rows would refer to nothing', async () => {
    const cwd = folderWith(0, "INSERT INTO customers VALUES (1, 'a', 'a', NULL); INSERT INTO orders VALUES (1, 'x', 1)");
    expect(await crm(cwd, 'sync', 'a.db', 'b.db', '--delete')).toMatchObject({
      exitCode: 6,
      stderr: expect.stringMatching(/^error: table customers is empty on the first side: all 1 rows/),
    });
    expect(await crm(cwd, 'sync', 'a.db', 'b.db', '--delete', '--yes', '--tables', 'customers')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^error: rows of orders in b\.db refer to rows of customers/),
    });
    await synced(0, cwd, 'a.db', 'b.db');
    expect(cellsOf(cwd, 'b.db')).not.toEqual([[], [], []]);
    await synced(0, cwd, 'a.db', 'b.db', '--delete', '--yes');
    expect(cellsOf(cwd, 'b.db')).toEqual([[], [], []]);
  });

  it('names tables that are missing, and makes them where it may', async () => {
    const cwd = folderWith(20);
    sql(join(cwd, 'b.db'), 'DROP TABLE log; DROP TABLE orders');
    expect(await crm(cwd, 'sync', 'a.db', 'b.db')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/^error: b\.db has no table log, orders; nothing was written\nhint: .*--create/),
    });
    expect((await synced(0, cwd, 'a.db', 'b.db', '--create', '--dry-run')).tables[1]).toMatchObject({ name: 'log', missing: 20 });
    await synced(0, cwd, 'a.db', 'b.db', '--create');
    expect(dumpSqlite(join(cwd, 'b.db'))).toEqual(dumpSqlite(join(cwd, 'a.db')));
  });

  it('refuses places whose rows cannot be changed one by one, and databases of crm', async () => {
    const cwd = folderWith(2);
    await runCli(['migrate', 'copy', 'a.db', 'csv:folder'], { cwd });
    expect(await crm(cwd, 'sync', 'a.db', 'csv:folder')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/hint: write it anew: crm migrate copy --mode truncate/),
    });
    await synced(0, cwd, 'csv:folder', 'a.db');
    await runCli(['init', '--db', 'crm.db', '--yes'], { cwd });
    expect(await crm(cwd, 'sync', 'a.db', 'crm.db', '--create')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/is a customer database of crm/),
    });
    expect(await crm(cwd, 'sync', 'a.db', './a.db')).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/the same place/) });
  });

  it('takes over whatever a cell may hold', async () => {
    const cwd = tempDir();
    makeHostile(join(cwd, 'a.db'), { rows: 200, unholdable: true });
    makeHostile(join(cwd, 'b.db'), { rows: 20 });
    const result = await synced(0, cwd, 'a.db', 'b.db', '--delete', '--yes');
    expect(result.tables.every(({ verified, rejected }) => verified === true && rejected === 0)).toBe(true);
    expect((await diffed(0, cwd, 'a.db', 'b.db')).identical).toBe(true);
  });
});

describe('a sync that is stopped', { timeout: 60_000 * ROUNDS + 60_000 }, () => {
  it('ends the same when it is run again, whenever it was killed', async () => {
    const cwd = folderWith(4000);
    const startMs = performance.now();
    await synced(0, cwd, 'a.db', 'b.db');
    const lastsMs = performance.now() - startMs;
    const dirty = `UPDATE customers SET name = 'other' WHERE id % 3 = 0; DELETE FROM orders WHERE customer % 2 = 0; DELETE FROM log WHERE rowid % 4 = 0;
      INSERT INTO log SELECT 'extra ' || id FROM customers LIMIT 500; INSERT INTO orders SELECT id, 'extra', 1 FROM customers;`;
    for (let round = 0; round < ROUNDS; round++) {
      sql(join(cwd, 'b.db'), dirty);
      for (const share of [0.4, 0.6, 0.75]) await killedAfter(lastsMs * (share + round * 0.07), cwd);
      await synced(0, cwd, 'a.db', 'b.db', '--delete', '--batch', '20');
      expect(cellsOf(cwd, 'b.db')).toEqual(cellsOf(cwd, 'a.db'));
    }
    expect(readdirSync(tmpdir()).filter((name) => /^crm-changes-/.test(name) && !isRunning(name))).toEqual([]);
  });

  it('keeps what was written, and says how to go on', async () => {
    const cwd = folderWith(6000);
    const run = await runCli(['migrate', 'sync', 'a.db', 'b.db', '--batch', '5'], {
      cwd,
      onStart: (child) => {
        const timer = setInterval(() => {
          if (rowsIn(join(cwd, 'b.db')) === 0) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 10);
        child.on('exit', () => clearInterval(timer));
      },
    });
    expect(run).toMatchObject({
      exitCode: 130,
      stderr: 'error: interrupted; what was written so far stays\nhint: run the same command again: what still differs is found again\n',
    });
    await synced(0, cwd, 'a.db', 'b.db');
    expect(cellsOf(cwd, 'b.db')).toEqual(cellsOf(cwd, 'a.db'));
  });

  it.each(['sqlite', 'postgres'])('keeps others off that want to write the same [%s]', async (kind) => {
    if (kind === 'postgres' && !postgresAvailable) return;
    const cwd = folderWith(3000);
    const to = kind === 'sqlite' ? 'b.db' : freshSchemaUrl();
    const args = ['a.db', to, '--create', '--batch', '10'];
    if (kind === 'postgres') await runCli(['migrate', 'copy', 'a.db', to, '--tables', 'log'], { cwd });
    const runs = await Promise.all([crm(cwd, 'sync', ...args), crm(cwd, 'sync', ...args)]);
    const codes = runs.map(({ exitCode }) => exitCode).sort();
    // One may have ended before the other began.
    expect([
      [0, 0],
      [0, 11],
    ]).toContainEqual(codes);
    for (const { exitCode, stderr } of runs) if (exitCode === 11) expect(stderr).toMatch(/another process is writing to /);
    expect((await diffed(0, cwd, 'a.db', to)).identical).toBe(true);
    expect(existsSync(join(cwd, 'b.db.crm-copy-lock'))).toBe(false);
  });
});

describe('crm migrate sync of a customer database', { timeout: 60_000 * ROUNDS + 60_000 }, () => {
  const people = (count: number): string =>
    `id,name,email\n${Array.from({ length: count }, (_, i) => `${i},Name ${i},u${i}@example.com`).join('\n')}\n`;

  it('keeps it as it was in a file, and ends the same whenever it was killed', async () => {
    const cwd = tempDir();
    const run = async (...args: string[]): Promise<RunResult> => {
      const done = await runCli(args, { cwd, timeoutMs: 60_000 });
      expect({ args, exitCode: done.exitCode, stderr: done.stderr.includes('error') }).toEqual({ args, exitCode: 0, stderr: false });
      return done;
    };
    await runCli(['import', '-', '--format', 'csv', '--source', 'shop', '--db', 'a.db', '--quiet'], { cwd, input: people(50) });
    await run('migrate', 'copy', 'a.db', 'b.db', '--only-crm');
    await runCli(['import', '-', '--format', 'csv', '--source', 'shop', '--db', 'a.db', '--quiet'], { cwd, input: people(3000) });
    const before = customersAndRuns(join(cwd, 'b.db'));
    expect(before).toEqual([50, 1]);
    for (let round = 0; round < ROUNDS; round++) {
      await runCli(['migrate', 'sync', 'a.db', 'b.db', '--no-snapshot'], {
        cwd,
        onStart: (child) => {
          const timer = setTimeout(() => child.kill('SIGKILL'), 400 + round * 250);
          child.on('exit', () => clearTimeout(timer));
        },
      });
      // All or nothing.
      expect([before, [3000, 2]]).toContainEqual(customersAndRuns(join(cwd, 'b.db')));
    }
    const last = await synced(0, cwd, 'a.db', 'b.db', '--delete');
    if (last.snapshot === null) expect(last.tables.every(({ inserted }) => inserted === 0)).toBe(true);
    else expect(customersAndRuns(join(cwd, last.snapshot))).toEqual(before);
    await run('edit', '7', 'name=Other', '--db', 'a.db');
    const next = await synced(0, cwd, 'a.db', 'b.db', '--delete');
    expect(next).toMatchObject({ way: 'change log', snapshot: expect.stringMatching(/^b\.db\.before-sync-/) });
    expect((await diffed(0, cwd, 'a.db', 'b.db')).differences).toEqual([]);
    expect((await run('show', '7', '--db', 'b.db')).stdout).toContain('Other');
    await run('maintain', '--check', '--db', 'b.db');
  });
});

describe('crm migrate diff', { timeout: 60_000 }, () => {
  it('lists all differences, those of the schemas first', async () => {
    const cwd = folderWith(
      30,
      "INSERT INTO customers VALUES (5, 'u5@x.cn', 'other', 5); CREATE TABLE more (id INTEGER PRIMARY KEY); DROP TABLE log",
    );
    const result = await diffed(5, cwd, 'a.db', 'b.db', '--out', 'all.ndjson', '--limit', '4');
    expect(result.differences.slice(0, 2).map(({ kind, table, detail }) => [kind, table, detail])).toEqual([
      ['schema', 'log', 'the table is missing'],
      ['schema', 'more', 'the table is only on the second side'],
    ]);
    const lines = readFileSync(join(cwd, 'all.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines.slice(0, 4)).toEqual(result.differences);
    expect(lines).toHaveLength(result.total);
    expect(lines).toContainEqual({ table: 'customers', kind: 'different', key: { id: 5 }, row: null, columns: ['name'], detail: null });
    const shown = await diffed(5, cwd, 'a.db', 'b.db', '--tables', 'customers', '--show-values');
    expect(shown.differences.find(({ kind }) => kind === 'different')?.values).toEqual({ a: { name: 'n5' }, b: { name: 'other' } });
    expect((await crm(cwd, 'diff', 'a.db', 'b.db', '--limit', '2')).stdout).toMatch(
      /… and \d+ differences more \(all of them: --out FILE\)\n/,
    );
  });

  it('finds none between a database and itself', async () => {
    const cwd = folderWith(30);
    expect(await diffed(0, cwd, 'a.db', 'a.db')).toMatchObject({ identical: true, total: 0, differences: [] });
  });
});

async function killedAfter(afterMs: number, cwd: string): Promise<void> {
  await runCli(['migrate', 'sync', 'a.db', 'b.db', '--delete', '--batch', '20'], {
    cwd,
    onStart: (child) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
      child.on('exit', () => clearTimeout(timer));
    },
  });
}

function customersAndRuns(path: string): readonly unknown[] {
  const db = new Database(path, { readonly: true });
  const counts = ['customers', 'runs'].map((table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  db.close();
  return counts;
}

function rowsIn(path: string): number {
  try {
    const db = new Database(path, { readonly: true });
    try {
      return db.prepare('SELECT count(*) FROM customers').pluck().get() as number;
    } finally {
      db.close();
    }
  } catch {
    return 0;
  }
}

function isRunning(name: string): boolean {
  try {
    process.kill(Number(/^crm-changes-(\d+)-/.exec(name)?.[1]), 0);
    return true;
  } catch {
    return false;
  }
}
