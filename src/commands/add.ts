import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { readTags } from '../import/assignments.ts';
import { addCustomer } from '../import/edit-customer.ts';
import type { ExternalId } from '../model/external-id.ts';
import { normalizeText } from '../normalize/text.ts';
import { printAdded } from '../ui/edit-report.ts';
import type { Examples } from './help-layout.ts';
import { rulesOf } from './rules.ts';
import type { Run } from './run.ts';
import { phoneRegion } from './selection.ts';

interface AddFlags {
  readonly tag?: readonly string[];
  readonly source?: string;
  readonly externalId?: string;
  readonly country?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm add "name=Ada Lovelace" email=ada@example.com --tag vip'],
  ['crm add 姓名=王小明 电话=13800138000 --country CN'],
  ['crm add kind=organisation "name=Acme GmbH" "attributes.Lead source=fair"', 'with a custom field'],
  ['crm add name=Bob --source shop --external-id 4711', 'so that later imports of shop find him'],
];

/** `crm add` */
export function define(command: Command, run: Run): void {
  command
    .argument('<assignments...>', 'FIELD=VALUE; a field by its name or label in English or Chinese, a custom one as attributes.NAME')
    .option('--tag <tag>', 'a tag (repeatable, or several with commas)', (value: string, before: readonly string[] = []) => [
      ...before,
      value,
    ])
    .option('--source <name>', 'the system of --external-id')
    .option('--external-id <id>', 'the key of this customer in another system')
    .option('--country <code>', 'country of a phone number written without one, e.g. CN')
    .action((assignments: string[], flags: AddFlags) => run(command, (context) => add(context, assignments, flags)));
}

async function add(context: Context, assignments: readonly string[], flags: AddFlags): Promise<void> {
  const externalIds = externalIdOf(flags);
  const region = await phoneRegion(context, flags);
  const repository = await context.openRepository();
  const report = await addCustomer(repository, {
    assignments,
    tags: readTags(flags.tag ?? []),
    externalIds,
    region,
    rules: await rulesOf(context),
  });
  const { id, email } = report.customer;
  const sameEmail = email === null ? [] : (await repository.find(email)).filter((other) => other !== id);
  await printAdded(context.io, context.mode, { ...report, sameEmail });
}

function externalIdOf({ source, externalId }: AddFlags): ExternalId[] {
  if (source === undefined && externalId === undefined) return [];
  const pair = { source: normalizeText(source ?? ''), id: normalizeText(externalId ?? '') };
  if (pair.source !== '' && pair.id !== '') return [pair];
  throw new CrmError('USAGE', '--source and --external-id belong together', { hint: 'for instance: --source shop --external-id 4711' });
}
