import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import schema from '../../schemas/results/migrate-copy.schema.json' with { type: 'json' };
import type { CopyResult } from '../../src/index.ts';
import { runCli } from '../support/cli.ts';
import { dumpSqlite, makeHostile } from '../support/hostile-tables.ts';
import { type JsonSchema, schemaErrors } from '../support/json-schema.ts';
import { freshMysqlUrl, mysqlAvailable, mysqlRows } from '../support/mysql.ts';
import { freshSchemaUrl, postgresAvailable, inSchema } from '../support/postgres.ts';
import type { RunResult } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROUNDS = Number(process.env.CRM_FAULT_ROUNDS ?? 3);
const SEED = Number(process.env.CRM_FAULT_SEED ?? 20_261_126);

/** A folder with a database `from.db`. */
function folderWith(make: (path: string) => void): string {
  const cwd = tempDir();
  make(join(cwd, 'from.db'));
  return cwd;
}

function sql(path: string, script: string): void {
  const db = new Database(path);
  db.exec(script);
  db.close();
}

function all(path: string, query: string): unknown[] {
  const db = new Database(path, { readonly: true });
  try {
    return db.prepare(query).raw().all();
  } finally {
    db.close();
  }
}

const copy = (cwd: string, ...args: string[]): Promise<RunResult> => runCli(['migrate', 'copy', ...args], { cwd, timeoutMs: 60_000 });

/** The result of a copy that ended with this status. */
async function copied(exitCode: number, cwd: string, ...args: string[]): Promise<CopyResult> {
  const run = await copy(cwd, ...args, '--json');
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode, stderr: '' });
  const { result } = JSON.parse(run.stdout) as { result: CopyResult };
  expect(schemaErrors(schema as JsonSchema, result)).toEqual([]);
  return result;
}

describe('crm migrate copy, SQLite to SQLite', { timeout: 120_000 }, () => {
  it('makes the same tables with the same cells', async () => {
    const cwd = folderWith((path) => makeHostile(path, { unholdable: true }));
    const result = await copied(0, cwd, 'from.db', 'to.db', '--batch', '7');
    expect(result).toMatchObject({ conversions: [], views: ['heads'], notes: [], rejects: null, differences: [], dryRun: false });
    expect(result.tables.every(({ verified, read, written }) => verified === true && read === written)).toBe(true);
    expect(dumpSqlite(join(cwd, 'to.db'))).toEqual(dumpSqlite(join(cwd, 'from.db')));
    expect((await copy(cwd, 'from.db', 'to2.db')).stdout).toMatch(/not copied: view heads\n7 tables, .* rows in .*: verified\n$/);
  });

  it('says what it would do, and does nothing', async () => {
    const cwd = folderWith((path) => makeHostile(path));
    const result = await copied(0, cwd, 'from.db', 'to.db', '--dry-run');
    expect(result.plan.join('\n')).toMatch(/CREATE TABLE "staff"/);
    expect(result.tables.find(({ name }) => name === 'staff')).toEqual({
      name: 'staff',
      read: 500,
      written: 0,
      rejected: 0,
      verified: null,
    });
    expect(existsSync(join(cwd, 'to.db'))).toBe(false);
  });

  it('copies the tables that are named, and without verifying where it is told so', async () => {
    const cwd = folderWith((path) => makeHostile(path));
    const result = await copied(0, cwd, 'from.db', 'to.db', '--tables', 'composite,no key', '--no-verify', '--jobs', '2');
    expect(result.tables.map(({ name, verified }) => [name, verified])).toEqual([
      ['composite', null],
      ['no key', null],
    ]);
    expect(Object.keys(dumpSqlite(join(cwd, 'to.db')))).toEqual(['composite', 'no key']);
  });
});

