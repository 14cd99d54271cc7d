import { CrmError } from '../errors.ts';
import { type CsvDialect, type CsvDialectOptions, checkDialect, detectDialect } from './csv-dialect.ts';
import { scannerFor, splitLine } from './csv-general-scanner.ts';
import { lineWithStrayQuote, linesOf, mendRecord } from './csv-mending.ts';
import { announcePlan, type CsvPlan } from './csv-plan.ts';
import { CsvScanner, type RecordScanner } from './csv-scanner.ts';
import { lineEndAfter } from './line-ends.ts';
import { cutToBytes, KEPT_BYTES, MAX_BYTES_PER_UNIT } from './long-record.ts';
import { type BadRecord, DEFAULT_MAX_RECORD_BYTES, type RecordHandler, type RecordReader } from './record-reader.ts';
import { type FeedPosition, positionIn, TextFeed, type TextSink } from './text-feed.ts';

/** How to read a CSV file: by its plan, or else with what is given; the rest is detected from its first 64 KiB. */
export interface CsvReaderOptions extends CsvDialectOptions {
  /** `utf-8`, `utf-16le`, `utf-16be`, `gb18030` or any other; default: by the byte order mark, else UTF-8. */
  readonly encoding?: string | undefined;
  /** The first record that is not blank names the columns; nothing else is supported yet. */
  readonly hasHeader?: true;
  /** What `detectCsv` found out; the options above are not looked at then. */
  readonly plan?: CsvPlan | undefined;
  /** Longer records are bad; also the bound of what is held in memory. Default 8 MiB. */
  readonly maxRecordBytes?: number | undefined;
}

/** What a reader found out about a file. */
export interface CsvDetected {
  readonly encoding: string;
  readonly delimiter: string;
  /** Line of the column names, 1-based; null when there are none. */
  readonly headerLine: number | null;
}

/**
 * Reads CSV. Blank lines are skipped. A quote that is never closed, or not within `maxRecordBytes`, makes one bad record
 * of the line it stands on, and reading goes on with the next line. Of a line longer than that the first 64 KiB are kept.
 */
export class CsvReader implements RecordReader, TextSink {
  line: number;
  readonly #options: CsvReaderOptions;
  readonly #handler: RecordHandler;
  readonly #maxBytes: number;
  readonly #feed: TextFeed;
  readonly #at: FeedPosition;
  readonly #plan: CsvPlan | null;
  #dialect: CsvDialect | null = null;
  #scanner: RecordScanner = new CsvScanner({ delimiter: ',', quote: null });
  #text = '';
  #hasNul = false;
  /** Number of columns; 0 until the header is read. */
  #columns = 0;
  /** The cells that records have: the columns and nameless empty ones behind them, unless the header is damaged. */
  #width = 0;
  #headerLine = 0;
  /** Whether the rest of a line that is too long is being passed over. */
  #isSkipping = false;

  /** @throws {CrmError} USAGE when the delimiter is not one usable character. */
  constructor(options: CsvReaderOptions, handler: RecordHandler) {
    const { plan } = options;
    if (plan === undefined) checkDialect(options);
    this.#options = options;
    this.#plan = plan ?? null;
    this.#handler = handler;
    this.#maxBytes = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
    this.line = plan?.start.line ?? 1;
    const encoding = plan?.encoding ?? options.encoding;
    const part = plan === undefined ? {} : { fromByte: plan.start.byte, toByte: plan.end?.byte };
    this.#feed = new TextFeed({ encoding, maxRecordBytes: this.#maxBytes, ...part }, this);
    this.#at = positionIn(this.#feed);
  }

