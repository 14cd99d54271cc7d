import { CrmError } from '../errors.ts';
import { fieldByHeader } from '../model/fields.ts';
import { afterBlanks, JsonValueEnd, stringEnd } from './json-values.ts';

/** Tables within objects are looked for down to here. */
const MAX_DEPTH = 3;
/** Fields that say that an object is a customer itself, and not what holds a list of them. */
const IDENTITY: ReadonlySet<string> = new Set(['name', 'given_name', 'family_name', 'email', 'phone']);
const DAMAGED = 'the file is damaged or incomplete: fetch or make it again';

/** Takes what is found. */
export interface JsonStructureSink {
  /** An element of the table; of one that is too long only the beginning. Indices into the text being taken. */
  element(start: number, end: number, isTooLong: boolean): void;
  /** Members of the object that are not read, with their names. */
  leftOut(code: 'OTHER_TABLES' | 'MEMBERS_LEFT_OUT', names: string): void;
}

type State = 'start' | 'element' | 'afterElement' | 'member' | 'afterMember' | 'skip' | 'end';

/** Finds the elements of the table in a JSON text that comes in pieces: what is around them, not what is in them. */
export class JsonStructure {
  readonly #wanted: string | undefined;
  readonly #maxLength: number;
  readonly #sink: JsonStructureSink;
  readonly #skipper = new JsonValueEnd();
  readonly #path: string[] = [];
  readonly #tables: string[] = [];
  readonly #others: string[] = [];
  #read: string | null = null;
  #state: State = 'start';
  #afterSkip: State = 'afterMember';

  /** @param wanted name or number of the table @param maxLength of an element, in characters */
  constructor(wanted: string | undefined, maxLength: number, sink: JsonStructureSink) {
    this.#wanted = wanted;
    this.#maxLength = maxLength;
    this.#sink = sink;
  }

  /**
   * Takes elements off the front of a text and returns how many characters that was.
   * @throws {CrmError} INPUT_EMPTY; INPUT_UNREADABLE when it is no JSON, ends too early, or holds no table or several
   */
  take(text: string, isLast: boolean, lineAt: (index: number) => number): number {
    let at = afterBlanks(text, 0);
    while (at < text.length) {
      const next = this.#step(text, at, isLast);
      if (next === BROKEN) this.#fail(lineAt(at));
      if (next < 0) {
        if (isLast) this.#endsEarly(lineAt(text.length));
        return at;
      }
      at = afterBlanks(text, next);
    }
    if (isLast && this.#state === 'start')
      throw new CrmError('INPUT_EMPTY', 'the input is empty', { hint: 'a JSON array of objects is expected' });
    if (isLast && this.#state !== 'end') this.#endsEarly(lineAt(text.length));
    if (isLast) this.#finish();
    return at;
  }

  /** The index after the next piece, -1 when more text is needed, `BROKEN` when this cannot stand here. */
  #step(text: string, at: number, isLast: boolean): number {
    const mark = text[at];
    switch (this.#state) {
      case 'start':
        return this.#start(text, at, isLast);
      case 'element':
        return mark === ']' ? this.#close(at) : this.#element(text, at);
      case 'afterElement':
        if (mark === ']') return this.#close(at);
        return mark === ',' ? this.#comma(text, at, ']', 'element') : BROKEN;
      case 'member':
        return mark === '}' ? this.#up(at) : this.#member(text, at);
      case 'afterMember':
        if (mark === '}') return this.#up(at);
        return mark === ',' ? this.#comma(text, at, '}', 'member') : BROKEN;
      case 'skip': {
        const end = this.#skipper.find(text, at);
        if (end >= 0) this.#state = this.#afterSkip;
        return end < 0 ? text.length : end;
      }
      case 'end':
        return BROKEN;
    }
  }

  #start(text: string, at: number, isLast: boolean): number {
    if (text[at] === '[') {
      this.#state = 'element';
      this.#read = '';
      return at + 1;
    }
    if (text[at] !== '{') return BROKEN;
    const end = this.#valueEnd(text, at);
    if (end < 0 && !isLast && text.length - at <= this.#maxLength) return -1;
    if (end >= 0 && end - at <= this.#maxLength && isRecord(text.slice(at, end))) {
      this.#sink.element(at, end, false);
      this.#read = '';
      this.#state = 'end';
      return end;
    }
    this.#state = 'member';
    return at + 1;
  }

  #comma(text: string, at: number, closing: string, then: State): number {
    const next = afterBlanks(text, at + 1);
    if (next === text.length) return -1;
    if (text[next] === closing) return BROKEN;
    this.#state = then;
    return next;
  }

