import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { CopyResult } from '../../src/index.ts';
import { runCli } from '../support/cli.ts';
import { makeHostile } from '../support/hostile-tables.ts';
import { oracleRun, oracleUrl, startOracle } from '../support/oracle.ts';
import type { RunResult } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const SHOP = `
CREATE TABLE customers (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(40) NOT NULL, note TEXT, born DATE, seen DATETIME, spent DECIMAL(12,2), raw BLOB, score REAL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), total DECIMAL(12,2) DEFAULT 1.5);
CREATE INDEX orders_by_customer ON orders (customer_id, id DESC);
CREATE VIEW big AS SELECT * FROM orders WHERE total > 100;
INSERT INTO customers VALUES (1, 'Größe 😀', 'it''s "quoted"', '1970-02-28', '2026-03-29 02:30:00.123456', '-0.50', x'00ff', 0.1),
  (2, '客户', '', NULL, NULL, '9999999999.99', x'', -1.5), (7, 'Zoë', NULL, '0001-01-01', '9999-12-31 23:59:59', NULL, NULL, 1e300);
`;

function folderWith(script: string): string {
  const cwd = tempDir();
  const db = new Database(join(cwd, 'from.db'));
  db.exec(script);
  const text = db.prepare('UPDATE customers SET note = ? WHERE id = 1');
  text.run(`${'長い'.repeat(20_000)}\0'`);
  const orders = db.prepare('INSERT INTO orders VALUES (?, ?, ?)');
  db.transaction(() => {
    for (let i = 0; i < 1000; i++) orders.run(i, [1, 2, 7][i % 3], `${i}.25`);
  })();
  db.close();
  return cwd;
}

const copy = (cwd: string, ...args: string[]): Promise<RunResult> => runCli(['migrate', 'copy', ...args], { cwd, timeoutMs: 60_000 });

async function copied(exitCode: number, cwd: string, ...args: string[]): Promise<CopyResult> {
  const run = await copy(cwd, ...args, '--json');
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode, stderr: '' });
  return (JSON.parse(run.stdout) as { result: CopyResult }).result;
}

