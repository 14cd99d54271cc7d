import { CrmError } from '../errors.ts';
import { type CsvMarks, CsvScanner } from './csv-scanner.ts';
import { afterLineEnd, lineEndAfter } from './line-ends.ts';

/** The delimiters that are looked for, the likeliest first. */
const DELIMITERS = [',', ';', '\t', '|'] as const;
const SEP_LINE = /^sep=([^\r\n])(?:\r\n|\r|\n|$)/i;

/** What was given of a file's dialect; the rest is detected. */
export interface CsvDialectOptions {
  readonly delimiter?: string | undefined;
  readonly quote?: '"' | "'" | null | undefined;
}

/** The dialect of a file: its marks, and where its first record begins. */
export interface CsvDialect extends CsvMarks {
  /** Characters taken by a first line `sep=;`, which spreadsheets write to name the delimiter; 0 when there is none. */
  readonly start: number;
}

/** Checks what was given of a dialect. @throws {CrmError} USAGE when the delimiter is not one usable character. */
export function checkDialect(options: CsvDialectOptions): void {
  const { delimiter, quote = '"' } = options;
  if (delimiter === undefined || (delimiter.length === 1 && delimiter !== quote && !/[\r\n\0]/.test(delimiter))) return;
  throw new CrmError('USAGE', 'the delimiter must be one character, and neither the quote nor a line end', {
    hint: 'usual are , ; | and the tab',
  });
}

/** The dialect of a file whose first text is `head`; `isLast` says that the head is the whole file. */
export function detectDialect(head: string, isLast: boolean, options: CsvDialectOptions): CsvDialect {
  const quote = options.quote === undefined ? '"' : options.quote;
  const sep = SEP_LINE.exec(head);
  const start = sep === null ? 0 : sep[0].length;
  const named = options.delimiter ?? (sep === null || sep[1] === quote ? undefined : sep[1]);
  return { delimiter: named ?? sniffDelimiter(head.slice(start), isLast, quote), quote, start };
}

/**
 * The delimiter under which the most records have as many cells as the first one, which must have two or more; of
 * equals the one that makes more cells, then the likelier one. Counting the characters alone would take the comma of
 * `1,50` for it.
 */
function sniffDelimiter(head: string, isLast: boolean, quote: CsvMarks['quote']): string {
  let best: string = DELIMITERS[0];
  let bestShare = 0;
  let bestColumns = 1;
  for (const delimiter of DELIMITERS) {
    const counts = cellCounts(head, isLast, { delimiter, quote });
    const columns = counts[0] ?? 0;
    if (columns < 2) continue;
    const share = counts.filter((count) => count === columns).length / counts.length;
    if (share > bestShare || (share === bestShare && columns > bestColumns)) {
      [best, bestShare, bestColumns] = [delimiter, share, columns];
    }
  }
  return best;
}

function cellCounts(head: string, isLast: boolean, marks: CsvMarks): number[] {
  const scanner = new CsvScanner(marks);
  scanner.load(head);
  const counts: number[] = [];
  for (let at = 0; at < head.length; ) {
    let end = scanner.scan(at);
    if (scanner.openQuote >= 0) end = lineEndAfter(head, at);
    else if (end < head.length || isLast || counts.length === 0) {
      if (scanner.count > 1 || scanner.cells[0]?.trim() !== '') counts.push(scanner.count);
    }
    at = afterLineEnd(head, end);
  }
  return counts;
}
