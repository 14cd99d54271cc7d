import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { DEFAULT_BUSY_TIMEOUT_MS } from '../engines/index.ts';
import { CrmError } from '../errors.ts';
import { Progress } from '../ui/progress.ts';
import { printMigrateVerify } from '../ui/verify-report.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { wholeNumber } from './selection.ts';
import { tableNames } from './table-names.ts';

interface VerifyFlags {
  readonly tables?: string;
  readonly sample?: string;
  readonly showValues?: boolean;
  readonly maxDifferences?: string;
  readonly strict?: boolean;
  readonly asTables?: boolean;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm migrate verify old.db postgres://crm@db.example/crm', 'whether a copy is complete, cell by cell'],
  ['crm migrate verify old.db new.db --tables customers,orders --show-values'],
  ['crm migrate verify old.db new.db --sample 10% --json', 'all keys, and the cells of a tenth of the rows'],
];

/** `crm migrate verify` */
export function define(command: Command, run: Run): void {
  command
    .argument('<a>', 'where the data came from: a path or URL')
    .argument('<b>', 'where it should be the same')
    .option('--tables <names>', 'only these, separated by commas')
    .option('--sample <n%>', 'compare the cells of a part of the rows; rows are counted and keys compared in any case')
    .option('--show-values', 'tell the values that differ')
    .option('--max-differences <n>', 'list at most so many; all are counted (default: 100)')
    .option('--strict', 'intended conversions, and what only the schema of b has, are differences too')
    .option('--as-tables', 'compare customer databases of crm as any other tables, with how each stores them')
    .action((a: string, b: string, flags: VerifyFlags) => run(command, (context) => verify(context, a, b, flags)));
}

async function verify(context: Context, a: string, b: string, flags: VerifyFlags): Promise<void> {
  const { io, mode, signal } = context;
  const maxDifferences = wholeNumber('--max-differences', flags.maxDifferences);
  const sample = flags.sample === undefined ? 1 : shareOf(flags.sample);
  const { openStore } = await import('../connectors/index.ts');
  const { areOurs } = await import('../migrate/compare-customer-databases.ts');
  const { verifyCustomerDatabases } = await import('../migrate/verify-customer-databases.ts');
  const { verifyTables } = await import('../migrate/verify-tables.ts');
  const open = { create: false, busyTimeoutMs: DEFAULT_BUSY_TIMEOUT_MS, ...context.busyTimeout() };
  const progress = new Progress(io, { label: 'verifying', ...mode });
  const storeA = await openStore(a, open);
  try {
    const storeB = await openStore(b, open);
    try {
      const tables = flags.tables === undefined ? null : tableNames(flags.tables);
      const options = {
        ...(maxDifferences === undefined ? {} : { maxDifferences }),
        ...{ showValues: flags.showValues ?? false, strict: flags.strict ?? false, signal },
        onProgress: (_: string, rows: number) => progress.update(rows),
      };
      const isOurs = flags.asTables !== true && (await areOurs({ address: a, store: storeA }, { address: b, store: storeB }, tables));
      const result = isOurs
        ? await verifyCustomerDatabases({ a, b, tables, key: null, busyTimeoutMs: open.busyTimeoutMs, ...options })
        : await verifyTables(storeA, storeB, { ...(tables === null ? {} : { tables }), sample, ...options });
      progress.done();
      const compared = isOurs ? ({ as: 'customer databases', sample: 1 } as const) : ({ as: 'tables', sample } as const);
      await printMigrateVerify(io, mode, { a: storeA.label, b: storeB.label, ...compared, ...result });
      if (!result.identical) context.exitWith(5);
    } finally {
      await storeB.close();
    }
  } finally {
    progress.done();
    await storeA.close();
  }
}

function shareOf(text: string): number {
  const percent = /^\d+(\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : 0;
  if (percent > 0 && percent <= 100) return percent / 100;
  throw new CrmError('USAGE', `--sample ${text}: give a share of more than 0% and at most 100%`, { hint: 'for instance: --sample 10%' });
}
