import type { Cell } from '../model/table-schema.ts';
import { numberForm } from './decimal-text.ts';

/** A JSON text as what it means. */
export interface JsonForm {
  /** The same text for all texts that mean the same: keys in order, numbers by value, no blanks. */
  readonly text: string;
  /** Whether a key was twice in an object; the last one counts. */
  readonly hasRepeatedKey: boolean;
}

/** Nested deeper than this nothing is understood: no database goes so far. */
const MAX_DEPTH = 2000;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const BLANKS = /[ \t\n\r]*/y;

/** Reads a JSON text, numbers digit by digit; null: it is none. */
export function jsonForm(text: string): JsonForm | null {
  return new JsonReading(text).read();
}

class JsonReading {
  readonly #text: string;
  #at = 0;
  #hasRepeatedKey = false;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonForm | null {
    const value = this.#value(0);
    if (value === null || this.#at !== this.#text.length) return null;
    return { text: value, hasRepeatedKey: this.#hasRepeatedKey };
  }

  /** A value with the blanks around it; null: none. */
  #value(depth: number): string | null {
    this.#take(BLANKS);
    const value = this.#bare(depth);
    this.#take(BLANKS);
    return value;
  }

  #bare(depth: number): string | null {
    if (depth > MAX_DEPTH) return null;
    const character = this.#text[this.#at];
    if (character === '{') return this.#object(depth);
    if (character === '[') return this.#array(depth);
    if (character === '"') return this.#string();
    for (const word of ['true', 'false', 'null']) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return word;
    }
    const number = this.#take(NUMBER);
    return number === null ? null : (numberForm(number) ?? number);
  }

  #string(): string | null {
    const quoted = this.#take(STRING);
    return quoted === null ? null : JSON.stringify(JSON.parse(quoted));
  }

  #array(depth: number): string | null {
    const items: string[] = [];
    this.#at++;
    this.#take(BLANKS);
    if (this.#skip(']')) return '[]';
    do {
      const item = this.#value(depth + 1);
      if (item === null) return null;
      items.push(item);
    } while (this.#skip(','));
    return this.#skip(']') ? `[${items.join(',')}]` : null;
  }

  #object(depth: number): string | null {
    const members = new Map<string, string>();
    this.#at++;
    this.#take(BLANKS);
    if (this.#skip('}')) return '{}';
    do {
      this.#take(BLANKS);
      const key = this.#string();
      this.#take(BLANKS);
      if (key === null || !this.#skip(':')) return null;
      const value = this.#value(depth + 1);
      if (value === null) return null;
      this.#hasRepeatedKey ||= members.has(key);
      members.set(key, value);
    } while (this.#skip(','));
    if (!this.#skip('}')) return null;
    const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, value]) => `${key}:${value}`).join(',')}}`;
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) return null;
    this.#at += found.length;
    return found;
  }
}

/** An array as JSON text; what JSON has no number for, and bytes, are written as strings. */
export function arrayJson(cell: Cell): string {
  if (cell === null || typeof cell === 'boolean') return String(cell);
  if (typeof cell === 'number') return Number.isFinite(cell) ? JSON.stringify(cell) : `"${cell}"`;
  if (typeof cell === 'bigint') return `"${cell}"`;
  if (typeof cell === 'string') return JSON.stringify(cell);
  if (cell instanceof Uint8Array) return `"\\\\x${Buffer.from(cell).toString('hex')}"`;
  return `[${cell.map(arrayJson).join(',')}]`;
}
