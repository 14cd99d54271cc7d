import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it } from 'vitest';
import { CRM, runCli } from '../support/cli.ts';
import { describeEachEngine } from '../support/engines.ts';
import { cleanEnvironment, type RunResult } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const QUICK = ['--settle', '150ms', '--interval', '50ms'];
const LONG_MS = 90_000;

interface Watching {
  readonly child: ChildProcess;
  /** What it said of files, as objects. */
  lines(): { readonly file: string; readonly status: string; readonly message: string | null }[];
  stderr(): string;
  end(signal: NodeJS.Signals): Promise<{ readonly exitCode: number | null; readonly signal: NodeJS.Signals | null }>;
}

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function startWatch(cwd: string, database: string, ...more: string[]): Watching {
  const child = spawn(process.execPath, [CRM, 'watch', 'in', ...QUICK, '--json', '--db', database, ...more], {
    cwd,
    env: cleanEnvironment({ CRM_BUSY_TIMEOUT_MS: '100' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let [out, talk] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    talk += text;
  });
  const ended = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  return {
    child,
    lines: () =>
      out
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { result: never }).result),
    stderr: () => talk,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

async function until(isSo: () => boolean, what: () => unknown = () => ''): Promise<void> {
  const end = performance.now() + 30_000;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`waited in vain: ${JSON.stringify(what())}`);
    await sleep(20);
  }
}

const people = (from: number, count: number): string =>
  `external_id,name,email\n${Array.from({ length: count }, (_, n) => `${from + n},P ${from + n},p${from + n}@example.com`).join('\n')}\n`;

function folder(): string {
  const cwd = tempDir();
  mkdirSync(join(cwd, 'in'));
  return cwd;
}

const visible = (path: string): string[] =>
  readdirSync(path)
    .filter((name) => !name.startsWith('.'))
    .sort();

