import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { findCustomer, REFERENCE } from '../query/find-customer.ts';
import { printCustomer } from '../ui/show-report.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { phoneRegion } from './selection.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm show 12'],
  ['crm show ada@example.com'],
  ['crm show 13800138000 --country CN', 'a phone number as people write it there'],
  ['crm show hubspot:4711 --json', 'an id of another system'],
];

/** `crm show` */
export function define(command: Command, run: Run): void {
  command
    .argument('<reference>', REFERENCE)
    .option('--country <code>', 'country of a phone number written without one, e.g. CN')
    .action((reference: string, flags: { readonly country?: string }) => run(command, (context) => show(context, reference, flags)));
}

async function show(context: Context, reference: string, flags: { readonly country?: string }): Promise<void> {
  const region = await phoneRegion(context, flags);
  const repository = await context.openRepository();
  const id = await findCustomer(repository, reference, region, 'show');
  const details = await repository.get(id);
  if (details === null) throw new CrmError('NOT_FOUND', `there is no customer ${id}`, { hint: 'it was deleted a moment ago: crm history' });
  await printCustomer(context.io, context.mode, details);
  await repository.noteAccess(details.customer);
}
