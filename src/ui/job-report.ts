import type { JobObserver, StepEnded } from '../job/job-observer.ts';
import type { JobOutcome } from '../job/run-job.ts';
import { hasChangedNothing } from '../job/step-command.ts';
import type { JobCounts, JobStatus, StepStatus } from '../repository/job-records.ts';
import { type OutputMode, printResult } from './envelope.ts';
import { type Io, say, write } from './io.ts';
import { formatCount, formatDuration } from './number.ts';
import type { Style } from './style.ts';
import { styleOf } from './style.ts';
import { displayWidth, printable } from './width.ts';
import { wrapped } from './wrap.ts';

/** Columns of how long a step took: `1 h 12 min`. */
const TIME_WIDTH = 10;

/** Counts that say how much was looked at, before those of what was done. */
const FIRST = ['files', 'read', 'examined'];

/** What a whole job did, where its steps counted many things. */
const OF_JOBS: ReadonlySet<string> = new Set([
  ...['files', 'failedFiles', 'growingFiles', 'read', 'created', 'updated', 'rejected'],
  ...['changed', 'merged', 'archived', 'deleted', 'reverted', 'restored'],
]);

/** What a whole job did, in words. */
export function jobWords(counts: JobCounts): string {
  return countWords(Object.fromEntries(Object.entries(counts).filter(([name]) => OF_JOBS.has(name))));
}

/** Counts in words: `read 1,000, created 12`; zeros are left out. */
export function countWords(counts: JobCounts): string {
  const names = Object.keys(counts).filter((name) => counts[name] !== 0);
  const order = [...FIRST.filter((name) => names.includes(name)), ...names.filter((name) => !FIRST.includes(name))];
  return order
    .map((name) => `${name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${formatCount(counts[name] as number)}`)
    .join(', ');
}

/** A status, coloured by whether all is well. */
export function statusText(status: JobStatus | StepStatus, style: Style): string {
  if (status === 'done') return style.green(status);
  return status === 'skipped' || status === 'running' ? style.dim(status) : style.red(status);
}

/** Prints a line for each step as it ends; nothing with `--json` or `--quiet`. */
export async function stepLines(io: Io, mode: OutputMode): Promise<JobObserver> {
  if (mode.json || mode.quiet) return {};
  const style = await styleOf(io, 'stdout');
  return {
    started: async ({ job, run, found }) => {
      for (const sentence of found) await say(io, `${style.yellow('note:')} ${printable(sentence)}\n`);
      const what = run === null ? 'dry run; no step sees what those before it would have done' : `run ${run}`;
      await write(io.stdout, `${style.bold(printable(job.name))}: ${what}\n`);
    },
    stepEnded: (event) => write(io.stdout, `${stepLine(event, style, io.isTty.stdout ? io.columns : null)}\n`),
  };
}

function stepLine({ job, step, durationMs }: StepEnded, style: Style, columns: number | null): string {
  const width = Math.max(...job.steps.map(({ name }) => displayWidth(name)));
  const name = step.name + ' '.repeat(width - displayWidth(step.name));
  const status = statusText(step.status, style) + ' '.repeat(Math.max(0, 'interrupted'.length - step.status.length));
  const time = step.status === 'skipped' ? '' : formatDuration(durationMs);
  const nothing = step.status === 'done' && hasChangedNothing(step.counts) ? 'nothing changed' : '';
  const runs = step.crm_runs.length === 0 ? '' : `run ${step.crm_runs.join(', ')}`;
  const words = [countWords(step.counts), nothing, runs, step.message ?? ''].filter((part) => part !== '').join('; ');
  const position = String(step.position).padStart(String(job.steps.length).length);
  const indent = 2 + position.length + 1 + width + 2 + 'interrupted'.length + 2 + TIME_WIDTH + 2;
  const shown = wrapped(printable(words), columns, indent);
  return `  ${position} ${name}  ${status}  ${time.padStart(TIME_WIDTH)}  ${shown}`.trimEnd();
}

/**
 * Prints how a job ended that got through.
 * @param warnings for programs only; people were told before
 */
export async function printJob(io: Io, mode: OutputMode, outcome: JobOutcome, warnings: readonly string[]): Promise<void> {
  const { run, found, job, end, steps, durationMs } = outcome;
  const style = await styleOf(io, 'stdout');
  const result = {
    jobRun: run,
    job: job.name,
    dryRun: run === null,
    status: end.status,
    exitCode: end.exit_code,
    counts: end.counts,
    steps,
    found,
    elapsedMs: Math.round(durationMs),
  };
  await printResult(io, mode, { ok: true, command: 'job run', result, warnings: mode.json ? warnings : [] }, () => {
    const next = run === null ? 'nothing was written' : `all of it: crm job show ${run}`;
    return `${statusText(end.status, style)} in ${formatDuration(durationMs)}  ${style.dim(next)}`;
  });
}
