import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { readTags } from '../import/assignments.ts';
import { editCustomer } from '../import/edit-customer.ts';
import { findCustomer, REFERENCE } from '../query/find-customer.ts';
import { printEdited } from '../ui/edit-report.ts';
import type { Examples } from './help-layout.ts';
import { rulesOf } from './rules.ts';
import type { Run } from './run.ts';
import { phoneRegion } from './selection.ts';

interface EditFlags {
  readonly tag?: readonly string[];
  readonly untag?: readonly string[];
  readonly country?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm edit 12 email=ada@example.com city=London'],
  ['crm edit ada@example.com phone= --untag cold', 'an empty value clears the field'],
  ['crm edit 12 城市=上海 --tag vip'],
  ['crm edit 12 "attributes.Lead source=fair"', 'a custom field'],
];

/** `crm edit` */
export function define(command: Command, run: Run): void {
  const several = (value: string, before: readonly string[] = []): string[] => [...before, value];
  command
    .argument('<reference>', REFERENCE)
    .argument('[assignments...]', 'FIELD=VALUE; a field by its name or label in English or Chinese, a custom one as attributes.NAME')
    .option('--tag <tag>', 'add a tag (repeatable, or several with commas)', several)
    .option('--untag <tag>', 'remove a tag (repeatable, or several with commas)', several)
    .option('--country <code>', 'country of phone numbers written without one, where the customer has none')
    .action((reference: string, assignments: string[], flags: EditFlags) =>
      run(command, (context) => edit(context, reference, assignments, flags)),
    );
}

async function edit(context: Context, reference: string, assignments: readonly string[], flags: EditFlags): Promise<void> {
  const [addTags, removeTags] = [readTags(flags.tag ?? []), readTags(flags.untag ?? [])];
  if (assignments.length + addTags.length + removeTags.length === 0) {
    throw new CrmError('USAGE', 'there is nothing to change', { hint: 'give FIELD=VALUE, --tag or --untag' });
  }
  const region = await phoneRegion(context, flags);
  const repository = await context.openRepository();
  const id = await findCustomer(repository, reference, region, 'edit');
  const report = await editCustomer(repository, id, { assignments, addTags, removeTags, region, rules: await rulesOf(context) });
  await printEdited(context.io, context.mode, report);
}
