import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { Repository } from '../repository/repository.ts';
import { OUTPUT_FORMATS, type OutputFormat } from '../ui/render.ts';
import { list, type SelectionFlags, selectionOf } from './selection.ts';
import type { Selection } from '../query/selected-customers.ts';

/** The flag that says where the archive is. */
export interface ArchiveDbFlags {
  readonly archiveDb?: string;
}

/** Flags of commands that list what is in the archive. */
export interface ArchiveListFlags extends ArchiveDbFlags, SelectionFlags {
  readonly where?: string;
  readonly format?: OutputFormat;
}

/** Declares where the archive is. */
export function addArchiveDb(command: Command): Command {
  return command.option(
    '--archive-db <path|url>',
    'the archive (default: CRM_ARCHIVE_DB, then the config file, then crm-archive.db beside crm.db)',
  );
}

/** Declares what a list of archived customers takes. */
export function addArchiveList(command: Command): Command {
  return addArchiveDb(
    command
      .option('--select <fields>', 'fields to show, in this order (repeatable, or several with commas)', list)
      .option('--sort <fields>', 'fields to sort by, -field for descending (repeatable, or several with commas)', list)
      .option('--limit <n>', 'at most so many')
      .option('--country <code>', 'country of phone numbers in the filter that are written without one, e.g. CN')
      .addOption(new Option('--format <name>', 'how rows are printed (default: table)').choices([...OUTPUT_FORMATS])),
  );
}

/** What opens the archive that the flags mean. */
export function archiveOpener(context: Context, { archiveDb }: ArchiveDbFlags): () => Promise<Repository> {
  return () => context.openArchive(archiveDb);
}

/** Lists the archived customers that a selection means. */
export async function listArchived(
  context: Context,
  flags: ArchiveListFlags,
  { command, filter, search }: { readonly command: string; readonly filter: readonly string[]; readonly search?: string },
): Promise<void> {
  const { io, mode, signal } = context;
  if (mode.json && flags.format !== undefined && flags.format !== 'json')
    throw new CrmError('USAGE', `--json prints one JSON object, it cannot go with --format ${flags.format}`, {
      hint: 'leave one of them out',
    });
  const selection: Selection = await selectionOf(context, filter, { ...flags, ...(search === undefined ? {} : { search }) });
  const repository = await context.openRepository();
  const { openedArchive, queryArchived } = await import('../archive/archived-query.ts');
  const opened = await openedArchive(repository, archiveOpener(context, flags));
  const answer = await queryArchived(opened, selection, { signal, wantsTotal: mode.json || io.isTty.stdout });
  const { printQuery } = await import('../ui/query-report.ts');
  await printQuery(io, mode, flags.format ?? 'table', answer, command);
}
