import type { SqlValue } from '../engines/engine.ts';
import type { JobHealth, ListedJob } from '../job/job-status.ts';
import type { JobRun, JobStep } from '../repository/job-records.ts';
import { entryLines, shortTime } from './card.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { countWords, jobWords, statusText } from './job-report.ts';
import { formatDuration } from './number.ts';
import { type Style, styleOf } from './style.ts';
import { printable } from './width.ts';
import { wrapped } from './wrap.ts';

/** Columns before the values of a card: blanks, the longest label, blanks. */
const LABEL_WIDTH = 2 + 'exit status'.length + 2;

/** Prints the jobs of the config file. */
export async function printJobs(io: Io, mode: OutputMode, jobs: readonly ListedJob[]): Promise<void> {
  const result = { jobs: jobs.map((job) => ({ ...job })) };
  await printTable(
    io,
    mode,
    'job list',
    result,
    ['job', 'schedule', 'steps', 'last run (UTC)', 'state', 'description'],
    'the config file has no jobs',
    () =>
      jobs.map(({ job, schedule, steps, last, description }) => [
        job,
        schedule ?? '',
        steps,
        last === null ? 'never' : shortTime(last.started_at),
        last?.status ?? '',
        description ?? '',
      ]),
  );
}

/** Prints runs of jobs, the newest first. */
export async function printJobRuns(io: Io, mode: OutputMode, runs: readonly JobRun[]): Promise<void> {
  await printTable(
    io,
    mode,
    'job history',
    { runs },
    ['run', 'job', 'started (UTC)', 'took', 'status', 'exit', 'did'],
    'no job was run yet',
    () => runs.map((run) => [run.id, run.job, shortTime(run.started_at), tookText(run), run.status, run.exit_code ?? '', didText(run)]),
  );
}

/** Prints one run of a job with its steps. */
export async function printJobRun(io: Io, mode: OutputMode, run: JobRun, steps: readonly JobStep[]): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'job show', result: { run, steps }, warnings: [] }, () =>
    [
      `${style.bold(printable(run.job))}: run ${run.id}, ${statusText(run.status, style)}`,
      ...entryLines(
        [
          ['started', `${shortTime(run.started_at)} UTC by ${run.actor} on ${run.host}`],
          ['took', tookText(run)],
          ['exit status', run.exit_code === null ? '' : String(run.exit_code)],
          ['in all', entryText(jobWords(run.counts), io)],
          ['message', entryText(run.message ?? '', io)],
        ].filter(([, value]) => value !== '') as [string, string][],
        style.dim,
      ),
      ...steps.flatMap((step) => stepLines(step, style, io.isTty.stdout ? io.columns : null)),
    ].join('\n'),
  );
}

/** Prints whether jobs got through recently enough. */
export async function printHealth(io: Io, mode: OutputMode, jobs: readonly JobHealth[]): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const result = { ok: jobs.every(({ ok }) => ok), jobs };
  await printResult(io, mode, { ok: true, command: 'job status', result, warnings: [] }, () =>
    jobs
      .map(({ job, ok, ageSeconds, last }) => {
        const age = ageSeconds === null ? 'never got through' : `got through ${formatDuration(ageSeconds * 1000)} ago`;
        const since =
          last === null || last.status === 'done'
            ? ''
            : `; run ${last.id} ${last.status}${last.message === null ? '' : `: ${last.message}`}`;
        const words = wrapped(printable(`${job}: ${age}${since}`), io.isTty.stdout ? io.columns : null, 6);
        return `${ok ? style.green('ok  ') : style.red('late')}  ${words}`;
      })
      .join('\n'),
  );
}

/** A value of a card in lines that fit beside its label. */
function entryText(text: string, io: Io): string {
  return wrapped(text, io.isTty.stdout ? io.columns : null, LABEL_WIDTH).replace(/\n +/g, '\n');
}

function stepLines(step: JobStep, style: Style, columns: number | null): string[] {
  const runs = step.crm_runs.length === 0 ? '' : `run ${step.crm_runs.join(', ')}`;
  const below = (text: string): string => `      ${wrapped(printable(text), columns, 6)}`;
  const took = step.status === 'skipped' ? '' : tookText(step);
  const words = [countWords(step.counts), runs, step.message ?? ''].filter((part) => part !== '').join('; ');
  return [
    `  ${step.position} ${style.bold(printable(step.name))}  ${statusText(step.status, style)}  ${took}`.trimEnd(),
    ...(words === '' ? [] : [below(words)]),
    style.dim(below(`crm ${step.command}`)),
  ];
}

function tookText({ started_at, finished_at }: Pick<JobRun, 'started_at' | 'finished_at'>): string {
  return finished_at === null ? '' : formatDuration(Date.parse(finished_at) - Date.parse(started_at));
}

async function printTable(
  io: Io,
  mode: OutputMode,
  command: string,
  result: Readonly<Record<string, unknown>>,
  names: readonly string[],
  empty: string,
  rows: () => SqlValue[][],
): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { renderTable } = await import('./table.ts');
  await printResult(io, mode, { ok: true, command, result, warnings: [] }, () => {
    const shown = rows();
    if (shown.length === 0) return style.dim(empty);
    const columns = names.map((name) => ({
      name,
      type: ['run', 'steps', 'exit', 'started (UTC)', 'took'].includes(name) ? 'number' : 'text',
    }));
    return renderTable(columns, shown, { maxWidth: io.isTty.stdout ? io.columns : null, style });
  });
}

/** What a run did, or why it did not get through; one that did may have something to say, too. */
function didText({ status, message, counts }: JobRun): string {
  if (status !== 'done' && message !== null) return message;
  return [jobWords(counts), message ?? ''].filter((words) => words !== '').join('; ');
}
