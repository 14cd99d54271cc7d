import { CrmError } from '../errors.ts';
import { shapeOf } from './cell-shape.ts';
import { CsvGeneralScanner } from './csv-general-scanner.ts';
import type { Ambiguity, CsvGiven, CsvSyntax, EscapeStyle, Finding, LineEnd, Quote } from './csv-plan.ts';
import { afterLineEnd, lineEndAfter } from './line-ends.ts';

/** How a file is delimited and quoted. */
export interface FoundDialect {
  readonly syntax: CsvSyntax;
  /** Characters taken by a first line `sep=;`. */
  readonly sepLength: number;
  readonly findings: { readonly delimiter: Finding; readonly quote: Finding; readonly escape: Finding };
  readonly ambiguities: readonly Ambiguity[];
}

const SEP_LINE = /^"?sep=([^\r\n"]{1,4})"?(?:\r\n|\r|\n|$)/i;
/** Delimiters with how usual they are; of equals the earlier one is taken. */
const DELIMITERS: readonly (readonly [delimiter: string, weight: number])[] = [
  [',', 1],
  [';', 1],
  ['\t', 1],
  ['|', 0.95],
  ['^', 0.85],
  ['~', 0.85],
  [':', 0.9],
  [' ', 0.9],
];
/** Delimiters that stand in values as well: not believed unless quotes show that they delimit. */
const WEAK = new Set([':', ' ']);
const WEAK_WEIGHT = 0.5;
const SIGNS = /[^\p{L}\p{N}\s"'()@+.\-_/\\&#$€£¥%*=<>[\]{}!?]{2,4}/gu;
const QUOTED = /"[^"]*"/g;
const ROWS_OF_A_PIECE = 200;
const CELLS_LOOKED_AT = 3000;
/** From so many records on, quotes that are out of order are a style. */
const MANY_ODD = 3;
/** What one column is worth: any delimiter that explains the file is better. */
const ONE_COLUMN = 0.12;
/** A candidate whose records fit together this well, compared with the best, explains the file as well. */
const TIE = 0.99;

interface Candidate {
  readonly syntax: CsvSyntax;
  readonly score: number;
  /** How well the records fit together, whatever the cells look like; 0 where the first one does not fit the others. */
  readonly fit: number;
  readonly isQuoted: boolean;
  /** Records whose quotes are not in order. */
  readonly odd: number;
}

/**
 * Finds out the dialect from pieces of a file; the first one is its beginning, all begin at a line.
 * @param isWhole whether the first piece is all of the file: a quote that is open at its end is never closed
 * @throws {CrmError} USAGE when what was given is no delimiter.
 */
export function findDialect(pieces: readonly string[], given: CsvGiven, isWhole = false): FoundDialect {
  if (given.delimiter !== undefined) checkDelimiter(given.delimiter, given.quote ?? '"');
  const sep = SEP_LINE.exec(pieces[0] ?? '');
  const sepLength = sep?.[0].length ?? 0;
  const texts = pieces.map((piece, index) => (index === 0 ? piece.slice(sepLength) : piece));
  const named = given.delimiter ?? sep?.[1];
  const candidates = candidatesFor(texts, named, given, isWhole).sort((a, b) => b.score - a.score);
  const best = candidates[0] as Candidate;
  const how = given.delimiter !== undefined ? 'given' : sep === null ? 'detected' : 'sep-line';
  const isOne = named === undefined && best.score <= ONE_COLUMN;
  const rivals = candidates.filter(
    ({ syntax: { delimiter } }) => !delimiter.includes(best.syntax.delimiter) && !best.syntax.delimiter.includes(delimiter),
  );
  const tied = how === 'detected' && !isOne && best.fit > 0 ? rivals.filter(({ fit }) => fit >= best.fit * TIE) : [];
  const readings = new Set([best, ...tied].map(({ syntax }) => nameOfDelimiter(syntax.delimiter)));
  const sure = how !== 'detected' ? 1 : isOne || tied.length > 0 ? 0.5 : confidenceOf(best.score, rivals[0]?.score ?? 0);
  const quoteHow = given.quote !== undefined ? 'given' : best.isQuoted ? 'detected' : 'default';
  const escapeHow = given.escape !== undefined ? 'given' : best.isQuoted ? 'detected' : 'default';
  return {
    syntax: isOne
      ? { delimiter: ',', quote: given.quote === undefined ? '"' : given.quote, escape: given.escape ?? 'doubled', blankBeforeQuote: false }
      : best.syntax,
    sepLength,
    findings: {
      delimiter: { confidence: sure, how: isOne ? 'default' : how },
      quote: { confidence: quoteHow === 'default' ? 0.9 : quoteHow === 'given' ? 1 : 0.98, how: quoteHow },
      escape: { confidence: escapeHow === 'default' ? 0.9 : escapeHow === 'given' ? 1 : 0.95, how: escapeHow },
    },
    ambiguities: tied.length > 0 ? [{ what: 'delimiter', readings: [...readings] }] : [],
  };
}

