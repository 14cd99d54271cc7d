import type { Command } from 'commander';
import type { Context } from '../context.ts';
import type { Customer } from '../model/customer.ts';
import { findCustomer, REFERENCE } from '../query/find-customer.ts';
import { printDeleted } from '../ui/edit-report.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { phoneRegion } from './selection.ts';

interface DeleteFlags {
  readonly dryRun?: boolean;
  readonly country?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm delete 12 13', 'undo brings them back with all that hung on them'],
  ['crm delete ada@example.com --dry-run'],
];

/** `crm delete` */
export function define(command: Command, run: Run): void {
  command
    .argument('<references...>', REFERENCE)
    .option('--dry-run', 'say which customers would be deleted, and change nothing')
    .option('--country <code>', 'country of phone numbers written without one, e.g. CN')
    .action((references: string[], flags: DeleteFlags) => run(command, (context) => remove(context, references, flags)));
}

async function remove(context: Context, references: readonly string[], flags: DeleteFlags): Promise<void> {
  const region = await phoneRegion(context, flags);
  const repository = await context.openRepository();
  const customers = new Map<number, Pick<Customer, 'id' | 'name'>>();
  for (const reference of references) {
    const id = await findCustomer(repository, reference, region, 'delete');
    customers.set(id, { id, name: (await repository.get(id))?.customer.name ?? null });
  }
  const { run } = await repository.remove([...customers.keys()], { commit: flags.dryRun !== true });
  await printDeleted(context.io, context.mode, { run, customers: [...customers.values()] });
}
