import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { DEFAULT_BUSY_TIMEOUT_MS } from '../engines/index.ts';
import { Progress } from '../ui/progress.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { wholeNumber } from './selection.ts';
import { tableNames } from './table-names.ts';

interface DiffFlags {
  readonly tables?: string;
  readonly limit?: string;
  readonly showValues?: boolean;
  readonly out?: string;
  readonly asTables?: boolean;
}

const DEFAULT_LIMIT = 100;

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm migrate diff shop.db postgres://crm@db.example/shop', 'which rows are missing, extra or different'],
  ['crm migrate diff shop.db copy.db --tables customers --show-values'],
  ['crm migrate diff shop.db copy.db --out differences.ndjson', 'all of them, one a line'],
];

/** `crm migrate diff` */
export function define(command: Command, run: Run): void {
  command
    .argument('<a>', 'how it should be: a path or URL')
    .argument('<b>', 'what is compared with it')
    .option('--tables <names>', 'only these tables, with commas between')
    .option('--limit <n>', `at most so many differences; all are counted (default: ${DEFAULT_LIMIT})`)
    .option('--show-values', 'tell the values that differ')
    .option('--out <file>', 'write all differences to this file, one JSON object a line')
    .option('--as-tables', 'compare customer databases of crm as any other tables, with how each stores them')
    .action((a: string, b: string, flags: DiffFlags) => run(command, (context) => diff(context, a, b, flags)));
}

async function diff(context: Context, a: string, b: string, flags: DiffFlags): Promise<void> {
  const { io, mode, signal } = context;
  const limit = wholeNumber('--limit', flags.limit) ?? DEFAULT_LIMIT;
  const tables = flags.tables === undefined ? null : tableNames(flags.tables);
  const { diffTables } = await import('../migrate/diff-tables.ts');
  const progress = new Progress(io, { label: 'comparing', ...mode });
  try {
    const result = await context.withDatabaseKey((key) =>
      diffTables(a, b, {
        ...{ tables, limit, key, signal, out: flags.out ?? null, showValues: flags.showValues ?? false, asTables: flags.asTables ?? false },
        ...{ busyTimeoutMs: DEFAULT_BUSY_TIMEOUT_MS, ...context.busyTimeout() },
        onProgress: (_, rows) => progress.update(rows),
      }),
    );
    progress.done();
    if (!result.identical) context.exitWith(5);
    const { printDiff } = await import('../ui/diff-report.ts');
    await printDiff(io, mode, result);
  } finally {
    progress.done();
  }
}
