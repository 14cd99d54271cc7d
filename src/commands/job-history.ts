import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { wholeNumber } from './selection.ts';

const RUNS = 20;

/** For the help. */
export const EXAMPLES: Examples = [['crm job history', 'the newest runs of all jobs'], ['crm job history nightly --limit 100']];

/** `crm job history` */
export function define(command: Command, run: Run): void {
  command
    .argument('[name]', 'only runs of this job, even of one that is not in the config file any more')
    .option('--limit <n>', `at most so many runs (default: ${RUNS})`)
    .action((name: string | undefined, flags: { readonly limit?: string }) => run(command, (context) => history(context, name, flags)));
}

async function history(context: Context, job: string | undefined, flags: { readonly limit?: string }): Promise<void> {
  const limit = wholeNumber('--limit', flags.limit) ?? RUNS;
  const store = await (await context.openRepository()).jobs();
  const { printJobRuns } = await import('../ui/job-records-report.ts');
  await printJobRuns(context.io, context.mode, await store.runs({ limit, ...(job === undefined ? {} : { job }) }));
}
