import { type Command, Option } from 'commander';
import type { ArchivedWhich } from '../archive/restore-archived.ts';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { Progress } from '../ui/progress.ts';
import { addArchiveDb, type ArchiveDbFlags, archiveOpener } from './archive-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { phoneRegion } from './selection.ts';

interface RestoreFlags extends ArchiveDbFlags {
  readonly where?: string;
  readonly run?: string;
  readonly dryRun?: boolean;
  readonly country?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm archive restore 12 17', 'bring two customers back'],
  ['crm archive restore --where "city = Berlin" --dry-run'],
  ['crm archive restore --run 8', 'all that run 8 moved away and that are still there'],
];

/** `crm archive restore` */
export function define(command: Command, run: Run): void {
  addArchiveDb(
    command
      .argument('[ids...]', 'ids of archived customers')
      .addOption(new Option('--where <filter>', 'archived customers for which this is true').conflicts('run'))
      .option('--run <run>', 'the customers that this run moved into the archive')
      .option('--dry-run', 'say exactly who would come back, and change nothing')
      .option('--country <code>', 'country of phone numbers in the filter that are written without one, e.g. CN'),
  ).action((ids: string[], flags: RestoreFlags) => run(command, (context) => restore(context, ids, flags)));
}

async function restore(context: Context, ids: readonly string[], flags: RestoreFlags): Promise<void> {
  const { io, mode, signal } = context;
  const which = await whichOf(context, ids, flags);
  const repository = await context.openRepository();
  const { restoreArchived } = await import('../archive/restore-archived.ts');
  const progress = new Progress(io, { label: 'bringing back', unit: 'customer', ...mode });
  try {
    const report = await restoreArchived(repository, which, {
      openArchive: archiveOpener(context, flags),
      dryRun: flags.dryRun ?? false,
      arguments: { ...('ids' in which ? { ids: which.ids } : {}), ...flags, archiveDb: undefined },
      signal,
      onProgress: (done) => progress.update(done),
    });
    progress.done();
    if (report.result.collisions.length > 0 || report.result.missing.length > 0) context.exitWith(5);
    const { printRestore } = await import('../ui/archive-report.ts');
    await printRestore(io, mode, { ...report, database: repository.label });
  } finally {
    progress.done();
  }
}

async function whichOf(context: Context, ids: readonly string[], flags: RestoreFlags): Promise<ArchivedWhich> {
  const { where, run } = flags;
  if (ids.length > 0 && (where !== undefined || run !== undefined))
    throw new CrmError('USAGE', 'ids cannot go with --where or --run', { hint: 'leave one of them out' });
  if (where !== undefined) return { filter: where, region: await phoneRegion(context, flags) };
  if (run !== undefined) return { run: numberOf(run, '--run 8') };
  if (ids.length === 0)
    throw new CrmError('USAGE', 'say who is to come back: ids, --where or --run', { hint: 'see who is there: crm archive list' });
  return { ids: [...new Set(ids.map((id) => numberOf(id, '12 17')))] };
}

function numberOf(text: string, example: string): number {
  const number = Number(text.replace(/^#/, ''));
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new CrmError('USAGE', `${text} is no number`, { hint: `for instance: crm archive restore ${example}` });
}