  /** What was found out about the file; null until the header is read. */
  get detected(): CsvDetected | null {
    if (this.#columns === 0) return null;
    const plan = this.#plan;
    if (plan !== null) return { encoding: plan.encoding, delimiter: plan.delimiter, headerLine: plan.header?.line ?? null };
    return { encoding: this.#feed.encoding as string, delimiter: (this.#dialect as CsvDialect).delimiter, headerLine: this.#headerLine };
  }

  /** @throws {CrmError} INPUT_NOT_TEXT, INPUT_UNDECODABLE, INPUT_NO_HEADER; USAGE when the encoding does not exist. */
  push(chunk: Uint8Array): void {
    this.#feed.push(chunk);
  }

  /** @throws {CrmError} INPUT_EMPTY when there is nothing but white space, and what `push` throws. */
  end(): void {
    this.#feed.end();
  }

  /** Called by the feed. */
  take(text: string, isLast: boolean): number {
    let index = this.#dialect === null ? this.#start(text, isLast) : 0;
    this.#text = text;
    this.#hasNul = text.includes('\0');
    const scanner = this.#scanner;
    scanner.load(text);
    if (this.#isSkipping) index = this.#skip(isLast);
    while (index < text.length) {
      const end = scanner.scan(index);
      const isOpen = scanner.openQuote >= 0;
      const isCut = !isLast && (end >= text.length || (end === text.length - 1 && scanner.isCr(end)));
      const isComplete = !isCut && !isOpen;
      // Measured only where it matters: a file may have a stray quote in every line.
      if ((isOpen && isLast) || ((end - index) * MAX_BYTES_PER_UNIT > this.#maxBytes && this.#isTooLong(index, end))) {
        index = this.#recover(index, isLast);
      } else if (isComplete) {
        if (this.#plan !== null && (scanner.isIrregular || (scanner.count !== this.#columns && scanner.count !== this.#width))) {
          const next = this.#mend(index, end, isLast);
          if (next < 0) break;
          if (next > 0) {
            index = next;
            continue;
          }
        }
        this.#record(index);
        if (scanner.hasQuotes) this.line += scanner.countLineEnds(index, end);
        this.line++;
        index = scanner.after(end);
      } else break;
    }
    if (isLast && this.#columns === 0)
      throw new CrmError('INPUT_EMPTY', 'the input is empty', { hint: 'the first line must name the columns' });
    return Math.min(index, text.length);
  }

  #start(text: string, isLast: boolean): number {
    if (this.#plan !== null) return this.#startByPlan(this.#plan);
    const dialect = detectDialect(text, isLast, this.#options);
    this.#dialect = dialect;
    this.#scanner = new CsvScanner(dialect);
    if (dialect.start > 0) this.line = 2;
    return dialect.start;
  }

  #startByPlan(plan: CsvPlan): number {
    const { columns } = plan;
    if (columns.some((name) => name.includes('\0'))) {
      throw new CrmError('INPUT_NOT_TEXT', `the column names on line ${plan.header?.line} hold a zero character`);
    }
    this.#dialect = { delimiter: plan.delimiter, quote: plan.quote, start: 0 };
    this.#scanner = scannerFor(plan);
    this.#columns = columns.length;
    this.#width = plan.tables[plan.table - 1]?.columns ?? columns.length;
    this.#scanner.cells.length = columns.length;
    if (columns.length > 0) announcePlan(plan, this.#handler);
    return 0;
  }

  /** Makes the best of a record that does not fit; returns where to go on, 0 to take it as it is, -1 to wait for more text. */
  #mend(index: number, end: number, isLast: boolean): number {
    const around = { text: this.#text, isLast, maxLength: this.#maxBytes };
    const mended = mendRecord(around, index, end, this.#scanner, this.#plan as CsvPlan, this.#width);
    if (mended === 'more') return -1;
    if (mended === null) return 0;
    this.#scanner.cells.length = this.#columns;
    this.#at.line = this.line;
    this.#at.index = index;
    if (mended.problem === null) this.#mended(mended.cells);
    else this.#handler.bad({ ...mended.problem, cells: mended.cells }, this.#at);
    this.line += linesOf(this.#text, index, mended.end);
    return this.#scanner.after(mended.end);
  }

  #mended(cells: string[]): void {
    this.#handler.note?.('STRAY_QUOTE', this.#at);
    if (cells.length === this.#columns && !this.#hasNul) this.#handler.record(cells, this.#at);
    else this.#unusual(cells);
  }

  #skip(isLast: boolean): number {
    const end = lineEndAfter(this.#text, 0);
    // A CR at the end may be half of CR LF.
    if (!isLast && end >= this.#text.length - 1 && this.#text.charCodeAt(end) !== 10) return end;
    this.#isSkipping = false;
    this.line++;
    return this.#scanner.after(end);
  }

  #isTooLong(from: number, end: number): boolean {
    // No encoding takes less than one byte for a UTF-16 code unit.
    if (end - from > this.#maxBytes + 1) return true;
    // A CR at the end of the text is half a line end, not a character of the record.
    const to = end === this.#text.length && this.#scanner.isCr(end - 1) ? end - 1 : end;
    return this.#feed.byteLength(this.#text.slice(from, to)) > this.#maxBytes;
  }

  #record(index: number): void {
    const { cells, count } = this.#scanner;
    const columns = this.#columns;
    this.#at.line = this.line;
    this.#at.index = index;
    if (columns === 0) this.#header(cells.slice(0, count));
    else if (count === columns && !this.#hasNul) {
      // A blank line; two quotes are the one way to write an empty cell alone.
      if (count === 1 && cells[0] === '' && !this.#scanner.hasQuotes) return;
      this.#handler.record(cells, this.#at);
    } else {
      this.#unusual(cells.slice(0, count));
      cells.length = columns;
    }
  }

  #header(cells: readonly string[]): void {
    const names = cells.map((name) => name.trim());
    if (names.every((name) => name === '')) return;
    if (this.#hasNul && names.some((name) => name.includes('\0'))) {
      throw new CrmError('INPUT_NOT_TEXT', `the column names on line ${this.line} hold a zero character`);
    }
    this.#columns = names.length;
    this.#headerLine = this.line;
    this.#scanner.cells.length = names.length;
    this.#handler.header(names, this.#at);
  }

  /** A record that has zero characters, or not as many cells as there are columns. */
  #unusual(cells: string[]): void {
    const columns = this.#columns;
    const nul = this.#hasNul ? cells.findIndex((cell) => cell.includes('\0')) : -1;
    if (nul >= 0) return this.#bad('NUL_BYTE', `a zero character (U+0000) stands in column ${nul + 1}`, nul + 1, cells);
    if (cells.length === 1 && cells[0]?.trim() === '' && (columns > 1 || (cells[0] === '' && !this.#scanner.hasQuotes))) return;
    const extra = cells.findIndex((cell, column) => column >= columns && cell !== '');
    if (extra >= 0) return this.#bad('TOO_MANY_CELLS', `the record has ${cells.length} cells, the header ${columns}`, extra + 1, cells);
    if (cells.length < columns) {
      return this.#bad('TOO_FEW_CELLS', `the record has ${cells.length} of the ${columns} cells`, cells.length + 1, cells);
    }
    cells.length = columns;
    this.#handler.record(cells, this.#at);
  }

  /** Makes a bad record of the line at `index` and returns where to go on: at the next line, if that is here yet. */
  #recover(index: number, isLast: boolean): number {
    const text = this.#text;
    const end = lineEndAfter(text, index);
    const isLong = this.#isTooLong(index, end);
    if (this.#columns === 0) {
      throw new CrmError(
        'INPUT_NO_HEADER',
        `the column names on line ${this.line} ${isLong ? 'are too long' : 'have a quote that is not closed'}`,
        {
          hint: 'the first line must name the columns',
        },
      );
    }
    this.#scanner.cells.length = this.#columns;
    this.#at.line = this.line;
    this.#at.index = index;
    if (isLong) this.#tooLong(index, end);
    else this.#unclosed(index, end);
    const isWhole = isLast || (end < text.length && !(this.#scanner.isCr(end) && end === text.length - 1));
    this.#isSkipping = !isWhole;
    if (!isWhole) return end;
    this.line++;
    return this.#scanner.after(end);
  }

  #tooLong(index: number, end: number): void {
    const keptBytes = Math.min(KEPT_BYTES, this.#maxBytes);
    const kept = cutToBytes(this.#text.slice(index, Math.min(end, index + keptBytes)), keptBytes, (text) => this.#feed.byteLength(text));
    const { cells } = splitLine(kept, this.#plan ?? (this.#dialect as CsvDialect));
    const reason = `the line is longer than ${this.#maxBytes} bytes; only its first ${keptBytes} bytes are kept`;
    this.#bad('RECORD_TOO_LONG', reason, null, cells);
  }

  #unclosed(index: number, end: number): void {
    const mended = this.#plan === null ? null : lineWithStrayQuote(this.#text.slice(index, end), this.#plan, this.#width);
    if (mended !== null) return this.#mended(mended);
    const { cells, column } = splitLine(this.#text.slice(index, end), this.#plan ?? (this.#dialect as CsvDialect));
    const reason = `a quote in column ${column} is not closed before the end of the file or within ${this.#maxBytes} bytes`;
    this.#bad('UNCLOSED_QUOTE', reason, column, cells);
  }

  #bad(code: BadRecord['code'], reason: string, column: number | null, cells: readonly string[]): void {
    this.#handler.bad({ code, reason, column, cells }, this.#at);
  }
}
