import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { findCustomer, REFERENCE } from '../query/find-customer.ts';
import { runDetails, runNumber } from '../query/run-details.ts';
import { printRun, printRuns } from '../ui/history-report.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { phoneRegion, wholeNumber } from './selection.ts';

interface HistoryFlags {
  readonly customer?: string;
  readonly run?: string;
  readonly limit?: string;
  readonly country?: string;
}

const RUNS = 20;
const CHANGES = 100;

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm history', 'the newest runs'],
  ['crm history --run 12', 'what run 12 changed, before and after'],
  ['crm history --customer ada@example.com', 'runs that touched one customer'],
];

/** `crm history` */
export function define(command: Command, run: Run): void {
  command
    .option('--customer <reference>', `only runs that touched this customer: ${REFERENCE}`)
    .option('--run <run>', 'one run with its changes: its number, or last')
    .option('--limit <n>', `at most so many runs (default: ${RUNS}), or changes (default: ${CHANGES})`)
    .option('--country <code>', 'country of a phone number written without one, e.g. CN')
    .action((flags: HistoryFlags) => run(command, (context) => history(context, flags)));
}

async function history(context: Context, flags: HistoryFlags): Promise<void> {
  const limit = wholeNumber('--limit', flags.limit);
  const region = await phoneRegion(context, flags);
  const repository = await context.openRepository();
  if (flags.run !== undefined) {
    const details = await runDetails(repository, await runNumber(repository, flags.run), limit ?? CHANGES);
    return printRun(context.io, context.mode, details, limit ?? CHANGES);
  }
  const customer = flags.customer === undefined ? {} : { customer: await customerOf(flags.customer) };
  return printRuns(context.io, context.mode, await repository.runs({ limit: limit ?? RUNS, ...customer }));

  /** A deleted customer has a history too: its id is taken as it is. */
  async function customerOf(reference: string): Promise<number> {
    const isId = /^#?\d{1,15}$/.test(reference) && (await repository.find(reference)).length === 0;
    return isId ? Number(reference.replace('#', '')) : findCustomer(repository, reference, region, 'history --customer');
  }
}
