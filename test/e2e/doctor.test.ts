import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdirSync, openSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import resultSchema from '../../schemas/results/doctor.schema.json' with { type: 'json' };
import type { Diagnosis } from '../../src/maintain/diagnosis.ts';
import { ROOT, runCli, runCliTty } from '../support/cli.ts';
import { type JsonSchema, schemaErrors } from '../support/json-schema.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { resultOf, sampleFolder } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';
import { terminalAvailable } from '../support/terminal.ts';

interface Report {
  readonly checks: readonly Diagnosis[];
  readonly problems: number;
  readonly warnings: number;
}

const others: ChildProcess[] = [];

afterEach(() => {
  for (const one of others.splice(0)) one.kill('SIGKILL');
});

async function doctor(cwd: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await runCli(['doctor', '--json', ...args], { cwd, env });
  expect(stderr).toBe('');
  const report = resultOf<Report & Record<string, unknown>>(stdout);
  expect(schemaErrors(resultSchema as JsonSchema, report)).toEqual([]);
  expect(exitCode).toBe(report.checks.some(({ state }) => state === 'problem') ? 5 : 0);
  return { exitCode, ...report };
}

/** What was found in an area that is not well. */
function wrongIn(area: string, { checks }: Report): (readonly [string, string | null])[] {
  return checks
    .filter((one) => one.area === area && (one.state === 'problem' || one.state === 'warning'))
    .map(({ message, fix }) => [message, fix] as const);
}

