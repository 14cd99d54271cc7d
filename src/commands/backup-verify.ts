import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { printVerified } from '../ui/backup-report.ts';
import { Progress } from '../ui/progress.ts';
import { addWritingOptions, passphraseFrom, repositoryFolder, waitMs, type WritingFlags } from './backup-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

interface VerifyFlags extends WritingFlags {
  readonly sample?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm backup verify', 'read all of the repository'],
  ['crm backup verify --sample 10%', 'a random tenth of it; list and manifests are always looked at'],
  ['crm backup verify latest', 'what one snapshot needs'],
];

/** `crm backup verify` */
export function define(command: Command, run: Run): void {
  addWritingOptions(command.argument('[snapshot...]', 'ids of snapshots, how they begin, or latest; all where none is named'))
    .option('--sample <n%>', 'read only a random part of the content')
    .action((snapshots: readonly string[], flags: VerifyFlags) => run(command, (context) => verify(context, snapshots, flags)));
}

async function verify(context: Context, snapshots: readonly string[], flags: VerifyFlags): Promise<void> {
  const { io, mode, signal } = context;
  const share = flags.sample === undefined ? 1 : shareOf(flags.sample);
  const { verifyBackups } = await import('../backup/verify-backups.ts');
  const line: { progress: Progress | null } = { progress: null };
  try {
    const result = await verifyBackups({
      repository: repositoryFolder(context, flags),
      snapshots,
      share,
      passphrase: passphraseFrom(context, flags),
      waitMs: waitMs(flags),
      signal,
      onProgress: (bytes, totalBytes) => {
        line.progress ??= new Progress(io, { label: 'verifying', unit: 'MB', totalBytes: totalBytes * share, ...mode });
        line.progress.update(Math.floor(bytes / 1e6), bytes);
      },
    });
    line.progress?.done();
    await printVerified(io, mode, result);
  } finally {
    line.progress?.done();
  }
}

function shareOf(text: string): number {
  const percent = /^\d+(\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : 0;
  if (percent > 0 && percent <= 100) return percent / 100;
  throw new CrmError('USAGE', `--sample ${text}: give a share of more than 0% and at most 100%`, { hint: 'for instance: --sample 10%' });
}
