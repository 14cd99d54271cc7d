import { CrmError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import { csvLine } from './csv-writer.ts';
import { ndjsonLine } from './ndjson-writer.ts';

/** How tables are written. */
export interface TableFormatOptions {
  /** CSV only: one character between cells. */
  readonly delimiter?: string;
  /** CSV only: `'` before cells that a spreadsheet would run as a formula. */
  readonly formulaSafe?: boolean;
  /** CSV only: a UTF-8 byte order mark and CR LF, which spreadsheets need to read UTF-8 by a double click. */
  readonly excel?: boolean;
}

/** A cell as a database gives it. */
export type TableCell = string | number | null;

/** Writes a table as text: what comes before the rows, each row with its line end, what comes after them. */
export interface TableFormat {
  readonly start: string;
  /** The cells may be reused by the caller afterwards. */
  row(cells: readonly TableCell[]): string;
  readonly end: string;
}

/** Any of these in a column's name could be taken for the delimiter, unless all names are quoted. */
const DELIMITERS = /[,;\t|]/;
const BYTE_ORDER_MARK = '\ufeff';

function csvFormat(columns: readonly string[], options: TableFormatOptions): TableFormat {
  const { excel, formulaSafe = false, delimiter = ',' } = options;
  const line = (cells: readonly (string | null)[], alwaysQuote = false): string => {
    const text = csvLine(cells, { delimiter, formulaSafe, alwaysQuote });
    return excel === true ? `${text.slice(0, -1)}\r\n` : text;
  };
  const cellOptions = { delimiter, formulaSafe };
  const row = excel === true ? line : (cells: readonly (string | null)[]): string => csvLine(cells, cellOptions);
  return {
    start: `${excel === true ? BYTE_ORDER_MARK : ''}${line(
      columns,
      columns.some((name) => DELIMITERS.test(name)),
    )}`,
    row: (cells) => row(cells.some(isNumber) ? cells.map((cell) => (isNumber(cell) ? String(cell) : cell)) : (cells as (string | null)[])),
    end: '',
  };
}

function jsonFormat(columns: readonly string[]): TableFormat {
  let separator = '\n';
  return {
    start: '[',
    row: (cells) => {
      const text = separator + ndjsonLine(columns, cells).slice(0, -1);
      separator = ',\n';
      return text;
    },
    end: '\n]\n',
  };
}

function isNumber(cell: TableCell): cell is number {
  return typeof cell === 'number';
}

/** The formats that tables are written in, with their file name endings. A new one is one line here. */
export const EXPORT_FORMATS = {
  csv: { extensions: ['csv', 'tsv'], create: csvFormat },
  ndjson: {
    extensions: ['ndjson', 'jsonl'],
    create: (columns: readonly string[]) => ({ start: '', row: (cells: readonly TableCell[]) => ndjsonLine(columns, cells), end: '' }),
  },
  json: { extensions: ['json'], create: jsonFormat },
} as const satisfies Record<
  string,
  { extensions: readonly string[]; create: (columns: readonly string[], options: TableFormatOptions) => TableFormat }
>;

/** The name of a format that tables are written in. */
export type ExportFormatName = keyof typeof EXPORT_FORMATS;

/**
 * The format named, else the one of the file name's ending; standard output (`-`) gets CSV.
 * @throws {CrmError} USAGE when there is none
 */
export function exportFormatOf(fileName: string, explicit?: string): ExportFormatName {
  const ending = explicit ?? (fileName === '-' ? 'csv' : (/\.([^./\\]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? ''));
  for (const [name, { extensions }] of Object.entries(EXPORT_FORMATS)) {
    if (name === ending || (extensions as readonly string[]).includes(ending)) return name as ExportFormatName;
  }
  const known = Object.keys(EXPORT_FORMATS).join(', ');
  const near = nearest(ending, Object.keys(EXPORT_FORMATS));
  throw new CrmError(
    'USAGE',
    ending === '' ? `${fileName} has no ending that names a format` : `files of the kind ${ending} cannot be written`,
    {
      hint: `${near === undefined ? '' : `did you mean ${near}? `}known are ${known}: end the name with one of them, or give --format`,
    },
  );
}
