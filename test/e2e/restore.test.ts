import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import { CRM, ROOT, runCli, runCliTty } from '../support/cli.ts';
import { type JsonSchema, schemaErrors } from '../support/json-schema.ts';
import { cleanEnvironment, type RunResult } from '../support/run-program.ts';
import { PEOPLE, sampleFolder, withRepository } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';
import { terminalAvailable } from '../support/terminal.ts';

const LARGEST_ID = 9;

interface Landing {
  readonly asked: string;
  readonly reached: string;
  readonly exact: boolean;
  readonly undone: readonly number[];
  readonly reason: string | null;
}

interface Restored {
  readonly snapshot: string | null;
  readonly target: string;
  readonly customers: number;
  readonly verified: boolean;
  readonly setAside: string | null;
  readonly at: Landing | null;
}

const crm = (cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<RunResult> => runCli(args, { cwd, env });

/** Runs a command with `--json`; its result fits its schema. */
async function result<T>(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<T & { warnings: string[]; run?: number }> {
  const { stdout, stderr } = await crm(cwd, [...args, '--json'], env);
  if (stdout === '') throw new Error(stderr);
  const { command, result: value, warnings, run } = JSON.parse(stdout);
  const schema = JSON.parse(readFileSync(`${ROOT}schemas/results/${command.replace(' ', '-')}.schema.json`, 'utf8')) as JsonSchema;
  expect(schemaErrors(schema, value)).toEqual([]);
  return { ...value, warnings, ...(run === undefined ? {} : { run }) };
}

const backup = async (cwd: string, env: Record<string, string> = {}): Promise<string> =>
  (await result<{ snapshot: string }>(cwd, ['backup', 'create', '--no-verify'], env)).snapshot;

/** All that the customers of a database are, by the library: a process less. */
async function exported(cwd: string, database = 'crm.db', { CRM_KEY }: Record<string, string> = {}): Promise<string> {
  const key = CRM_KEY === undefined ? {} : { key: Buffer.from(CRM_KEY) };
  const repository = await openRepository(join(cwd, database), { actor: 'tester', ...key });
  try {
    const details = [];
    for (let id = 1; id <= LARGEST_ID; id++) details.push(await repository.get(id));
    return JSON.stringify(details.filter((customer) => customer !== null).map(lasting));
  } finally {
    await repository.close();
  }
}

/** Without its history, and what is counted up with each change. */
function lasting({
  runs: _,
  changes: _changes,
  customer: { version: _version, updated_at: _updated, ...customer },
  ...details
}: NonNullable<Awaited<ReturnType<Repository['get']>>>): unknown {
  return { customer, ...details };
}

/** A moment with nothing else in the same millisecond. */
async function moment(): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, 5));
  const now = new Date().toISOString();
  await new Promise((resolve) => setTimeout(resolve, 5));
  return now;
}

/** A sample with a snapshot of it, and a change since. */
async function changed(): Promise<{ readonly cwd: string; readonly snapshot: string; readonly then: string }> {
  const cwd = await sampleFolder();
  const then = await exported(cwd);
  const snapshot = await backup(cwd);
  await withRepository(cwd, (repository) => repository.edit(1, { values: { city: 'Turin' } }));
  return { cwd, snapshot, then };
}

