import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { explainPairs } from '../dedupe/explain-pair.ts';
import { CrmError } from '../errors.ts';
import { findCustomer, REFERENCE } from '../query/find-customer.ts';
import { printExplanation } from '../ui/explain-report.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { phoneRegion } from './selection.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm dedupe explain 12 981', 'what speaks for and against one customer, field by field'],
  ['crm dedupe explain ada@example.com hubspot:4711 --json'],
];

/** `crm dedupe explain` */
export function define(command: Command, run: Run): void {
  command
    .argument('<a>', REFERENCE)
    .argument('<b>', 'the other one')
    .option('--country <code>', 'country of phone numbers written without one, e.g. CN')
    .action((a: string, b: string, flags: { readonly country?: string }) => run(command, (context) => explain(context, a, b, flags)));
}

async function explain(context: Context, a: string, b: string, flags: { readonly country?: string }): Promise<void> {
  const region = await phoneRegion(context, flags);
  const repository = await context.openRepository();
  const [left, right] = [await findCustomer(repository, a, region, 'show'), await findCustomer(repository, b, region, 'show')];
  if (left === right)
    throw new CrmError('USAGE', `both are customer ${left}`, {
      hint: `if they were merged, crm show ${left} tells of it; else name another one`,
    });
  const [explanation] = await explainPairs(repository, [{ left, right }]);
  if (explanation === undefined) throw new CrmError('INTERNAL', 'the pair was not explained');
  const { lookups } = await repository.duplicates();
  await printExplanation(context.io, context.mode, explanation, await lookups.customers([left, right]));
}
