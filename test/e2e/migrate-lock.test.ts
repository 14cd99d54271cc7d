import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, realpathSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { takeLock } from '../../src/process-lock.ts';
import { CRM, runCli } from '../support/cli.ts';
import { freshMysqlUrl, mysqlAvailable, mysqlRows } from '../support/mysql.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { freshPrefixUrl, keysBehind, redisClient } from '../support/redis.ts';
import { cleanEnvironment } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROWS = 6_000;

/** A place that two copies meet at. */
interface Place {
  readonly name: string;
  readonly isThere: boolean;
  readonly address: (cwd: string) => Promise<string> | string;
  /** Whether somebody holds it. */
  readonly isHeld: (cwd: string, address: string) => Promise<boolean> | boolean;
  /** How the holder is told. */
  readonly holder: (child: ChildProcess) => RegExp;
}

const byProcess = (child: ChildProcess): RegExp => new RegExp(`process ${child.pid} on ${hostname()}`);

const PLACES: readonly Place[] = [
  {
    name: 'a SQLite file',
    isThere: true,
    address: () => 'to.db',
    isHeld: (cwd) => existsSync(join(cwd, 'to.db.crm-copy-lock')),
    holder: byProcess,
  },
  {
    name: 'a folder',
    isThere: true,
    address: () => 'csv:to',
    isHeld: (cwd) => existsSync(join(cwd, 'to', '_crm_copy.lock')),
    holder: byProcess,
  },
  {
    name: 'PostgreSQL',
    isThere: postgresAvailable,
    address: () => freshSchemaUrl(),
    isHeld: (_, address) => hasPostgresTable(address),
    holder: (child) => new RegExp(`process ${child.pid} on ${hostname()}, session \\d+ of the server`),
  },
  {
    name: 'MariaDB',
    isThere: mysqlAvailable,
    address: () => freshMysqlUrl(),
    isHeld: async (_, address) => (await mysqlRows(address, 'SHOW TABLES')).length > 0,
    holder: () => /connection \d+ of the server, \w+ from /,
  },
  {
    name: 'Redis',
    isThere: redisClient !== null,
    address: () => freshPrefixUrl(),
    isHeld: async (_, address) => (await keysBehind(new URL(address).searchParams.get('prefix') as string)).length > 0,
    holder: byProcess,
  },
];

/** Makes no schema: the copy does. */
async function hasPostgresTable(address: string): Promise<boolean> {
  const url = new URL(address);
  const schema = url.searchParams.get('schema');
  url.searchParams.delete('schema');
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    return (await client.query('SELECT 1 FROM pg_tables WHERE schemaname = $1', [schema])).rows.length > 0;
  } finally {
    await client.end();
  }
}

function source(cwd: string): void {
  const db = new Database(join(cwd, 'from.db'));
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT)');
  const insert = db.prepare('INSERT INTO t VALUES (?, ?)');
  db.transaction(() => {
    for (let i = 1; i <= ROWS; i++) insert.run(i, `row ${i}`);
  })();
  db.close();
}

describe('two copies to one target', { timeout: 120_000 }, () => {
  it.each(PLACES)('$name: the second one is told who is at work; when that one is dead, it goes on', async (place) => {
    if (!place.isThere) return expect(process.env.CI).not.toBe('true');
    const cwd = tempDir();
    source(cwd);
    const to = await place.address(cwd);
    const args = ['migrate', 'copy', 'from.db', to, '--batch', '20'];
    const first = spawn(process.execPath, [CRM, ...args], { cwd, env: cleanEnvironment(), stdio: 'ignore' });
    const ended = new Promise<void>((resolve) => first.on('exit', () => resolve()));
    while (!(await place.isHeld(cwd, to))) await sleep(5);
    first.kill('SIGSTOP');
    expect(first.exitCode).toBeNull();

    for (const more of [[], ['--resume'], ['--mode', 'truncate']]) {
      const second = await runCli([...args, ...more], { cwd, timeoutMs: 60_000 });
      expect({ exitCode: second.exitCode, stdout: second.stdout }).toEqual({ exitCode: 11, stdout: '' });
      expect(second.stderr).toMatch(
        /^error: another process is writing to [^\n]*\nhint: wait until it has ended, or stop it, and run again\n$/,
      );
      expect(second.stderr).toMatch(place.holder(first));
    }

    first.kill('SIGKILL');
    await ended;
    const resumed = await runCli([...args, '--resume', '--json'], { cwd, timeoutMs: 60_000 });
    expect({ exitCode: resumed.exitCode, stderr: resumed.stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { tables } = (JSON.parse(resumed.stdout) as { result: { tables: unknown[] } }).result;
    expect(tables).toEqual([{ name: 't', read: ROWS, written: ROWS, rejected: 0, verified: true }]);
  });

  it('who copies to a SQLite file is told of also where the file cannot be opened meanwhile', async () => {
    const cwd = tempDir();
    source(cwd);
    const to = new Database(join(cwd, 'to.db'));
    to.exec('CREATE TABLE other (id INTEGER PRIMARY KEY)');
    const lock = await takeLock(join(realpathSync(cwd), 'to.db.crm-copy-lock'), { waitMs: 0 });
    to.exec('BEGIN EXCLUSIVE');
    const second = await runCli(['migrate', 'copy', 'from.db', 'to.db'], { cwd, env: { CRM_BUSY_TIMEOUT_MS: '50' } });
    to.exec('ROLLBACK');
    to.close();
    expect(second.exitCode).toBe(11);
    expect(second.stderr).toMatch(new RegExp(`^error: another process is writing to to\\.db: process ${process.pid} on `));
    if ('release' in lock) lock.release();
  });

  it('a lock is given back with the copy, and a torn lock file holds nobody off', async () => {
    const cwd = tempDir();
    source(cwd);
    expect(await runCli(['migrate', 'copy', 'from.db', 'to.db'], { cwd })).toMatchObject({ exitCode: 0 });
    const lock = join(cwd, 'to.db.crm-copy-lock');
    expect(existsSync(lock)).toBe(false);
    mkdirSync(join(cwd, 'folder'));
    writeFileSync(join(cwd, 'folder', '_crm_copy.lock'), '{"host":"');
    expect(await runCli(['migrate', 'copy', 'from.db', 'csv:folder'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(cwd, 'folder', '_crm_copy.lock'))).toBe(false);
    expect(readFileSync(join(cwd, 'folder', 't.csv'), 'utf8').split('\n')).toHaveLength(ROWS + 2);
  });
});
