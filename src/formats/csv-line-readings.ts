import type { CsvSyntax } from './csv-plan.ts';
import { CsvGeneralScanner } from './csv-general-scanner.ts';

/** Lines beyond these bounds are not looked at: what their author meant would be a guess, and finding it out would be slow. */
const MAX_LINE_LENGTH = 64 * 1024;
const MAX_COLUMNS = 2000;
const MAX_QUOTES = 200;

/** What is wrong with a reading of a line: a quote that stands for itself; a cell that ends without a delimiter. */
const STRAY = 1;
const MISSING = 100;
/** A quote within an unquoted cell; where delimiters may lack, it rather begins the next cell. */
const INNER = 60;
const OTHER_DELIMITERS = [',', ';', '\t', '|', ' '] as const;

/** A way to read a line: its cells from the last to the first. */
interface Reading {
  readonly cost: number;
  /** Whether another way costs the same. */
  readonly isTied: boolean;
  readonly cell: string;
  readonly rest: Reading | null;
}

/** One cell as it may be read: where the next one begins, or -1 at the end of the line. */
interface Step {
  readonly cell: string;
  readonly next: number;
  readonly cost: number;
}

/**
 * The cells of a line of which a quote is not what it seems (never closed, or with text behind it), read with quotes
 * taken literally where that, and only that, gives the right number of cells; null where nothing or several things do.
 */
export function strayQuoteReading(line: string, syntax: CsvSyntax, columns: number): string[] | null {
  return new LineReadings(line, syntax, false).cells(columns);
}

/** The cells of a line that lacks a delimiter before or behind a quoted cell, as `strayQuoteReading`. */
export function missingDelimiterReading(line: string, syntax: CsvSyntax, columns: number): string[] | null {
  return new LineReadings(line, syntax, true).cells(columns, MISSING + INNER);
}

/** The cells of a line under the only other delimiter that gives the right number of them; null when none does. */
export function otherDelimiterReading(line: string, syntax: CsvSyntax, columns: number): string[] | null {
  if (line.length > MAX_LINE_LENGTH || columns < 2) return null;
  let found: string[] | null = null;
  for (const delimiter of OTHER_DELIMITERS) {
    if (syntax.delimiter.includes(delimiter)) continue;
    const scanner = new CsvGeneralScanner({ ...syntax, delimiter });
    scanner.load(line);
    if (scanner.scan(0) < line.length || scanner.openQuote >= 0 || scanner.isIrregular || scanner.count !== columns) continue;
    if (found !== null) return null;
    found = scanner.cells.slice(0, columns);
  }
  return found;
}

/** All ways to read one line, weighed against each other. */
class LineReadings {
  readonly #line: string;
  readonly #syntax: CsvSyntax;
  readonly #mayLack: boolean;
  readonly #known = new Map<number, Reading | null>();

  constructor(line: string, syntax: CsvSyntax, mayLack: boolean) {
    this.#line = line;
    this.#syntax = syntax;
    this.#mayLack = mayLack;
  }

  /** The cells of the one way that costs least, if that is less than `limit`. */
  cells(columns: number, limit = Number.POSITIVE_INFINITY): string[] | null {
    const { quote } = this.#syntax;
    if (quote === null || this.#line.length > MAX_LINE_LENGTH || columns > MAX_COLUMNS) return null;
    if (this.#line.split(quote).length > MAX_QUOTES) return null;
    let reading = this.#best(0, columns);
    if (reading === null || reading.isTied || reading.cost >= limit) return null;
    const cells: string[] = [];
    for (; reading !== null; reading = reading.rest) cells.push(reading.cell);
    return cells;
  }

  /** The cheapest way to read the line from `at` as so many cells. */
  #best(at: number, columns: number): Reading | null {
    const key = at * (MAX_COLUMNS + 1) + columns;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    let best = null as Reading | null;
    for (const step of this.#steps(at)) {
      const isLast = step.next < 0;
      if (isLast !== (columns === 1)) continue;
      const rest = isLast ? null : this.#best(step.next, columns - 1);
      if (!isLast && rest === null) continue;
      const cost = step.cost + (rest?.cost ?? 0);
      const isTied: boolean = rest?.isTied === true || cost === best?.cost;
      if (best === null || cost <= best.cost) best = { cost, isTied, cell: step.cell, rest };
    }
    this.#known.set(key, best);
    return best;
  }

  /** The ways to read the cell that begins at `at`. */
  #steps(at: number): Step[] {
    const line = this.#line;
    const quote = this.#syntax.quote as string;
    let open = at;
    if (this.#syntax.blankBeforeQuote) while (line[open] === ' ') open++;
    if (line[open] !== quote) return this.#plain(at, 0);
    const steps: Step[] = [];
    let doubled = 0;
    for (let close = line.indexOf(quote, open + 1); close >= 0; close = line.indexOf(quote, close + 1)) {
      if (this.#endsCell(close + 1)) {
        const inner = line.slice(open + 1, close);
        steps.push({ cell: undoubled(inner, quote), next: this.#nextCell(close + 1), cost: isRegular(inner, quote) ? 0 : STRAY });
        if (doubled % 2 === 0) break;
      } else if (this.#mayLack && close > open + 1) {
        steps.push({ cell: undoubled(line.slice(open + 1, close), quote), next: close + 1, cost: MISSING });
      }
      doubled = line[close + 1] === quote ? doubled + 1 : 0;
    }
    return [...steps, ...this.#plain(at, 2 * STRAY)];
  }

  /** The cell read up to the next delimiter, its quotes taken literally. */
  #plain(at: number, cost: number): Step[] {
    const line = this.#line;
    const delimiterAt = line.indexOf(this.#syntax.delimiter, at);
    const end = delimiterAt < 0 ? line.length : delimiterAt;
    const cell = line.slice(at, end);
    const quote = this.#syntax.quote as string;
    // A quote at both ends more likely encloses the cell than stands for itself twice.
    const ends = cost > 0 && cell.endsWith(quote) ? STRAY : 0;
    const inner = this.#mayLack && cell.includes(quote) ? INNER : 0;
    const steps = [{ cell, next: this.#nextCell(end), cost: cost + ends + inner }];
    if (!this.#mayLack) return steps;
    for (let open = line.indexOf(quote, at + 1); open >= 0 && open < end; open = line.indexOf(quote, open + 1)) {
      steps.push({ cell: line.slice(at, open), next: open, cost: cost + MISSING });
    }
    return steps;
  }

  #nextCell(end: number): number {
    return end >= this.#line.length ? -1 : end + this.#syntax.delimiter.length;
  }

  #endsCell(at: number): boolean {
    return at >= this.#line.length || this.#line.startsWith(this.#syntax.delimiter, at);
  }
}

/** Whether all quotes within a quoted cell are doubled. */
function isRegular(inner: string, quote: string): boolean {
  return !inner.includes(quote) || !inner.replaceAll(quote + quote, '').includes(quote);
}

/** Each pair of quotes is one quote; a single one stands for itself. */
function undoubled(inner: string, quote: string): string {
  return inner.includes(quote) ? inner.replaceAll(quote + quote, quote) : inner;
}