describe('crm restore over the database', () => {
  test('asks before, keeps what was there under another name, and does it twice', async () => {
    const { cwd, snapshot, then } = await changed();
    const now = await exported(cwd);
    const files = readdirSync(cwd).sort();
    expect(await crm(cwd, ['restore'])).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('--yes') });
    expect(await crm(cwd, ['restore', '--to', 'crm.db', '--no-input'])).toMatchObject({ exitCode: 2 });
    expect(readdirSync(cwd).sort()).toEqual(files);
    expect(await exported(cwd)).toBe(now);

    const first = await result<Restored>(cwd, ['restore', '--yes']);
    expect(first).toMatchObject({ snapshot, customers: 7, verified: true, at: null, warnings: [] });
    expect(await exported(cwd)).toBe(then);
    expect(await exported(cwd, first.setAside as string)).toBe(now);
    const second = await crm(cwd, ['restore', snapshot.slice(0, -2), '--yes']);
    expect(second).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/kept as .*crm\.db\.before-restore-\d/) });
    const aside = readdirSync(cwd).filter((name) => !files.includes(name));
    expect(aside).toHaveLength(2);
    for (const name of aside) expect(name).toMatch(/^crm\.db\.before-restore-\d{8}T\d{9}Z$/);
  });

  test.skipIf(!terminalAvailable)('does it when the answer on a terminal is yes, and nothing when it is no', async () => {
    const { cwd, then } = await changed();
    const now = await exported(cwd);
    const no = await runCliTty(['restore'], { cwd, dialogue: [{ when: /replace .*crm\.db\?/, type: 'n\r' }] });
    expect(no.exitCode).not.toBe(0);
    expect(await exported(cwd)).toBe(now);
    const yes = await runCliTty(['restore'], { cwd, dialogue: [{ when: /replace .*crm\.db\?/, type: 'y\r' }] });
    expect(yes).toMatchObject({ exitCode: 0, output: expect.stringContaining('before-restore') });
    expect(await exported(cwd)).toBe(then);
  });

  test('is refused while another process has the database open, and waits as long as it is told to', async () => {
    const { cwd, then } = await changed();
    const now = await exported(cwd);
    const script = `import { openEngine } from '${CRM.replace('bin/crm.js', 'dist/engines/index.js')}';
      await openEngine(process.argv[1], { create: false, busyTimeoutMs: 0 }); process.stdout.write('x'); process.stdin.resume();`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script, join(cwd, 'crm.db')], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: cleanEnvironment(),
    });
    await once(holder.stdout, 'data');
    const files = readdirSync(cwd).sort();
    const refused = await crm(cwd, ['restore', '--yes'], { CRM_BUSY_TIMEOUT_MS: '50' });
    expect(refused).toMatchObject({ exitCode: 11, stderr: expect.stringContaining('open') });
    expect(readdirSync(cwd).sort()).toEqual(files);
    expect(await exported(cwd)).toBe(now);
    const waiting = crm(cwd, ['restore', '--yes'], { CRM_BUSY_TIMEOUT_MS: '20000' });
    setTimeout(() => holder.kill('SIGKILL'), 300);
    expect(await waiting).toMatchObject({ exitCode: 0 });
    expect(await exported(cwd)).toBe(then);
    expect(readdirSync(cwd).filter((name) => /part|wal|shm|journal/.test(name))).toEqual([]);
  });

  test.each([
    ['damaged', Buffer.from('this was a database once'.repeat(500))],
    ['cut off', null],
  ])('replaces one that is %s, too', async (_, content) => {
    const { cwd, then } = await changed();
    const old = content ?? readFileSync(join(cwd, 'crm.db')).subarray(0, 5000);
    writeFileSync(join(cwd, 'crm.db'), old);
    const { setAside } = await result<Restored>(cwd, ['restore', '--yes']);
    expect(await exported(cwd)).toBe(then);
    expect(readFileSync(join(cwd, setAside as string)).equals(old)).toBe(true);
  });

  test('leaves no log of a killed one, unless it may be all that is left of a damaged database', async () => {
    const { cwd } = await changed();
    const kept = 'crm.db.before-restore-20260101T000000000Z-wal';
    const logs = (): string[] => readdirSync(cwd).filter((name) => name.includes('before-restore') && name.includes('-wal'));
    const sound = readFileSync(join(cwd, 'crm.db'));
    writeFileSync(join(cwd, 'crm.db'), sound.subarray(0, 5000));
    writeFileSync(join(cwd, `${kept}.part-999999999`), 'pages');
    writeFileSync(join(cwd, kept), 'older pages');
    await result<Restored>(cwd, ['restore', '--yes']);
    expect(logs().sort()).toEqual([kept, `${kept}-2`]);
    expect(readFileSync(join(cwd, `${kept}-2`), 'utf8')).toBe('pages');
    writeFileSync(join(cwd, `${kept}.part-999999999`), 'pages');
    await result<Restored>(cwd, ['restore', '--yes']);
    expect(logs().sort()).toEqual([kept, `${kept}-2`]);
  });

  test('needs no answer where there is nothing, replaces an empty file, and never takes a folder for one', async () => {
    const { cwd, then } = await changed();
    await result<Restored>(cwd, ['restore', '--to', 'new.db']);
    expect(await exported(cwd, 'new.db')).toBe(then);
    writeFileSync(join(cwd, 'crm.db'), '');
    expect(await crm(cwd, ['restore', '--yes'])).toMatchObject({ exitCode: 0 });
    expect(await exported(cwd)).toBe(then);
    mkdirSync(join(cwd, 'folder.db'));
    expect(await crm(cwd, ['restore', '--to', 'folder.db', '--yes'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is a folder'),
    });
    expect(readdirSync(cwd).filter((name) => name.startsWith('folder'))).toEqual(['folder.db']);
  });

  test('of an encrypted database leaves it encrypted with the same key', async () => {
    const cwd = tempDir();
    const env = { CRM_KEY: 'open sesame' };
    writeFileSync(join(cwd, 'people.csv'), PEOPLE);
    expect(await crm(cwd, ['init', '--encrypt', '--yes'], env)).toMatchObject({ exitCode: 0 });
    await crm(cwd, ['import', 'people.csv', '--quiet'], env);
    const then = await exported(cwd, 'crm.db', env);
    await backup(cwd, env);
    await crm(cwd, ['edit', '1', 'city=Turin'], env);
    const now = await exported(cwd, 'crm.db', env);
    expect(await crm(cwd, ['restore', '--where', 'id = 1'], env)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('crm undo'),
    });
    expect(await exported(cwd, 'crm.db', env)).toBe(then);
    await crm(cwd, ['undo', 'last'], env);
    expect(await crm(cwd, ['backup', 'diff', 'latest', 'live'], env)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('~ #1'),
    });
    const { setAside } = await result<Restored>(cwd, ['restore', '--yes'], env);
    expect(await exported(cwd, 'crm.db', env)).toBe(then);
    expect(await exported(cwd, setAside as string, env)).toBe(now);
    expect(readFileSync(join(cwd, 'crm.db')).subarray(0, 15).toString()).not.toBe('SQLite format 3');
    expect(await crm(cwd, ['query', '--count'])).toMatchObject({ exitCode: 16 });
    expect(await crm(cwd, ['query', '--count'], { CRM_KEY: 'wrong' })).toMatchObject({ exitCode: 16 });
  });
});

