import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { openEngine } from '../../src/engines/index.ts';
import { runCli } from '../support/cli.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { canDump } from '../support/postgres-tools.ts';
import { resultOf, sampleFolder } from '../support/sample-database.ts';

let cwd = '';
beforeEach(async () => {
  cwd = await sampleFolder();
});

const crm = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => runCli(args, { cwd, env, timeoutMs: 90_000 });
const ok = async (...args: string[]) => expect(await crm(args)).toMatchObject({ exitCode: 0 });
const count = async (...args: string[]): Promise<string> => (await crm(['query', '--count', ...args])).stdout.trim();
const asides = (): string[] => readdirSync(cwd).filter((name) => name.includes('.before-restore-'));

interface Restored {
  readonly customers: number;
  readonly setAside: string | null;
  readonly at: { readonly exact: boolean; readonly reached: string; readonly undone: readonly number[] } | null;
}

/** A moment between what was done before and what is done after. */
async function moment(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const now = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 20));
  return now;
}

describe('crm restore over the database', () => {
  test('asks, keeps the old one under another name, and is refused while somebody has it open', async () => {
    await ok('backup');
    await ok('delete', '1', '2', '--yes');
    expect(await crm(['restore'])).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/replace .*crm\.db\?.*\nhint: .*--yes/) });
    const engine = await openEngine(join(cwd, 'crm.db'), { create: false, busyTimeoutMs: 100 });
    await engine.all('SELECT 1');
    expect(await crm(['restore', '--yes'], { CRM_BUSY_TIMEOUT_MS: '100' })).toMatchObject({
      exitCode: 11,
      stderr: expect.stringContaining('open'),
    });
    await engine.close();
    expect([await count(), asides()]).toEqual(['5', []]);
    const { stdout, exitCode } = await crm(['restore', '--yes', '--json']);
    const { setAside, customers } = resultOf<Restored>(stdout);
    expect({ exitCode, customers, aside: asides() }).toEqual({ exitCode: 0, customers: 7, aside: [setAside?.replace(/^.*\//, '')] });
    expect([await count(), await count('--db', setAside as string)]).toEqual(['7', '5']);
    expect(readdirSync(cwd).filter((name) => /part-|\.before-restore-.*-(wal|shm)/.test(name))).toEqual([]);
  });

  test('replaces a damaged one, and what was left of its log is not taken for that of the new one', async () => {
    await ok('backup');
    writeFileSync(join(cwd, 'crm.db'), 'no database at all');
    writeFileSync(join(cwd, 'crm.db-wal'), 'left');
    await ok('restore', '--yes');
    expect(await count()).toBe('7');
    const [aside = ''] = asides().filter((name) => !name.endsWith('-wal'));
    expect([readFileSync(join(cwd, aside), 'utf8'), readFileSync(join(cwd, `${aside}-wal`), 'utf8')]).toEqual([
      'no database at all',
      'left',
    ]);
  });

  test('works on an encrypted one', async () => {
    const env = { CRM_KEY: 'a "key"' };
    expect(await crm(['import', 'people.csv', '--db', 'secret.db', '--quiet'], env)).toMatchObject({ exitCode: 0 });
    const customers = (await crm(['query', '--count', '--db', 'secret.db'], env)).stdout;
    expect(await crm(['backup', '--db', 'secret.db'], env)).toMatchObject({ exitCode: 0 });
    expect(await crm(['delete', '1', '--yes', '--db', 'secret.db'], env)).toMatchObject({ exitCode: 0 });
    expect(await crm(['restore', '--id', '1', '--db', 'secret.db'], env)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('1 brought back'),
    });
    expect(await crm(['backup', 'diff', 'latest', 'live', '--db', 'secret.db'], env)).toMatchObject({
      stdout: expect.stringContaining('0 added, 0 removed, 0 changed'),
    });
    expect(await crm(['restore', '--yes', '--db', 'secret.db'], env)).toMatchObject({ exitCode: 0 });
    expect((await crm(['query', '--count', '--db', 'secret.db'], env)).stdout).toBe(customers);
    expect(await crm(['query', '--count', '--db', 'secret.db'])).toMatchObject({ exitCode: 16 });
  });
});

