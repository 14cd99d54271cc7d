import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inconsistencies } from '../support/customer-database.ts';
import { copyPlace, doneAt, dropPlace, type FaultPlace, newPlace, runAt, withEngine } from '../support/fault/fault-place.ts';
import { reportFaults } from '../support/fault/fault-report.ts';
import { fewerRounds, randomOf, reproduction, roundsOf } from '../support/fault/fault-settings.ts';
import { peopleCsv } from '../support/people-file.ts';
import { postgresAvailable, untilNobodyIsConnected } from '../support/postgres.ts';

const POSTGRES_PART = 0.3;
/** Kills that met nobody at work are repeated earlier so often. */
const TRIES = 5;
const VICTIMS = ['job', 'step', 'both'] as const;
const STEPS = [
  { inbox: 'inbox/*.csv', settle: '1ms', options: '--source shop', name: 'files' },
  { run: 'normalize', name: 'normalize' },
  { run: 'dedupe find', name: 'find' },
  { run: 'dedupe merge --auto', name: 'merge' },
];
/** Backups of PostgreSQL need client programs of the version of the server, which are not everywhere. */
const LAST_STEPS = {
  sqlite: { run: 'backup create --no-verify', name: 'backup' },
  postgres: { run: 'maintain', name: 'maintain' },
} as const;
const stepsOf = (engine: FaultPlace['engine']): readonly { readonly name: string }[] => [...STEPS, LAST_STEPS[engine]];
const JOB = ['job', 'run', 'night', '--json'];

/** What a job comes to, whatever was in its way. */
interface Outcome {
  readonly customers: readonly string[];
  readonly externalIds: number;
  /** Imports that stand, by their bytes: none is there twice. */
  readonly imports: readonly string[];
  /** Files of the drop folder and its folders, by path, with what is in them. */
  readonly files: Readonly<Record<string, string>>;
}

interface Control {
  readonly base: FaultPlace;
  readonly outcome: Outcome;
  /** How long each step took, in milliseconds. */
  readonly stepMs: readonly number[];
}

const ENGINES = ['sqlite', 'postgres'] as const;

describe('SIGKILL at any moment: job', () => {
  for (const engine of ENGINES) {
    const all = roundsOf(0.3);
    const rounds = engine === 'sqlite' ? all : fewerRounds(all, POSTGRES_PART);
    let control: Promise<Control> | null = null;
    for (const [index, { name: stepName }] of stepsOf(engine).entries()) {
      const name = `kill job in ${stepName} [${engine}]`;
      it.skipIf(engine === 'postgres' && !postgresAvailable)(name, { timeout: 120_000 + rounds.length * 90_000 }, async () => {
        control ??= controlOf(engine);
        const losses: string[] = [];
        let tooLate = 0;
        for (const round of rounds) {
          const victim = VICTIMS[(round + index) % VICTIMS.length] as (typeof VICTIMS)[number];
          const done = await survives(await control, index, victim, randomOf(name, round));
          tooLate += done.tooLate;
          if (done.problems.length > 0) losses.push([`killed: ${victim}`, reproduction(name, round), ...done.problems].join('\n  '));
        }
        reportFaults({ scenario: name, rounds: rounds.length, faults: rounds.length, tooLate, losses: losses.length });
        expect(losses.slice(0, 5).join('\n')).toBe('');
      });
    }
  }
});

async function controlOf(engine: FaultPlace['engine']): Promise<Control> {
  const base = await newPlace(engine, { 'crm.config.json': JSON.stringify({ jobs: { night: { steps: stepsOf(engine) } } }) });
  mkdirSync(join(base.folder, 'inbox'));
  const people = peopleCsv(250, { seed: 5 });
  writeFileSync(join(base.folder, 'inbox/a.csv'), people);
  // The same people under other numbers, written in capitals, and rows that cannot be taken.
  const again = people
    .split('\n')
    .map((line, i) => (i === 0 ? line : line.replace(/^(\d+)/, (id) => String(Number(id) + 10_000)).toUpperCase()));
  writeFileSync(join(base.folder, 'inbox/b.csv'), again.join('\n'));
  writeFileSync(join(base.folder, 'inbox/c.csv'), 'id,name,birthday\n90001,Cy,\n90002,,\n');
  await doneAt(base, ['init', '--yes', '--quiet']);
  const place = await copyPlace(base);
  const { exitCode, stdout, stderr } = await runAt(place, JOB);
  expect([0, 3], stderr).toContain(exitCode);
  const { steps } = (JSON.parse(stdout) as { result: { steps: { started_at: string; finished_at: string }[] } }).result;
  const outcome = await outcomeOf(place);
  expect(Object.keys(outcome.files).sort()).toEqual(
    expect.arrayContaining(['done/a.csv', 'done/b.csv', 'done/c.csv', 'failed/a.rejects.csv', 'failed/b.rejects.csv']),
  );
  await dropPlace(place);
  return { base, outcome, stepMs: steps.map((step) => Date.parse(step.finished_at) - Date.parse(step.started_at)) };
}

