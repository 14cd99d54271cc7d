import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { JobOutcome } from '../job/run-job.ts';
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
  const { io, mode, signal } = context;
  const waitMs = flags.wait === undefined ? 0 : durationMs('--wait', flags.wait);
  const job = await jobNamed(context, name);
  const repository = await context.openRepository();
  const { crmProcess } = await import('../job/crm-call.ts');
  const { runJob } = await import('../job/run-job.ts');
  const { printJob, stepLines } = await import('../ui/job-report.ts');
  const globals = [`--db=${context.databaseTarget()}`, `--config=${context.configPath()}`];
  const outcome = await runJob({
    job,
    repository,
    store: await repository.jobs(),
    openArchive: () => context.openArchive(undefined),
    call: crmProcess({ script: process.argv[1] as string, globals, env: io.env }),
    signal,
    dryRun: flags.dryRun ?? false,
    waitMs,
    ...(flags.from === undefined ? {} : { from: flags.from }),
    ...(flags.only === undefined ? {} : { only: flags.only }),
    observers: [await stepLines(io, mode)],
  });
  if (outcome.failure !== null) throw failureOf(name, outcome);
  if (outcome.end.exit_code === 3) context.exitWith(3);
  await printJob(io, mode, outcome);
}

/** What failed, where, and how to go on. */
function failureOf(name: string, { run, job, end, failure, found, steps }: JobOutcome): CrmError {
  const step = failure?.step ?? null;
  const show = run === null ? '' : `${failure?.hint == null ? 'see' : 'See'}: crm job show ${run}; `;
  const again = step === null || job.atomic ? `crm job run ${name}` : `crm job run ${name} --from ${step.name}`;
  const mend = failure?.hint === undefined || failure.hint === null ? '' : `${failure.hint}. `;
  const code = end.status === 'interrupted' ? 'INTERRUPTED' : (failure?.code ?? 'INTERNAL');
  return new CrmError(code, `job ${name} ${end.status}${step === null ? '' : ` in ${end.message}`}`, {
    hint: `${mend}${show}${mend !== '' && show === '' ? 'Then' : 'then'} go on with: ${again}`,
    details: { jobRun: run, step: step?.name ?? null, exitCode: failure?.exitCode ?? null, steps, found },
  });
}
