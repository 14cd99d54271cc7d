import { spawnSync } from 'node:child_process';
import { openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engines/index.ts';
import { CRM, runCli } from '../support/cli.ts';
import { dump, inconsistencies } from '../support/customer-database.ts';
import { canMount, smallDisk } from '../support/fault/small-disk.ts';
import { peopleCsv } from '../support/people-file.ts';
import { cleanEnvironment } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const disk = (kilobytes: number): string => smallDisk(kilobytes) as string;

async function stateOf(path: string): Promise<unknown> {
  const engine = await openEngine(path, { create: false, busyTimeoutMs: 1000 });
  try {
    expect(await inconsistencies(engine)).toEqual([]);
    return await dump(engine, { exact: true });
  } finally {
    await engine.close();
  }
}

describe.skipIf(!canMount)('a full disk', () => {
  const folder = tempDir();
  writeFileSync(join(folder, 'large.csv'), peopleCsv(26_000));
  writeFileSync(join(folder, 'small.csv'), 'email,name\na@x.org,Ada\nb@x.org,Bob\n');
  const crm = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    runCli(args, { cwd: folder, env, timeoutMs: 60_000 });
  const full = {
    exitCode: 15,
    stdout: '',
    stderr: expect.stringMatching(/^error: (no space left|reading or writing .* failed).*\nhint: /),
  };

  it('under a database leaves it as it was', async () => {
    const db = join(disk(3000), 'crm.db');
    expect((await crm(['import', 'small.csv', '--db', db])).exitCode).toBe(0);
    const before = await stateOf(db);
    expect(await crm(['import', 'large.csv', '--db', db])).toMatchObject(full);
    expect(await stateOf(db)).toEqual(before);
    expect(await crm(['import', 'large.csv', '--db', db, '--json'])).toMatchObject({
      exitCode: 15,
      stderr: expect.stringMatching(/"code":"(DISK_FULL|ENGINE)"/),
    });
    expect(await crm(['import', 'small.csv', '--db', db, '--tag', 'x'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('2 updated'),
    });
  });

  it('under a new database leaves nothing that is in the way', async () => {
    const path = disk(2000);
    const db = join(path, 'crm.db');
    expect(await crm(['import', 'large.csv', '--db', db])).toMatchObject(full);
    expect(await crm(['import', 'small.csv', '--db', db])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('2 created') });
    expect(await crm(['import', 'small.csv', '--db', join(disk(40), 'crm.db')])).toMatchObject(full);
  });

  it('under the temporary files leaves the database as it was', async () => {
    const db = join(tempDir(), 'crm.db');
    const TMPDIR = disk(64);
    expect(await crm(['import', 'large.csv', '--db', db], { TMPDIR })).toMatchObject(full);
    expect(readdirSync(TMPDIR)).toEqual([]);
    expect(await crm(['query', '--count', '--db', db])).toMatchObject({ exitCode: 0, stdout: '0\n' });
    expect((await crm(['import', 'large.csv', '--db', db, '--quiet'])).exitCode).toBe(3);
    await stateOf(db);
  });

  it('under the rejects file changes nothing', async () => {
    const db = join(tempDir(), 'crm.db');
    const rows = Array.from({ length: 3000 }, (_, i) => `row ${i} is too short\n`).join('');
    writeFileSync(join(folder, 'short.csv'), `name,email\nAda,a@x.org\n${rows}`);
    const rejects = join(disk(32), 'rejects.csv');
    expect(await crm(['import', 'short.csv', '--db', db, '--rejects', rejects])).toMatchObject({
      ...full,
      stderr: expect.stringMatching(/^error: no space left for the rejects file/),
    });
    expect(await crm(['query', '--count', '--db', db])).toMatchObject({ exitCode: 0, stdout: '0\n' });
  });
});

describe('temporary files that cannot be written', () => {
  it('end with exit 15, the folder, and what to do', async () => {
    const cwd = tempDir();
    const TMPDIR = join(cwd, 'missing');
    writeFileSync(join(cwd, 'large.csv'), peopleCsv(26_000));
    expect(await runCli(['import', 'large.csv'], { cwd, env: { TMPDIR } })).toMatchObject({
      exitCode: 15,
      stdout: '',
      stderr: `error: temporary files in ${TMPDIR} cannot be written (ENOENT); nothing was changed\nhint: name another folder for them with TMPDIR, and try again\n`,
    });
    expect(await runCli(['query', '--count'], { cwd })).toMatchObject({ exitCode: 0, stdout: '0\n' });
  });
});

describe('an output that cannot be written', () => {
  it('ends with exit 15 and two lines', async () => {
    const cwd = tempDir();
    writeFileSync(join(cwd, 'people.csv'), peopleCsv(2000));
    await runCli(['import', 'people.csv', '--quiet'], { cwd });
    for (const args of [
      ['query', '--format', 'csv'],
      ['export', '-', '--format', 'ndjson'],
    ]) {
      const result = spawnSync(process.execPath, [CRM, ...args], {
        cwd,
        env: cleanEnvironment(),
        stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
        encoding: 'utf8',
      });
      expect({ status: result.status, stderr: result.stderr }).toEqual({
        status: 15,
        stderr: expect.stringMatching(/^error: .*no space left\nhint: free some space.*\n$/),
      });
    }
  });
});