describe('crm migrate copy and a server that speaks the protocol of Oracle', { timeout: 120_000 }, () => {
  it('brings tables there, and back again', async () => {
    const oracle = await startOracle();
    const cwd = folderWith(SHOP);
    const there = await copied(0, cwd, 'from.db', oracle.url, '--batch', '300');
    expect(there.tables.map(({ name, read, written, verified }) => ({ name, read, written, verified }))).toEqual([
      { name: 'customers', read: 3, written: 3, verified: true },
      { name: 'orders', read: 1000, written: 1000, verified: true },
    ]);
    expect(there.conversions.map(({ column, reason, cells }) => [column, reason, cells])).toEqual([
      ['note', 'EMPTY_TO_NULL', 1],
      ['raw', 'EMPTY_TO_NULL', 1],
    ]);
    const back = await copied(0, cwd, oracle.url, 'to.db');
    expect(back).toMatchObject({ conversions: [], differences: [] });
    const db = new Database(join(cwd, 'to.db'), { readonly: true });
    expect(db.prepare('SELECT id, name, born, seen, spent, hex(raw), score, length(note) FROM customers ORDER BY id').raw().all()).toEqual([
      [1, 'Größe 😀', '1970-02-28 00:00:00', '2026-03-29 02:30:00.123456', expect.anything(), '00FF', 0.1, 40_000],
      [2, '客户', null, null, expect.anything(), '', -1.5, null],
      [7, 'Zoë', '0001-01-01 00:00:00', '9999-12-31 23:59:59', null, '', 1e300, null],
    ]);
    db.close();
    const verified = await runCli(['migrate', 'verify', 'from.db', oracle.url, '--json'], { cwd, timeoutMs: 60_000 });
    expect(verified.exitCode).toBe(0);
    expect(oracle.engine.look(`SELECT name FROM sqlite_master WHERE name = '_crm_copy'`)).toEqual([]);
  });

  it('leaves out the rows that the server refuses, and those only', async () => {
    const oracle = await startOracle();
    oracleRun(
      oracle,
      'CREATE TABLE "orders" (\n  "id" NUMBER(19),\n  "customer_id" NUMBER(19),\n  "total" NUMBER(5,2),\n  PRIMARY KEY ("id")\n)',
      `INSERT INTO "orders" ("id") VALUES (TO_NUMBER('5'))`,
      `INSERT INTO "orders" ("id") VALUES (TO_NUMBER('500'))`,
    );
    const cwd = folderWith(SHOP);
    const result = await copied(3, cwd, 'from.db', oracle.url, '--tables', 'orders', '--mode', 'append');
    expect(result.tables[0]).toMatchObject({ read: 1000, written: 998 });
    const again = await copied(0, cwd, 'from.db', oracle.url, '--tables', 'orders', '--mode', 'upsert');
    expect(again.tables[0]).toMatchObject({ written: 1000, verified: true });
    await copied(0, cwd, 'from.db', oracle.url, '--tables', 'orders', '--mode', 'truncate');
    expect(oracle.engine.look('SELECT count(*) FROM "orders"')).toEqual([[1000]]);
  });

  it('holds hostile tables, all but names with a quotation mark', async () => {
    const oracle = await startOracle();
    const cwd = tempDir();
    makeHostile(join(cwd, 'from.db'), { unholdable: true });
    const refused = await copy(cwd, 'from.db', oracle.url);
    expect({ exitCode: refused.exitCode, out: refused.stderr }).toEqual({
      exitCode: 2,
      out: expect.stringContaining('no name with a quotation mark'),
    });
    const result = await copied(0, cwd, 'from.db', oracle.url, '--tables', 'values,composite,no key,staff,dept,person', '--batch', '70');
    expect(result.tables.map(({ read, written, verified }) => [read === written, verified])).toEqual(Array(6).fill([true, true]));
    expect(await copied(0, cwd, oracle.url, 'to.db')).toMatchObject({ conversions: [], differences: [], rejects: null });
    const map = await runCli(['migrate', 'map', oracle.url], { cwd, timeoutMs: 60_000 });
    expect({ exitCode: map.exitCode, out: map.stdout }).toEqual({ exitCode: 0, out: expect.stringContaining('source: SHOP') });
    expect(map.stdout + map.stderr).not.toContain('geheim');
  });

  it('goes on where a lost connection broke it off', async () => {
    const oracle = await startOracle();
    const cwd = folderWith(SHOP);
    const parts = (): number => {
      const there = oracle.engine.look("SELECT count(*) FROM sqlite_master WHERE name = '_crm_copy'") as [number][];
      return there[0]?.[0] === 0 ? 0 : ((oracle.engine.look('SELECT count(*) FROM "_crm_copy"') as [number][])[0]?.[0] ?? 0);
    };
    const watch = setInterval(() => {
      if (parts() < 5) return;
      oracle.server.cut();
      clearInterval(watch);
    }, 5);
    const broken = await copy(cwd, 'from.db', oracle.url, '--batch', '10');
    clearInterval(watch);
    expect({ exitCode: broken.exitCode, out: broken.stdout + broken.stderr }).toEqual({
      exitCode: 15,
      out: expect.stringContaining('lost the connection'),
    });
    expect((await copy(cwd, 'from.db', oracle.url, '--batch', '10')).exitCode).toBe(2);
    const result = await copied(0, cwd, 'from.db', oracle.url, '--batch', '10', '--resume');
    expect(result.tables.every(({ verified }) => verified === true)).toBe(true);
    expect(oracle.engine.look('SELECT count(*) FROM "orders"')).toEqual([[1000]]);
  });

  it('prints what it would do, and does nothing', async () => {
    const oracle = await startOracle();
    const run = await copy(folderWith(SHOP), 'from.db', oracle.url, '--dry-run');
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('"id" NUMBER(19) GENERATED BY DEFAULT AS IDENTITY');
    expect(run.stdout).toContain('"name" CLOB NOT NULL');
    expect(oracle.engine.look('SELECT count(*) FROM ALL_TABLES')).toEqual([[0]]);
  });
});

describe('an Oracle server that cannot be used', { timeout: 60_000 }, () => {
  const failed = async (url: string, exitCode: number, problem: string): Promise<void> => {
    const started = Date.now();
    const run = await copy(tempDir(), url, 'to.db');
    expect({ exitCode: run.exitCode, out: run.stdout + run.stderr }).toEqual({ exitCode, out: expect.stringContaining(problem) });
    expect(run.stdout + run.stderr).not.toMatch(/geheim|falsch/);
    expect(Date.now() - started).toBeLessThan(20_000);
  };

  it.each(['12c', '11g'] as const)('does not take the password, kept as %s', async (verifier) => {
    const { port, url } = await startOracle({ verifier });
    await failed(oracleUrl(port, { password: 'falsch' }), 15, 'refused the login');
    await failed(oracleUrl(port, { user: 'nobody' }), 15, 'refused the login');
    expect((await copy(tempDir(), url, 'to.db', '--dry-run')).exitCode).not.toBe(15);
  });

  it('has no such service', async () => {
    const { port } = await startOracle();
    await failed(oracleUrl(port, { service: 'OTHER' }), 15, 'has no such service');
  });

  it.each(['at once', 'after accept'] as const)('says nothing: %s', async (silent) => {
    const { url } = await startOracle({ silent });
    await failed(url, 15, 'cannot be reached: no answer');
  });

  it('is not there', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    await new Promise((resolve) => server.close(resolve));
    await failed(oracleUrl(port), 15, 'cannot be reached');
  });

  it('is named without a user or a service', async () => {
    await failed('oracle://crm:geheim@db.example', 2, 'is not the URL of an Oracle database');
    await failed('oracle://db.example/SHOP', 2, 'is not the URL of an Oracle database');
  });
});
