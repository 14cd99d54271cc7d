import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { printRestored } from '../ui/backup-report.ts';
import { Progress } from '../ui/progress.ts';
import { addRepositoryOptions, passphraseFrom, type RepositoryFlags, repositoryFolder } from './backup-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

interface RestoreFlags extends RepositoryFlags {
  readonly to?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm restore latest --to restored.db', 'the newest snapshot, into a new file'],
  ['crm restore 20260131T --repo /mnt/backup/crm --to january.db', 'one that is named by how its id begins'],
];

/** `crm restore` */
export function define(command: Command, run: Run): void {
  addRepositoryOptions(command.argument('[snapshot]', 'id of a snapshot, how it begins, or latest', 'latest'))
    .option('--to <path>', 'file to make; it must not exist')
    .action((snapshot: string, flags: RestoreFlags) => run(command, (context) => restore(context, snapshot, flags)));
}

async function restore(context: Context, snapshot: string, flags: RestoreFlags): Promise<void> {
  const { io, mode, signal } = context;
  if (flags.to === undefined) {
    throw new CrmError('USAGE', 'say where to restore to: --to PATH', { hint: 'for instance: crm restore latest --to restored.db' });
  }
  const { restoreIntoFile } = await import('../backup/restore-backup.ts');
  let progress: Progress | null = null;
  try {
    const result = await restoreIntoFile({
      repository: repositoryFolder(context, flags),
      snapshot,
      target: flags.to,
      passphrase: passphraseFrom(context, flags),
      signal,
      onProgress: (bytes, totalBytes) => {
        progress ??= new Progress(io, { label: 'restoring', unit: 'MB', totalBytes, ...mode });
        progress.update(Math.floor(bytes / 1e6), bytes);
      },
    });
    (progress as Progress | null)?.done();
    await printRestored(io, mode, result);
  } finally {
    (progress as Progress | null)?.done();
  }
}
