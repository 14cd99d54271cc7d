import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CrmError, toCrmError } from '../errors.ts';
import type { JobConfig } from '../config/job-config.ts';
import type { NewsOptions } from '../job/job-news.ts';
import type { JobOutcome } from '../job/run-job.ts';
import { say } from '../ui/io.ts';
import { styleOf } from '../ui/style.ts';
import { printableLines } from '../ui/width.ts';
import { durationMs } from './duration.ts';
import type { Examples } from './help-layout.ts';
import { jobNamed } from './job-config.ts';
import type { Run } from './run.ts';

interface JobRunFlags {
  readonly dryRun?: boolean;
  readonly from?: string;
  readonly only?: string;
  readonly wait?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm job run nightly --dry-run', 'what every step would do'],
  ['crm job run nightly --quiet', 'for cron: says nothing when all is well'],
  ['crm job run nightly --from merge', 'go on after a failure'],
  ['crm job run nightly --wait 10m', 'wait for another job on this database'],
];

/** `crm job run` */
export function define(command: Command, run: Run): void {
  command
    .argument('<name>', 'job of the config file')
    .option('--dry-run', 'say what every step would do, and change nothing')
    .addOption(new Option('--from <step>', 'begin with this step: its name or number').conflicts('only'))
    .option('--only <step>', 'run this step alone, whatever its conditions say')
    .option('--wait <time>', 'how long to wait for another job, e.g. 10m (default: not at all)')
    .action((name: string, flags: JobRunFlags) => run(command, (context) => jobRun(context, name, flags)));
}

async function jobRun(context: Context, name: string, flags: JobRunFlags): Promise<void> {
  const { io, mode } = context;
  const waitMs = flags.wait === undefined ? 0 : durationMs('--wait', flags.wait);
  const job = await jobNamed(context, name);
  const { outcome, warnings } = await runAndTell(context, job, waitMs, flags);
  if (outcome.failure !== null) throw failureOf(outcome, warnings);
  if (outcome.end.exit_code === 3) context.exitWith(3);
  const { printJob } = await import('../ui/job-report.ts');
  await printJob(io, mode, outcome, warnings);
}

/** Runs the job, and tells whom the config file names; what does not work with that changes nothing about the job. */
async function runAndTell(
  context: Context,
  job: JobConfig,
  waitMs: number,
  flags: JobRunFlags,
): Promise<{ readonly outcome: JobOutcome; readonly warnings: readonly string[] }> {
  const { io, mode, signal } = context;
  const { tellEnded, tellNotBegun } = await import('../job/job-news.ts');
  const { jobLog } = await import('../job/job-log.ts');
  const { runJob } = await import('../job/run-job.ts');
  const { crmProcess } = await import('../job/crm-call.ts');
  const { stepLines } = await import('../ui/job-report.ts');
  const log = job.log === null ? null : jobLog(job.log);
  const telling = (): NewsOptions => ({ env: io.env, now: new Date(), signal });
  let outcome: JobOutcome;
  try {
    const repository = await context.openRepository();
    const globals = [`--db=${context.databaseTarget()}`, `--config=${context.configPath()}`];
    outcome = await runJob({
      ...{ job, repository, store: await repository.jobs(), signal, waitMs },
      openArchive: () => context.openArchive(undefined),
      call: crmProcess({ script: process.argv[1] as string, globals, env: io.env }),
      dryRun: flags.dryRun ?? false,
      ...(flags.from === undefined ? {} : { from: flags.from }),
      ...(flags.only === undefined ? {} : { only: flags.only }),
      observers: [await stepLines(io, mode), ...(log === null ? [] : [log])],
    });
  } catch (thrown) {
    const error = toCrmError(thrown);
    if (flags.dryRun !== true && error.code !== 'USAGE') await sayWarnings(context, await tellNotBegun(job, error, telling()));
    throw error;
  }
  const store = await (await context.openRepository()).jobs();
  const warnings = await tellEnded(outcome, log, store, telling());
  // Not even a job that says nothing when all is well keeps this to itself.
  if (!mode.json) await sayWarnings(context, warnings);
  return { outcome, warnings };
}

async function sayWarnings({ io }: Context, warnings: readonly string[]): Promise<void> {
  const style = await styleOf(io, 'stderr');
  for (const warning of warnings) await say(io, `${style.yellow('warning:')} ${printableLines(warning)}\n`);
}

/** What failed, where, and how to go on. */
function failureOf({ run, job, end, failure, found, steps }: JobOutcome, warnings: readonly string[]): CrmError {
  const { name } = job;
  const step = failure?.step ?? null;
  const show = run === null ? '' : `${failure?.hint == null ? 'see' : 'See'}: crm job show ${run}; `;
  const again = step === null || job.atomic ? `crm job run ${name}` : `crm job run ${name} --from ${step.name}`;
  const mend = failure?.hint === undefined || failure.hint === null ? '' : `${failure.hint}. `;
  const code = end.status === 'interrupted' ? 'INTERRUPTED' : (failure?.code ?? 'INTERNAL');
  return new CrmError(code, `job ${name} ${end.status}${step === null ? '' : ` in ${end.message}`}`, {
    hint: `${mend}${show}${mend !== '' && show === '' ? 'Then' : 'then'} go on with: ${again}`,
    details: { jobRun: run, step: step?.name ?? null, exitCode: failure?.exitCode ?? null, steps, found, warnings },
  });
}
