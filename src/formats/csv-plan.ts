import type { RecordHandler } from './record-reader.ts';

/** How a finding came about. */
export type FoundHow = 'given' | 'bom' | 'sep-line' | 'detected' | 'default';

/** How sure a finding is. */
export interface Finding {
  /** In [0,1]; 1 for what was given or stands in the file itself. */
  readonly confidence: number;
  readonly how: FoundHow;
}

/** The character around cells that hold delimiters or line ends; null when nothing is quoted. */
export type Quote = '"' | "'" | null;

/** How a quote within a quoted cell is written: twice, after a backslash, or just so. */
export type EscapeStyle = 'doubled' | 'backslash' | 'none';

/** What ends the lines of a file. */
export type LineEnd = 'lf' | 'crlf' | 'cr' | 'mixed';

/** The characters that make a delimited file, of any kind. */
export interface CsvSyntax {
  /** One or more characters between cells. */
  readonly delimiter: string;
  readonly quote: Quote;
  readonly escape: EscapeStyle;
  /** Whether blanks may stand between a delimiter and an opening quote, as in `a, "b, c"`. */
  readonly blankBeforeQuote: boolean;
}

/** A place in a file. */
export interface FilePlace {
  /** Offset in bytes from the start of the file. */
  readonly byte: number;
  /** 1-based, counted physically. */
  readonly line: number;
}

/** One of the tables of a file. */
export interface TablePlace extends FilePlace {
  readonly columns: number;
}

/** The findings that have a confidence of their own. */
export type FindingName = 'encoding' | 'delimiter' | 'quote' | 'escape' | 'lineEnd' | 'header' | 'table' | 'footer';

/** Two or more readings that explain a file equally well. */
export interface Ambiguity {
  readonly what: FindingName;
  /** The reading that was taken, then the others; never values of the file. */
  readonly readings: readonly string[];
}

/** How a delimited file is to be read: plain data, the same on every machine. */
export interface CsvPlan extends CsvSyntax {
  readonly encoding: string;
  /** Length of the byte order mark; 0 when there is none. */
  readonly bomBytes: number;
  readonly lineEnd: LineEnd;
  /** How many records name the columns; 0 when none does. */
  readonly headerRows: number;
  /** Where the header begins; null when there is none. */
  readonly header: FilePlace | null;
  /** The cells of each header record, as they stand in the file. */
  readonly headerCells: readonly (readonly string[])[];
  /** One name for each column, trimmed; made ones (`column 1`) when there is no header. */
  readonly columns: readonly string[];
  /** Nameless last columns, empty in all that was looked at, that are left out. */
  readonly trailingColumns: number;
  /** Where the first data record of the table is to be looked for. */
  readonly start: FilePlace;
  /** Where the table ends; null when it ends with the file. */
  readonly end: FilePlace | null;
  /** Lines above the header that belong to no table, blank ones and the `sep=` line included. */
  readonly preambleLines: number;
  /** Lines below the table that belong to none, blank ones included. */
  readonly footerLines: number;
  /** All tables of the file, in its order. */
  readonly tables: readonly TablePlace[];
  /** The table that is read, from 1. */
  readonly table: number;
  readonly findings: Readonly<Record<FindingName, Finding>>;
  readonly ambiguities: readonly Ambiguity[];
}

/** What is known of a file beforehand; each member overrides a finding. */
export interface CsvGiven {
  readonly encoding?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly quote?: Quote | undefined;
  readonly escape?: EscapeStyle | undefined;
  /** 0: there is no header. */
  readonly headerRows?: number | undefined;
  /** Line of the header, or of the first record when there is none; 1-based. */
  readonly headerLine?: number | undefined;
  /** Which table of the file, from 1. */
  readonly table?: number | undefined;
}

/** Tells a handler the column names of a plan, and what of the file is not among the records. */
export function announcePlan(plan: CsvPlan, handler: RecordHandler): void {
  const { header, start, end } = plan;
  const at = (place: FilePlace) => ({ line: place.line, byteOffset: place.byte });
  handler.header(plan.columns, at(header ?? start));
  if (plan.preambleLines > 0) handler.note?.('PREAMBLE', { line: 1, byteOffset: plan.bomBytes }, `${plan.preambleLines} lines`);
  if (header === null) handler.note?.('NO_HEADER', at(start));
  if (plan.trailingColumns > 0) handler.note?.('TRAILING_DELIMITER', at(header ?? start));
  if (end !== null && plan.footerLines > 0) handler.note?.('FOOTER', at(end), `${plan.footerLines} lines`);
  plan.tables.forEach((table, index) => {
    if (index + 1 !== plan.table) handler.note?.('OTHER_TABLE', at(table), `table ${index + 1}`);
  });
}
