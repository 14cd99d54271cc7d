import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { survivorshipFrom } from './survivorship.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm dedupe split 17', 'bring back all that were merged into 17 last'],
  ['crm dedupe split 23', 'where 23 was merged into another customer: bring back 23 only'],
];

/** `crm dedupe split` */
export function define(command: Command, run: Run): void {
  command
    .argument('<id>', 'a customer, or the id of one that was merged into it')
    .option('--dry-run', 'say exactly what would be done, and change nothing')
    .action((id: string, flags: { readonly dryRun?: boolean }) => run(command, (context) => split(context, id, flags.dryRun ?? false)));
}

async function split(context: Context, text: string, dryRun: boolean): Promise<void> {
  const id = Number(text.replace(/^#/, ''));
  if (!Number.isSafeInteger(id) || id < 1)
    throw new CrmError('USAGE', `${text} is no id of a customer`, { hint: 'see what was merged: crm history' });
  const survivorship = await survivorshipFrom(context);
  const repository = await context.openRepository();
  const { splitCustomer } = await import('../dedupe/split-customer.ts');
  const report = await splitCustomer(repository, id, { survivorship, dryRun });
  const { printSplit } = await import('../ui/dedupe-merge-report.ts');
  await printSplit(context.io, context.mode, report);
}
