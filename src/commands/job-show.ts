import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { JobStore } from '../repository/job-store.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [['crm job show last', 'the newest run, step by step'], ['crm job show 12']];

/** `crm job show` */
export function define(command: Command, run: Run): void {
  command
    .argument('<run>', 'number of a run of a job (see crm job history), or last')
    .action((number: string) => run(command, (context) => show(context, number)));
}

async function show(context: Context, number: string): Promise<void> {
  const store = await (await context.openRepository()).jobs();
  const run = await store.run(await jobRunNumber(store, number));
  const { printJobRun } = await import('../ui/job-records-report.ts');
  await printJobRun(context.io, context.mode, run, await store.steps(run.id));
}

async function jobRunNumber(store: JobStore, text: string): Promise<number> {
  if (text === 'last') {
    const [last] = await store.runs({ limit: 1 });
    if (last !== undefined) return last.id;
    throw new CrmError('NOT_FOUND', 'no job was run yet', { hint: 'run one with: crm job run NAME' });
  }
  const id = Number(text);
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new CrmError('USAGE', `${text}: give the number of a run of a job, or last`, { hint: 'list them with: crm job history' });
}
