import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { printCreated } from '../ui/backup-report.ts';
import { Progress } from '../ui/progress.ts';
import { addWritingOptions, passphraseFrom, repositoryFolder, waitMs, type WritingFlags } from './backup-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

interface CreateFlags extends WritingFlags {
  /** False with `--no-verify`. */
  readonly verify: boolean;
  readonly encrypt?: boolean;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm backup create', 'a snapshot in ./crm-backups, restored once to see that it can be'],
  ['crm backup create --repo /mnt/backup/crm --encrypt --passphrase-file key.txt', 'the first one makes the repository'],
  ['crm backup create --quiet --wait 10m', 'from cron: waits for another backup that is under way'],
];

/** `crm backup create` */
export function define(command: Command, run: Run): void {
  addWritingOptions(command)
    .option('--no-verify', 'do not restore the snapshot to see that it can be')
    .option('--encrypt', 'make a new repository that only a passphrase opens')
    .action((flags: CreateFlags) => run(command, (context) => create(context, flags)));
}

async function create(context: Context, flags: CreateFlags): Promise<void> {
  const { io, mode, signal } = context;
  const { createBackup } = await import('../backup/create-backup.ts');
  const repository = repositoryFolder(context, flags);
  const steps = { reading: 'backing up', verifying: 'verifying' } as const;
  const shown: { step: string; line: Progress | null } = { step: '', line: null };
  try {
    const passphrase = passphraseFrom(context, flags, flags.encrypt);
    const report = await context.withDatabaseKey((key) =>
      createBackup({
        database: context.databaseTarget(),
        repository,
        passphrase,
        encrypt: flags.encrypt ?? false,
        verify: flags.verify,
        key,
        waitMs: waitMs(flags),
        ...context.busyTimeout(),
        signal,
        onProgress: (step, bytes, totalBytes) => {
          if (shown.step !== step) {
            shown.line?.done();
            shown.line = new Progress(io, { label: steps[step], unit: 'MB', totalBytes: totalBytes ?? undefined, ...mode });
            shown.step = step;
          }
          shown.line?.update(Math.floor(bytes / 1e6), bytes);
        },
      }),
    );
    shown.line?.done();
    await printCreated(io, mode, repository, report);
  } finally {
    shown.line?.done();
  }
}