async function survives(
  { base, outcome, stepMs }: Control,
  index: number,
  victim: (typeof VICTIMS)[number],
  random: (bound: number) => number,
): Promise<{ readonly problems: readonly string[]; readonly tooLate: number }> {
  let afterMs = (random(1000) / 1000) * (stepMs[index] as number);
  for (let tooLate = 0; ; tooLate++, afterMs /= 3) {
    const place = await copyPlace(base);
    const wasHit = await killed(place, index + 1, victim, afterMs);
    if (!wasHit && tooLate < TRIES) {
      await dropPlace(place);
      continue;
    }
    const problems = wasHit ? [] : ['no kill met a job at work'];
    // Started at once: the step of a job that was killed may still be at work.
    const next = await runAt(place, JOB);
    if (next.exitCode !== 0 && next.exitCode !== 3) problems.push(`the next start ended with ${next.exitCode}: ${next.stderr}`);
    else problems.push(...recordProblems(next.stdout, victim));
    if (place.engine === 'postgres') await untilNobodyIsConnected(place.db);
    const came = await outcomeOf(place);
    for (const part of ['customers', 'externalIds', 'imports', 'files'] as const)
      if (JSON.stringify(came[part]) !== JSON.stringify(outcome[part]))
        problems.push(
          `${part} differ: ${JSON.stringify(came[part]).slice(0, 600)} instead of ${JSON.stringify(outcome[part]).slice(0, 600)}`,
        );
    problems.push(...(await withEngine(place.db, inconsistencies)));
    const verified = await runAt(place, place.engine === 'sqlite' ? ['backup', 'verify', '--quiet'] : ['maintain', '--check', '--quiet']);
    if (verified.exitCode !== 0) problems.push(`the last look ended with ${verified.exitCode}: ${verified.stderr}`);
    const { result } = JSON.parse((await runAt(place, ['job', 'history', '--json'])).stdout) as { result: { runs: { status: string }[] } };
    const statuses = result.runs.map(({ status }) => status).join();
    if (statuses !== (victim === 'step' ? 'done,failed' : 'done,interrupted')) problems.push(`runs are ${statuses}`);
    await dropPlace(place);
    return { problems, tooLate };
  }
}

function recordProblems(stdout: string, victim: (typeof VICTIMS)[number]): string[] {
  const { found } = (JSON.parse(stdout) as { result: { found: string[] } }).result;
  const isTold = found.length === 1 && found[0]?.startsWith('run 1 of night was broken off') === true;
  return isTold === (victim !== 'step') ? [] : [`the next start said: ${JSON.stringify(found)}`];
}

/** Kills a job so long after one of its steps began. @returns whether it did not get through for that */
async function killed(place: FaultPlace, position: number, victim: (typeof VICTIMS)[number], afterMs: number): Promise<boolean> {
  let isOver = false;
  let pid = 0;
  const running = runAt(place, JOB, { onStart: (child) => (pid = child.pid as number) }).finally(() => (isOver = true));
  await withEngine(place.db, async (engine) => {
    const isAt = async (): Promise<boolean> =>
      (await engine.all('SELECT position FROM job_steps WHERE job_run_id = 1 AND position >= ?', [position])).length > 0;
    while (!isOver && !(await isAt())) await sleep(5);
  });
  await sleep(afterMs);
  const steps = childrenOf(pid);
  const pids = victim === 'job' ? [pid] : victim === 'step' ? steps : [pid, ...steps];
  for (const one of pids) if (!isOver) kill(one);
  const { exitCode, stdout, stderr } = await running;
  return exitCode !== 0 && exitCode !== 3 && !stdout.includes('"ok":true') && (victim !== 'step' || stderr.includes('SIGKILL'));
}

function childrenOf(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function outcomeOf(place: FaultPlace): Promise<Outcome> {
  const inbox = join(place.folder, 'inbox');
  const names = readdirSync(inbox, { recursive: true, withFileTypes: true });
  const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = paths.sort().map((path) => [path.slice(inbox.length + 1), readFileSync(path, 'utf8')] as const);
  return withEngine(place.db, async (engine) => {
    const customers = await engine.all('SELECT name, email, phone, city FROM customers');
    const ids = await engine.all('SELECT external_id FROM external_ids');
    const sql = "SELECT source_sha256 AS sum FROM runs WHERE command = 'import' AND status = 'done'";
    const imports = await engine.all<{ sum: string }>(sql);
    return {
      customers: customers.map((row) => JSON.stringify(row)).sort(),
      externalIds: ids.length,
      imports: imports.map(({ sum }) => sum).sort(),
      files: Object.fromEntries(texts),
    };
  });
}
