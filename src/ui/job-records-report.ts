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

/** Prints the jobs of the config file. */
export async function printJobs(io: Io, mode: OutputMode, jobs: readonly ListedJob[]): Promise<void> {
  const result = { jobs: jobs.map((job) => ({ ...job })) };
  await printTable(
    io,
    mode,
    'job list',
    result,
    ['job', 'schedule', 'steps', 'last run', 'state', 'description'],
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
    ['run', 'job', 'started', 'took', 'status', 'exit', 'did'],
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
          ['in all', jobWords(run.counts)],
          ['message', run.message ?? ''],
        ].filter(([, value]) => value !== '') as [string, string][],
        style.dim,
      ),
      ...steps.flatMap((step) => stepLines(step, style)),
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
        return `${ok ? style.green('ok') : style.red('late')}  ${printable(`${job}: ${age}${since}`)}`;
      })
      .join('\n'),
  );
}

function stepLines(step: JobStep, style: Style): string[] {
  const runs = step.crm_runs.length === 0 ? '' : `run ${step.crm_runs.join(', ')}`;
  const words = [tookText(step), countWords(step.counts), runs].filter((part) => part !== '').join('  ');
  const message = step.message === null ? [] : [`      ${printable(step.message)}`];
  return [
    `  ${step.position} ${style.bold(printable(step.name))}  ${statusText(step.status, style)}  ${words}`.trimEnd(),
    style.dim(`      crm ${printable(step.command)}`),
    ...message,
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
    const columns = names.map((name) => ({ name, type: ['run', 'steps', 'exit', 'started', 'took'].includes(name) ? 'number' : 'text' }));
    return renderTable(columns, shown, { maxWidth: io.isTty.stdout ? io.columns : null, style });
  });
}

/** What a run did, or why it did not get through; one that did may have something to say, too. */
function didText({ status, message, counts }: JobRun): string {
  if (status !== 'done' && message !== null) return message;
  return [jobWords(counts), message ?? ''].filter((words) => words !== '').join('; ');
}
