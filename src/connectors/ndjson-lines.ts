import { JsonObjectScanner } from '../formats/json-object-scanner.ts';
import { TextFeed, type TextSink } from '../formats/text-feed.ts';
import { badRecord, MAX_RECORD_BYTES } from './pushed-rows.ts';

/** Takes the members of one object: keys, and values as JSON; the map is reused. */
export type TakeObject = (members: ReadonlyMap<string, string>, line: number) => void;

const BLANK = /^[ \t\r]*$/;

/** Reads the objects of an NDJSON file with their values as they are written; strict: the first wrong line is thrown. */
export class NdjsonLines implements TextSink {
  line = 1;
  readonly #feed: TextFeed;
  readonly #scanner = new JsonObjectScanner(true);
  readonly #members = new Map<string, string>();
  readonly #take: TakeObject;
  #text = '';

  constructor(take: TakeObject) {
    this.#take = take;
    this.#feed = new TextFeed({ encoding: undefined, maxRecordBytes: MAX_RECORD_BYTES }, this);
  }

  /** @throws {CrmError} INPUT_UNREADABLE with the line that is no object; INPUT_UNDECODABLE, INPUT_NOT_TEXT */
  push(chunk: Uint8Array): void {
    this.#feed.push(chunk);
  }

  /** @throws {CrmError} what `push` throws */
  end(): void {
    this.#feed.end();
  }

  /** Called by the feed. */
  take(text: string, isLast: boolean): number {
    this.#text = text;
    this.#scanner.load(text);
    let index = 0;
    while (index < text.length) {
      const lf = text.indexOf('\n', index);
      if (lf < 0 && !isLast) {
        if (text.length - index > MAX_RECORD_BYTES) throw badRecord(this.line, `the line is longer than ${MAX_RECORD_BYTES} characters`);
        break;
      }
      const end = lf < 0 ? text.length : lf;
      this.#object(index, end);
      this.line++;
      index = end + 1;
    }
    return Math.min(index, text.length);
  }

  #object(index: number, end: number): void {
    const problem = this.#scanner.scan(index, end);
    if (problem !== null) {
      if (BLANK.test(this.#text.slice(index, end))) return;
      throw badRecord(this.line, problem.reason);
    }
    const { keys, values, count } = this.#scanner;
    this.#members.clear();
    for (let i = 0; i < count; i++) this.#members.set(keys[i] as string, values[i] as string);
    if (this.#members.size < count) throw badRecord(this.line, 'a key occurs twice in the object');
    this.#take(this.#members, this.line);
  }
}
