import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { Examples } from './help-layout.ts';
import { jobNamed, jobsOf } from './job-config.ts';
import type { Run } from './run.ts';
import { wholeNumber } from './selection.ts';

const MOST = 1000;

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm job next', 'when each job is due, and how it went the last time'],
  ['crm job next nightly --count 7', 'its next seven times'],
];

/** `crm job next` */
export function define(command: Command, run: Run): void {
  command
    .argument('[name]', 'only this job')
    .option('--count <n>', 'so many times of each job (default: 1)')
    .action((name: string | undefined, flags: { readonly count?: string }) => run(command, (context) => next(context, name, flags)));
}

async function next(context: Context, name: string | undefined, flags: { readonly count?: string }): Promise<void> {
  const count = wholeNumber('--count', flags.count) ?? 1;
  if (count < 1 || count > MOST) throw new CrmError('USAGE', `--count ${count}: give 1 to ${MOST}`, { hint: 'for instance: --count 7' });
  const jobs = name === undefined ? [...(await jobsOf(context)).values()] : [await jobNamed(context, name)];
  const store = await (await context.openRepository()).jobs();
  const { dueJobs } = await import('../job/next-runs.ts');
  const { printDueJobs } = await import('../ui/schedule-report.ts');
  await printDueJobs(context.io, context.mode, await dueJobs(jobs, store, count));
}
