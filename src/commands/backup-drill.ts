import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { printDrill } from '../ui/backup-report.ts';
import { Progress } from '../ui/progress.ts';
import { addRepositoryOptions, passphraseFrom, type RepositoryFlags, repositoryFolder } from './backup-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm backup drill', 'restore the newest snapshot for practice, and say how long that takes'],
  ['TMPDIR=/mnt/scratch crm backup drill 20260131T', 'another one, in another place'],
];

/** `crm backup drill` */
export function define(command: Command, run: Run): void {
  addRepositoryOptions(command.argument('[snapshot]', 'id of a snapshot, how it begins, or latest', 'latest')).action(
    (snapshot: string, flags: RepositoryFlags) => run(command, (context) => drill(context, snapshot, flags)),
  );
}

async function drill(context: Context, snapshot: string, flags: RepositoryFlags): Promise<void> {
  const { io, mode, signal } = context;
  const { drillBackup } = await import('../backup/drill-backup.ts');
  const line: { progress: Progress | null } = { progress: null };
  try {
    const passphrase = passphraseFrom(context, flags);
    const result = await context.withDatabaseKey((key) =>
      drillBackup({
        repository: repositoryFolder(context, flags),
        database: context.databaseTarget(),
        key,
        snapshot,
        passphrase,
        signal,
        onProgress: (bytes, totalBytes) => {
          line.progress ??= new Progress(io, { label: 'restoring', unit: 'MB', totalBytes, ...mode });
          line.progress.update(Math.floor(bytes / 1e6), bytes);
        },
      }),
    );
    line.progress?.done();
    await printDrill(io, mode, result);
  } finally {
    line.progress?.done();
  }
}
