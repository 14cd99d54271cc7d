import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { durationMs } from './duration.ts';
import type { Examples } from './help-layout.ts';
import { jobNamed, jobsOf } from './job-config.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm job status nightly --max-age 26h', 'exit 5 when it did not get through in that time: for monitoring'],
  ['crm job status', 'all jobs'],
];

/** `crm job status` */
export function define(command: Command, run: Run): void {
  command
    .argument('[name]', 'only this job')
    .option('--max-age <time>', 'exit 5 when the last run that got through is older, e.g. 26h; without it, when there is none')
    .action((name: string | undefined, flags: { readonly maxAge?: string }) => run(command, (context) => status(context, name, flags)));
}

async function status(context: Context, name: string | undefined, { maxAge }: { readonly maxAge?: string }): Promise<void> {
  const maxAgeMs = maxAge === undefined ? null : durationMs('--max-age', maxAge);
  const names = name === undefined ? [...(await jobsOf(context)).keys()] : [(await jobNamed(context, name)).name];
  const store = await (await context.openRepository()).jobs();
  const { jobHealth } = await import('../job/job-status.ts');
  const { printHealth } = await import('../ui/job-records-report.ts');
  const health = await jobHealth(names, store, maxAgeMs);
  if (health.some(({ ok }) => !ok)) context.exitWith(5);
  await printHealth(context.io, context.mode, health);
}
