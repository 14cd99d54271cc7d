import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openRepository } from '../../src/repository/repository.ts';
import { CRM, runCli, runCliTty } from '../support/cli.ts';
import { cleanEnvironment, type RunResult } from '../support/run-program.ts';
import { resultOf, sampleFolder, withRepository } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';
import { terminalAvailable } from '../support/terminal.ts';

interface Created {
  readonly snapshot: string;
  readonly totalBytes: number;
  readonly addedBytes: number;
  readonly chunks: number;
  readonly addedChunks: number;
  readonly verified: boolean;
}

const crm = (cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<RunResult> => runCli(args, { cwd, env });
const create = async (cwd: string, ...args: readonly string[]): Promise<Created> =>
  resultOf<Created>((await crm(cwd, ['backup', 'create', ...args, '--json'])).stdout);
const filesOf = (folder: string): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

async function exported(cwd: string, database: string): Promise<string> {
  return (await crm(cwd, ['export', '-', '--format', 'ndjson', '--db', database])).stdout;
}

describe('crm backup and crm restore', () => {
  test('keep what changed, and bring back each state as it was', async () => {
    const cwd = await sampleFolder();
    const before = await exported(cwd, 'crm.db');
    const first = await create(cwd);
    expect(first).toMatchObject({ verified: true, totalBytes: statSync(join(cwd, 'crm.db')).size });
    await withRepository(cwd, (repository) => repository.add({ name: 'New' }));
    const second = await create(cwd);
    expect(second.addedChunks).toBeLessThan(second.chunks / 2);
    const third = await create(cwd, '--no-verify');
    expect(third).toMatchObject({ addedChunks: 0, addedBytes: 0, verified: false });

    const { snapshots } = resultOf<{ snapshots: { snapshot: string; customers: number; verified: boolean }[] }>(
      (await crm(cwd, ['backup', 'list', '--json'])).stdout,
    );
    expect(snapshots.map(({ snapshot, customers, verified }) => [snapshot, customers, verified])).toEqual([
      [first.snapshot, 7, true],
      [second.snapshot, 8, true],
      [third.snapshot, 8, false],
    ]);

    const restored = await crm(cwd, ['restore', first.snapshot, '--to', 'first.db', '--json']);
    expect(resultOf(restored.stdout)).toEqual({
      snapshot: first.snapshot,
      target: 'first.db',
      customers: 7,
      verified: true,
      setAside: null,
      at: null,
    });
    expect(await exported(cwd, 'first.db')).toBe(before);
    await crm(cwd, ['restore', '--to', 'latest.db']);
    expect(await exported(cwd, 'latest.db')).toBe(await exported(cwd, 'crm.db'));
    expect(readdirSync(cwd).filter((name) => name.includes('part'))).toEqual([]);
  });

  test('backup alone is backup create; its help and its mistakes are those of the group', async () => {
    const cwd = await sampleFolder();
    expect((await crm(cwd, ['backup', '--quiet', '--no-verify', '--repo', 'b'])).exitCode).toBe(0);
    expect((await crm(cwd, ['backup', '--repo', 'b'])).stdout).toContain('restored and compared');
    expect((await crm(cwd, ['--json', 'backup', '--no-verify', '--repo', 'b'])).stdout).toContain('"command":"backup create"');
    expect((await crm(cwd, ['backup', '--help'])).stdout).toContain('prune');
    expect(await crm(cwd, ['backup', 'lst'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('backup list') });
  });

  test('refuse what would harm: an existing file, the log of another database, a folder that is something else', async () => {
    const cwd = await sampleFolder();
    await create(cwd);
    const original = readFileSync(join(cwd, 'crm.db'));
    expect(await crm(cwd, ['restore', '--to', 'crm.db'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('replace crm.db?'),
    });
    expect(readFileSync(join(cwd, 'crm.db')).equals(original)).toBe(true);
    writeFileSync(join(cwd, 'new.db-wal'), 'left');
    expect(await crm(cwd, ['restore', '--to', 'new.db'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('new.db-wal') });
    expect(await crm(cwd, ['restore', '--to', 'no/new.db'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('does not exist'),
    });
    expect(await crm(cwd, ['restore', 'x', '--to', 'new2.db'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no snapshot x'),
    });
    mkdirSync(join(cwd, 'other'));
    writeFileSync(join(cwd, 'other/mine.txt'), 'x');
    expect(await crm(cwd, ['backup', '--repo', 'other'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('not empty') });
    expect(filesOf(join(cwd, 'other'))).toEqual(['mine.txt']);
    expect(await crm(cwd, ['backup', 'verify', '--repo', 'nowhere'])).toMatchObject({ exitCode: 4 });
  });

  test('make no repository for a database that is not there', async () => {
    const cwd = tempDir();
    expect(await crm(cwd, ['backup'])).toMatchObject({ exitCode: 10, stderr: expect.stringContaining('crm init') });
    expect(existsSync(join(cwd, 'crm-backups'))).toBe(false);
  });

  test('take the folder of the repository from the config file', async () => {
    const cwd = await sampleFolder();
    writeFileSync(join(cwd, 'crm.config.json'), '{ "backup": { "repository": "./elsewhere" } }');
    await create(cwd);
    expect(existsSync(join(cwd, 'elsewhere/config.json'))).toBe(true);
    writeFileSync(join(cwd, 'crm.config.json'), '{ "backup": { "repo": 1 } }');
    expect(await crm(cwd, ['backup'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('backup.repo') });
  });

  test('wait for another one, or end with 11', async () => {
    const cwd = await sampleFolder();
    await create(cwd);
    const holder = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { takeLock } from '${CRM.replace('bin/crm.js', 'dist/process-lock.js')}'; await takeLock(process.argv[1], { waitMs: 0 }); process.stdout.write('x'); process.stdin.resume();`,
        join(cwd, 'crm-backups/lock'),
      ],
      { stdio: ['pipe', 'pipe', 'inherit'], env: cleanEnvironment() },
    );
    await once(holder.stdout, 'data');
    for (const args of [['backup'], ['backup', 'prune', '--keep-last', '1'], ['backup', 'verify']]) {
      expect(await crm(cwd, args)).toMatchObject({ exitCode: 11, stderr: expect.stringContaining(`process ${holder.pid}`) });
    }
    const waiting = crm(cwd, ['backup', '--wait', '20s']);
    setTimeout(() => holder.kill('SIGKILL'), 300);
    expect(await waiting).toMatchObject({ exitCode: 0 });
  });
});

describe('crm backup verify, drill and prune', () => {
  let made: Promise<{ cwd: string; ids: string[] }> | undefined;

  /** Made once; each test gets a copy. */
  async function threeSnapshots(): Promise<{ cwd: string; ids: string[] }> {
    made ??= makeThree();
    const { cwd: from, ids } = await made;
    const cwd = tempDir();
    cpSync(from, cwd, { recursive: true, preserveTimestamps: true });
    return { cwd, ids };
  }

  async function makeThree(): Promise<{ cwd: string; ids: string[] }> {
    const cwd = await sampleFolder();
    const ids: string[] = [];
    for (const name of ['A', 'B', 'C']) {
      await withRepository(cwd, (repository) => repository.add({ name, notes: name.repeat(9000) }));
      ids.push((await create(cwd, '--no-verify')).snapshot);
    }
    return { cwd, ids };
  }

  test('verify names the snapshot that is damaged, restore refuses it, and a new backup is sound all the same', async () => {
    const { cwd, ids } = await threeSnapshots();
    expect(resultOf((await crm(cwd, ['backup', 'verify', '--json'])).stdout)).toMatchObject({ snapshots: ids, share: 1, packs: 3 });
    expect((await crm(cwd, ['backup', 'verify', 'latest', '--sample', '50%'])).stdout).toContain('sound');
    const manifest = JSON.parse(
      readFileSync(join(cwd, 'crm-backups/snapshots', manifestOf(cwd, ids[2] as string)), 'utf8').split('\n', 1)[0] as string,
    );
    const newest = join(cwd, 'crm-backups/packs', `${newestPack(cwd, manifest.packs)}.pack`);
    const bytes = readFileSync(newest);
    bytes[60] = (bytes[60] as number) ^ 4;
    writeFileSync(newest, bytes);

    const verify = await crm(cwd, ['backup', 'verify', '--json']);
    expect(verify.exitCode).toBe(14);
    expect(JSON.parse(verify.stderr).error).toMatchObject({ code: 'INTEGRITY', details: { snapshots: [ids[2]] } });
    expect(await crm(cwd, ['restore', '--to', 'x.db'])).toMatchObject({ exitCode: 14, stderr: expect.stringContaining(ids[2] as string) });
    expect(readdirSync(cwd).filter((name) => name.startsWith('x.db'))).toEqual([]);
    expect(await crm(cwd, ['restore', ids[1] as string, '--to', 'y.db'])).toMatchObject({ exitCode: 0 });

    const healed = await crm(cwd, ['backup']);
    expect(healed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('stored again') });
    expect(await crm(cwd, ['backup', 'drill'])).toMatchObject({ exitCode: 0, stderr: '' });
    // What was stored again is the pack that was damaged: the same content has the same name.
    expect(await crm(cwd, ['backup', 'verify'])).toMatchObject({ exitCode: 0 });
    writeFileSync(newest, bytes);
    const pruned = resultOf<{ removed: { snapshot: string; reason: string }[] }>(
      (await crm(cwd, ['backup', 'prune', '--drop-damaged', '--json'])).stdout,
    );
    expect(pruned.removed).toContainEqual({ snapshot: ids[2], reason: 'damaged' });
    expect(resultOf((await crm(cwd, ['backup', 'verify', '--json'])).stdout)).toMatchObject({ snapshots: ids.slice(0, 2) });
    expect(await crm(cwd, ['backup'])).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('a drill tells what it compared, and leaves nothing behind', async () => {
    const { cwd, ids } = await threeSnapshots();
    const { snapshot } = await create(cwd);
    const temp = join(cwd, 'temp');
    mkdirSync(temp);
    const drill = await crm(cwd, ['backup', 'drill', '--json'], { TMPDIR: temp });
    expect(resultOf(drill.stdout)).toMatchObject({ snapshot, customers: 10, hashedTables: expect.any(Number) });
    expect(resultOf<{ hashedTables: number }>(drill.stdout).hashedTables).toBeGreaterThan(20);
    expect(await crm(cwd, ['backup', 'drill', ids[0] as string], { TMPDIR: temp })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('--no-verify'),
    });
    expect(readdirSync(temp)).toEqual([]);
  });

  test('prune removes what the policy lets go, and nothing that the rest needs', async () => {
    const { cwd, ids } = await threeSnapshots();
    const before = filesOf(join(cwd, 'crm-backups'));
    writeFileSync(join(cwd, 'crm-backups/packs/7.part-1'), 'begun and left');
    expect(await crm(cwd, ['backup', 'prune'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--keep-daily 7') });
    expect(await crm(cwd, ['backup', 'prune', '--keep-last', '0'])).toMatchObject({ exitCode: 2 });
    const dry = resultOf((await crm(cwd, ['backup', 'prune', '--keep-last', '1', '--dry-run', '--json'])).stdout);
    expect(dry).toMatchObject({ dryRun: true, kept: [{ snapshot: ids[2], reasons: ['last'] }] });
    expect(filesOf(join(cwd, 'crm-backups'))).toEqual([...before, 'packs/7.part-1'].sort());
    const real = resultOf((await crm(cwd, ['backup', 'prune', '--keep-last', '1', '--json'])).stdout);
    expect({ ...real, dryRun: true, freedBytes: 0 }).toEqual({ ...dry, freedBytes: 0 });
    expect(existsSync(join(cwd, 'crm-backups/packs/7.part-1'))).toBe(false);
    expect(await crm(cwd, ['backup', 'verify'])).toMatchObject({ exitCode: 0 });
    await crm(cwd, ['restore', '--to', 'back.db']);
    expect(await exported(cwd, 'back.db')).toBe(await exported(cwd, 'crm.db'));
    // Twice does no harm, and a snapshot that was put back by hand is none.
    expect(resultOf((await crm(cwd, ['backup', 'prune', '--keep-last', '1', '--json'])).stdout)).toMatchObject({
      removed: [],
      freedBytes: 0,
    });
  });

  function manifestOf(cwd: string, id: string): string {
    return readdirSync(join(cwd, 'crm-backups/snapshots')).find((name) => name.startsWith(id)) as string;
  }

  /** The pack that was written last. */
  function newestPack(cwd: string, packs: readonly string[]): string {
    const time = (name: string): number => statSync(join(cwd, 'crm-backups/packs', `${name}.pack`)).mtimeMs;
    return [...packs].sort((a, b) => time(b) - time(a))[0] as string;
  }
});

describe('an encrypted repository', () => {
  test('opens with its passphrase alone, from a file or the environment, and shows nothing of the customers', async () => {
    const cwd = await sampleFolder();
    const env = { CRM_BACKUP_PASSPHRASE: 'open sesame' };
    writeFileSync(join(cwd, 'key.txt'), 'open sesame\nnot this\n');
    expect(await crm(cwd, ['backup', '--encrypt', '--passphrase-file', 'key.txt'])).toMatchObject({ exitCode: 0 });
    expect(await crm(cwd, ['backup', 'create'], env)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('restored and compared'),
    });
    for (const args of [
      ['backup', 'list'],
      ['backup', 'verify'],
      ['restore', '--to', 'x.db'],
    ]) {
      expect(await crm(cwd, args, { CRM_BACKUP_PASSPHRASE: 'open' }), args.join(' ')).toMatchObject({ exitCode: 16 });
      expect(await crm(cwd, args, { CRM_BACKUP_PASSPHRASE: '' }), args.join(' ')).toMatchObject({ exitCode: 2 });
      expect(await crm(cwd, args), args.join(' ')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--passphrase-file') });
      expect(await crm(cwd, args, env), args.join(' ')).toMatchObject({ exitCode: 0 });
    }
    expect(await exported(cwd, 'x.db')).toBe(await exported(cwd, 'crm.db'));
    for (const name of filesOf(join(cwd, 'crm-backups')).filter((file) => /\.(pack|snapshot)$|chain/.test(file))) {
      const text = readFileSync(join(cwd, 'crm-backups', name), 'latin1');
      expect(text).not.toMatch(/customers|Ada|crm\.db|CRMREC2/);
    }
    expect(await crm(cwd, ['backup', '--passphrase-file', 'none.txt'])).toMatchObject({ exitCode: 4 });
    // A plain repository does not become an encrypted one by a flag.
    await create(cwd, '--repo', 'plain');
    expect(await crm(cwd, ['backup', '--encrypt', '--repo', 'plain'], env)).toMatchObject({ exitCode: 2 });
  });

  test.skipIf(!terminalAvailable)('asks for a new passphrase twice on a terminal, and for a known one once', async () => {
    const cwd = await sampleFolder();
    const asks = /Passphrase of the backup repository/;
    const wrong = await runCliTty(['backup', '--encrypt'], {
      cwd,
      dialogue: [
        { when: asks, type: 'secret\r' },
        { when: /Once more/, type: 'secrte\r' },
      ],
    });
    expect(wrong).toMatchObject({ exitCode: 2, output: expect.stringContaining('differ') });
    expect(existsSync(join(cwd, 'crm-backups'))).toBe(false);
    const made = await runCliTty(['backup', '--encrypt'], {
      cwd,
      dialogue: [
        { when: asks, type: 'secret\r' },
        { when: /Once more/, type: 'secret\r' },
      ],
    });
    expect(made).toMatchObject({ exitCode: 0 });
    expect(made.output).not.toContain('secret');
    expect(await runCliTty(['backup', 'list'], { cwd, dialogue: [{ when: asks, type: 'secret\r' }] })).toMatchObject({ exitCode: 0 });
  });
});

test('an encrypted database stays so in its backups, also while it is written to; they restore without its key', async () => {
  const cwd = tempDir();
  const env = { CRM_KEY: 'key of the database' };
  expect(await crm(cwd, ['init', '--encrypt', '--yes'], env)).toMatchObject({ exitCode: 0 });
  const writer = await openRepository(join(cwd, 'crm.db'), { key: Buffer.from(env.CRM_KEY) });
  try {
    for (let turn = 0; turn < 40; turn++) await writer.add({ name: `Confidential ${turn}`, notes: 'Confidential '.repeat(50) });
    expect(await crm(cwd, ['backup'])).toMatchObject({ exitCode: 16 });
    expect(await crm(cwd, ['backup'], { CRM_KEY: 'wrong' })).toMatchObject({ exitCode: 16 });
    expect(await crm(cwd, ['backup'], env)).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('restored and compared') });
  } finally {
    await writer.close();
  }
  expect(await crm(cwd, ['backup', 'verify'])).toMatchObject({ exitCode: 0 });
  expect(await crm(cwd, ['backup', 'drill'])).toMatchObject({ exitCode: 16 });
  expect(await crm(cwd, ['backup', 'drill'], env)).toMatchObject({ exitCode: 0 });
  expect(await crm(cwd, ['restore', '--to', 'back.db'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('40 customers') });
  expect(readFileSync(join(cwd, 'back.db'), 'latin1')).not.toMatch(/SQLite format|Confidential/);
  expect(await crm(cwd, ['query', '--count', '--db', 'back.db'], env)).toMatchObject({ exitCode: 0, stdout: '40\n' });
});

test('a repository that cannot be written can still be verified and restored', async () => {
  const cwd = await sampleFolder();
  await create(cwd);
  cpSync(join(cwd, 'crm-backups'), join(cwd, 'mounted'), { recursive: true });
  // Permissions do not keep root out; a file system that only reads does, and only root can have one.
  const mounted = join(cwd, 'mounted');
  const isRoot = process.getuid?.() === 0;
  const bind = (...options: string[]) => expect(spawnSync('mount', [...options, mounted, mounted]).status).toBe(0);
  if (isRoot) {
    bind('--bind');
    bind('-o', 'remount,ro,bind');
  } else chmodSync(mounted, 0o500);
  try {
    expect(() => writeFileSync(join(mounted, 'x'), '')).toThrow();
    expect(await crm(cwd, ['backup', 'verify', '--repo', 'mounted'])).toMatchObject({ exitCode: 0 });
    expect(await crm(cwd, ['restore', '--repo', 'mounted', '--to', 'x.db'])).toMatchObject({ exitCode: 0 });
  } finally {
    if (isRoot) spawnSync('umount', ['-l', mounted]);
    else chmodSync(mounted, 0o700);
  }
});
