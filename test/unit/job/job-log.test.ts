import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JobConfig } from '../../../src/config/job-config.ts';
import { type JobLog, jobLog } from '../../../src/job/job-log.ts';
import type { StepEnded } from '../../../src/job/job-observer.ts';
import { ROOT } from '../../support/cli.ts';
import { tempDir } from '../../support/temp-dir.ts';

const JOB = { name: 'nightly' } as JobConfig;
const STEP: StepEnded['step'] = {
  ...{
    position: 1,
    name: 'import',
    command: 'import x',
    status: 'failed',
    exit_code: 4,
    counts: { read: 3 },
    crm_runs: [9],
    message: 'no',
  },
  ...{ started_at: '2026-01-01T00:00:00Z', finished_at: null },
};

async function wholeRun(log: JobLog, run: number | null = 5): Promise<void> {
  await log.started?.({ job: JOB, run, found: [] });
  await log.stepEnded?.({ job: JOB, run, found: [], step: STEP, durationMs: 12.3 });
  const end = { status: 'failed', exit_code: 4, counts: { read: 3 }, message: 'step 1: no' } as const;
  await log.ended?.({ job: JOB, run, found: [], end, steps: [STEP], durationMs: 20.6 });
}

const linesOf = (path: string): Record<string, unknown>[] =>
  readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the log of a job', () => {
  test('has a line for each event, without what a step was called with', async () => {
    const file = join(tempDir(), 'logs/jobs.ndjson');
    const log = jobLog({ file, maxSizeBytes: 1000, keep: 2 });
    await wholeRun(log);
    expect(log.problem()).toBeNull();
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
    expect(linesOf(file)).toEqual([
      { level: 'info', time, event: 'started', run: 5, job: 'nightly', found: [] },
      {
        ...{ level: 'error', time, event: 'stepEnded', run: 5, job: 'nightly', step: 'import', position: 1, status: 'failed', exitCode: 4 },
        ...{ counts: { read: 3 }, crmRuns: [9], message: 'no', durationMs: 12 },
      },
      {
        ...{ level: 'error', time, event: 'ended', run: 5, job: 'nightly', status: 'failed', exitCode: 4, counts: { read: 3 } },
        ...{ message: 'step 1: no', durationMs: 21 },
      },
    ]);
    await wholeRun(jobLog({ file, maxSizeBytes: 100_000, keep: 2 }), null);
    expect(linesOf(file)).toHaveLength(3);
  });

  test('is put aside when it is full, and only so many are kept', async () => {
    const folder = tempDir();
    const file = join(folder, 'l');
    for (let run = 1; run <= 5; run++) await wholeRun(jobLog({ file, maxSizeBytes: 100, keep: 2 }), run);
    expect(readdirSync(folder).sort()).toEqual(['l', 'l.1', 'l.2']);
    expect(['l', 'l.1', 'l.2'].map((name) => linesOf(join(folder, name))[0]?.run)).toEqual([5, 4, 3]);
    await wholeRun(jobLog({ file, maxSizeBytes: 100, keep: 1 }), 6);
    expect(readdirSync(folder).sort()).toEqual(['l', 'l.1']);
    await wholeRun(jobLog({ file, maxSizeBytes: 100, keep: 0 }), 7);
    expect(linesOf(file)).toHaveLength(3);
  });

  test('that cannot be written says so and throws nothing', async () => {
    const folder = tempDir();
    mkdirSync(join(folder, 'is-a-folder'));
    writeFileSync(join(folder, 'file'), '');
    for (const [file, code] of [
      [join(folder, 'is-a-folder'), 'EISDIR'],
      [join(folder, 'file/log'), /ENOTDIR|EEXIST/],
    ] as const) {
      const log = jobLog({ file, maxSizeBytes: 1_000_000, keep: 2 });
      await wholeRun(log);
      expect(log.problem()).toMatch(code);
      expect(log.problem()).toContain(file);
    }
  });

  test.skipIf(!existsSync('/dev/full'))('on a full disk says so, and ends', async () => {
    const log = jobLog({ file: '/dev/full', maxSizeBytes: 1, keep: 1 });
    await wholeRun(log);
    expect(log.problem()).toContain('ENOSPC');
  });

  test('survives kill -9, and several processes that write and put aside at once lose no line', { timeout: 60_000 }, async () => {
    const folder = tempDir();
    const file = join(folder, 'l');
    const script = join(folder, 'write.mjs');
    const source = `import { jobLog } from ${JSON.stringify(`${ROOT}dist/job/job-log.js`)};
const [run, rounds] = process.argv.slice(2).map(Number);
const job = { name: 'j' };
for (let n = 0; n < rounds; n++) await jobLog({ file: ${JSON.stringify(file)}, maxSizeBytes: 2000, keep: 1000 }).started({ job, run: run * 1000 + n, found: [] });
process.kill(process.pid, 'SIGKILL');`;
    writeFileSync(script, source);
    chmodSync(script, 0o600);
    const rounds = 60;
    await Promise.all(
      [1, 2, 3].map((run) => new Promise((ended) => spawn(process.execPath, [script, String(run), String(rounds)]).once('exit', ended))),
    );
    const logs = readdirSync(folder).filter((name) => /^l(\.\d+)?$/.test(name));
    const runs = logs.flatMap((name) => linesOf(join(folder, name)).map(({ run }) => Number(run)));
    const expected = [1, 2, 3].flatMap((run) => Array.from({ length: rounds }, (_, n) => run * 1000 + n));
    expect(runs.sort((a, b) => a - b)).toEqual(expected);
    expect(logs.length).toBeGreaterThan(3);
  });
});