describe('crm restore --at', () => {
  test('comes to the very moment, from the next snapshot or from the database itself', async () => {
    const cwd = await sampleFolder();
    await withRepository(cwd, (repository) => repository.add({ name: 'Early' }));
    const [first, early] = [await moment(), await exported(cwd)];
    await withRepository(cwd, (repository) => repository.remove([2, 3]));
    await withRepository(cwd, (repository) => repository.edit(1, { values: { city: 'Rome' } }));
    const snapshot = await backup(cwd);
    const [second, late] = [await moment(), await exported(cwd)];
    await withRepository(cwd, (repository) => repository.edit(1, { values: { city: 'Turin' } }));
    const now = await exported(cwd);

    const one = await result<Restored>(cwd, ['restore', '--at', first, '--to', 'first.db']);
    expect(one).toMatchObject({ snapshot, customers: 8, at: { asked: first, reached: first, exact: true, undone: [4, 3], reason: null } });
    expect(one.warnings).toEqual([]);
    expect(await exported(cwd, 'first.db')).toBe(early);
    const two = await result<Restored>(cwd, ['restore', '--at', second, '--to', 'second.db']);
    expect(two).toMatchObject({ snapshot: null, customers: 6, setAside: null, at: { exact: true, undone: [5] } });
    expect(await exported(cwd, 'second.db')).toBe(late);
    expect(await exported(cwd)).toBe(now);

    const over = await result<Restored>(cwd, ['restore', '--at', first, '--yes']);
    expect(over.at).toMatchObject({ exact: true });
    expect(await exported(cwd)).toBe(early);
    expect(await exported(cwd, over.setAside as string)).toBe(now);
    // What was taken back is in the history of the restored database, and can be done again.
    expect((await crm(cwd, ['history', '--json'])).stdout).toContain('"command":"undo"');
  });

  test('says how near it came where a run cannot be taken back, and takes the earlier snapshot', async () => {
    const cwd = await sampleFolder();
    const earlier = await backup(cwd);
    const quiet = await moment();
    const then = await exported(cwd);
    await withRepository(cwd, (repository) => repository.edit(1, { values: { city: 'Rome' } }));
    const busy = await moment();
    // The archive is beside the database, and not beside a copy of it: this cannot be taken back there.
    expect(await crm(cwd, ['archive', 'run', '--where', 'id = 4', '--yes'])).toMatchObject({ exitCode: 0 });
    await backup(cwd);

    const near = await result<Restored>(cwd, ['restore', '--at', busy, '--to', 'near.db']);
    expect(near.snapshot).toBe(earlier);
    expect(near.at).toMatchObject({ asked: busy, exact: false, undone: [] });
    expect((near.at as Landing).reached < quiet).toBe(true);
    expect(near.warnings).toEqual([expect.stringMatching(/this is the state of .*, not of .*: 1 run/)]);
    expect(await exported(cwd, 'near.db')).toBe(then);
    // Nothing was done between the snapshot and this moment: the snapshot is its state.
    const exact = await result<Restored>(cwd, ['restore', '--at', quiet, '--to', 'exact.db']);
    expect(exact).toMatchObject({ snapshot: earlier, at: { exact: true, reason: null }, warnings: [] });
    expect(await exported(cwd, 'exact.db')).toBe(then);
    const people = await crm(cwd, ['restore', '--at', busy, '--to', 'people.db']);
    expect(people).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('not of') });
  });

  test('goes back before anything was, and never into the future', async () => {
    const { cwd } = await changed();
    const beginning = await result<Restored>(cwd, ['restore', '--at', '2001-01-01', '--to', 'beginning.db']);
    expect(beginning).toMatchObject({ customers: 0, at: { exact: true, undone: [1] } });
    expect(await exported(cwd, 'beginning.db')).toBe('[]');
    for (const [time, words] of [
      ['2999-01-01', 'future'],
      ['+2d', 'future'],
      ['soon', 'is no time'],
    ] as const) {
      expect(await crm(cwd, ['restore', '--at', time, '--to', 'x.db'])).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining(words),
      });
    }
    expect(await crm(cwd, ['restore', 'latest', '--at', '-1d', '--where', 'id = 1'])).toMatchObject({ exitCode: 2 });
    expect(await crm(cwd, ['restore', '2026', '--at', '-1d', '--to', 'x.db'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--at'),
    });
    expect(existsSync(join(cwd, 'x.db'))).toBe(false);
  });
});

