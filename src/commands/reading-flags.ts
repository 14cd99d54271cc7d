import { type Command, Option } from 'commander';
import { CrmError } from '../errors.ts';
import type { ReadingOptions } from '../import/reading-options.ts';

/** What `import` and `inspect` may be told of a file; everything else is found out. */
export interface ReadingFlags {
  readonly format?: string;
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly quote?: string;
  readonly escape?: 'doubled' | 'backslash' | 'none';
  readonly headerRow?: string;
  readonly table?: string;
  readonly sheet?: string;
}

/** Adds the options that say how a file is read. */
export function addReading(command: Command): Command {
  return command
    .option('--format <name>', 'csv, xlsx, json, ndjson or vcard (default: by what is in the file)')
    .option('--encoding <name>', 'e.g. gb18030, windows-1252 (default: found out)')
    .option('--delimiter <characters>', 'between cells; \\t is the tab (default: found out)')
    .option('--quote <character>', 'around cells: " or \' or none (default: found out)')
    .addOption(
      new Option('--escape <how>', 'how a quote stands within quotes (default: found out)').choices(['doubled', 'backslash', 'none']),
    )
    .option('--header-row <line>', 'line of the column names, or none (default: found out)')
    .option('--table <n|name>', 'which table of a file that holds several (default: the first)')
    .option('--sheet <name|n>', 'which sheet of a workbook (default: the first one with a table)');
}

/** Checks the flags. @throws {CrmError} USAGE */
export function readingOptions(flags: ReadingFlags): ReadingOptions {
  const { format, encoding, delimiter, quote, headerRow, table, sheet } = flags;
  return {
    ...(format === undefined ? {} : { format }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(delimiter === undefined ? {} : { delimiter: delimiter.replaceAll('\\t', '\t') }),
    ...(quote === undefined ? {} : { quote: quoteOf(quote) }),
    ...(flags.escape === undefined ? {} : { escape: flags.escape }),
    ...(headerRow === undefined ? {} : { headerRow: headerRowOf(headerRow) }),
    ...(table === undefined ? {} : { table }),
    ...(sheet === undefined ? {} : { sheet }),
  };
}

function quoteOf(text: string): '"' | "'" | null {
  if (text === 'none') return null;
  if (text === '"' || text === "'") return text;
  throw new CrmError('USAGE', '--quote: give " or \' or none', { hint: `for a shell: --quote '"' or --quote "'"` });
}

function headerRowOf(text: string): number | null {
  if (text === 'none') return null;
  const line = Number(text);
  if (Number.isInteger(line) && line > 0) return line;
  throw new CrmError('USAGE', `--header-row ${text}: give the line of the column names, or none`, {
    hint: 'lines are counted from 1; crm inspect FILE shows what was found',
  });
}