  #element(text: string, at: number): number {
    const end = this.#valueEnd(text, at);
    if (end > at) {
      this.#state = 'afterElement';
      this.#sink.element(at, end, false);
      return end;
    }
    if (end === at) return BROKEN;
    if (text.length - at <= this.#maxLength) return -1;
    this.#sink.element(at, text.length, true);
    return this.#skip(at, 'afterElement');
  }

  #valueEnd(text: string, at: number): number {
    this.#skipper.begin();
    return this.#skipper.find(text, at);
  }

  #skip(at: number, then: State): number {
    this.#skipper.begin();
    this.#state = 'skip';
    this.#afterSkip = then;
    return at;
  }

  #member(text: string, at: number): number {
    if (text[at] !== '"') return BROKEN;
    const keyEnd = stringEnd(text, at);
    const colon = keyEnd < 0 ? -1 : afterBlanks(text, keyEnd);
    if (colon < 0 || colon >= text.length) return text.length - at > this.#maxLength ? BROKEN : -1;
    const value = afterBlanks(text, colon + 1);
    const inner = value < text.length ? afterBlanks(text, value + 1) : text.length;
    if (text[colon] !== ':') return BROKEN;
    if (inner >= text.length) return -1;
    const key = keyOf(text.slice(at, keyEnd));
    if (key === null) return BROKEN;
    const name = [...this.#path, key].join('.');
    if (text[value] === '{' && this.#path.length < MAX_DEPTH) {
      this.#path.push(key);
      this.#state = 'member';
      return value + 1;
    }
    if (text[value] !== '[' || text[inner] !== '{') {
      this.#others.push(name);
      return this.#skip(value, 'afterMember');
    }
    this.#tables.push(name);
    const isWanted =
      this.#wanted === undefined ? this.#read === null : name === this.#wanted || this.#tables.length === Number(this.#wanted);
    if (!isWanted || this.#read !== null) return this.#skip(value, 'afterMember');
    this.#read = name;
    this.#state = 'element';
    return value + 1;
  }

  #close(at: number): number {
    this.#state = this.#read === '' ? 'end' : 'afterMember';
    return at + 1;
  }

  #up(at: number): number {
    this.#state = this.#path.length === 0 ? 'end' : 'afterMember';
    this.#path.pop();
    return at + 1;
  }

  #finish(): void {
    const names = this.#tables.join(', ');
    if (this.#read === null) {
      if (this.#wanted === undefined || this.#tables.length === 0) {
        throw new CrmError('INPUT_UNREADABLE', 'the JSON holds no array of objects', {
          hint: 'an array of objects is a table; one object is one record',
        });
      }
      throw new CrmError('USAGE', `--table ${this.#wanted}: there is no table of that name in the file`, { hint: `there are: ${names}` });
    }
    if (this.#read === '') return;
    if (this.#wanted === undefined && this.#tables.length > 1) {
      throw new CrmError('INPUT_UNREADABLE', `the JSON holds several tables: ${names}; nothing was changed`, {
        hint: `say which one: --table ${this.#tables[0]}`,
      });
    }
    const otherTables = this.#tables.filter((name) => name !== this.#read);
    if (otherTables.length > 0) this.#sink.leftOut('OTHER_TABLES', otherTables.join(', '));
    if (this.#others.length > 0) this.#sink.leftOut('MEMBERS_LEFT_OUT', this.#others.join(', '));
  }

  #fail(line: number): never {
    const reason = this.#state === 'start' ? 'the input is not JSON' : `the JSON is broken (line ${line})`;
    throw new CrmError('INPUT_UNREADABLE', reason, {
      hint: this.#state === 'start' ? 'give another --format' : DAMAGED,
      details: { line },
    });
  }

  #endsEarly(line: number): never {
    throw new CrmError('INPUT_UNREADABLE', `the JSON ends too early (line ${line}); nothing was changed`, {
      hint: DAMAGED,
      details: { line },
    });
  }
}

const BROKEN = -2;

function keyOf(literal: string): string | null {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return null;
  }
}

/** Whether an object is a record itself: it holds no table, or says who somebody is. */
function isRecord(text: string): boolean {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return false;
  }
  if (!holdsTable(value, 1)) return true;
  const known = new Set(Object.keys(value as object).map((key) => fieldByHeader(key)?.name ?? ''));
  return [...IDENTITY].filter((name) => known.has(name)).length >= 2;
}

function holdsTable(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).some((member) => {
    if (Array.isArray(member)) return typeof member[0] === 'object' && member[0] !== null && !Array.isArray(member[0]);
    return depth <= MAX_DEPTH && holdsTable(member, depth + 1);
  });
}
