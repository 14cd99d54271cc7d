import { type Command, Option } from 'commander';
import type { RestoreOptions, RestoreResult } from '../backup/restore-backup.ts';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { parseTime } from '../model/filter-values.ts';
import { printRestored, printRestoredCustomers } from '../ui/restore-report.ts';
import { Progress } from '../ui/progress.ts';
import { confirm } from '../ui/prompt.ts';
import { addRepositoryOptions, passphraseFrom, type RepositoryFlags, repositoryFolder } from './backup-flags.ts';
import type { Examples } from './help-layout.ts';
import { partsOf, selectionOf, type SingleFlags } from './restore-selection.ts';
import type { Run } from './run.ts';

interface RestoreFlags extends RepositoryFlags, SingleFlags {
  readonly to?: string;
  readonly at?: string;
  readonly dryRun?: boolean;
}

const LATEST = 'latest';
const DAY_MS = 86_400_000;

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm restore latest --to restored.db', 'the newest snapshot, into a new file'],
  ['crm restore --yes', 'over the database; the old one stays beside it under another name'],
  ['crm restore --at 2026-01-31T18:00:00Z --to evening.db', 'the state of a moment: what was done since is taken back'],
  ['crm restore --where "city = Berlin" --dry-run', 'single customers, back into the database, as a run that can be undone'],
  ['crm restore 20260131T --repo /mnt/backup/crm --to january.db', 'a snapshot that is named by how its id begins'],
];

/** `crm restore` */
export function define(command: Command, run: Run): void {
  const single = ['where', 'id', 'table'];
  addRepositoryOptions(command.argument('[snapshot]', 'id of a snapshot, how it begins, or latest', LATEST))
    .addOption(new Option('--to <path|url>', 'database to make or replace (default: the one of the command)').conflicts(single))
    .addOption(
      new Option('--at <time>', 'the state of this moment, e.g. 2026-01-31T18:00:00Z, 2026-01-31 (its end), -2d').conflicts(single),
    )
    .option('--where <filter>', 'bring back only the customers of the snapshot for which this is true')
    .option('--id <ids...>', 'bring back only these customers')
    .option('--table <tables...>', 'and of them only this: customers, contact_points, orders, tags …')
    .option('--country <code>', 'country of phone numbers in the filter that are written without one, e.g. CN')
    .option('--dry-run', 'with --where or --id: say exactly what would be done, and change nothing')
    .action((snapshot: string, flags: RestoreFlags) => run(command, (context) => restore(context, snapshot, flags)));
}

async function restore(context: Context, snapshot: string, flags: RestoreFlags): Promise<void> {
  const isSingle = flags.where !== undefined || flags.id !== undefined;
  if (!isSingle && (flags.table !== undefined || flags.dryRun === true)) {
    throw new CrmError('USAGE', '--table and --dry-run are for single customers', { hint: 'say which: --where FILTER or --id 12 17' });
  }
  await (isSingle ? restoreSingle(context, snapshot, flags) : restoreWhole(context, snapshot, flags));
}

async function restoreWhole(context: Context, snapshot: string, flags: RestoreFlags): Promise<void> {
  const { io, mode, signal } = context;
  const target = flags.to ?? context.databaseTarget();
  if (flags.at !== undefined && snapshot !== LATEST) {
    throw new CrmError('USAGE', '--at finds the snapshot itself', { hint: `leave ${snapshot} away, or --at` });
  }
  const at = flags.at === undefined ? undefined : momentOf(flags.at, new Date());
  const { isTaken, restoreBackup } = await import('../backup/restore-backup.ts');
  const replace = await isTaken(target);
  const { redactUrl } = await import('../errors.ts');
  if (replace && !(await confirm(io, mode, `replace ${redactUrl(target)}? what it holds now is kept under another name`))) {
    throw new CrmError('USAGE', 'nothing was restored', { hint: 'restore into a new file: --to PATH' });
  }
  const line: { progress: Progress | null } = { progress: null };
  try {
    const options: RestoreOptions = {
      repository: repositoryFolder(context, flags),
      snapshot,
      target,
      replace,
      ...(at === undefined ? {} : { at, live: context.databaseTarget() }),
      passphrase: passphraseFrom(context, flags),
      ...context.busyTimeout(),
      signal,
      onProgress: (bytes, totalBytes) => {
        line.progress ??= new Progress(io, { label: 'restoring', unit: 'MB', totalBytes, ...mode });
        line.progress.update(Math.floor(bytes / 1e6), bytes);
      },
    };
    const result: RestoreResult = await context.withDatabaseKey((key) => restoreBackup({ ...options, key }));
    line.progress?.done();
    await printRestored(io, mode, { ...result, target: redactUrl(target) });
  } finally {
    line.progress?.done();
  }
}

async function restoreSingle(context: Context, snapshot: string, flags: RestoreFlags): Promise<void> {
  const { io, mode, signal } = context;
  const [parts, selection] = [partsOf(flags), await selectionOf(context, flags)];
  const { restoreCustomers } = await import('../backup/restore-customers.ts');
  const live = await context.openRepository();
  const { where, id, table } = flags;
  const progress = new Progress(io, { label: 'bringing back', unit: 'customer', ...mode });
  try {
    const report = await restoreCustomers(live, {
      repository: repositoryFolder(context, flags),
      snapshot,
      passphrase: passphraseFrom(context, flags),
      selection,
      parts,
      dryRun: flags.dryRun ?? false,
      database: context.databaseTarget(),
      key: context.databaseKey(),
      arguments: { where, id, table },
      signal,
      onProgress: (done) => progress.update(done),
    });
    progress.done();
    if (report.result.conflicts.length > 0) context.exitWith(5);
    await printRestoredCustomers(io, mode, report);
  } finally {
    progress.done();
  }
}

/** The moment that a text means; of a day its end. @throws {CrmError} USAGE */
function momentOf(text: string, now: Date): Date {
  const value = parseTime(text, now);
  if (value === undefined) {
    throw new CrmError('USAGE', `--at ${text} is no time`, { hint: 'for instance: --at 2026-01-31T18:00:00Z, --at 2026-01-31, --at -2d' });
  }
  const ms = value.precision === 'day' ? Math.min(value.ms + DAY_MS - 1, now.getTime()) : value.ms;
  if (value.ms > now.getTime()) throw new CrmError('USAGE', `--at ${text} is in the future`, { hint: 'name a moment that has been' });
  return new Date(ms);
}
