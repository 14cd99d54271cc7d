import type { Command } from 'commander';
import type { RetentionPolicy } from '../backup/retention.ts';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { printPruned } from '../ui/backup-report.ts';
import { addWritingOptions, passphraseFrom, repositoryFolder, waitMs, type WritingFlags } from './backup-flags.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

interface PruneFlags extends WritingFlags {
  readonly keepLast?: string;
  readonly keepDaily?: string;
  readonly keepWeekly?: string;
  readonly keepMonthly?: string;
  readonly keepYearly?: string;
  readonly dropDamaged?: boolean;
  readonly dryRun?: boolean;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm backup prune --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --keep-last 3 --dry-run', 'what would go'],
  ['crm backup prune --keep-daily 7 --keep-monthly 12 --keep-yearly 10 --wait 10m', 'from cron'],
  ['crm backup prune --drop-damaged', 'take out what crm backup verify found damaged'],
];

/** `crm backup prune` */
export function define(command: Command, run: Run): void {
  addWritingOptions(command)
    .option('--keep-last <n>', 'keep the newest ones')
    .option('--keep-daily <n>', 'keep the newest one of each of so many days')
    .option('--keep-weekly <n>', 'keep the newest one of each of so many weeks')
    .option('--keep-monthly <n>', 'keep the newest one of each of so many months')
    .option('--keep-yearly <n>', 'keep the newest one of each of so many years')
    .option('--drop-damaged', 'take out damaged snapshots; reads the whole repository')
    .option('--dry-run', 'say exactly what would be removed, and remove nothing')
    .action((flags: PruneFlags) => run(command, (context) => prune(context, flags)));
}

async function prune(context: Context, flags: PruneFlags): Promise<void> {
  const policy = policyOf(flags);
  const dropDamaged = flags.dropDamaged ?? false;
  if (policy === null && !dropDamaged) {
    throw new CrmError('USAGE', 'say which snapshots to keep; all others are removed', {
      hint: 'for instance: crm backup prune --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --keep-last 3 --dry-run',
    });
  }
  const { pruneBackups } = await import('../backup/prune-backups.ts');
  const result = await pruneBackups({
    repository: repositoryFolder(context, flags),
    policy,
    dropDamaged,
    dryRun: flags.dryRun ?? false,
    passphrase: passphraseFrom(context, flags),
    waitMs: waitMs(flags),
    signal: context.signal,
  });
  await printPruned(context.io, context.mode, result);
}

/** Null where no kind is named. */
function policyOf(flags: PruneFlags): RetentionPolicy | null {
  const policy = {
    last: countOf('--keep-last', flags.keepLast),
    daily: countOf('--keep-daily', flags.keepDaily),
    weekly: countOf('--keep-weekly', flags.keepWeekly),
    monthly: countOf('--keep-monthly', flags.keepMonthly),
    yearly: countOf('--keep-yearly', flags.keepYearly),
  };
  return Object.values(policy).every((count) => count === 0) ? null : policy;
}

/** 0 would keep nothing of a kind: that is said by leaving it out. */
function countOf(flag: string, text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new CrmError('USAGE', `${flag} ${text}: give a whole number of snapshots from 1 on`, { hint: `for instance: ${flag} 7` });
}
