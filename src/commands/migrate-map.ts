import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { DEFAULT_BUSY_TIMEOUT_MS } from '../engines/index.ts';
import { CrmError } from '../errors.ts';
import { normalizeCurrency } from '../normalize/money.ts';
import type { Examples } from './help-layout.ts';
import { regionOf } from './region.ts';
import type { Run } from './run.ts';
import { tableNames } from './table-names.ts';

interface MapFlags {
  readonly out?: string;
  readonly tables?: string;
  readonly source?: string;
  readonly country?: string;
  readonly currency?: string;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm migrate map shop.db --out shop.yaml', 'which tables and columns are customers, orders …; look it through, then copy'],
  ['crm migrate map mysql://crm@db.example/shop --tables customers,orders --currency EUR'],
];

/** `crm migrate map` */
export function define(command: Command, run: Run): void {
  command
    .argument('<from>', 'where the tables are: a SQLite file, the URL of a database, a folder …')
    .option('--out <file>', 'where the mapping goes (default: standard output)')
    .option('--tables <names>', 'only these tables, with commas between')
    .option('--source <name>', 'the system that the ids belong to (default: the name of the file or database)')
    .option('--country <code>', 'country of phone numbers written without one, e.g. CN')
    .option('--currency <code>', 'currency of amounts that name none, e.g. EUR')
    .action((from: string, flags: MapFlags) => run(command, (context) => map(context, from, flags)));
}

async function map(context: Context, from: string, flags: MapFlags): Promise<void> {
  const { io, mode, signal } = context;
  const { draftMapping } = await import('../migrate/mapping-draft.ts');
  const { draftAsYaml } = await import('../migrate/mapping-yaml.ts');
  const { writeDraft } = await import('../migrate/draft-file.ts');
  const options = {
    from,
    tables: flags.tables === undefined ? null : tableNames(flags.tables),
    source: flags.source ?? null,
    country: regionOf(flags.country ?? context.config().country),
    currency: flags.currency === undefined ? null : currencyOf(flags.currency),
    busyTimeoutMs: DEFAULT_BUSY_TIMEOUT_MS,
    ...context.busyTimeout(),
    signal,
  };
  const draft = await context.withDatabaseKey((key) => draftMapping({ ...options, key }));
  const text = draftAsYaml(draft);
  if (flags.out !== undefined) writeDraft(flags.out, text);
  const { printDraft } = await import('../ui/map-report.ts');
  await printDraft(io, mode, { draft, text, out: flags.out ?? null });
}

function currencyOf(text: string): string {
  const code = normalizeCurrency(text);
  if (code !== null) return code;
  throw new CrmError('USAGE', `--currency ${text}: there is no such currency`, { hint: 'give a code of ISO 4217 like EUR, USD or CNY' });
}
