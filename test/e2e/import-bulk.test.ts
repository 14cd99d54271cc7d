import { spawn } from 'node:child_process';
import { createReadStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engines/connection.ts';
import type { ImportResult } from '../../src/import/import-files.ts';
import { CRM, ROOT, runCli } from '../support/cli.ts';
import { dump, importText, inconsistencies, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine, type EngineTarget } from '../support/engines.ts';
import { peopleCsv } from '../support/people-file.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { cleanEnvironment } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

/** Large enough for the threads that read and index, which only the built program has. */
const ROWS = 26_000;
const CHANGED = 3000;

interface Answer {
  readonly run?: number;
  readonly result: ImportResult;
}

const folder = tempDir();
const file = join(folder, 'people.csv');
writeFileSync(file, peopleCsv(ROWS));

async function crmImport(db: string, args: readonly string[], exitCode: number): Promise<Answer> {
  const result = await runCli(['import', ...args, '--db', db, '--json', '--rejects', join(folder, 'rejects.csv')], {
    cwd: folder,
    timeoutMs: 60_000,
  });
  expect({ exitCode: result.exitCode, stderr: result.stderr }).toEqual({ exitCode, stderr: '' });
  return JSON.parse(result.stdout) as Answer;
}

const counts = ({ read, created, updated, unchanged, skipped, rejected }: ImportResult) => ({
  read,
  created,
  updated,
  unchanged,
  skipped,
  rejected,
});

async function opened<T>(target: EngineTarget, db: string, look: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await target.open(db);
  try {
    return await look(engine);
  } finally {
    await engine.close();
  }
}

describeEachEngine('a large import', (target) => {
  let db = '';
  let first: ImportResult;

  beforeAll(async () => {
    db = target.freshUrl();
    first = (await crmImport(db, [file, '--source', 'shop'], 3)).result;
  }, 90_000);

  it('accounts for every row and leaves a database without a fault', async () => {
    expect(readFileSync(file).length).toBeGreaterThan(2 * 1024 * 1024);
    expect(first.created + first.updated + first.unchanged + first.rejected).toBe(ROWS);
    expect(first.rejected).toBeGreaterThan(10);
    expect(first.updated).toBeGreaterThan(50);
    await opened(target, db, async (engine) => {
      expect(await engine.all('SELECT count(*) AS n FROM customers')).toEqual([{ n: first.created }]);
      expect(await inconsistencies(engine)).toEqual([]);
      if (engine.facts.name === 'sqlite')
        expect(await engine.all("SELECT count(*) AS n FROM sqlite_master WHERE type = 'index' AND name LIKE 'customers_%'")).toEqual([
          { n: 8 },
        ]);
    });
  });

  it('stores the same as an import in small steps', async () => {
    const database = await testDatabase(target);
    const [header, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
    for (let at = 0; at < lines.length; at += 8000)
      await importText(database, `${[header, ...lines.slice(at, at + 8000)].join('\n')}\n`, { source: 'shop' });
    const stepwise = await dump(database.engine);
    const atOnce = await opened(target, db, dump);
    const ids = (rows: readonly Record<string, unknown>[]): unknown[] =>
      rows.map(({ id: _, customer_id: __, ...row }) => JSON.stringify(row)).sort();
    expect(ids(atOnce.customers ?? [])).toEqual(ids(stepwise.customers ?? []));
    expect(ids(atOnce.external_ids ?? [])).toEqual(ids(stepwise.external_ids ?? []));
    expect(ids(atOnce.tags ?? [])).toEqual(ids(stepwise.tags ?? []));
  }, 90_000);

  it('changes nothing the second time, from a file or a pipe', async () => {
    const before = await opened(target, db, (engine) => dump(engine, { exact: true }));
    const again = (await crmImport(db, [file, '--source', 'shop'], 3)).result;
    expect(counts(again)).toEqual({
      read: ROWS,
      created: 0,
      updated: 0,
      unchanged: ROWS - first.rejected,
      skipped: 0,
      rejected: first.rejected,
    });
    expect(await opened(target, db, (engine) => dump(engine, { exact: true }))).toEqual(before);
    const piped = await pipedImport(db);
    expect(counts(piped)).toEqual(counts(again));
    expect(piped.files).toEqual(['standard input']);
  }, 90_000);

  it('is exact in a dry run that updates many rows, and is undone by one command', async () => {
    const changed = join(folder, 'changed.csv');
    const lines = readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, CHANGED + 1);
    writeFileSync(changed, `${lines.join('\n').replaceAll(/,(campaign|web)/g, ',new $1')}\n`);
    const before = await opened(target, db, (engine) => dump(engine));
    const dry = await crmImport(db, [changed, '--source', 'shop', '--dry-run'], 3);
    expect(await opened(target, db, (engine) => dump(engine))).toEqual(before);
    const real = await crmImport(db, [changed, '--source', 'shop'], 3);
    expect(counts(dry.result)).toEqual(counts(real.result));
    expect(real.result.updated).toBeGreaterThan(CHANGED * 0.9);
    expect(await opened(target, db, inconsistencies)).toEqual([]);
    const undone = await runCli(['undo', String(real.run), '--db', db, '--json'], { cwd: folder, timeoutMs: 60_000 });
    expect(undone.exitCode).toBe(0);
    expect(await opened(target, db, (engine) => dump(engine))).toEqual(before);
    expect(await opened(target, db, inconsistencies)).toEqual([]);
  }, 120_000);

  it('with a mistake in its last line leaves nothing behind', async () => {
    const broken = join(folder, 'broken.csv');
    writeFileSync(broken, Buffer.concat([readFileSync(file), Buffer.from([0xff, 0x0a])]));
    const other = target.freshUrl();
    await runCli(['init', '--db', other, '--yes'], { cwd: folder });
    const result = await runCli(['import', broken, '--db', other], { cwd: folder, timeoutMs: 60_000 });
    expect(result).toMatchObject({
      exitCode: 4,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`broken\\.csv: byte \\d+ \\(line ${ROWS + 2}\\) is not utf-8`)),
    });
    await opened(target, other, async (engine) => {
      expect(await engine.all('SELECT (SELECT count(*) FROM customers) AS customers, (SELECT count(*) FROM runs) AS runs')).toEqual([
        { customers: 0, runs: 0 },
      ]);
      expect(await inconsistencies(engine)).toEqual([]);
    });
    expect((await crmImport(other, [file, '--source', 'shop'], 3)).result.created).toBe(first.created);
    expect(await opened(target, other, inconsistencies)).toEqual([]);
  }, 90_000);

  async function pipedImport(to: string): Promise<ImportResult> {
    const child = spawn(
      process.execPath,
      [CRM, 'import', '-', '--source', 'shop', '--db', to, '--json', '--rejects', join(folder, 'rejects.csv')],
      {
        cwd: folder,
        env: cleanEnvironment(),
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    createReadStream(file).pipe(child.stdin);
    let output = '';
    for await (const chunk of child.stdout) output += String(chunk);
    return (JSON.parse(output) as Answer).result;
  }
});

describe('many rows of one customer', () => {
  it('are one customer as the last of them says', async () => {
    const cwd = tempDir();
    const rows = Array.from({ length: 12_000 }, (_, i) => `same@example.org,Ada Lovelace,City ${i}\n`).join('');
    writeFileSync(join(cwd, 'p.csv'), `email,name,city\n${rows}`);
    const result = await runCli(['import', 'p.csv', '--json'], { cwd, timeoutMs: 60_000 });
    expect(JSON.parse(result.stdout)).toMatchObject({ result: { read: 12_000, created: 1, updated: 11_999 } });
    expect(await runCli(['query', '--select', 'city', '--json'], { cwd })).toMatchObject({ stdout: expect.stringContaining('City 11999') });
  });
});

describe('a dry run where there is no database yet', () => {
  it.each(['sqlite', ...(postgresAvailable ? ['postgres'] : [])])('says what an import would do, and makes none: %s', async (engine) => {
    const cwd = tempDir();
    const db = engine === 'sqlite' ? join(cwd, 'new.db') : freshSchemaUrl();
    const dry = await runCli(['import', join(ROOT, 'fixtures/contacts.csv'), '--dry-run', '--db', db], { cwd });
    expect(dry.exitCode).toBe(0);
    expect(dry.stdout).toContain(' (would be a new database)\nwould read 20 rows');
    expect(dry.stdout).toContain('18 created, 1 updated, 1 unchanged, 0 rejected');
    expect(readdirSync(cwd)).toEqual([]);
    expect((await runCli(['query', '--db', db], { cwd })).exitCode).toBe(10);
    const nowhere = await runCli(['import', join(ROOT, 'fixtures/contacts.csv'), '--dry-run', '--db', 'no/folder.db'], { cwd });
    expect(nowhere.exitCode).toBe(10);
  });
});