describe('crm restore of single customers', () => {
  interface Single {
    readonly customers: number;
    readonly created: number;
    readonly updated: number;
    readonly unchanged: number;
    readonly conflicts: readonly { readonly id: number; readonly reason: string }[];
    readonly dryRun: boolean;
  }

  test('brings back whom a filter or ids name, as a run that can be undone', async () => {
    const { cwd, snapshot, then } = await changed();
    await withRepository(cwd, (repository) => repository.remove([2, 4]));
    const now = await exported(cwd);
    const dry = await result<Single>(cwd, ['restore', '--where', 'city = Berlin', '--dry-run']);
    expect(dry).toMatchObject({
      snapshot,
      customers: 3,
      created: 2,
      updated: 0,
      unchanged: 1,
      conflicts: [],
      dryRun: true,
      verified: true,
    });
    expect(dry.run).toBeUndefined();
    expect(await exported(cwd)).toBe(now);
    const real = await result<Single>(cwd, ['restore', '--where', 'city = Berlin']);
    expect(real).toMatchObject({ created: 2, updated: 0, unchanged: 1, dryRun: false, run: 4 });
    expect(await result<Single>(cwd, ['restore', '--id', '1,2', '#5'])).toMatchObject({ created: 0, updated: 1, unchanged: 2, run: 5 });
    expect(await exported(cwd)).toBe(then);
    const again = await crm(cwd, ['restore', '--id', '1', '2', '5']);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('nothing was changed') });
    for (const run of ['5', '4']) expect(await crm(cwd, ['undo', run])).toMatchObject({ exitCode: 0 });
    expect(await exported(cwd)).toBe(now);
  });

  test('brings back only some tables; a mistaken name gets the nearest one', async () => {
    const { cwd } = await changed();
    await crm(cwd, ['edit', '1', '--untag', 'vip']);
    expect(await crm(cwd, ['restore', '--id', '1', '--table', 'tag'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('did you mean tags?'),
    });
    expect(await crm(cwd, ['restore', '--table', 'tags'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--where') });
    expect(await crm(cwd, ['restore', '--id', 'Ada'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is no id') });
    expect(await result<Single>(cwd, ['restore', '--id', '1', '--table', 'tags'])).toMatchObject({ updated: 1 });
    const { stdout } = await crm(cwd, ['show', '1', '--json']);
    expect(stdout).toContain('vip');
    expect(stdout).toContain('Turin');
  });

  test('leaves alone what would be overwritten, and ends with 5', async () => {
    const { cwd } = await changed();
    await crm(cwd, ['archive', 'run', '--where', 'id = 4', '--yes']);
    const ended = await crm(cwd, ['restore', '--id', '1', '4']);
    expect(ended).toMatchObject({ exitCode: 5, stdout: expect.stringMatching(/1 changed back(.|\n)*#4: is in the archive/) });
    const asked = await result<Single>(cwd, ['restore', '--id', '4', '--dry-run']);
    expect(asked.conflicts).toEqual([{ id: 4, reason: 'is in the archive' }]);
    expect(await crm(cwd, ['restore', '--where', 'cty = Berlin'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('city') });
  });
});

describe('crm backup diff', () => {
  interface Diff {
    readonly left: string;
    readonly right: string;
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
    readonly customers: readonly { readonly id: number; readonly kind: string; readonly fields: readonly string[] }[];
  }

  test('tells who was added, removed and changed, between snapshots and to the database as it is', async () => {
    const { cwd, snapshot } = await changed();
    await withRepository(cwd, async (repository) => {
      await repository.remove([3]);
      await repository.add({ name: 'New' });
      await repository.edit(2, { values: { 'attributes.Lead source': 'phone' }, addTags: ['new'] });
    });
    const second = await backup(cwd);
    const found = await result<Diff>(cwd, ['backup', 'diff', snapshot, 'latest']);
    expect(found).toMatchObject({ left: snapshot, right: second, added: 1, removed: 1, changed: 2 });
    expect(found.customers).toEqual([
      { id: 1, kind: 'changed', fields: ['city'] },
      { id: 2, kind: 'changed', fields: ['attributes.Lead source', 'tags'] },
      { id: 3, kind: 'removed', fields: [] },
      { id: 8, kind: 'added', fields: [] },
    ]);
    const reversed = await result<Diff>(cwd, ['backup', 'diff', 'live', snapshot, '--limit', '1']);
    expect(reversed).toMatchObject({ left: 'live', right: snapshot, added: 1, removed: 1, changed: 2, customers: [{ id: 1 }] });
    const text = await crm(cwd, ['backup', 'diff', snapshot, 'live', '--limit', '2']);
    expect(text).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('~ #2  attributes.Lead source, tags') });
    expect(text.stdout).toContain('2 more');
    expect(text.stdout).not.toMatch(/Turin|London|phone\b/);
    expect(await result<Diff>(cwd, ['backup', 'diff', 'latest', 'live'])).toMatchObject({
      added: 0,
      removed: 0,
      changed: 0,
      customers: [],
    });
    expect(await crm(cwd, ['backup', 'diff', 'live', 'live'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('itself') });
    expect(await crm(cwd, ['backup', 'diff', 'nope', 'live'])).toMatchObject({ exitCode: 2 });
    expect(await crm(cwd, ['backup', 'diff', 'latest'])).toMatchObject({ exitCode: 2 });
  });
});
