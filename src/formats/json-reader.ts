import { GrowingColumns } from './growing-columns.ts';
import { JsonCells } from './json-cells.ts';
import { JsonObjectScanner, type JsonProblem } from './json-object-scanner.ts';
import { JsonStructure } from './json-structure.ts';
import { cutToBytes, KEPT_BYTES, MAX_BYTES_PER_UNIT } from './long-record.ts';
import type { NdjsonReaderOptions } from './ndjson-reader.ts';
import { DEFAULT_MAX_RECORD_BYTES, type RecordHandler, type RecordReader } from './record-reader.ts';
import { type FeedPosition, positionIn, TextFeed, type TextSink } from './text-feed.ts';

/** How to read a JSON file. */
export interface JsonReaderOptions extends NdjsonReaderOptions {
  /** Name of the member that holds the records, or its number from 1; needed where several do. */
  readonly table?: string | undefined;
}

/**
 * Reads JSON: an array of objects, an object that holds one or more arrays of objects (of which one is the table), or one
 * object. Elements come one by one, as NDJSON lines do; memory is bounded by the longest of them. What is not read of an
 * object is told by notes.
 */
export class JsonReader implements RecordReader, TextSink {
  line = 1;
  readonly #handler: RecordHandler;
  readonly #maxBytes: number;
  readonly #feed: TextFeed;
  readonly #at: FeedPosition;
  readonly #scanner = new JsonObjectScanner();
  readonly #columns = new GrowingColumns();
  readonly #members = new JsonCells(this.#columns);
  readonly #structure: JsonStructure;
  #hasHeader = false;
  /** Where line ends were counted up to, in the text being taken. */
  #countedTo = 0;
  #text = '';

  constructor(options: JsonReaderOptions, handler: RecordHandler) {
    this.#handler = handler;
    this.#maxBytes = options.maxRecordBytes ?? DEFAULT_MAX_RECORD_BYTES;
    this.#feed = new TextFeed({ encoding: options.encoding, maxRecordBytes: this.#maxBytes }, this);
    this.#at = positionIn(this.#feed);
    this.#structure = new JsonStructure(options.table, this.#maxBytes, {
      element: (start, end, isLong) => this.#element(start, end, isLong),
      leftOut: (code, about) => this.#handler.note?.(code, this.#at, about),
    });
  }

  /** @throws {CrmError} INPUT_NOT_TEXT, INPUT_UNDECODABLE, INPUT_UNREADABLE; USAGE when the encoding does not exist. */
  push(chunk: Uint8Array): void {
    this.#feed.push(chunk);
  }

  /** @throws {CrmError} INPUT_EMPTY, INPUT_UNREADABLE when the file ends within its structure, and what `push` throws. */
  end(): void {
    this.#feed.end();
  }

  /** Called by the feed. */
  take(text: string, isLast: boolean): number {
    this.#text = text;
    this.#countedTo = 0;
    const taken = this.#structure.take(text, isLast, (index) => this.#lineAt(index));
    this.#lineAt(taken);
    return taken;
  }

  #element(start: number, end: number, isLong: boolean): void {
    this.#at.index = start;
    this.#at.line = this.#lineAt(start);
    const source = this.#text.slice(start, end);
    if (isLong || (source.length * MAX_BYTES_PER_UNIT > this.#maxBytes && this.#feed.byteLength(source) > this.#maxBytes)) {
      const kept = cutToBytes(source, Math.min(KEPT_BYTES, this.#maxBytes), (part) => this.#feed.byteLength(part));
      const reason = `the element is longer than ${this.#maxBytes} bytes; only its beginning is kept`;
      this.#handler.bad({ code: 'RECORD_TOO_LONG', reason, column: null, cells: [kept] }, this.#at);
      return;
    }
    const problem = this.#record(source);
    if (problem !== null) this.#handler.bad({ ...problem, cells: [source] }, this.#at);
    else this.#handler.record(this.#columns.cells, this.#at);
  }

  #record(source: string): JsonProblem | null {
    const oneLine = source.includes('\n') ? onOneLine(source) : source;
    if (oneLine === null) return { code: 'INVALID_JSON', reason: 'a text goes on over the end of its line', column: null };
    this.#scanner.load(oneLine);
    const scanned = this.#scanner.scan(0, oneLine.length);
    if (scanned !== null) return source.includes('\0') ? { code: 'NUL_BYTE', reason: NUL, column: null } : inElement(scanned);
    this.#columns.begin(this.#at.line);
    const problem = this.#members.place(this.#scanner);
    if (problem !== null) {
      this.#columns.forget();
      return problem;
    }
    if (this.#columns.hasGrown || !this.#hasHeader) this.#handler.header(this.#columns.names, this.#at);
    this.#hasHeader = true;
    return null;
  }

  #lineAt(index: number): number {
    for (let at = this.#text.indexOf('\n', this.#countedTo); at >= 0 && at < index; at = this.#text.indexOf('\n', at + 1)) this.line++;
    this.#countedTo = Math.max(this.#countedTo, index);
    return this.line;
  }
}

const NUL = 'the element holds a zero character (U+0000)';

function inElement(problem: JsonProblem): JsonProblem {
  return { ...problem, reason: problem.reason.replace('the line', 'the element') };
}

/** The text with blanks for its line ends; null where one of them stands within a text, which JSON forbids. */
function onOneLine(source: string): string | null {
  let isQuoted = false;
  for (let at = 0; at < source.length; at++) {
    const unit = source.charCodeAt(at);
    if (unit === 34) isQuoted = !isQuoted;
    else if (unit === 92 && isQuoted) at++;
    else if (unit === 10 && isQuoted) return null;
  }
  return source.replaceAll('\n', ' ');
}
