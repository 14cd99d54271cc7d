import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { countCustomers, queryCustomers, querySql } from '../query/query-customers.ts';
import { saveSegment, type Selection } from '../query/selected-customers.ts';
import { printCount, printQuery, printRows, saySaved } from '../ui/query-report.ts';
import { OUTPUT_FORMATS, type OutputFormat } from '../ui/render.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { addSelection, list, type SelectionFlags, selectionOf, wholeNumber } from './selection.ts';

interface QueryFlags extends SelectionFlags {
  readonly offset?: string;
  readonly count?: boolean;
  readonly groupBy?: readonly string[];
  readonly sum?: readonly string[];
  readonly save?: string;
  readonly segments?: boolean;
  readonly sql?: string;
  readonly format?: OutputFormat;
}

/** A terminal shows this many rows unless more are asked for. */
const TERMINAL_ROWS = 50;

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm query "city = Berlin and (tag = vip or orders.total >= 1000)" --sort -orders.total'],
  ['crm query --search "müller gmbh" --select name,email,phone'],
  ['crm query "last_contacted_at < -90d" --save sleeping', 'later: crm query --segment sleeping'],
  ['crm query --group-by country --sum orders.total'],
  ['crm query "country = 中国" --format csv > china.csv'],
];

/** `crm query` */
export function define(command: Command, run: Run): void {
  addSelection(command)
    .option('--offset <n>', 'leave out so many at the beginning')
    .option('--count', 'print only how many there are')
    .option('--group-by <fields>', 'count customers by these fields', list)
    .option('--sum <numbers>', 'add up numbers, e.g. orders.total', list)
    .option('--save <name>', 'save the filter under this name, for --segment')
    .option('--segments', 'list the saved filters')
    .option('--sql <statement>', 'run one SQL statement that only reads')
    .addOption(new Option('--format <name>', 'how rows are printed (default: table)').choices([...OUTPUT_FORMATS]))
    .action((words: string[], flags: QueryFlags) => run(command, (context) => query(context, words, flags)));
}

async function query(context: Context, words: readonly string[], flags: QueryFlags): Promise<void> {
  const format = outputFormat(context, flags);
  const selection = await querySelection(context, words, flags);
  const repository = await context.openRepository();
  const { io, mode, signal } = context;
  if (flags.segments === true) {
    const rows = (await repository.segments()).map(({ name, filter, created_at }) => [name, filter, created_at]);
    return printRows(io, mode, format, { columns: ['name', 'filter', 'created_at'].map((name) => ({ name, type: 'text' })), rows });
  }
  const { limit = defaultLimit(context, format), ...unlimited } = selection;
  if (flags.sql !== undefined) {
    const answer = await querySql(repository, flags.sql, { signal, ...(limit === undefined ? {} : { limit }) });
    return printQuery(io, mode, format, answer);
  }
  if (flags.save !== undefined) {
    await saveSegment(repository, flags.save, selection);
    await saySaved(io, mode, flags.save);
  }
  if (flags.count === true) return printCount(io, mode, await countCustomers(repository, unlimited));
  const wantsTotal = mode.json || io.isTty.stdout;
  const answer = await queryCustomers(repository, limit === undefined ? unlimited : { ...unlimited, limit }, { signal, wantsTotal });
  await printQuery(io, mode, format, answer);
}

/** The selection with what only `query` knows. @throws {CrmError} USAGE for options that exclude each other */
export async function querySelection(context: Pick<Context, 'config'>, words: readonly string[], flags: QueryFlags): Promise<Selection> {
  const selection = await selectionOf(context, words, flags);
  const offset = wholeNumber('--offset', flags.offset);
  for (const alone of ['sql', 'segments'] as const) {
    if (flags[alone] === undefined) continue;
    const others = Object.keys(flags).filter((name) => !['format', 'limit', 'country', alone].includes(name));
    if (others.length === 0 && words.length === 0) continue;
    const other = others.length === 0 ? 'a filter' : `--${(others[0] as string).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new CrmError('USAGE', `--${alone} stands alone, it cannot go with ${other}`, {
      hint: alone === 'sql' ? 'write it into the statement' : 'crm query --segments',
    });
  }
  return {
    ...selection,
    ...(offset === undefined ? {} : { offset }),
    ...(flags.groupBy === undefined ? {} : { groupBy: flags.groupBy }),
    ...(flags.sum === undefined ? {} : { sum: flags.sum }),
  };
}

function outputFormat(context: Context, { format }: QueryFlags): OutputFormat {
  if (!context.mode.json || format === undefined || format === 'json') return format ?? 'table';
  throw new CrmError('USAGE', `--json prints one JSON object, it cannot go with --format ${format}`, { hint: 'leave one of them out' });
}

function defaultLimit(context: Context, format: OutputFormat): number | undefined {
  return context.io.isTty.stdout && format === 'table' && !context.mode.json ? TERMINAL_ROWS : undefined;
}
