import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { DEFAULT_BUSY_TIMEOUT_MS } from '../engines/index.ts';
import { CrmError } from '../errors.ts';
import { COPY_MODES, type CopyMode, type CopyOptions, type CopyResult } from '../migrate/copy-options.ts';
import { copyProgress } from '../ui/copy-progress.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { tableNames } from './table-names.ts';

interface CopyFlags {
  readonly mapping?: string;
  readonly tables?: string;
  readonly onlyCrm?: boolean;
  readonly mode: CopyMode;
  readonly since?: string;
  readonly batch?: string;
  readonly jobs?: string;
  readonly resume?: boolean;
  readonly dryRun?: boolean;
  readonly strict?: boolean;
  readonly conversions?: string;
  readonly rejects?: string;
  /** False with `--no-verify`. */
  readonly verify: boolean;
}

/** What has no meaning where rows are imported. */
const WITHOUT_MAPPING = ['all', 'mode', 'since', 'batch', 'jobs', 'resume', 'strict', 'conversions', 'verify'];
const DEFAULT_BATCH = 10_000;

/** Options that a customer database leaves no choice for. */
const GENERAL = ['tables', 'all', 'mode', 'since', 'batch', 'jobs', 'resume', 'dryRun', 'strict', 'conversions', 'rejects', 'verify'];

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm migrate copy shop.db postgres://crm@db.example/shop', 'all tables, compared cell by cell afterwards'],
  ['crm migrate copy shop.db new.db --tables customers,orders --dry-run', 'what it would do'],
  ['crm migrate copy shop.db new.db --resume', 'go on after it was broken off'],
  ['crm migrate copy shop.db crm.db --mapping shop.yaml', 'tables of another program into ours'],
  ['crm migrate copy crm.db postgres://crm@db.example/crm --only-crm', 'a customer database to another engine, whole'],
  ['crm migrate copy shop.db new.db --mode upsert --since changed=2026-11-01', 'bring over what changed'],
];

/** `crm migrate copy` */
export function define(command: Command, run: Run): void {
  command
    .argument('<from>', 'where the tables are: a SQLite file, the URL of a database, a folder …')
    .argument('<to>', 'where they go; made where it does not exist')
    .addOption(new Option('--tables <names>', 'only these tables, with commas between').conflicts('all'))
    .addOption(
      new Option('--mapping <file>', 'bring the tables into our database as this file says; crm migrate map drafts one').conflicts(
        WITHOUT_MAPPING,
      ),
    )
    .option('--all', 'all tables (this is what happens without --tables)')
    .addOption(new Option('--only-crm', 'from is a customer database: copy it whole, as one').conflicts(GENERAL))
    .addOption(new Option('--mode <what>', 'what happens to tables that are there already').choices(COPY_MODES).default('create'))
    .option('--since <column=value>', 'only rows whose column is not less than this')
    .option('--batch <n>', `rows that are written in one transaction (default: ${DEFAULT_BATCH})`)
    .option('--jobs <n>', 'tables at the same time (default: as many as both sides can, at most 4)')
    .addOption(new Option('--resume', 'go on with a copy that was broken off').conflicts('dryRun'))
    .option('--dry-run', 'say what would be done, with its SQL, and change nothing')
    .option('--strict', 'read everything first, and write nothing when a value cannot be held as it is')
    .option('--conversions <file>', 'list each converted cell in this file: table, key, column, reason')
    .option('--rejects <file>', 'where rejected rows go (default: NAME.rejects.ndjson here)')
    .option('--no-verify', 'do not compare both sides afterwards')
    .action((from: string, to: string, flags: CopyFlags) =>
      run(command, (context) => (flags.onlyCrm === true ? copyCrm(context, from, to) : copy(context, from, to, flags))),
    );
}

async function copy(context: Context, from: string, to: string, flags: CopyFlags): Promise<void> {
  const { io, mode } = context;
  const options = copyOptions(context, from, flags);
  if (flags.mapping !== undefined) {
    const { copyMapped } = await import('./mapped-copy.ts');
    const { tables, dryRun, busyTimeoutMs } = options;
    return copyMapped(context, { from, to, mapping: flags.mapping, tables, dryRun, rejectsPath: flags.rejects ?? null, busyTimeoutMs });
  }
  const { copyTables } = await import('../migrate/copy-tables.ts');
  const progress = copyProgress(io, mode);
  let result: CopyResult;
  try {
    result = await context.withDatabaseKey((key) =>
      copyTables(from, to, { ...options, key, ...(progress === null ? {} : { onProgress: progress.update }) }),
    );
  } finally {
    progress?.done();
  }
  if (result.tables.some(({ verified }) => verified === false)) context.exitWith(5);
  else if (result.tables.some(({ rejected }) => rejected > 0)) context.exitWith(3);
  const { printCopy } = await import('../ui/copy-report.ts');
  await printCopy(io, mode, result);
}

/** The new database gets the key of the old one. */
async function copyCrm(context: Context, from: string, to: string): Promise<void> {
  const { io, mode, signal } = context;
  const { copyOnlyCrm } = await import('../migrate/copy-only-crm.ts');
  const { Progress } = await import('../ui/progress.ts');
  const progress = new Progress(io, { label: 'copying and comparing', unit: 'row', ...mode });
  try {
    const onProgress = (rows: number): void => progress.update(rows);
    const result = await context.withDatabaseKey((key) =>
      copyOnlyCrm({ from, to, ...(key === null ? {} : { key, newKey: key }), ...context.busyTimeout(), signal, onProgress }),
    );
    progress.done();
    const { printCopy } = await import('../ui/copy-report.ts');
    await printCopy(io, mode, result);
  } finally {
    progress.done();
  }
}

function copyOptions(context: Context, from: string, flags: CopyFlags): Omit<CopyOptions, 'key'> {
  return {
    tables: flags.tables === undefined ? null : tableNames(flags.tables),
    mode: flags.mode,
    since: flags.since === undefined ? null : sinceOf(flags.since),
    batch: flags.batch === undefined ? DEFAULT_BATCH : countOf('--batch', flags.batch),
    jobs: flags.jobs === undefined ? null : countOf('--jobs', flags.jobs),
    resume: flags.resume ?? false,
    dryRun: flags.dryRun ?? false,
    strict: flags.strict ?? false,
    conversionsPath: flags.conversions ?? null,
    rejectsPath: flags.rejects ?? `${nameOf(from)}.rejects.ndjson`,
    verify: flags.verify,
    busyTimeoutMs: DEFAULT_BUSY_TIMEOUT_MS,
    ...context.busyTimeout(),
    signal: context.signal,
  };
}

function sinceOf(text: string): { readonly column: string; readonly value: string } {
  const at = text.indexOf('=');
  if (at > 0) return { column: text.slice(0, at), value: text.slice(at + 1) };
  throw new CrmError('USAGE', '--since: give a column and a value', { hint: 'for instance: --since changed_at=2026-11-01' });
}

function countOf(option: string, text: string): number {
  const count = Number(text);
  if (/^\d{1,7}$/.test(text) && count > 0) return count;
  throw new CrmError('USAGE', `${option} ${text}: give a number, 1 or more`, { hint: `for instance: ${option} 4` });
}

/** `shop.db`; of a URL what its path ends in. */
function nameOf(address: string): string {
  const path = address.replace(/^[a-z][a-z0-9+.-]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/, '');
  return basename(path) || 'copy';
}