describeEachEngine('crm watch', (target) => {
  const crm = (cwd: string, database: string, ...args: string[]): Promise<RunResult> =>
    runCli([...args, '--db', database], { cwd, timeoutMs: LONG_MS });
  const count = async (cwd: string, database: string): Promise<number> => Number((await crm(cwd, database, 'query', '--count')).stdout);

  it('--once imports what is there, each file once, with options of imports', { timeout: LONG_MS }, async () => {
    const [cwd, database] = [folder(), target.freshUrl()];
    const drop = (name: string, text: string): void => writeFileSync(join(cwd, 'in', name), text);
    drop('b.csv', people(1, 3).replace('external_id', 'Nr'));
    drop('c.csv', people(60, 3));
    drop('a.csv', 'Nr,name,phone\n77,Li Wei,13800138000\n78,short\n');
    drop('broken.xlsx', 'PK\u0003\u0004nothing');
    drop('empty.csv', '');
    drop('notes.txt', 'name\nNot Asked For\n');
    drop('.hidden.csv', people(50, 1));
    const options = ['--once', '--settle', '50ms', '--map', 'Nr=external_id', '--country', 'CN', '--no-normalize', '--tag=x', '--tag=y z'];
    const first = await crm(cwd, database, 'watch', 'in', ...options);
    expect(first.exitCode).toBe(4);
    expect(first.stdout).toMatch(
      /imported {2}in\/a\.csv: read 2, created 1, .*rejected 1; run 1; rejected rows: in\/failed\/a\.rejects\.csv; now in\/done\/a\.csv/,
    );
    expect(first.stdout).toMatch(/imported {2}in\/b\.csv: read 3, created 3/);
    expect(first.stderr).toMatch(/failed {4}in\/broken\.xlsx: .*; now in\/failed\/broken\.xlsx/);
    expect(first.stderr).toMatch(/left {6}in\/empty\.csv: it is empty/);
    expect(first.stderr).toMatch(/left {6}in\/c\.csv: .*Nr/); // a column that the options name is not there
    rmSync(join(cwd, 'in/c.csv'));
    expect(visible(join(cwd, 'in'))).toEqual(['done', 'empty.csv', 'failed', 'notes.txt']);
    expect(visible(join(cwd, 'in/failed'))).toEqual(['a.rejects.csv', 'broken.xlsx']);
    const shown = await crm(cwd, database, 'query', 'external_id = 77', '--select', 'phone,tags', '--format', 'csv');
    expect(shown.stdout).toMatch(/\+8613800138000.*x.*y z/);

    drop('again.csv', people(1, 3).replace('external_id', 'Nr'));
    const second = await crm(cwd, database, 'watch', 'in', '--once', '--settle', '50ms', '--json');
    expect(second.exitCode).toBe(0);
    const lines = second.stdout.trimEnd().split('\n');
    const results = lines.map((line) => (JSON.parse(line) as { result: { file: string; status: string } }).result);
    expect(results.map(({ file, status }) => [file, status])).toEqual([
      ['in/empty.csv', 'left'],
      ['in/again.csv', 'known'],
    ]);
    expect(await count(cwd, database)).toBe(4);
    const quiet = await crm(cwd, database, 'watch', 'in', '*.txt', '--once', '--settle', '50ms', '--quiet', '--done', 'elsewhere');
    expect(quiet).toMatchObject({ exitCode: 0, stdout: '' });
    expect([visible(join(cwd, 'elsewhere')), await count(cwd, database)]).toEqual([['notes.txt'], 5]);
  });

  it('waits for files that grow, is alone in its folder, and ends after the file at hand', { timeout: LONG_MS }, async () => {
    const [cwd, database] = [folder(), target.freshUrl()];
    const watching = startWatch(cwd, database);
    const path = join(cwd, 'in/slow.csv');
    writeFileSync(path, 'external_id,name,email\n');
    for (let n = 1; n <= 20; n++) {
      appendFileSync(path, `${n},P ${n},p${n}@example.com\n`);
      await sleep(40);
    }
    const other = await crm(cwd, database, 'watch', 'in', '--once');
    expect(other).toMatchObject({ exitCode: 11, stdout: '' });
    expect(other.stderr).toContain(`another crm watch (process ${watching.child.pid}`);
    await until(
      () => watching.lines().length === 1,
      () => [watching.lines(), watching.stderr()],
    );
    expect(watching.lines()).toMatchObject([{ status: 'imported', counts: { read: 20, created: 20 } }]);

    writeFileSync(join(cwd, 'in/large.csv'), people(100, 60_000));
    await until(() => existsSync(join(cwd, 'in/.crm-watch.import')));
    expect(await watching.end('SIGINT')).toEqual({ exitCode: 0, signal: null });
    expect(watching.lines()).toMatchObject([{}, { file: 'in/large.csv', status: 'imported', counts: { created: 60_000 } }]);
    expect(readdirSync(join(cwd, 'in'))).toEqual(['done', 'failed']);
    expect(await count(cwd, database)).toBe(60_020);
  });

  it('killed at any moment imports nothing twice, and loses nothing', { timeout: 240_000 }, async () => {
    const [cwd, database] = [folder(), target.freshUrl()];
    await crm(cwd, database, 'init');
    // Without keys: a second import would make every one of them again.
    const files = 4;
    const size = 4000;
    const rows = (file: number): string => `name\n${Array.from({ length: size }, (_, n) => `Nobody ${file} ${n}`).join('\n')}\n`;
    const isImporting = (): boolean => existsSync(join(cwd, 'in/.crm-watch.import'));
    for (let file = 0; file < files; file++) {
      writeFileSync(join(cwd, `in/f${file}.csv`), rows(file));
      // From the start of the import on, through its commit, to the move of the file.
      for (const delayMs of [0, 250, 400, 600].slice(file % 2)) {
        const watching = startWatch(cwd, database, '--match', 'none');
        await until(
          () => isImporting() || watching.lines().length > 0,
          () => watching.stderr(),
        );
        await sleep(delayMs);
        await watching.end('SIGKILL');
        if (!existsSync(join(cwd, `in/f${file}.csv`))) break;
      }
    }
    const last = startWatch(cwd, database, '--match', 'none');
    const isWatching = (): boolean =>
      existsSync(join(cwd, 'in/.crm-watch.lock')) &&
      readFileSync(join(cwd, 'in/.crm-watch.lock'), 'utf8').includes(`"pid":${last.child.pid},`);
    await until(
      () => isWatching() && visible(join(cwd, 'in')).every((name) => !name.endsWith('.csv')),
      () => [last.lines(), last.stderr()],
    );
    expect(await last.end('SIGTERM')).toEqual({ exitCode: 0, signal: null });
    expect(visible(join(cwd, 'in/done'))).toEqual(['f0.csv', 'f1.csv', 'f2.csv', 'f3.csv']);
    expect(await count(cwd, database)).toBe(files * size);
  });
});

