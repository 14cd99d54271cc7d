import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { printSnapshots } from '../ui/backup-report.ts';
import { addRepositoryOptions, passphraseFrom, type RepositoryFlags, repositoryFolder } from './backup-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [['crm backup list', 'which snapshots there are'], ['crm backup list --json --repo /mnt/backup/crm']];

/** `crm backup list` */
export function define(command: Command, run: Run): void {
  addRepositoryOptions(command).action((flags: RepositoryFlags) => run(command, (context) => list(context, flags)));
}

async function list(context: Context, flags: RepositoryFlags): Promise<void> {
  const { listBackups } = await import('../backup/list-backups.ts');
  const repository = repositoryFolder(context, flags);
  await printSnapshots(context.io, context.mode, repository, await listBackups(repository, passphraseFrom(context, flags)));
}
