import type { RejectCode } from './record-reader.ts';
import { TextUnits } from './text-units.ts';

/** What is wrong with a line that should be a JSON object. */
export interface JsonProblem {
  readonly code: RejectCode;
  readonly reason: string;
  /** 1-based number of the member that is wrong, or null where it is the line as a whole. */
  readonly column: number | null;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const QUOTE = 34;
const BACKSLASH = 92;
const LF = 10;

/**
 * Scans a JSON object (RFC 8259) of one line, one level deep. Numbers are taken from the source text, because parsing
 * them would change big integers and `1.10`; nested objects and arrays are kept as JSON text without the white space.
 */
export class JsonObjectScanner {
  /** The keys and values scanned last, in order; reused, and stale from `count` on. `undefined` stands for null. */
  readonly keys: string[] = [];
  readonly values: (string | undefined)[] = [];
  count = 0;
  /** Which of them, by index, are objects or arrays; their values are JSON text. */
  readonly nested: number[] = [];
  readonly #keepsSource: boolean;
  readonly #loaded = new TextUnits();
  #at = 0;
  #problem: JsonProblem | null = null;
  #token: string | undefined = undefined;

  /** @param keepsSource values are the JSON of each as it stands in the text: quoted texts, `null`, white space in what is nested */
  constructor(keepsSource = false) {
    this.#keepsSource = keepsSource;
  }

  /** Sets the text that `scan` works on. */
  load(text: string): void {
    this.#loaded.load(text);
  }

  /**
   * Scans the line from `start` to `end`, where an LF or the end of the text is, into `keys` and `values`. Returns what
   * is wrong with it, or null. A key that occurs twice is not noticed here.
   */
  scan(start: number, end: number): JsonProblem | null {
    const { units, text } = this.#loaded;
    this.#at = start;
    this.count = 0;
    if (this.nested.length > 0) this.nested.length = 0;
    this.#problem = null;
    if (this.#skipBlanks() !== 123) return isJson(text.slice(start, end)) ? NOT_AN_OBJECT : INVALID;
    this.#at++;
    if (this.#skipBlanks() === 125) this.#at++;
    else if (!this.#members(units)) return this.#problem ?? { ...INVALID, column: this.count + 1 };
    this.#skipBlanks();
    return this.#at === end ? null : INVALID;
  }

  #members(units: Uint16Array): boolean {
    for (;;) {
      if (this.#skipBlanks() !== QUOTE || !this.#string()) return false;
      const key = this.#token as string;
      if (this.#skipBlanks() !== 58) return false;
      this.#at++;
      const first = this.#skipBlanks();
      const from = this.#at;
      if (!this.#value(first)) return false;
      if (this.#keepsSource) this.#token = this.#loaded.text.slice(from, this.#at);
      this.keys[this.count] = key;
      this.values[this.count++] = this.#token;
      this.#skipBlanks();
      const unit = units[this.#at++];
      if (unit === 125) return true;
      if (unit !== 44) return false;
    }
  }

  #value(unit: number): boolean {
    if (unit === QUOTE) return this.#string();
    if (unit === 123 || unit === 91) return this.#nested();
    if (unit === 116) return this.#literal('true', 'true');
    if (unit === 102) return this.#literal('false', 'false');
    if (unit === 110) return this.#literal('null', undefined);
    const { text } = this.#loaded;
    NUMBER.lastIndex = this.#at;
    if (!NUMBER.test(text)) return false;
    this.#token = text.slice(this.#at, NUMBER.lastIndex);
    this.#at = NUMBER.lastIndex;
    return true;
  }

  #literal(word: string, value: string | undefined): boolean {
    if (!this.#loaded.text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    this.#token = value;
    return true;
  }

  #string(): boolean {
    const { units, text } = this.#loaded;
    const start = this.#at;
    let at = start + 1;
    let unit = units[at] as number;
    while (unit !== QUOTE && unit !== BACKSLASH && unit >= 32) unit = units[++at] as number;
    if (unit === QUOTE) {
      this.#at = at + 1;
      this.#token = text.slice(start + 1, at);
      return true;
    }
    const end = stringEnd(units, start);
    if (end < 0) return false;
    this.#at = end;
    const raw = text.slice(start, end);
    if (!isJson(raw)) return false;
    return this.#escaped(raw, JSON.parse(raw) as string);
  }

  #escaped(raw: string, value: string): boolean {
    this.#token = value;
    if (this.#keepsSource) return true;
    if (value.includes('\0'))
      this.#problem = { code: 'NUL_BYTE', reason: 'a text holds a zero character (U+0000)', column: this.count + 1 };
    else if (SURROGATE_ESCAPE.test(raw) && LONE_SURROGATE.test(value)) {
      this.#problem = {
        code: 'LONE_SURROGATE',
        reason: 'a text holds half of a surrogate pair, which is no character',
        column: this.count + 1,
      };
    }
    return this.#problem === null;
  }

  #nested(): boolean {
    const { units, text } = this.#loaded;
    const start = this.#at;
    let depth = 0;
    let squeezed = '';
    let from = start;
    for (let at = start; ; at++) {
      const unit = units[at] as number;
      if (unit === QUOTE) {
        at = stringEnd(units, at) - 1;
        if (at < 0) return false;
      } else if (unit === 123 || unit === 91) depth++;
      else if (isBlank(unit)) {
        squeezed += text.slice(from, at);
        from = at + 1;
      } else if ((unit === 125 || unit === 93) && --depth === 0) {
        this.#at = at + 1;
        this.#token = squeezed + text.slice(from, this.#at);
        this.nested.push(this.count);
        return isJson(text.slice(start, this.#at));
      } else if (unit === LF) return false;
    }
  }

  /** Goes to the next character that is not a blank, and returns it. */
  #skipBlanks(): number {
    const units = this.#loaded.units;
    let unit = units[this.#at] as number;
    while (isBlank(unit)) unit = units[++this.#at] as number;
    return unit;
  }
}

const INVALID: JsonProblem = { code: 'INVALID_JSON', reason: 'the line is not valid JSON', column: null };
const NOT_AN_OBJECT: JsonProblem = { code: 'NOT_AN_OBJECT', reason: 'the line is JSON but not an object', column: null };

/** The index after the string that begins at `start`, or -1 when it has no end or holds a control character. */
function stringEnd(units: Uint16Array, start: number): number {
  for (let at = start + 1; ; at++) {
    const unit = units[at] as number;
    if (unit === QUOTE) return at + 1;
    if (unit < 32) return -1;
    if (unit === BACKSLASH && units[++at] === LF) return -1;
  }
}

/** Blanks within a line; the LF ends it. */
function isBlank(unit: number): boolean {
  return unit === 32 || unit === 9 || unit === 13;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