/** What ends the lines of pieces of a file, not counting those within quotes; one of a hundred that differ make it mixed. */
export function findLineEnd(pieces: readonly string[]): { readonly lineEnd: LineEnd; readonly finding: Finding } {
  const counts = { lf: 0, crlf: 0, cr: 0 };
  for (const whole of pieces) {
    const piece = whole.replace(QUOTED, '');
    for (let at = lineEndAfter(piece, 0); at < piece.length; at = lineEndAfter(piece, afterLineEnd(piece, at))) {
      const isCr = piece.charCodeAt(at) === 13;
      // A CR at the end of a piece may be half of CR LF.
      if (isCr && at + 1 === piece.length && counts.crlf > 0) continue;
      counts[isCr ? (piece.charCodeAt(at + 1) === 10 ? 'crlf' : 'cr') : 'lf']++;
    }
  }
  const [most, second] = (Object.entries(counts) as [Exclude<LineEnd, 'mixed'>, number][]).sort((a, b) => b[1] - a[1]);
  const [name, count] = most as [Exclude<LineEnd, 'mixed'>, number];
  if (count === 0) return { lineEnd: 'lf', finding: { confidence: 0.5, how: 'default' } };
  const isMixed = (second?.[1] ?? 0) * 100 > count;
  return { lineEnd: isMixed ? 'mixed' : name, finding: { confidence: isMixed ? 0.9 : 1, how: 'detected' } };
}

/** How people call a delimiter. */
export function nameOfDelimiter(delimiter: string): string {
  return { '\t': 'tab', ' ': 'space' }[delimiter] ?? delimiter;
}

/** @throws {CrmError} USAGE when a delimiter cannot be told from quotes or line ends. */
export function checkDelimiter(delimiter: string, quote: Quote): void {
  if (delimiter !== '' && delimiter.length <= 16 && !/[\r\n\0]/.test(delimiter) && (quote === null || !delimiter.includes(quote))) return;
  throw new CrmError('USAGE', 'the delimiter must be one or a few characters without quotes and line ends', {
    hint: 'usual are , ; | and the tab',
  });
}

function confidenceOf(score: number, rival: number): number {
  const lead = score <= 0 ? 0 : 1 - rival / score;
  return Math.round(Math.min(0.99, 0.5 + 0.5 * Math.min(1, lead * 1.5)) * 100) / 100;
}

function candidatesFor(texts: readonly string[], named: string | undefined, given: CsvGiven, isWhole: boolean): Candidate[] {
  const delimiters = named === undefined ? [...DELIMITERS, ...signDelimiters(texts[0] ?? '')] : [[named, 1] as const];
  const quotes: readonly Quote[] = given.quote === undefined ? ['"', "'"] : [given.quote];
  const found: Candidate[] = [];
  const isIn = (part: string): boolean => texts.some((text) => text.includes(part));
  for (const [delimiter, weight] of delimiters) {
    if (named === undefined && !isIn(delimiter)) continue;
    for (const quote of quotes) {
      if (quote !== null && given.quote === undefined && quote !== '"' && !isIn(quote)) continue;
      const plain: CsvSyntax = { delimiter, quote, escape: given.escape ?? 'doubled', blankBeforeQuote: false };
      let odd = MANY_ODD;
      for (const syntax of variants(plain, given, isIn, named !== undefined)) {
        // A single stray quote is mended in its line; that no quote is doubled shows in several.
        if (syntax.escape === 'none' && given.escape === undefined && odd < MANY_ODD) continue;
        const scored = scoreOf(texts, syntax, isWhole);
        const { score, fit, isQuoted } = scored;
        if (syntax === plain) odd = scored.odd;
        // A quote other than the usual one must be seen at work.
        if (quote === "'" && given.quote === undefined && !isQuoted) continue;
        const doubt = syntax.escape === 'none' && given.escape === undefined ? 0.93 : 1;
        found.push({ syntax, score: score * weight * doubt, fit: fit * doubt, isQuoted, odd: scored.odd });
      }
    }
  }
  if (found.length === 0)
    found.push({
      syntax: { delimiter: named ?? ',', quote: given.quote ?? '"', escape: given.escape ?? 'doubled', blankBeforeQuote: false },
      score: ONE_COLUMN,
      fit: 0,
      isQuoted: false,
      odd: 0,
    });
  return found;
}

/** The same delimiter and quote with the escapes and blanks that the text suggests; the usual ones first. */
function variants(plain: CsvSyntax, given: CsvGiven, isIn: (part: string) => boolean, isNamed: boolean): CsvSyntax[] {
  const { delimiter, quote } = plain;
  const list = [plain];
  if (quote !== null && given.escape === undefined) {
    const styles: EscapeStyle[] = isIn(`\\${quote}`) ? ['backslash', 'none'] : ['none'];
    if (isIn(quote)) list.push(...styles.map((style) => ({ ...plain, escape: style })));
  }
  if (delimiter !== ' ' && delimiter !== '\t' && isIn(`${delimiter} `)) {
    if (!isNamed) list.push(...list.map((syntax) => ({ ...syntax, delimiter: `${delimiter} ` })));
    if (quote !== null && isIn(`${delimiter} ${quote}`)) list.push({ ...plain, blankBeforeQuote: true });
  }
  return list;
}

