import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Examples } from './help-layout.ts';
import { jobsOf } from './job-config.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm job list', 'the jobs of the config file, and how they stand'],
  ['crm job list --json', 'for a program: schedule, steps and last run of each'],
];

/** `crm job list` */
export function define(command: Command, run: Run): void {
  command.action(() => run(command, list));
}

async function list(context: Context): Promise<void> {
  const jobs = await jobsOf(context);
  const store = await (await context.openRepository()).jobs();
  const { listJobs } = await import('../job/job-status.ts');
  const { printJobs } = await import('../ui/job-records-report.ts');
  await printJobs(context.io, context.mode, await listJobs(jobs.values(), store));
}
