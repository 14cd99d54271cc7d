import { scannerFor, splitLine } from './csv-general-scanner.ts';
import { otherDelimiterReading } from './csv-line-readings.ts';
import { mendRecord } from './csv-mending.ts';
import type { CsvSyntax } from './csv-plan.ts';
import type { RecordScanner } from './csv-scanner.ts';
import { afterLineEnd, countLineEnds, lineEndAfter } from './line-ends.ts';

/** A record of a text: where it is and how many cells it has. */
export interface CsvRow {
  readonly start: number;
  /** Index after its line end. */
  readonly next: number;
  /** The line it begins on, counted from the start of the text, from 0. */
  readonly line: number;
  readonly count: number;
  /** How many cells are not blank; a row of none is a blank line. */
  readonly filled: number;
}

/**
 * The records of a text from `from` on; `columns`, where it is known, makes the best of records that do not fit.
 * `isWhole` says that the text ends where the file does; else a last record that may be cut is left out.
 */
export class CsvRows {
  readonly #text: string;
  readonly #syntax: CsvSyntax;
  readonly #scanner: RecordScanner;
  readonly #columns: number;

  constructor(text: string, syntax: CsvSyntax, columns: number) {
    this.#text = text;
    this.#syntax = syntax;
    this.#columns = columns;
    this.#scanner = scannerFor(syntax);
    this.#scanner.load(text);
  }

  /** At most `limit` records. */
  list(from: number, firstLine: number, isWhole: boolean, limit = Number.POSITIVE_INFINITY): CsvRow[] {
    const rows: CsvRow[] = [];
    const { length } = this.#text;
    let line = firstLine;
    for (let at = from; at < length && rows.length < limit; ) {
      const { cells, end } = this.#read(at);
      if (!isWhole && end >= length) break;
      const next = afterLineEnd(this.#text, end);
      let filled = 0;
      for (const cell of cells) if (cell.trim() !== '') filled++;
      rows.push({ start: at, next, line, count: cells.length, filled });
      line += 1 + countLineEnds(this.#text.slice(at, end));
      at = next;
    }
    return rows;
  }

  /** The cells of a record that `list` found. */
  cells(row: CsvRow): readonly string[] {
    return this.#read(row.start).cells;
  }

  /** The cells of a record under another delimiter, if that gives as many as there are columns. */
  otherCells(row: CsvRow): readonly string[] | null {
    return otherDelimiterReading(this.#text.slice(row.start, lineEndAfter(this.#text, row.start)), this.#syntax, this.#columns);
  }

  #read(at: number): { cells: string[]; end: number } {
    const text = this.#text;
    const scanner = this.#scanner;
    const end = scanner.scan(at);
    const isOpen = scanner.openQuote >= 0;
    if (!isOpen && !scanner.isIrregular && (this.#columns === 0 || scanner.count === this.#columns)) {
      return { cells: scanner.cells.slice(0, scanner.count), end };
    }
    const around = { text, isLast: true, maxLength: text.length };
    const mended = this.#columns < 2 ? null : mendRecord(around, at, end, scanner, this.#syntax, this.#columns);
    // Lines with another number of cells may be no records at all: they are taken as they are.
    if (mended !== null && mended !== 'more' && mended.problem === null) return mended;
    if (!isOpen && !(scanner.isIrregular && this.#columns === 0)) return { cells: scanner.cells.slice(0, scanner.count), end };
    const lineEnd = lineEndAfter(text, at);
    return { cells: splitLine(text.slice(at, lineEnd), this.#syntax).cells, end: lineEnd };
  }
}
