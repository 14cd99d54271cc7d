import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { EXPORT_FORMATS, exportFormatOf } from '../formats/export-format.ts';
import { type ExportResult, exportCustomers } from '../query/export-customers.ts';
import type { Repository } from '../repository/repository.ts';
import { printExport } from '../ui/export-report.ts';
import { write } from '../ui/io.ts';
import { Progress } from '../ui/progress.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { addSelection, type SelectionFlags, selectionOf } from './selection.ts';

interface ExportFlags extends SelectionFlags {
  readonly format?: string;
  readonly delimiter?: string;
  readonly excel?: boolean;
  readonly formulaSafe?: boolean;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm export customers.csv', 'everything; importing it again changes nothing'],
  ['crm export vip.csv "tag = vip" --select name,email,phone --sort name'],
  ['crm export 客户.csv --excel', 'opens in a spreadsheet by a double click'],
  ['crm export - --format ndjson | gzip > customers.ndjson.gz'],
];

/** `crm export` */
export function define(command: Command, run: Run): void {
  command.argument('<file>', 'file to write; - is standard output');
  addSelection(command)
    .addOption(new Option('--format <name>', 'default: by the ending of the file’s name').choices(Object.keys(EXPORT_FORMATS)))
    .option('--delimiter <character>', 'CSV: between cells (default: a comma)')
    .option('--excel', 'CSV: byte order mark and CR LF, as spreadsheets want them')
    .option(
      '--formula-safe',
      "CSV: ' before cells that a spreadsheet would run (= + - @); phone numbers too, so no import of it is the same",
    )
    .action((file: string, words: string[], flags: ExportFlags) => run(command, (context) => exportCommand(context, file, words, flags)));
}

async function exportCommand(context: Context, file: string, words: readonly string[], flags: ExportFlags): Promise<void> {
  const { io, mode, signal } = context;
  const toStdout = file === '-';
  if (toStdout && mode.json)
    throw new CrmError('USAGE', '--json and - both want standard output', { hint: 'name a file, or leave --json out' });
  const format = exportFormatOf(file, flags.format);
  for (const csvOnly of ['delimiter', 'excel', 'formulaSafe'] as const) {
    if (flags[csvOnly] === undefined || format === 'csv') continue;
    throw new CrmError('USAGE', `--${csvOnly === 'formulaSafe' ? 'formula-safe' : csvOnly} is for CSV, the format is ${format}`);
  }
  const selection = await selectionOf(context, words, flags);
  const repository = await context.openRepository();
  const isSilent = toStdout && io.isTty.stdout;
  const progress = new Progress(io, {
    label: 'exporting',
    unit: 'customer',
    totalCount: await totalOf(context, repository, words, flags),
    ...mode,
    quiet: mode.quiet || isSilent,
  });
  let result: ExportResult;
  try {
    result = await exportCustomers(repository, {
      ...(toStdout ? { write: (text: string) => write(io.stdout, text) } : { path: file }),
      format,
      ...(flags.delimiter === undefined ? {} : { delimiter: flags.delimiter === '\\t' ? '\t' : flags.delimiter }),
      ...(flags.excel === undefined ? {} : { excel: flags.excel }),
      ...(flags.formulaSafe === undefined ? {} : { formulaSafe: flags.formulaSafe }),
      selection,
      signal,
      onProgress: (rows) => progress.update(rows),
    });
  } finally {
    progress.done();
  }
  if (!toStdout) await printExport(io, mode, result);
}

/** How many customers will come, where that is known without looking for them and somebody watches. */
async function totalOf(
  { io }: Context,
  repository: Repository,
  words: readonly string[],
  flags: SelectionFlags,
): Promise<number | undefined> {
  const isAll = words.length === 0 && flags.search === undefined && flags.segment === undefined && flags.limit === undefined;
  return isAll && io.isTty.stderr ? repository.count() : undefined;
}
