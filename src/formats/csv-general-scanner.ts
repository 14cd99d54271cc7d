import { type CsvMarks, CsvScanner, type RecordScanner } from './csv-scanner.ts';
import type { CsvSyntax } from './csv-plan.ts';
import { afterLineEnd, countLineEnds } from './line-ends.ts';

const LF = 10;
const CR = 13;
const BACKSLASH = 92;
/** Stands for "no quote character": no UTF-16 code unit has this value. */
const NEVER = -1;

/** A scanner for a syntax: the fast one where it will do. */
export function scannerFor(syntax: CsvSyntax): RecordScanner {
  const isCommon = syntax.delimiter.length === 1 && syntax.escape === 'doubled' && !syntax.blankBeforeQuote;
  return isCommon ? new CsvScanner(syntax) : new CsvGeneralScanner(syntax);
}

/**
 * Splits text into records and cells by any syntax: delimiters of several characters, quotes escaped by doubling, by a
 * backslash or not at all, blanks before an opening quote. Slower than CsvScanner, and agrees with it where both apply.
 */
export class CsvGeneralScanner implements RecordScanner {
  readonly cells: string[] = [];
  count = 0;
  hasQuotes = false;
  isIrregular = false;
  openQuote = -1;
  /** Whether a cell of the record scanned last is not quoted and holds the quote character. */
  hasInnerQuote = false;

  readonly #syntax: CsvSyntax;
  readonly #first: number;
  readonly #quote: number;
  #text = '';
  /** From here on no quote closes a cell: spares looking through all of the text again for each line with a stray one. */
  #openFrom = Number.POSITIVE_INFINITY;

  constructor(syntax: CsvSyntax) {
    this.#syntax = syntax;
    this.#first = syntax.delimiter.charCodeAt(0);
    this.#quote = syntax.quote === null ? NEVER : syntax.quote.charCodeAt(0);
  }

  load(text: string): void {
    this.#text = text;
    this.#openFrom = Number.POSITIVE_INFINITY;
  }

  scan(start: number): number {
    const text = this.#text;
    const width = this.#syntax.delimiter.length;
    let count = 0;
    let at = start;
    this.hasQuotes = false;
    this.isIrregular = false;
    this.hasInnerQuote = false;
    this.openQuote = -1;
    for (;;) {
      const open = this.#openingQuote(at);
      at = open >= 0 ? this.#scanQuoted(open, count++) : this.#scanPlain(at, count++);
      if (this.openQuote >= 0 || at >= text.length || !this.#isDelimiter(at)) break;
      at += width;
    }
    this.count = count;
    return at;
  }

  after(end: number): number {
    return end >= this.#text.length ? end + 1 : afterLineEnd(this.#text, end);
  }

  isCr(index: number): boolean {
    return this.#text.charCodeAt(index) === CR;
  }

  countLineEnds(from: number, to: number): number {
    return countLineEnds(this.#text.slice(from, to));
  }

  #isDelimiter(at: number): boolean {
    return (
      this.#text.charCodeAt(at) === this.#first &&
      (this.#syntax.delimiter.length === 1 || this.#text.startsWith(this.#syntax.delimiter, at))
    );
  }

  #endsCell(at: number): boolean {
    const unit = this.#text.charCodeAt(at);
    return at >= this.#text.length || unit === LF || unit === CR || this.#isDelimiter(at);
  }

  /** Index of the quote that opens a cell which starts at `at`, or -1. */
  #openingQuote(at: number): number {
    let index = at;
    if (this.#syntax.blankBeforeQuote) while (this.#text.charCodeAt(index) === 32) index++;
    return this.#text.charCodeAt(index) === this.#quote ? index : -1;
  }

  #scanPlain(from: number, column: number): number {
    const text = this.#text;
    const escapes = this.#syntax.escape === 'backslash';
    let at = from;
    let cell = '';
    let copied = from;
    while (!this.#endsCell(at)) {
      const unit = text.charCodeAt(at);
      if (unit === this.#quote) this.hasInnerQuote = true;
      if (escapes && unit === BACKSLASH && this.#isEscapable(at + 1)) {
        cell += text.slice(copied, at);
        copied = at + 1;
        at++;
      }
      at++;
    }
    this.cells[column] = copied === from ? text.slice(from, at) : cell + text.slice(copied, at);
    return at;
  }

  /** Whether a backslash before this place makes it an ordinary character. */
  #isEscapable(at: number): boolean {
    const unit = this.#text.charCodeAt(at);
    return at < this.#text.length && (unit === this.#quote || unit === BACKSLASH || this.#isDelimiter(at));
  }