/** Sequences of signs that stand in every line as often: delimiters of several characters. */
function signDelimiters(text: string): [string, number][] {
  const lines = text.split(/\r\n|\r|\n/, 40).filter((line) => line.trim() !== '');
  const first = new Map<string, number>();
  for (const [sign] of (lines[0] ?? '').matchAll(SIGNS)) first.set(sign, (first.get(sign) ?? 0) + 1);
  const whole = text.length > 200_000 || lines.length < 40 ? lines : lines.slice(0, -1);
  return [...first.keys()]
    .filter((sign) => new Set(sign).size < sign.length || !/[,;]/.test(sign[0] as string))
    .filter((sign) => whole.filter((line) => line.includes(sign)).length >= whole.length * 0.8)
    .map((sign) => [sign, 1.05]);
}

/**
 * How well a syntax explains the text, in [0,1]: the share of records with as many cells as most have, with quotes where
 * they belong and cells that look like values; the more columns the better.
 */
function scoreOf(texts: readonly string[], syntax: CsvSyntax, isWhole: boolean): Omit<Candidate, 'syntax'> {
  const counts: number[] = [];
  let odd = 0;
  let quoted = 0;
  let cells = 0;
  let plausible = 0;
  for (const text of texts) {
    const scanner = new CsvGeneralScanner(syntax);
    scanner.load(text);
    let rows = 0;
    for (let at = 0; at < text.length && rows < ROWS_OF_A_PIECE; rows++) {
      let end = scanner.scan(at);
      const isOpen = scanner.openQuote >= 0;
      const isCut = !isWhole && end >= text.length && rows > 0;
      if (isOpen || (scanner.isIrregular && end > lineEndAfter(text, at))) end = lineEndAfter(text, at);
      if (!(isCut && isOpen) && (scanner.count > 1 || scanner.cells[0]?.trim() !== '')) {
        counts.push(scanner.count);
        const spansLines = syntax.escape === 'none' && end > lineEndAfter(text, at);
        if (isOpen || scanner.isIrregular || scanner.hasInnerQuote || spansLines) odd++;
        if (scanner.hasQuotes) quoted++;
        for (let column = 0; column < scanner.count && cells < CELLS_LOOKED_AT; column++, cells++) {
          plausible += plausibility(scanner.cells[column] as string);
        }
      }
      at = afterLineEnd(text, end);
    }
  }
  const isWeak = WEAK.has(syntax.delimiter) && quoted * 2 < counts.length;
  const { share, columns } = agreement(counts, isWeak);
  if (columns < 2) return { score: ONE_COLUMN * 0.99, fit: 0, isQuoted: quoted > 0, odd };
  const regular = 1 - odd / counts.length;
  const weight = isWeak ? WEAK_WEIGHT : 1;
  const together = weight * share * regular * regular * (1 - 0.5 / columns);
  const score = together * (plausible / Math.max(1, cells));
  return { score, fit: counts[0] === columns && !WEAK.has(syntax.delimiter) ? together : 0, isQuoted: quoted > 0, odd };
}

/** A cell with other delimiters in it is less likely a whole value; each style of quoting leaves its traces. */
function plausibility(cell: string): number {
  const shape = shapeOf(cell);
  if (shape === 'empty') return 0.95;
  if (shape !== 'text') return 1;
  if (/^\s/.test(cell)) return 0.85;
  return /[;|\t^~]/.test(cell) ? 0.6 : /^["']|["']$/.test(cell) ? 0.7 : /[,:]/.test(cell) ? 0.92 : 0.96;
}

/**
 * The share of records with as many cells as most have. Lines above the first such record must be few and the rest sure; of
 * a weak delimiter there are none, or else one column of full names under `name` would be two.
 */
function agreement(counts: readonly number[], isWeak: boolean): { share: number; columns: number } {
  const rows = new Map<number, number>();
  for (const count of counts) rows.set(count, (rows.get(count) ?? 0) + 1);
  let columns = 0;
  let most = 0;
  for (const [count, times] of rows) {
    const worth = times * (count > 1 ? 1 : 0.5);
    if (worth > most || (worth === most && count > columns)) [columns, most] = [count, worth];
  }
  const times = rows.get(columns) ?? 0;
  let share = counts.length === 0 ? 0 : times / counts.length;
  const first = counts[0] ?? 0;
  if (first === columns) return { share: isWeak && columns < 3 ? share * 0.2 : share, columns };
  const above = counts.indexOf(columns);
  const below = times / (counts.length - above);
  if (!isWeak && Math.abs(first - columns) === 1 && counts.length >= 8 && below >= 0.9) share = Math.max(share, below * 0.95);
  else if (!isWeak && above <= 20 && columns > 2 && below >= 0.8) share = Math.max(share, below * 0.95);
  else share *= isWeak ? 0.1 : below >= 0.95 ? 0.8 : 0.3;
  return { share, columns };
}
