import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import { openEngine } from '../../src/engines/index.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { ROOT, runCli, runCliTty } from '../support/cli.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { sampleFolder } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';
import { terminalAvailable } from '../support/terminal.ts';

const MAX_LINES = 15;
const others: ChildProcess[] = [];

afterEach(() => {
  for (const one of others.splice(0)) one.kill('SIGKILL');
});

/** What `crm` alone prints: always exit 0, nothing on standard error, one small page. */
async function start(cwd: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await runCli([], { cwd, env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout.split('\n').length - 1).toBeLessThanOrEqual(MAX_LINES);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(stdout).toContain('crm --help');
  return stdout;
}

describe('crm alone, without a database', () => {
  test('says what to do first, and names every command', async () => {
    const cwd = tempDir();
    const page = await start(cwd);
    expect(page).toMatch(/^ {2}crm import contacts\.csv {3,}\S/m);
    for (const name of Object.keys(COMMANDS)) expect(page).toMatch(new RegExp(`\\b${name}\\b`));
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('types the command for the newest file of the folder that may hold customers', async () => {
    const cwd = tempDir();
    for (const name of ['package.json', 'notes.txt', 'older.csv', '客户 表.csv', 'x.rejects.csv', '-r.csv', '.hidden.csv'])
      writeFileSync(join(cwd, name), '');
    utimesSync(join(cwd, 'older.csv'), 1, 1);
    expect(await start(cwd)).toMatch(/^ {2}crm import '客户 表\.csv' /m);
  });

  test('a database that was named and is not there is no folder to begin in', async () => {
    const cwd = tempDir();
    expect(await start(cwd, { CRM_DB: 'elsewhere.db' })).toContain('there is no database at elsewhere.db');
  });

  test('a config file that is wrong', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'crm.config.json'), '{ "databse": 1 }');
    expect(await start(cwd)).toContain('crm doctor');
  });
});

describe('crm alone, with a database', () => {
  test('says what is in it, and what to do next', async () => {
    const cwd = await sampleFolder();
    const page = await start(cwd);
    expect(page.split('\n')[0]).toBe('7 customers in ./crm.db');
    expect(page).toMatch(/^ {2}last run {2}1, .*: import people\.csv \(7 created\)$/m);
    expect(page).toMatch(/^ {2}backup +there is none$/m);
    expect(page).toMatch(/^ {2}crm backup create /m);
    expect(page).toMatch(/^ {2}crm undo 1 /m);
  });

  test('pairs that wait, a job that failed, the next one, and a backup', async () => {
    const cwd = await sampleFolder();
    const engine = await openEngine(join(cwd, 'crm.db'), { create: false, busyTimeoutMs: 1000 });
    await setClusters(engine, [[4, 5]]);
    await engine.close();
    const db = new Database(join(cwd, 'crm.db'));
    db.exec("UPDATE duplicate_pairs SET verdict = 'review'");
    const pairs = db.prepare('SELECT count(*) FROM duplicate_pairs').pluck().get() as number;
    db.close();
    writeFileSync(join(cwd, 'crm.config.json'), '{ "jobs": { "nightly": { "schedule": "0 2 * * *", "steps": [{ "run": "undo 99" }] } } }');
    await runCli(['job', 'run', 'nightly'], { cwd });
    expect((await runCli(['backup', 'create', '--quiet'], { cwd })).exitCode).toBe(0);
    const page = await start(cwd);
    if (pairs > 0) expect(page).toMatch(/^ {2}review +1 pair that may be one customer$/m);
    expect(page).toMatch(/^ {2}job +nightly, .*: failed$/m);
    expect(page).toMatch(/^ {2}next job +nightly, \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m);
    expect(page).toMatch(/^ {2}crm job show 1 /m);
    expect(page).not.toContain('crm backup create');
  });

  test('a damaged one, and one that is none', async () => {
    const cwd = await sampleFolder();
    truncateSync(join(cwd, 'crm.db'), 12_000);
    expect(await start(cwd)).toContain('crm doctor');
    writeFileSync(join(cwd, 'crm.db'), 'name,email\nAda,ada@example.com\n');
    expect(await start(cwd)).toContain('The database cannot be looked at');
  });

  test('one of a lower schema version', async () => {
    const cwd = await sampleFolder();
    expect((await runCli(['migrate', 'down', '--yes'], { cwd })).exitCode).toBe(0);
    expect(await start(cwd)).toContain('crm migrate up');
  });

  test('one that somebody else holds: says so at once', async () => {
    const cwd = await sampleFolder();
    const driver = join(ROOT, 'node_modules/better-sqlite3/lib/index.js');
    const script = `const D = require(${JSON.stringify(driver)}); const d = new D('crm.db'); d.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE'); console.log('locked'); setInterval(() => d.inTransaction, 1000)`;
    const child = spawn(process.execPath, ['-e', script], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    others.push(child);
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    expect(await start(cwd)).toContain('The database cannot be looked at: another run is writing to ./crm.db');
  });

  test('an encrypted one without its key: nobody is asked', async () => {
    const cwd = tempDir();
    expect((await runCli(['init', '--encrypt'], { cwd, env: { CRM_KEY: 'k' } })).exitCode).toBe(0);
    expect(await start(cwd)).toContain('encrypted');
    expect(await start(cwd, { CRM_KEY: 'k' })).toContain('0 customers');
  });

  test.skipIf(!postgresAvailable)('PostgreSQL, and a server that is not there; never a password', async () => {
    const cwd = tempDir();
    const url = freshSchemaUrl() as string;
    expect((await runCli(['init', '--db', url], { cwd })).exitCode).toBe(0);
    expect(await start(cwd, { CRM_DB: url })).toContain('0 customers');
    const page = await start(cwd, { CRM_DB: 'postgres://u:hidden@127.0.0.1:1/x' });
    expect(page).toContain('crm doctor');
    expect(page).not.toContain('hidden');
  });

  test.skipIf(!terminalAvailable)('fits a terminal', async () => {
    const cwd = await sampleFolder();
    copyFileSync(join(cwd, 'people.csv'), join(cwd, 'others.csv'));
    const { output } = await runCliTty([], { cwd, env: { NO_COLOR: '1' } });
    expect(output.split(/\r?\n/).filter((line) => line.length > 80)).toEqual([]);
    expect(output).toContain('7 customers');
  });
});