describe('tables that are there already', { timeout: 120_000 }, () => {
  const MAKE = 'CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE, changed DATE)';
  const both = (to: string): string => {
    const cwd = folderWith((path) =>
      sql(path, `${MAKE}; INSERT INTO t VALUES (1, 'a', '2026-01-01'), (2, 'b', '2026-02-01'), (3, 'c', '2026-03-01')`),
    );
    sql(join(cwd, 'to.db'), to);
    return cwd;
  };
  const rows = (cwd: string): unknown[] => all(join(cwd, 'to.db'), 'SELECT id, v FROM t ORDER BY id');

  it('are refused where they have rows, or other columns', async () => {
    const hint = 'hint: add to it with --mode append or --mode upsert, empty it first with --mode truncate, or choose another target\n';
    const full = both(`${MAKE}; INSERT INTO t VALUES (9, 'z', NULL)`);
    expect(await copy(full, 'from.db', 'to.db')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: `error: the target has a table t already, with rows; nothing was written\n${hint}`,
    });
    const other = both('CREATE TABLE t (id INTEGER PRIMARY KEY, w BLOB)');
    expect(await copy(other, 'from.db', 'to.db')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('with other columns') });
    await copied(0, both(MAKE), 'from.db', 'to.db');
  });

  it('get more rows with append; those that do not fit are rejected, and told', async () => {
    const cwd = both(`${MAKE}; INSERT INTO t VALUES (2, 'mine', NULL), (9, 'c', NULL)`);
    const result = await copied(3, cwd, 'from.db', 'to.db', '--mode', 'append');
    expect(result.tables).toEqual([{ name: 't', read: 3, written: 1, rejected: 2, verified: true }]);
    expect(rows(cwd)).toEqual([
      [1, 'a'],
      [2, 'mine'],
      [9, 'c'],
    ]);
    expect(result.rejects).toBe('from.db.rejects.ndjson');
    const lines = readFileSync(join(cwd, 'from.db.rejects.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(lines).toEqual([
      { table: 't', key: [2], column: 'id', reason: 'duplicate key', row: { id: 2, v: 'b', changed: '2026-02-01' } },
      { table: 't', key: [3], column: 'v', reason: 'duplicate key', row: { id: 3, v: 'c', changed: '2026-03-01' } },
    ]);
  });

  it('get rows replaced by key with upsert, and lose theirs with truncate', async () => {
    const cwd = both(`${MAKE}; INSERT INTO t VALUES (2, 'mine', NULL), (9, 'z', NULL)`);
    expect((await copied(0, cwd, 'from.db', 'to.db', '--mode', 'upsert')).tables).toEqual([
      { name: 't', read: 3, written: 3, rejected: 0, verified: true },
    ]);
    expect(rows(cwd)).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [9, 'z'],
    ]);
    await copied(0, cwd, 'from.db', 'to.db', '--mode', 'truncate');
    expect(rows(cwd)).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
  });

  it('get only what is not older than --since', async () => {
    const cwd = both(`${MAKE}; INSERT INTO t VALUES (2, 'mine', NULL)`);
    const result = await copied(0, cwd, 'from.db', 'to.db', '--mode', 'upsert', '--since', 'changed=2026-02-01');
    expect(result.tables).toEqual([{ name: 't', read: 2, written: 2, rejected: 0, verified: true }]);
    expect(rows(cwd)).toEqual([
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(await copy(cwd, 'from.db', 'to.db', '--since', 'when=1')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('has no column when'),
    });
  });
});

describe('wrong usage', { timeout: 60_000 }, () => {
  it.each([
    [['from.db', './from.db'], 'error: from.db and ./from.db are the same place\n'],
    [['from.db', 'to.db', '--tables', 'compostie'], 'error: the source has no table compostie\nhint: did you mean composite?\n'],
    [['from.db', 'to.db', '--tables', 'heads'], 'error: heads is a view: only tables are copied\n'],
    [['from.db', 'to.db', '--batch', '0'], 'error: --batch 0: give a number, 1 or more\n'],
    [
      ['from.db', 'to.db', '--mode', 'upsert', '--tables', 'no key'],
      'error: table no key has no key to find its rows by; nothing was written\n',
    ],
  ])('%j', async (args, message) => {
    const cwd = folderWith((path) => makeHostile(path, { rows: 20 }));
    const { exitCode, stderr } = await copy(cwd, ...args);
    expect({ exitCode, stderr: stderr.slice(0, message.length) }).toEqual({ exitCode: 2, stderr: message });
  });
});