  #scanQuoted(open: number, column: number): number {
    const close = this.#closingQuote(open);
    const text = this.#text;
    if (close < 0) {
      this.cells[column] = text.slice(open);
      this.openQuote = open;
      return text.length;
    }
    this.hasQuotes = true;
    const cell = this.#unescaped(text.slice(open + 1, close));
    let at = close + 1;
    if (this.#syntax.blankBeforeQuote && text.charCodeAt(at) === 32) {
      let behind = at;
      while (text.charCodeAt(behind) === 32) behind++;
      if (this.#endsCell(behind)) at = behind;
    }
    const rest = at;
    while (!this.#endsCell(at)) at++;
    if (at > rest) this.isIrregular = true;
    this.cells[column] = at > rest ? cell + text.slice(rest, at) : cell;
    return at;
  }

  #closingQuote(open: number): number {
    const text = this.#text;
    const { quote, escape: style } = this.#syntax;
    if (open >= this.#openFrom) return -1;
    let at = open + 1;
    let hasPairs = false;
    for (;;) {
      at = text.indexOf(quote as string, at);
      if (at < 0) {
        // Where quotes are doubled, which of two is the first depends on where the cell begins.
        if (!hasPairs) this.#openFrom = open;
        return -1;
      }
      const isDoubled = text.charCodeAt(at + 1) === this.#quote;
      if (style === 'none') {
        if (this.#endsCell(at + 1)) return at;
        // Told apart from the other styles by what they would have written here.
        if (isDoubled || text.charCodeAt(at - 1) === BACKSLASH) this.hasInnerQuote = true;
        at++;
      } else if (style === 'backslash' && isEscaped(text, open, at)) at++;
      else if (isDoubled) {
        hasPairs = true;
        at += 2;
      } else return at;
    }
  }

  #unescaped(cell: string): string {
    const style = this.#syntax.escape;
    const quote = this.#syntax.quote as string;
    if (style === 'doubled') return cell.includes(quote) ? cell.replaceAll(quote + quote, quote) : cell;
    if (style === 'none' || !(cell.includes('\\') || cell.includes(quote))) return cell;
    return cell.replace(/\\(["'\\])|""|''/g, (match, escaped: string | undefined) => {
      if (escaped === undefined) return match[0] === quote ? quote : match;
      return escaped === quote || escaped === '\\' ? escaped : match;
    });
  }
}

/** Whether an odd number of backslashes stands before the quote. */
function isEscaped(text: string, open: number, at: number): boolean {
  let from = at;
  while (from - 1 > open && text.charCodeAt(from - 1) === BACKSLASH) from--;
  return (at - from) % 2 === 1;
}

/**
 * The cells of one line whose last quote may be open: that quote and all after it are taken literally, so that the
 * joined cells hold every character of the line. `column` is the 1-based cell of the open quote, null when none is.
 */
export function splitLine(line: string, marks: CsvMarks & Partial<CsvSyntax>): { cells: string[]; column: number | null } {
  const scanner = scannerFor({ escape: 'doubled', blankBeforeQuote: false, ...marks });
  scanner.load(line);
  scanner.scan(0);
  const cells = scanner.cells.slice(0, scanner.count);
  if (scanner.openQuote < 0) return { cells, column: null };
  const column = scanner.count;
  return { cells: [...cells.slice(0, -1), ...line.slice(scanner.openQuote).split(marks.delimiter)], column };
}