describe('crm watch, when things are away for a while', () => {
  it('waits for a database that another program writes to', { timeout: LONG_MS }, async () => {
    const cwd = folder();
    const database = join(cwd, 'crm.db');
    await runCli(['init'], { cwd });
    const writer = new Database(database);
    writer.exec('BEGIN IMMEDIATE');
    const watching = startWatch(cwd, database);
    for (const name of ['a.csv', 'b.csv']) writeFileSync(join(cwd, 'in', name), people(name === 'a.csv' ? 1 : 2, 1));
    await until(
      () => watching.lines().length > 0,
      () => watching.stderr(),
    );
    await sleep(1500);
    expect(watching.lines()).toMatchObject([{ file: 'in/a.csv', status: 'waiting', exitCode: 11 }]);
    writer.exec('ROLLBACK');
    writer.close();
    await until(
      () => watching.lines().length === 3,
      () => watching.lines(),
    );
    expect(watching.lines().map(({ status }) => status)).toEqual(['waiting', 'imported', 'imported']);
    expect(await watching.end('SIGTERM')).toMatchObject({ exitCode: 0 });
  });

  it('says that the folder is gone, and goes on when it is back', { timeout: LONG_MS }, async () => {
    const cwd = folder();
    const watching = startWatch(cwd, join(cwd, 'crm.db'));
    await until(() => existsSync(join(cwd, 'in/.crm-watch.lock')));
    renameSync(join(cwd, 'in'), join(cwd, 'away'));
    await until(() => watching.lines().length === 1);
    await sleep(300);
    writeFileSync(join(cwd, 'away/a.csv'), people(1, 2));
    renameSync(join(cwd, 'away'), join(cwd, 'in'));
    await until(
      () => watching.lines().length === 3,
      () => watching.lines(),
    );
    rmSync(join(cwd, 'in'), { recursive: true });
    await until(() => watching.lines().length === 4);
    expect(watching.lines().map(({ file, status, message }) => [file, status, message])).toEqual([
      ['in', 'waiting', 'the folder is gone (ENOENT): waiting for it'],
      ['in', 'waiting', 'the folder is back'],
      ['in/a.csv', 'imported', null],
      ['in', 'waiting', 'the folder is gone (ENOENT): waiting for it'],
    ]);
    mkdirSync(join(cwd, 'in'));
    writeFileSync(join(cwd, 'in/b.csv'), people(1, 2));
    await until(
      () => existsSync(join(cwd, 'in/done/b.csv')),
      () => watching.lines(),
    );
    expect(readFileSync(join(cwd, 'in/.crm-watch.lock'), 'utf8')).toContain(String(watching.child.pid));
    expect(await watching.end('SIGINT')).toMatchObject({ exitCode: 0 });
  });

  it.each<[string, string[], number, RegExp]>([
    ['a folder that is not there', ['nowhere', '--once'], 4, /the folder nowhere cannot be used \(ENOENT\)/],
    ['a time that is none', ['in', '--settle', 'soon'], 2, /--settle soon/],
    ['an option of imports that is wrong', ['in', '--match', 'hair'], 2, /--match hair/],
    ['what makes no sense here', ['in', '--dry-run'], 2, /unknown option '--dry-run'/],
    ['a file that is no database', ['in', '--once', '--settle', '1ms', '--db', 'in/a.csv'], 10, /error: /],
  ])('%s is a mistake', async (_, args, exitCode, words) => {
    const cwd = folder();
    writeFileSync(join(cwd, 'in/a.csv'), people(1, 100));
    const result = await runCli(['watch', ...args], { cwd });
    expect(result).toMatchObject({ exitCode, stdout: '' });
    expect(result.stderr).toMatch(words);
    expect(existsSync(join(cwd, 'in/a.csv'))).toBe(true);
  });
});