describe('a copy that is broken off', { timeout: 60_000 * ROUNDS + 60_000 }, () => {
  it('goes on with --resume, and ends as if nothing had been, whenever it was killed', async () => {
    const cwd = folderWith((path) => makeHostile(path, { rows: 1500, unholdable: true }));
    const expected = dumpSqlite(join(cwd, 'from.db'));
    const random = seeded(SEED);
    const startMs = performance.now();
    await copied(0, cwd, 'from.db', 'whole.db', '--batch', '50');
    const lastsMs = performance.now() - startMs;
    for (let round = 0; round < ROUNDS; round++) {
      const to = `to-${round}.db`;
      const args = ['from.db', to, '--batch', '50', '--resume'];
      for (let kills = 0; kills < 3; kills++) await killedAfter(lastsMs * (0.15 + random() * 0.85), cwd, args);
      await copied(0, cwd, ...args);
      expect(dumpSqlite(join(cwd, to))).toEqual(expected);
    }
  });

  it('that was complete is compared once more with --resume, and nothing is done', async () => {
    const cwd = folderWith((path) => makeHostile(path, { rows: 20 }));
    await copied(0, cwd, 'from.db', 'to.db');
    await copied(0, cwd, 'from.db', 'to.db', '--resume');
    expect(dumpSqlite(join(cwd, 'to.db'))).toEqual(dumpSqlite(join(cwd, 'from.db')));
    const db = new Database(join(cwd, 'to.db'));
    db.exec('DELETE FROM composite WHERE b = 1');
    db.close();
    expect(await copy(cwd, 'from.db', 'to.db', '--resume')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('already, with rows'),
    });
  });

  it('does not begin again by itself', async () => {
    const cwd = folderWith((path) => makeHostile(path, { rows: 6000 }));
    const interrupted = await runCli(['migrate', 'copy', 'from.db', 'to.db', '--batch', '10'], {
      cwd,
      onStart: (child) => {
        const timer = setInterval(() => {
          if (!existsSync(join(cwd, 'to.db-wal')) || !hasEntries(join(cwd, 'to.db'))) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 10);
        child.on('exit', () => clearInterval(timer));
      },
    });
    expect(interrupted).toMatchObject({
      exitCode: 130,
      stderr: 'error: interrupted; what was copied so far stays\nhint: go on where it stopped: the same command with --resume\n',
    });
    expect(await copy(cwd, 'from.db', 'to.db', '--batch', '10')).toMatchObject({
      exitCode: 2,
      stderr: 'error: this copy was begun before and broken off\nhint: go on with --resume, or begin again with --mode truncate\n',
    });
    await copied(0, cwd, 'from.db', 'to.db', '--resume');
    expect(dumpSqlite(join(cwd, 'to.db'))).toEqual(dumpSqlite(join(cwd, 'from.db')));
  });
});

/** A postgres that is there. */
describe.skipIf(!postgresAvailable)('crm migrate copy, by way of PostgreSQL', { timeout: 120_000 }, () => {
  it('brings everything back that PostgreSQL can hold', async () => {
    const cwd = folderWith((path) => makeHostile(path));
    const url = freshSchemaUrl();
    const there = await copied(0, cwd, 'from.db', url, '--batch', '100');
    expect(there.tables.every(({ verified }) => verified === true)).toBe(true);
    const back = await copied(0, cwd, url, 'back.db');
    expect(back.tables.every(({ verified }) => verified === true)).toBe(true);
    const before = dumpSqlite(join(cwd, 'from.db'));
    const after = dumpSqlite(join(cwd, 'back.db'));
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const name of ['staff', 'dept', 'person', 'no key']) expect(cells(after[name])).toEqual(cells(before[name]));
  });

  it('lists what it converts, and stops before with --strict', async () => {
    const cwd = folderWith((path) => makeHostile(path, { rows: 20, unholdable: true }));
    const strict = await copy(cwd, 'from.db', freshSchemaUrl(), '--strict', '--tables', 'values');
    expect(strict).toMatchObject({
      exitCode: 6,
      stdout: '',
      stderr: expect.stringMatching(/^error: the target cannot hold everything as it is: .*; nothing was written\nhint: /),
    });
    const result = await copied(0, cwd, 'from.db', freshSchemaUrl(), '--tables', 'values', '--conversions', 'converted.csv');
    expect(result.conversions).toContainEqual({ table: 'values', column: 'txt', reason: 'NUL_REMOVED', cells: 1 });
    const listed = readFileSync(join(cwd, 'converted.csv'), 'utf8').trimEnd().split('\n');
    expect(listed[0]).toBe('table,key,column,reason');
    expect(listed).toContain('values,22,txt,NUL_REMOVED');
    expect(listed.length - 1).toBe(result.conversions.reduce((sum, one) => sum + one.cells, 0));
  });
});

