import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openRepository } from '../../src/repository/repository.ts';
import { runCli } from '../support/cli.ts';
import { describeEachEngine } from '../support/engines.ts';
import type { RunOptions, RunResult } from '../support/run-program.ts';
import { tempDir } from '../support/temp-dir.ts';

const PEOPLE = 'external_id,name,email,city\n1,Ada Lovelace,ada@example.com,London\n2,Bob Stone,bob@example.com,Berlin\n';
const INBOX = { inbox: 'inbox/*.csv', settle: '1ms' };

interface Place {
  readonly cwd: string;
  crm(args: readonly string[], options?: RunOptions): Promise<RunResult>;
  drop(name: string, text: string): void;
  json<T = Record<string, unknown>>(...args: string[]): Promise<T>;
}

describeEachEngine('crm job', (target) => {
  async function place(jobs: Readonly<Record<string, unknown>>): Promise<Place> {
    const cwd = tempDir();
    const database = target.freshUrl();
    mkdirSync(join(cwd, 'inbox'));
    writeFileSync(join(cwd, 'crm.config.json'), JSON.stringify({ database, jobs }));
    await (await openRepository(database, { create: true })).close();
    const crm = (args: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
      runCli(args, { cwd, timeoutMs: 60_000, ...options });
    return {
      cwd,
      crm,
      drop: (name, text) => writeFileSync(join(cwd, 'inbox', name), text),
      json: async (...args) => (JSON.parse((await crm([...args, '--json'])).stdout) as { result: never }).result,
    };
  }

  const lastRun = async ({ json }: Place): Promise<{ run: Record<string, unknown>; steps: Record<string, unknown>[] }> =>
    json('job', 'show', 'last');
  const count = async ({ crm }: Place): Promise<number> => Number((await crm(['query', '--count'])).stdout);

  it('runs a whole night: files, canonical values, duplicates, then says what it did', { timeout: 120_000 }, async () => {
    const steps = [
      { ...INBOX, maxRejected: '50%' },
      { run: 'normalize' },
      { run: 'dedupe find', when: { ifChanged: true } },
      { run: 'dedupe merge --auto', maxMerged: '50%' },
    ];
    const at = await place({ nightly: { schedule: '0 2 * * *', steps } });
    at.drop('a.csv', `${PEOPLE}3,Ada Lovelace,ADA@example.com,London\n`);
    at.drop('b.csv', 'external_id,name,birthday\n4,Cy,\n5,Di\n');

    const dry = await at.json('job', 'run', 'nightly', '--dry-run');
    expect(dry).toMatchObject({ jobRun: null, dryRun: true, counts: { read: 5 } });
    expect(dry.steps).toMatchObject([
      { status: 'done' },
      { status: 'done' },
      { status: 'skipped', message: 'it has no dry run' },
      { status: 'done' },
    ]);
    expect([await count(at), readdirSync(join(at.cwd, 'inbox')), await at.json('job', 'history')]).toEqual([
      0,
      ['a.csv', 'b.csv'],
      { runs: [] },
    ]);

    const run = await at.crm(['job', 'run', 'nightly', '--quiet']);
    expect(run).toMatchObject({ exitCode: 3, stdout: '', stderr: '' });
    const { run: recorded, steps: done } = await lastRun(at);
    expect(recorded).toMatchObject({ id: 1, job: 'nightly', status: 'done', exit_code: 3, message: null });
    expect(done.map(({ name, status, exit_code }) => [name, status, exit_code])).toEqual([
      ['import', 'done', 3],
      ['normalize', 'done', 0],
      ['dedupe-find', 'done', 0],
      ['dedupe-merge', 'done', 0],
    ]);
    expect(done[0]).toMatchObject({ counts: { files: 2, read: 5, rejected: 1 } });
    expect(readdirSync(join(at.cwd, 'inbox/done'))).toEqual(['a.csv', 'b.csv']);
    expect(readdirSync(join(at.cwd, 'inbox/failed'))).toEqual(['b.rejects.csv']);
    expect(readdirSync(join(at.cwd, 'inbox')).sort()).toEqual(['done', 'failed']);
    const imported = (await at.json<{ runs: { arguments: object }[] }>('history')).runs.at(-1);
    expect(imported).toMatchObject({ command: 'import', arguments: { jobRun: 1, jobStep: 1 } });

    // The same bytes under another name, and an older file of that name: nothing twice, nothing overwritten.
    at.drop('a.csv', `${PEOPLE}3,Ada Lovelace,ADA@example.com,London\n`);
    const second = await at.json('job', 'run', 'nightly');
    expect(second.steps).toMatchObject([
      { status: 'done', counts: { alreadyImported: 1, files: 0 } },
      { status: 'done' },
      { status: 'skipped', message: 'no step before it changed anything' },
      { status: 'done' },
    ]);
    expect(readdirSync(join(at.cwd, 'inbox/done'))).toEqual(['a-2.csv', 'a.csv', 'b.csv']);

    expect(await at.json('job', 'list')).toMatchObject({ jobs: [{ job: 'nightly', schedule: '0 2 * * *', steps: 4, last: { id: 2 } }] });
    expect((await at.crm(['job', 'status', 'nightly', '--max-age', '1h'])).exitCode).toBe(0);
    await sleep(20);
    expect((await at.crm(['job', 'status', 'nightly', '--max-age', '10ms'])).exitCode).toBe(5);
  });

  it('is stopped by a guard rail with nothing written, and says where and how to go on', { timeout: 60_000 }, async () => {
    const at = await place({
      n: {
        maxRejected: 0,
        steps: [
          { ...INBOX, minRows: 2 },
          { run: 'delete bob@example.com --yes', name: 'purge', maxChanged: '10%' },
        ],
      },
    });
    at.drop('a.csv', PEOPLE);
    const { exitCode, stderr } = await at.crm(['job', 'run', 'n', '--quiet']);
    expect([exitCode, stderr]).toEqual([
      6,
      'error: job n stopped in step 2 (purge): maxChanged: 1 customers changed, at most 0 (10% of 2) may be; nothing was written\n' +
        'hint: see: crm job show 1; then go on with: crm job run n --from purge\n',
    ]);
    expect(await count(at)).toBe(2);
    expect(await lastRun(at)).toMatchObject({
      run: { status: 'stopped', exit_code: 6 },
      steps: [{ status: 'done' }, { status: 'stopped', exit_code: 6, crm_runs: [] }],
    });
    at.drop('short.csv', 'name\nOnly One\n');
    const cut = await at.crm(['job', 'run', 'n']);
    expect([cut.exitCode, cut.stderr]).toEqual([
      6,
      expect.stringContaining('short.csv: minRows: 1 rows, at least 2 are expected; nothing was written'),
    ]);
    expect(readdirSync(join(at.cwd, 'inbox/failed'))).toEqual(['short.csv']);
    expect(await count(at)).toBe(2);
    expect((await at.crm(['job', 'status', 'n'])).exitCode).toBe(5);
  });

  it('takes back what an atomic job did, and leaves its files where they were', { timeout: 60_000 }, async () => {
    const at = await place({
      n: { atomic: true, steps: [INBOX, { run: 'add "name=Late One"' }, { run: 'import none.csv', name: 'missing' }] },
    });
    at.drop('a.csv', PEOPLE);
    const { exitCode, stderr } = await at.crm(['job', 'run', 'n']);
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining('runs 2, 1 undone')]);
    expect([await count(at), readdirSync(join(at.cwd, 'inbox'))]).toEqual([0, ['a.csv', 'failed']]);
    expect(await lastRun(at)).toMatchObject({
      run: { status: 'failed' },
      steps: [{ status: 'undone' }, { status: 'undone' }, { status: 'failed' }],
    });
    // Undone means not imported: it comes in again.
    writeFileSync(join(at.cwd, 'none.csv'), 'name\nThere\n');
    expect(await at.json('job', 'run', 'n')).toMatchObject({ counts: { files: 1, created: 3 } });
    expect([await count(at), readdirSync(join(at.cwd, 'inbox/done'))]).toEqual([4, ['a.csv']]);
  });

  it('goes on where it is told to, begins with a step, runs one alone', { timeout: 60_000 }, async () => {
    const steps = [
      { run: 'show nobody@example.com', name: 'look', continueOnError: true },
      { run: 'add name=A', name: 'a' },
      { run: ['add', 'name=B C'], name: 'b' },
    ];
    const at = await place({ n: { steps } });
    const { exitCode, stderr } = await at.crm(['job', 'run', 'n']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('job n failed in step 1 (look)')]);
    expect((await lastRun(at)).steps).toMatchObject([{ status: 'failed', exit_code: 2 }, { status: 'done' }, { status: 'done' }]);
    expect(await at.json('job', 'run', 'n', '--from', 'b')).toMatchObject({
      steps: [{ status: 'skipped' }, { status: 'skipped' }, { status: 'done' }],
    });
    expect(await at.json('job', 'run', 'n', '--only', '2')).toMatchObject({
      steps: [{ status: 'skipped' }, { status: 'done' }, { status: 'skipped' }],
    });
    expect(await count(at)).toBe(4);
    expect((await at.crm(['job', 'run', 'n', '--from', 'x'])).stderr).toContain('its steps are: 1 look, 2 a, 3 b');
    expect((await at.crm(['job', 'run', 'm'])).stderr).toContain('there is no job m');
  });

  it('is at work once: a second start names the first, or waits for it', { timeout: 90_000 }, async () => {
    const at = await place({ slow: { steps: [{ run: 'import big.csv' }] }, quick: { steps: [{ run: 'query --count' }] } });
    // A pipe: the step waits for what comes out of it until the test lets it end.
    expect(spawnSync('mkfifo', [join(at.cwd, 'big.csv')]).status).toBe(0);
    const first = at.crm(['job', 'run', 'slow', '--json']);
    await until(async () => (await at.json<{ runs: unknown[] }>('job', 'history')).runs.length > 0);
    const second = await at.crm(['job', 'run', 'quick']);
    expect([second.exitCode, second.stderr]).toEqual([
      11,
      expect.stringMatching(/^error: job slow \(run 1, since 20.* by .* on .*\) is at work/),
    ]);
    const third = at.crm(['job', 'run', 'quick', '--wait', '60s', '--quiet']);
    await writeFile(join(at.cwd, 'big.csv'), PEOPLE);
    expect((await third).exitCode).toBe(0);
    expect((await first).exitCode).toBe(0);
  });

  it.each([[false], [true]])(
    'is found broken off by the next start when it is killed; atomic: %s',
    { timeout: 120_000 },
    async (atomic) => {
      const at = await place({
        n: {
          atomic,
          steps: [
            { run: 'import small.csv', name: 'small' },
            { run: 'import big.csv', name: 'big' },
          ],
        },
      });
      writeFileSync(join(at.cwd, 'small.csv'), PEOPLE);
      writeFileSync(join(at.cwd, 'big.csv'), manyPeople(40_000));
      let kill = (): void => undefined;
      const first = at.crm(['job', 'run', 'n'], { onStart: (child) => (kill = () => child.kill('SIGKILL')) });
      await until(async () => (await lastSteps(at)).some(({ name, status }) => name === 'big' && status === 'running'));
      kill();
      expect((await first).signal).toBe('SIGKILL');
      const next = await at.crm(['job', 'run', 'n']);
      expect({ exitCode: next.exitCode, stderr: next.stderr }).toMatchObject({ exitCode: 0 });
      expect(next.stderr).toContain('run 1 of n was broken off in step 2 (big); ');
      expect(next.stderr).toContain(atomic ? 'undone' : 'the step before stand');
      const { run, steps } = await at.json<{ run: object; steps: object[] }>('job', 'show', '1');
      expect(run).toMatchObject({ status: 'interrupted', exit_code: null });
      expect(steps).toMatchObject([{ status: atomic ? 'undone' : 'done' }, { status: expect.stringMatching(/interrupted|undone/) }]);
      expect(await count(at)).toBe(40_002);
    },
  );

  it('ends a step that takes too long, and rolls it back; a signal does the same', { timeout: 90_000 }, async () => {
    const at = await place({
      n: { steps: [{ run: 'import big.csv', name: 'big', timeLimit: '1s' }] },
      m: { steps: [{ run: 'import big.csv', name: 'big' }] },
    });
    writeFileSync(join(at.cwd, 'big.csv'), manyPeople(200_000));
    const late = await at.crm(['job', 'run', 'n']);
    expect([late.exitCode, late.stderr]).toEqual([
      143,
      expect.stringContaining('job n failed in step 1 (big): the time limit was reached'),
    ]);
    expect(await count(at)).toBe(0);
    let stop = (): void => undefined;
    const stopped = at.crm(['job', 'run', 'm'], { onStart: (child) => (stop = () => child.kill('SIGTERM')) });
    await until(async () => (await lastSteps(at)).some(({ status }) => status === 'running'));
    stop();
    expect((await stopped).exitCode).toBe(143);
    expect(await count(at)).toBe(0);
    expect((await lastRun(at)).run).toMatchObject({ job: 'm', status: 'interrupted' });
  });

  it('leaves a file that is still growing for the next time', { timeout: 60_000 }, async () => {
    const at = await place({ n: { steps: [{ ...INBOX, settle: '1500ms' }] } });
    at.drop('a.csv', 'name\n');
    const growing = setInterval(() => writeFileSync(join(at.cwd, 'inbox/a.csv'), 'x\n', { flag: 'a' }), 50);
    const run = await at.json('job', 'run', 'n').finally(() => clearInterval(growing));
    expect(run.steps).toMatchObject([
      { status: 'done', counts: { files: 0, growingFiles: 1 }, message: 'every file may still be growing' },
    ]);
    expect(existsSync(join(at.cwd, 'inbox/a.csv'))).toBe(true);
    await sleep(1600);
    expect(await at.json('job', 'run', 'n')).toMatchObject({ counts: { files: 1 } });
    expect(readFileSync(join(at.cwd, 'inbox/done/a.csv'), 'utf8')).toMatch(/^name\nx\n/);
  });

  async function lastSteps(at: Place): Promise<{ name: string; status: string }[]> {
    const { runs } = await at.json<{ runs: { id: number }[] }>('job', 'history', '--limit', '1');
    const [last] = runs;
    return last === undefined ? [] : (await at.json<{ steps: { name: string; status: string }[] }>('job', 'show', String(last.id))).steps;
  }
});

/** People of whom no row is rejected. */
function manyPeople(rows: number): string {
  return `name,email\n${Array.from({ length: rows }, (_, i) => `Person ${i},p${i}@example.com\n`).join('')}`;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await isSo()) return;
    await sleep(20);
  }
  throw new Error('it did not come to that');
}
