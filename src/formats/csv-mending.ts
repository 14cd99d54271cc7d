import { CsvGeneralScanner, scannerFor } from './csv-general-scanner.ts';
import { missingDelimiterReading, otherDelimiterReading, strayQuoteReading } from './csv-line-readings.ts';
import type { CsvSyntax } from './csv-plan.ts';
import type { RecordScanner } from './csv-scanner.ts';
import { afterLineEnd, countLineEnds, lineEndAfter } from './line-ends.ts';
import type { BadRecord } from './record-reader.ts';

/** How far a record with stray quotes may reach: so many characters, so many lines. */
const MAX_MENDED_LENGTH = 32 * 1024;
const MAX_MENDED_LINES = 20;

/** What is known of the text around a record that does not fit. */
export interface MendingText {
  readonly text: string;
  /** Whether nothing follows the text. */
  readonly isLast: boolean;
  /** No record is longer, in characters. */
  readonly maxLength: number;
}

/** A record that did not fit at first, as it is best read. */
export interface MendedRecord {
  readonly cells: string[];
  /** Index of its line end in the text. */
  readonly end: number;
  /** Why it cannot be taken all the same; null when a stray quote was all that was wrong. */
  readonly problem: Omit<BadRecord, 'cells'> | null;
}

/**
 * What to make of the record at `index`, which the scanner read up to `end` with text behind a closing quote, or with
 * another number of cells than `columns`. Null: the scanner's reading stands. `more`: it cannot be told before there is
 * more text.
 */
export function mendRecord(
  around: MendingText,
  index: number,
  end: number,
  scanner: RecordScanner,
  syntax: CsvSyntax,
  columns: number,
): MendedRecord | 'more' | null {
  const { text } = around;
  const lineEnd = Math.min(lineEndAfter(text, index), end);
  const line = text.slice(index, lineEnd);
  const spansLines = end > lineEnd;
  // A regular line with another number of cells has its quotes in order: other readings of them would be made up.
  const mended = scanner.isIrregular || spansLines ? lineWithStrayQuote(line, syntax, columns) : null;
  if (mended !== null) return { cells: mended, end: lineEnd, problem: null };
  if (scanner.isIrregular) {
    const long = severalLines(around, index, lineEnd, syntax, columns);
    if (long !== null) return long;
  }
  if (scanner.isIrregular) return strayQuote(line, lineEnd, syntax, columns);
  return spansLines ? null : wrongCount(line, lineEnd, scanner, syntax, columns);
}

/** The cells of a line of which only a stray quote is wrong; null when it is something else. */
export function lineWithStrayQuote(line: string, syntax: CsvSyntax, columns: number): string[] | null {
  return syntax.quote !== null && line.includes(syntax.quote) ? strayQuoteReading(line, syntax, columns) : null;
}

/** The lines that a record ending at `end` takes. */
export function linesOf(text: string, index: number, end: number): number {
  return 1 + countLineEnds(text.slice(index, end));
}

/** A record over several lines of which a quote within a cell is not doubled. */
function severalLines(
  around: MendingText,
  index: number,
  lineEnd: number,
  syntax: CsvSyntax,
  columns: number,
): MendedRecord | 'more' | null {
  const { text, isLast, maxLength } = around;
  const limit = Math.min(MAX_MENDED_LENGTH, maxLength);
  const scanner = new CsvGeneralScanner({ ...syntax, escape: 'none' });
  const piece = severalLinesFrom(text, index, limit);
  scanner.load(piece);
  const end = scanner.scan(0);
  const isCut = end >= piece.length || (end === piece.length - 1 && scanner.isCr(end));
  const isToEnd = index + piece.length >= text.length;
  if (isCut && isToEnd && !isLast && piece.length < limit) return 'more';
  if (scanner.openQuote >= 0 || scanner.count !== columns || (isCut && !(isToEnd && isLast))) return null;
  const cells = scanner.cells.slice(0, columns);
  // A line within that is a record by itself was swallowed by a quote that is never closed.
  const lines = scannerFor(syntax);
  lines.load(piece);
  for (let at = afterLineEnd(piece, lineEnd - index); at < end; at = afterLineEnd(piece, lineEndAfter(piece, at))) {
    lines.scan(at);
    if (lines.count === columns && !lines.isIrregular && lines.openQuote < 0) return null;
  }
  return { cells, end: index + end, problem: null };
}

function severalLinesFrom(text: string, index: number, limit: number): string {
  let end = index;
  for (let lines = 0; lines < MAX_MENDED_LINES && end < text.length && end - index < limit; lines++) {
    end = afterLineEnd(text, lineEndAfter(text, end));
  }
  return text.slice(index, Math.min(end, index + limit));
}

function strayQuote(line: string, end: number, syntax: CsvSyntax, columns: number): MendedRecord {
  const best = missingDelimiterReading(line, syntax, columns) ?? otherDelimiterReading(line, syntax, columns);
  const cells = best ?? line.split(syntax.delimiter);
  const column = 1 + line.split(syntax.delimiter).findIndex((cell) => cell.includes(syntax.quote as string));
  const reason = `a quote in column ${column} is neither closed nor doubled, and the line has not the ${columns} cells of the header`;
  return { cells, end, problem: { code: 'STRAY_QUOTE', reason, column } };
}

function wrongCount(line: string, end: number, scanner: RecordScanner, syntax: CsvSyntax, columns: number): MendedRecord | null {
  const other = otherDelimiterReading(line, syntax, columns);
  if (other !== null) {
    const reason = `the line is delimited by another character than the file`;
    return { cells: other, end, problem: { code: 'OTHER_DELIMITER', reason, column: null } };
  }
  if (syntax.quote === null || !line.includes(syntax.quote)) return null;
  const cells = missingDelimiterReading(line, syntax, columns);
  if (cells === null) return null;
  const few = scanner.count < columns;
  const reason = `the record has ${scanner.count} ${few ? `of the ${columns} cells` : `cells, the header ${columns}`}`;
  return { cells, end, problem: { code: few ? 'TOO_FEW_CELLS' : 'TOO_MANY_CELLS', reason, column: null } };
}