/** Servers that a copy can be broken off on, and how all that is in a place is read. */
const SERVERS = [
  { name: 'PostgreSQL', isThere: postgresAvailable, fresh: async () => freshSchemaUrl(), dump: dumpPostgres, tables: null },
  // No name of MariaDB has a sign beyond U+FFFF in it.
  {
    name: 'MariaDB',
    isThere: mysqlAvailable,
    fresh: () => freshMysqlUrl(),
    dump: dumpMysql,
    tables: 'values,composite,no key,staff,dept,person',
  },
] as const;

describe.each(SERVERS.filter(({ isThere }) => isThere))('a copy to $name that is broken off', { timeout: 120_000 * ROUNDS }, (server) => {
  it('goes on with --resume, and ends as if nothing had been, whenever it was killed', async () => {
    const cwd = folderWith((path) => makeHostile(path, { rows: 1500 }));
    const random = seeded(SEED + 1);
    const whole = await server.fresh();
    const startMs = performance.now();
    const chosen = server.tables === null ? [] : ['--tables', server.tables];
    await copied(0, cwd, 'from.db', whole, '--batch', '50', ...chosen);
    const lastsMs = performance.now() - startMs;
    const expected = await server.dump(whole);
    expect(Object.keys(expected)).toHaveLength(server.tables === null ? Object.keys(dumpSqlite(join(cwd, 'from.db'))).length : 6);
    expect(expected.staff).toHaveLength(1500);
    for (let round = 0; round < ROUNDS; round++) {
      const to = await server.fresh();
      const args = ['from.db', to, '--batch', '50', '--resume', ...chosen];
      for (let kills = 0; kills < 2; kills++) await killedAfter(lastsMs * (0.15 + random() * 0.85), cwd, args);
      const result = await copied(0, cwd, ...args);
      expect(result.tables.every(({ verified, rejected }) => verified === true && rejected === 0)).toBe(true);
      expect(await server.dump(to)).toEqual(expected);
    }
  });
});

/** All tables of a schema with all their rows as texts; the ledger would be one of them. */
function dumpPostgres(address: string): Promise<Record<string, unknown[]>> {
  return inSchema(address, async (client) => {
    const names = await client.query<{ name: string }>('SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema()');
    const dump: Record<string, unknown[]> = {};
    for (const { name } of names.rows) {
      const rows = await client.query({ text: `SELECT t::text FROM ${client.escapeIdentifier(name)} t ORDER BY 1`, rowMode: 'array' });
      dump[name] = rows.rows.flat();
    }
    return dump;
  });
}

async function dumpMysql(address: string): Promise<Record<string, unknown[]>> {
  const dump: Record<string, unknown[]> = {};
  for (const [name] of await mysqlRows(address, 'SHOW TABLES')) {
    dump[name as string] = (await mysqlRows(address, `SELECT * FROM \`${name?.replaceAll('`', '``')}\``))
      .map((row) => JSON.stringify(row))
      .sort();
  }
  return dump;
}

/** Starts a copy and kills it, if it is still at work then. */
async function killedAfter(afterMs: number, cwd: string, args: readonly string[]): Promise<void> {
  await runCli(['migrate', 'copy', ...args], {
    cwd,
    onStart: (child) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
      child.on('exit', () => clearTimeout(timer));
    },
  });
}

function hasEntries(path: string): boolean {
  try {
    return all(path, "SELECT 1 FROM sqlite_schema WHERE name LIKE '%crm_copy%'").length > 0;
  } catch {
    return false;
  }
}

/** Rows without what is said of the schema. */
function cells(lines: readonly string[] | undefined): readonly string[] | undefined {
  return lines?.filter((line) => /^(null|text|integer|real|blob)\|/.test(line));
}

function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
