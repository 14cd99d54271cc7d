import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { findCustomer, findCustomers, REFERENCE } from '../query/find-customer.ts';
import { addArchiveDb, type ArchiveDbFlags, archiveOpener } from './archive-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { phoneRegion } from './selection.ts';

interface ShowFlags extends ArchiveDbFlags {
  readonly country?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [['crm archive show 12'], ['crm archive show ada@example.com --json']];

/** `crm archive show` */
export function define(command: Command, run: Run): void {
  addArchiveDb(
    command.argument('<reference>', REFERENCE).option('--country <code>', 'country of a phone number written without one, e.g. CN'),
  ).action((reference: string, flags: ShowFlags) => run(command, (context) => show(context, reference, flags)));
}

async function show(context: Context, reference: string, flags: ShowFlags): Promise<void> {
  const region = await phoneRegion(context, flags);
  const repository = await context.openRepository();
  const { openedArchive } = await import('../archive/archived-query.ts');
  const { store, archive } = await openedArchive(repository, archiveOpener(context, flags));
  const id = await findCustomer(archive, reference, region, 'archive show').catch(async (error: unknown) => {
    const [here] = error instanceof CrmError && error.code === 'NOT_FOUND' ? await findCustomers(repository, reference, region) : [];
    throw here === undefined ? error : notArchived(here);
  });
  const details = (await store.pending()).includes(id) ? null : await archive.get(id);
  if (details === null) throw notArchived(id);
  const archived = (await store.archivedOf([id])).get(id);
  const { printArchivedCustomer } = await import('../ui/archive-report.ts');
  await printArchivedCustomer(context.io, context.mode, details, archived);
}

function notArchived(id: number): CrmError {
  return new CrmError('NOT_FOUND', `customer ${id} is not in the archive`, { hint: `look: crm show ${id}` });
}
