import { CrmError } from '../errors.ts';
import { GrowingColumns } from './growing-columns.ts';
import { JsonCells } from './json-cells.ts';
import { JsonObjectScanner, type JsonProblem } from './json-object-scanner.ts';
import { cutToBytes, KEPT_BYTES, MAX_BYTES_PER_UNIT } from './long-record.ts';
import { DEFAULT_MAX_RECORD_BYTES, type RecordHandler, type RecordReader } from './record-reader.ts';
import { type FeedPosition, positionIn, TextFeed, type TextSink } from './text-feed.ts';

const BLANK = /^[ \t\r]*$/;
const FIRST_MARK = /[^ \t\r\n]/;

/** How to read an NDJSON file. */
export interface NdjsonReaderOptions {
  /** Default: by the byte order mark, else UTF-8, which is what NDJSON is written in. */
  readonly encoding?: string | undefined;
  /** Longer lines are bad; also the bound of what is held in memory. Default 8 MiB. */
  readonly maxRecordBytes?: number | undefined;
}

/**
 * Reads NDJSON: one JSON object a line, LF or CR LF, blank lines skipped. The header grows with each new key. Strings
 * come as they are, numbers and booleans as written, null as `undefined`, what is nested as `JsonCells` says.
 */
export class NdjsonReader implements RecordReader, TextSink {
  line = 1;
  readonly #handler: RecordHandler;
  readonly #maxBytes: number;
  readonly #feed: TextFeed;
  readonly #at: FeedPosition;
  readonly #scanner = new JsonObjectScanner();
  readonly #columns = new GrowingColumns();
  readonly #members = new JsonCells(this.#columns);
  #text = '';
  #hasHeader = false;
  #isStarted = false;
  #isSkipping = false;

  constructor(options: NdjsonReaderOptions, handler: RecordHandler) {
    this.#handler = handler;
    this.#maxBytes = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
    this.#feed = new TextFeed({ encoding: options.encoding, maxRecordBytes: this.#maxBytes }, this);
    this.#at = positionIn(this.#feed);
  }

  /** @throws {CrmError} INPUT_NOT_TEXT, INPUT_UNDECODABLE, INPUT_UNREADABLE; USAGE when the encoding does not exist. */
  push(chunk: Uint8Array): void {
    this.#feed.push(chunk);
  }

  /** @throws {CrmError} INPUT_EMPTY when there is nothing but white space, and what `push` throws. */
  end(): void {
    this.#feed.end();
  }

  /** Called by the feed. */
  take(text: string, isLast: boolean): number {
    if (!this.#isStarted) this.#start(text);
    this.#text = text;
    this.#scanner.load(text);
    let index = 0;
    while (index < text.length) {
      const lf = text.indexOf('\n', index);
      const end = lf < 0 ? text.length : lf;
      if (!this.#isSkipping) {
        const isTooLong = (end - index) * MAX_BYTES_PER_UNIT > this.#maxBytes && this.#isTooLong(text, index, end);
        if (lf < 0 && !isLast && !isTooLong) break;
        this.#at.line = this.line;
        this.#at.index = index;
        if (isTooLong) this.#tooLong(text, index, end);
        else this.#record(index, end);
        this.#isSkipping = isTooLong;
      }
      if (lf < 0) return text.length;
      this.#isSkipping = false;
      this.line++;
      index = lf + 1;
    }
    if (isLast && !this.#isStarted) throw new CrmError('INPUT_EMPTY', 'the input is empty', { hint: 'one JSON object a line is expected' });
    return index;
  }

  #start(text: string): void {
    const first = FIRST_MARK.exec(text)?.[0];
    if (first === undefined) return;
    this.#isStarted = true;
    if (first !== '[') return;
    throw new CrmError('INPUT_UNREADABLE', 'the input is a JSON array, not NDJSON', {
      hint: 'leave --format out, or give --format json',
    });
  }

  #isTooLong(text: string, from: number, end: number): boolean {
    const to = text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    return this.#feed.byteLength(text.slice(from, to)) > this.#maxBytes;
  }

  #tooLong(text: string, index: number, end: number): void {
    const keptBytes = Math.min(KEPT_BYTES, this.#maxBytes);
    const kept = cutToBytes(text.slice(index, Math.min(end, index + keptBytes)), keptBytes, (part) => this.#feed.byteLength(part));
    const reason = `the line is longer than ${this.#maxBytes} bytes; only its first ${keptBytes} bytes are kept`;
    this.#bad({ code: 'RECORD_TOO_LONG', reason, column: null }, kept);
  }

  #record(index: number, end: number): void {
    const problem = this.#scanner.scan(index, end) ?? this.#place();
    if (problem === null) return this.#handler.record(this.#columns.cells, this.#at);
    const line = this.#text.slice(index, this.#text.charCodeAt(end - 1) === 13 ? end - 1 : end);
    if (BLANK.test(line)) return;
    if (line.includes('\0')) this.#bad({ code: 'NUL_BYTE', reason: 'the line holds a zero character (U+0000)', column: null }, line);
    else this.#bad(problem, line);
  }

  /** Puts the scanned members into their columns; unless two of them belong into one. */
  #place(): JsonProblem | null {
    const columns = this.#columns;
    columns.begin(this.line);
    const problem = this.#members.place(this.#scanner);
    if (problem !== null) {
      columns.forget();
      return problem;
    }
    if (columns.hasGrown || !this.#hasHeader) this.#handler.header(columns.names, this.#at);
    this.#hasHeader = true;
    return null;
  }

  #bad(problem: JsonProblem, line: string): void {
    this.#handler.bad({ ...problem, cells: [line] }, this.#at);
  }
}
