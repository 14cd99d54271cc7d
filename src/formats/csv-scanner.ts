import { TextUnits } from './text-units.ts';

const LF = 10;
const CR = 13;
/** Stands for "no quote character": no UTF-16 code unit has this value. */
const NEVER = -1;

/** The characters that make a CSV file. */
export interface CsvMarks {
  /** One character between cells. */
  readonly delimiter: string;
  /** The character around cells that hold delimiters or line ends, or null when nothing is quoted. */
  readonly quote: '"' | "'" | null;
}

/** Splits a text into records and cells, one record at a time. */
export interface RecordScanner {
  /** The cells of the record scanned last; reused, and stale from `count` on. */
  readonly cells: string[];
  /** How many cells the record scanned last has. */
  readonly count: number;
  /** Whether the record scanned last has a quoted cell. */
  readonly hasQuotes: boolean;
  /** Whether text stands behind a closing quote in the record scanned last. */
  readonly isIrregular: boolean;
  /** Index of the quote that was still open where the text ended, or -1. */
  readonly openQuote: number;
  /** Sets the text that `scan` works on. */
  load(text: string): void;
  /**
   * Scans the record that starts at `start` into `cells` and returns the index of its line end, or the length of the
   * text when that ended first (with `openQuote` set when it ended within quotes).
   */
  scan(start: number): number;
  /** The index after the line end at `end`; CR LF is one line end. */
  after(end: number): number;
  /** Whether a CR stands at the index. */
  isCr(index: number): boolean;
  /** The number of line ends between two indices. */
  countLineEnds(from: number, to: number): number;
}

/**
 * Splits text into records and cells (RFC 4180): doubled quotes, newlines within quotes, LF, CR LF and CR line ends.
 * Quotes within an unquoted cell are literal; text after a closing quote is appended as it is.
 */
export class CsvScanner implements RecordScanner {
  readonly cells: string[] = [];
  count = 0;
  hasQuotes = false;
  isIrregular = false;
  openQuote = -1;

  readonly #delimiter: number;
  readonly #quote: number;
  readonly #quoteText: string;
  readonly #loaded = new TextUnits();

  constructor(marks: CsvMarks) {
    this.#delimiter = marks.delimiter.charCodeAt(0);
    this.#quoteText = marks.quote ?? '';
    this.#quote = marks.quote === null ? NEVER : marks.quote.charCodeAt(0);
  }

  load(text: string): void {
    this.#loaded.load(text);
    // Ends the search for a closing quote.
    this.#loaded.units[text.length + 1] = this.#quote & 0xffff;
  }

  scan(start: number): number {
    const { units, text, length } = this.#loaded;
    const cells = this.cells;
    const delimiter = this.#delimiter;
    const quote = this.#quote;
    let count = 0;
    let at = start;
    this.hasQuotes = false;
    this.isIrregular = false;
    this.openQuote = -1;
    for (;;) {
      if (units[at] === quote && at < length) {
        at = this.#scanQuoted(at, count++);
        if (this.openQuote >= 0) break;
      } else {
        const from = at;
        let unit = units[at];
        while (unit !== delimiter && unit !== LF && unit !== CR) unit = units[++at];
        cells[count++] = text.slice(from, at);
      }
      if (at >= length || units[at] !== delimiter) break;
      at++;
    }
    this.count = count;
    return at;
  }

  after(end: number): number {
    return this.#loaded.units[end] === CR && this.#loaded.units[end + 1] === LF ? end + 2 : end + 1;
  }

  isCr(index: number): boolean {
    return this.#loaded.units[index] === CR;
  }

  countLineEnds(from: number, to: number): number {
    const units = this.#loaded.units;
    let count = 0;
    for (let i = from; i < to; i++) {
      const unit = units[i] as number;
      if (unit === LF || (unit === CR && units[i + 1] !== LF)) count++;
    }
    return count;
  }

  #scanQuoted(open: number, column: number): number {
    const { units, text, length } = this.#loaded;
    const quote = this.#quote;
    let at = open + 1;
    let hasDoubled = false;
    for (;;) {
      while (units[at] !== quote) at++;
      if (at >= length) {
        this.cells[column] = text.slice(open);
        this.openQuote = open;
        return length;
      }
      if (at + 1 >= length || units[at + 1] !== quote) break;
      hasDoubled = true;
      at += 2;
    }
    this.hasQuotes = true;
    let cell = text.slice(open + 1, at);
    if (hasDoubled) cell = cell.replaceAll(this.#quoteText + this.#quoteText, this.#quoteText);
    const close = ++at;
    let unit = units[at];
    while (unit !== this.#delimiter && unit !== LF && unit !== CR) unit = units[++at];
    if (at > close) {
      this.isIrregular = true;
      cell += text.slice(close, at);
    }
    this.cells[column] = cell;
    return at;
  }
}
