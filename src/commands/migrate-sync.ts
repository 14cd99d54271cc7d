import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { DEFAULT_BUSY_TIMEOUT_MS } from '../engines/index.ts';
import { CrmError } from '../errors.ts';
import type { MaxChanges, SyncOptions, SyncResult } from '../migrate/sync-options.ts';
import { Progress } from '../ui/progress.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { wholeNumber } from './selection.ts';
import { tableNames } from './table-names.ts';

interface SyncFlags {
  readonly tables?: string;
  readonly delete?: boolean;
  readonly create?: boolean;
  readonly dryRun?: boolean;
  readonly maxChanges?: string;
  readonly strict?: boolean;
  /** False with `--no-snapshot`. */
  readonly snapshot: boolean;
  readonly batch?: string;
  readonly conversions?: string;
  readonly rejects?: string;
  /** False with `--no-verify`. */
  readonly verify: boolean;
}

const DEFAULT_BATCH = 2000;

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm migrate sync shop.db postgres://crm@db.example/shop --dry-run', 'how many rows would change'],
  ['crm migrate sync shop.db postgres://crm@db.example/shop', 'bring the second to the first'],
  ['crm migrate sync shop.db copy.db --delete --max-changes 5%', 'delete too, and stop where much would change'],
];

/** `crm migrate sync` */
export function define(command: Command, run: Run): void {
  command
    .argument('<a>', 'how it should be: a path or URL; it is only read')
    .argument('<b>', 'what is brought up to date')
    .option('--tables <names>', 'only these tables, with commas between')
    .option('--delete', 'delete rows that only b has')
    .option('--create', 'make tables that b does not have')
    .option('--dry-run', 'say how many rows would change, and change nothing')
    .option('--max-changes <n>', 'write nothing when more rows would change: a number, or a share such as 5%')
    .option('--strict', 'write nothing when a changed value cannot be held as it is')
    .option('--no-snapshot', 'keep no copy of a customer database before it is changed')
    .option('--batch <n>', `rows that are written in one transaction (default: ${DEFAULT_BATCH})`)
    .option('--conversions <file>', 'list each converted cell in this file: table, key, column, reason')
    .option('--rejects <file>', 'where rejected rows go (default: sync.rejects.ndjson here)')
    .option('--no-verify', 'do not compare both sides afterwards')
    .action((a: string, b: string, flags: SyncFlags) => run(command, (context) => sync(context, a, b, flags)));
}

async function sync(context: Context, a: string, b: string, flags: SyncFlags): Promise<void> {
  const { io, mode } = context;
  const options = syncOptions(context, flags);
  const { syncTables } = await import('../migrate/sync-tables.ts');
  const progress = new Progress(io, { label: 'comparing and writing', ...mode });
  let result: SyncResult;
  try {
    result = await context.withDatabaseKey((key) =>
      syncTables(a, b, { ...options, key, onProgress: (_, __, rows) => progress.update(rows) }),
    );
  } finally {
    progress.done();
  }
  if (result.tables.some(({ verified }) => verified === false)) context.exitWith(5);
  else if (result.rejects !== null) context.exitWith(3);
  const { printSync } = await import('../ui/sync-report.ts');
  await printSync(io, mode, result);
}

function syncOptions(context: Context, flags: SyncFlags): Omit<SyncOptions, 'key' | 'onProgress'> {
  const batch = wholeNumber('--batch', flags.batch) ?? DEFAULT_BATCH;
  if (batch < 1) throw new CrmError('USAGE', '--batch 0: give a number, 1 or more', { hint: 'for instance: --batch 500' });
  return {
    tables: flags.tables === undefined ? null : tableNames(flags.tables),
    delete: flags.delete ?? false,
    create: flags.create ?? false,
    dryRun: flags.dryRun ?? false,
    maxChanges: flags.maxChanges === undefined ? null : maxChangesOf(flags.maxChanges),
    yes: context.mode.yes,
    strict: flags.strict ?? false,
    batch,
    snapshot: flags.snapshot,
    verify: flags.verify,
    conversionsPath: flags.conversions ?? null,
    rejectsPath: flags.rejects ?? 'sync.rejects.ndjson',
    busyTimeoutMs: DEFAULT_BUSY_TIMEOUT_MS,
    ...context.busyTimeout(),
    signal: context.signal,
  };
}

function maxChangesOf(text: string): MaxChanges {
  if (/^\d{1,15}$/.test(text)) return { rows: Number(text) };
  const percent = /^\d+(\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : Number.NaN;
  if (percent <= 100) return { share: percent / 100 };
  throw new CrmError('USAGE', `--max-changes ${text}: give a number of rows, or a share of at most 100%`, {
    hint: 'for instance: --max-changes 500 or --max-changes 5%',
  });
}