describe('crm restore --at', () => {
  test('takes back what was done since, from the next snapshot or from the database itself', async () => {
    const before = await moment();
    await ok('delete', '1', '2', '--yes');
    const between = await moment();
    await ok('undo', 'last');
    for (const from of ['live', 'snapshot']) {
      if (from === 'snapshot') await ok('backup', '--no-verify');
      else await ok('backup', '--no-verify', '--repo', 'empty', '--db', 'crm.db');
      const repo = from === 'live' ? ['--repo', 'empty'] : [];
      for (const [time, customers] of [
        [before, 7],
        [between, 5],
      ] as const) {
        const to = `${from}-${customers}.db`;
        const { stdout, exitCode } = await crm(['restore', '--at', time, '--to', to, '--json', ...repo]);
        const { at } = resultOf<Restored>(stdout);
        expect({ exitCode, exact: at?.exact, count: await count('--db', to) }).toEqual({
          exitCode: 0,
          exact: true,
          count: String(customers),
        });
      }
    }
  });

  test('falls back to the last snapshot before, and says so', async () => {
    await ok('backup', '--no-verify');
    await ok('edit', '1', 'city=Rome');
    const time = await moment();
    await ok('archive', 'run', '--where', 'id = 3', '--yes');
    const { stdout, exitCode } = await crm(['restore', '--at', time, '--to', 'at.db', '--json']);
    const { at } = resultOf<Restored>(stdout);
    expect(exitCode).toBe(0);
    expect(at).toMatchObject({ exact: false, undone: [] });
    expect(JSON.parse(stdout)).toMatchObject({ warnings: [expect.stringContaining('not of')] });
    expect(await count('--db', 'at.db')).toBe('7');
  });

  test.each([
    [['restore', '--at', '2999-01-01'], 2, 'in the future'],
    [['restore', '--at', 'soon'], 2, 'no time'],
    [['restore', '--at', '-1d', '--where', 'id = 1'], 2, 'cannot be used'],
    [['restore', '--table', 'tags'], 2, 'single customers'],
    [['restore', '--id', '1', '--table', 'tag'], 2, 'no table tag'],
    [['restore', '--id', 'x'], 2, 'no id'],
    [['restore', 'nothing', '--id', '1'], 2, 'no snapshot nothing'],
    [['restore', '--where', 'foo = 1'], 2, 'foo'],
    [['backup', 'diff', 'live', 'live'], 2, 'with itself'],
  ])('%j is a mistake', async (args, exitCode, text) => {
    await ok('backup', '--no-verify');
    expect(await crm(args)).toMatchObject({ exitCode, stderr: expect.stringContaining(text) });
    expect([await count(), asides()]).toEqual(['7', []]);
  });
});

test('single customers come back as a run that can be undone', async () => {
  await ok('backup', '--no-verify');
  await ok('edit', '1', 'city=Rome', '--tag', 'new');
  await ok('delete', '2', '--yes');
  const changed = (await crm(['export', '-', '--format', 'ndjson'])).stdout;
  expect(await crm(['restore', '--where', 'id < 3', '--dry-run'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('1 would be brought back, 1 would be changed back'),
  });
  expect((await crm(['export', '-', '--format', 'ndjson'])).stdout).toBe(changed);
  const { stdout } = await crm(['restore', '--id', '1,2', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ run: 4, result: { created: 1, updated: 1, unchanged: 0, conflicts: [], dryRun: false } });
  expect(await crm(['backup', 'diff', 'latest', 'live', '--json'])).toMatchObject({ stdout: expect.stringContaining('"customers":[]') });
  await ok('undo', '4');
  expect((await crm(['export', '-', '--format', 'ndjson'])).stdout).toBe(changed);
});

describe.skipIf(!postgresAvailable || !canDump)('backups of PostgreSQL', () => {
  test('are made, restored for trial, compared, and put in the place of what is there', { timeout: 120_000 }, async () => {
    const db = ['--db', freshSchemaUrl()];
    await ok('import', 'people.csv', '--quiet', ...db);
    const customers = await count(...db);
    const first = resultOf<{ verified: boolean; snapshot: string }>((await crm(['backup', '--json', ...db])).stdout);
    expect(first.verified).toBe(true);
    await ok('backup', 'verify');
    expect(await crm(['backup', 'drill', ...db])).toMatchObject({ exitCode: 0 });
    await ok('delete', '1', '--yes', ...db);
    expect(await crm(['backup', 'diff', 'latest', 'live', ...db])).toMatchObject({
      stdout: expect.stringContaining('0 added, 1 removed, 0 changed\n  - #1'),
    });
    expect(await crm(['restore', '--yes', '--json', ...db])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/"setAside":"t_[0-9a-f]+_before_restore_/),
    });
    expect(await count(...db)).toBe(customers);
    await ok('delete', '1', '--yes', ...db);
    expect(await crm(['restore', '--id', '1', ...db])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('1 brought back') });
    expect(await crm(['restore', '--to', 'file.db'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('PostgreSQL') });
    expect(existsSync(join(cwd, 'file.db'))).toBe(false);
  });

  test('need its programs', async () => {
    const db = ['--db', freshSchemaUrl()];
    await ok('init', ...db);
    expect(await crm(['backup', ...db], { PATH: join(cwd, 'nowhere') })).toMatchObject({
      exitCode: 15,
      stderr: expect.stringMatching(/pg_dump was not found.*\nhint: install/),
    });
  });
});
