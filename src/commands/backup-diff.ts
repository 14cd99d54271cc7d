import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { printBackupDiff } from '../ui/restore-report.ts';
import { addRepositoryOptions, passphraseFrom, type RepositoryFlags, repositoryFolder } from './backup-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { wholeNumber } from './selection.ts';

interface DiffFlags extends RepositoryFlags {
  readonly limit?: string;
}

const DEFAULT_LIMIT = 20;

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm backup diff latest live', 'what has become of the customers since the newest snapshot'],
  ['crm backup diff 20260130T 20260131T --json', 'between two snapshots; names of fields, never their values'],
];

/** `crm backup diff` */
export function define(command: Command, run: Run): void {
  addRepositoryOptions(
    command
      .argument('<left>', 'id of a snapshot, how it begins, latest, or live: the database as it is')
      .argument('<right>', 'the same, for what it is compared with'),
  )
    .option('--limit <n>', 'at most so many customers; all are counted (default: 20)')
    .action((left: string, right: string, flags: DiffFlags) => run(command, (context) => diff(context, left, right, flags)));
}

async function diff(context: Context, left: string, right: string, flags: DiffFlags): Promise<void> {
  const { io, mode, signal } = context;
  const { diffBackups } = await import('../backup/diff-backups.ts');
  const passphrase = passphraseFrom(context, flags);
  const result = await context.withDatabaseKey((key) =>
    diffBackups({
      repository: repositoryFolder(context, flags),
      passphrase,
      left,
      right,
      openLive: () => context.openRepository(),
      database: context.databaseTarget(),
      key,
      limit: wholeNumber('--limit', flags.limit) ?? DEFAULT_LIMIT,
      signal,
    }),
  );
  await printBackupDiff(io, mode, result);
}