/** Another process that has a lock on the database. */
async function lockedBy(cwd: string, sql: string): Promise<void> {
  const driver = join(ROOT, 'node_modules/better-sqlite3/lib/index.js');
  const script = `const D = require(${JSON.stringify(driver)}); const d = new D('crm.db'); d.exec(${JSON.stringify(sql)}); console.log('locked'); setInterval(() => d.inTransaction, 1000)`;
  const child = spawn(process.execPath, ['-e', script], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  others.push(child);
  await once(child.stdout as NodeJS.ReadableStream, 'data');
}

describe('crm doctor', () => {
  test('finds nothing wrong where all is well, and says nothing with --quiet', async () => {
    const cwd = await sampleFolder();
    expect((await runCli(['backup', 'create', '--quiet'], { cwd })).exitCode).toBe(0);
    const report = await doctor(cwd, [], { LANG: 'C.UTF-8' });
    expect(report.checks.filter(({ state }) => state === 'problem' || state === 'warning')).toEqual([]);
    expect(new Set(report.checks.map(({ area }) => area))).toEqual(
      new Set(['program', 'config', 'database', 'archive', 'backup', 'terminal', 'drivers']),
    );
    expect(await runCli(['doctor', '--quiet'], { cwd, env: { LANG: 'C.UTF-8' } })).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });

  test('names the command to begin with where there is no database, and makes none', async () => {
    const cwd = tempDir();
    const report = await doctor(cwd);
    expect(wrongIn('database', report)).toEqual([['there is no database at ./crm.db', 'crm init, or import a file: crm import FILE']]);
    expect(statSync(join(cwd, 'crm.db'), { throwIfNoEntry: false })).toBeUndefined();
  });

  test('writes nothing', async () => {
    const cwd = await sampleFolder();
    const before = new Database(join(cwd, 'crm.db'), { readonly: true });
    const version = before.pragma('data_version', { simple: true });
    await doctor(cwd);
    expect(before.pragma('data_version', { simple: true })).toBe(version);
    before.close();
  });

  test.each<[string, (path: string) => void, string]>([
    ['cut off', (path) => truncateSync(path, 20_000), 'crm restore'],
    ['no database', (path) => writeFileSync(path, 'name,email\nA,a@example.com\n'), 'crm init'],
    ['of another program', (path) => madeByOthers(path), 'name another file'],
    ['a folder', (path) => folderAt(path), '--db ./crm.db/crm.db'],
  ])('a file that is %s', async (_, spoil, fix) => {
    const cwd = await sampleFolder();
    spoil(join(cwd, 'crm.db'));
    const report = await doctor(cwd);
    expect(report.exitCode).toBe(5);
    expect(wrongIn('database', report).map(([, how]) => how)).toContainEqual(expect.stringContaining(fix));
  });

  test('damaged pages within a file that opens', async () => {
    const cwd = await sampleFolder();
    const path = join(cwd, 'crm.db');
    const db = new Database(path);
    const page = db.prepare("SELECT pageno FROM dbstat WHERE name = 'customers' AND pagetype = 'leaf'").pluck().get() as number;
    db.close();
    writeAt(path, (page - 1) * 4096, Buffer.alloc(4096, 0xaa));
    const report = await doctor(cwd);
    expect(wrongIn('database', report)[0]?.[1]).toContain('crm maintain --salvage NEW.db');
  });

  test('a schema of another version: older, newer, edited', async () => {
    const cwd = await sampleFolder();
    const sql = (statement: string): void => {
      const db = new Database(join(cwd, 'crm.db'));
      db.exec(statement);
      db.close();
    };
    sql("UPDATE schema_migrations SET sha256 = substr(sha256, 2) || 'f' WHERE version = 2");
    expect(wrongIn('database', await doctor(cwd))[0]?.[1]).toBe('crm migrate status');
    const older = await sampleFolder();
    expect((await runCli(['migrate', 'down', '--yes'], { cwd: older })).exitCode).toBe(0);
    expect(wrongIn('database', await doctor(older))[0]?.[1]).toBe('crm migrate up');
    expect(wrongIn('database', await doctor(tempDir(), ['--db', join(older, 'crm.db')]))[0]?.[1]).toBe(
      `crm --db ${join(older, 'crm.db')} migrate up`,
    );
    const newer = await sampleFolder();
    const db = new Database(join(newer, 'crm.db'));
    db.exec(
      `INSERT INTO schema_migrations SELECT max(version) + 1, 'later', '${'a'.repeat(64)}', '2030-01-01T00:00:00.000Z', 1 FROM schema_migrations`,
    );
    db.close();
    expect(wrongIn('database', await doctor(newer))[0]?.[1]).toBe('install a newer crm');
  });

  test.skipIf(process.platform !== 'linux')('does not wait for a lock, and names who has it', async () => {
    const cwd = await sampleFolder();
    await lockedBy(cwd, 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    const start = performance.now();
    const report = await doctor(cwd);
    expect(performance.now() - start).toBeLessThan(15_000);
    expect(wrongIn('database', report)[0]?.[1]).toMatch(/^wait for process \d+ \(.*\), or end it: kill \d+$/);
  });

  test.skipIf(process.platform !== 'linux')('somebody who writes is a note, no problem; what he leaves when killed, too', async () => {
    const cwd = await sampleFolder();
    await lockedBy(cwd, "BEGIN IMMEDIATE; INSERT INTO segments VALUES ('a', 'b', 'c')");
    const report = await doctor(cwd);
    expect(report.exitCode).toBe(0);
    expect(report.checks.find(({ message }) => message.includes('is writing to it'))).toMatchObject({ area: 'database', state: 'note' });
    writeFileSync(join(cwd, 'crm.db-job.lock'), '');
    const left = await doctor(cwd);
    expect(left.checks.find(({ message }) => message.includes('crm.db-job.lock'))).toMatchObject({ state: 'note', fix: null });
  });

  test('an encrypted database without its key, with a wrong one, and with the right one', async () => {
    const cwd = tempDir();
    const key = join(cwd, 'key');
    writeFileSync(key, 'secret of mine\n', { mode: 0o644 });
    expect((await runCli(['init', '--encrypt'], { cwd, env: { CRM_KEY_FILE: key } })).exitCode).toBe(0);
    expect(wrongIn('database', await doctor(cwd))).toEqual([[expect.stringContaining('encrypted'), 'CRM_KEY_FILE=FILE crm doctor']]);
    expect(wrongIn('database', await doctor(cwd, [], { CRM_KEY: 'wrong' }))[0]?.[1]).toContain('right key');
    const opened = await doctor(cwd, [], { CRM_KEY_FILE: key });
    expect(opened.exitCode).toBe(0);
    expect(wrongIn('database', opened)).toEqual([[expect.stringContaining('can be read by others (644)'), `chmod 600 ${key}`]]);
    expect(JSON.stringify(opened)).not.toContain('secret of mine');
  });

  test('mistakes of the config file, each with its place; what hangs on it is told of as not looked at', async () => {
    const cwd = await sampleFolder();
    writeFileSync(join(cwd, 'crm.config.json'), '{\n  "databse": "x",\n  "jobs": { "n": { "schedule": "x", "steps": [] } }\n}');
    const report = await doctor(cwd);
    expect(wrongIn('config', report).map(([message]) => message.split(': ')[0])).toEqual([
      './crm.config.json:2:3',
      expect.stringMatching(/^\.\/crm\.config\.json:3:/),
      expect.stringMatching(/^\.\/crm\.config\.json:3:/),
    ]);
    expect(report.checks.find(({ area }) => area === 'database')?.message).toContain('not looked at');
    expect(wrongIn('config', await doctor(cwd, ['--config', 'none.json']))).toEqual([
      ['there is no none.json', expect.stringContaining('init --config-file --config none.json')],
    ]);
  });

  test('a config file with a password that others can read', async () => {
    const cwd = tempDir();
    const path = join(cwd, 'crm.config.json');
    writeFileSync(path, '{ "database": "postgres://u:hidden@127.0.0.1:1/x" }');
    chmodSync(path, 0o640);
    const report = await doctor(cwd);
    expect(wrongIn('config', report)).toEqual([[expect.stringContaining('(640)'), 'chmod 600 ./crm.config.json']]);
    expect(report.exitCode).toBe(5);
    expect(JSON.stringify(report)).not.toContain('hidden');
  });

  test('backups: none, an old one, one that is damaged', async () => {
    const cwd = await sampleFolder();
    expect(wrongIn('backup', await doctor(cwd))[0]?.[1]).toBe('crm backup create');
    expect((await runCli(['backup', 'create', '--quiet'], { cwd })).exitCode).toBe(0);
    expect(wrongIn('backup', await doctor(cwd))).toEqual([]);
    writeFileSync(join(cwd, 'crm-backups', 'chain'), 'nonsense');
    expect(wrongIn('backup', await doctor(cwd))[0]?.[0]).toContain('missing or damaged');
  });

  test('jobs: never run, failed, and broken off', async () => {
    const cwd = await sampleFolder();
    writeFileSync(
      join(cwd, 'crm.config.json'),
      '{ "jobs": { "good": { "schedule": "0 2 * * *", "steps": [{ "run": "normalize" }] }, "bad": { "steps": [{ "run": "undo 99" }] } } }',
    );
    const before = await doctor(cwd);
    expect(before.checks.find(({ message }) => message.startsWith('good: it never ran, due '))?.fix).toBe('crm job run good');
    expect((await runCli(['job', 'run', 'good', '--quiet'], { cwd })).exitCode).toBe(0);
    await runCli(['job', 'run', 'bad'], { cwd });
    expect(wrongIn('jobs', await doctor(cwd))).toEqual([['bad: its last run (2) failed', 'crm job show 2']]);
    const db = new Database(join(cwd, 'crm.db'));
    db.exec("UPDATE job_runs SET status = 'running', finished_at = NULL WHERE id = 1");
    db.close();
    if (process.platform === 'linux')
      expect(wrongIn('jobs', await doctor(cwd))).toContainEqual(['good: run 1 was broken off', 'crm job run good']);
  });

  // Nothing is forbidden to root.
  if (process.getuid?.() !== 0) {
    test('a folder that cannot be written', async () => {
      const cwd = await sampleFolder();
      chmodSync(cwd, 0o500);
      try {
        expect(wrongIn('database', await doctor(cwd))[0]?.[1]).toBe(`chmod u+w ${cwd}`);
      } finally {
        chmodSync(cwd, 0o700);
      }
    });
  }

  test.skipIf(!postgresAvailable)('PostgreSQL: no tables, then a database; and a server that is not there', async () => {
    const cwd = tempDir();
    const url = freshSchemaUrl() as string;
    expect(wrongIn('database', await doctor(cwd, ['--db', url]))[0]?.[1]).toMatch(/^crm --db .* init$/);
    expect((await runCli(['init', '--db', url], { cwd })).exitCode).toBe(0);
    const report = await doctor(cwd, ['--db', url]);
    expect(report.exitCode).toBe(0);
    expect(report.checks.some(({ area, message }) => area === 'database' && /PostgreSQL \d+|pg_dump/.test(message))).toBe(true);
    expect((await doctor(cwd, ['--db', 'postgres://u:hidden@127.0.0.1:1/x'])).exitCode).toBe(5);
  });

  test.skipIf(!terminalAvailable)('fits a terminal of 80 columns', async () => {
    const { output } = await runCliTty(['doctor', '--no-color'], { cwd: tempDir() });
    expect(output).toContain('there is no database');
    expect(output.split(/\r?\n/).filter((line) => line.length > 80)).toEqual([]);
  });
});

function madeByOthers(path: string): void {
  rmSync(path);
  const db = new Database(path);
  db.exec('CREATE TABLE t (a)');
  db.close();
}

function folderAt(path: string): void {
  rmSync(path);
  mkdirSync(path);
}

function writeAt(path: string, position: number, bytes: Buffer): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
}
