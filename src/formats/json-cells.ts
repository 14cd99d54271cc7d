import type { GrowingColumns } from './growing-columns.ts';
import { JsonObjectScanner, type JsonProblem } from './json-object-scanner.ts';

/** Objects within objects are columns of their own down to here; deeper ones are kept as JSON text. */
const MAX_DEPTH = 6;
/** A text with one of these in it could not be told apart again in a list. */
const LIST_MARKS = /[;,；，、|\p{Cc}]|^\s|\s$|^$/u;
const ELEMENT = /"(?:[^"\\]|\\.)*"|[^,[\]]+/g;

/**
 * Puts the members of JSON objects into columns: those of an object within by a path (`address.city`), a list of plain
 * values as one text (`a; b`), everything else that is nested as JSON text.
 */
export class JsonCells {
  readonly #columns: GrowingColumns;
  readonly #scanners: JsonObjectScanner[] = [];

  constructor(columns: GrowingColumns) {
    this.#columns = columns;
  }

  /** Puts what was scanned last into the record; returns what is wrong with it, or null. */
  place(scanner: JsonObjectScanner): JsonProblem | null {
    const { keys, values, nested, count } = scanner;
    let nextNested = 0;
    for (let i = 0; i < count; i++) {
      const isNested = nested.length > nextNested && nested[nextNested] === i;
      if (isNested) nextNested++;
      const isPlaced = isNested
        ? this.#nested(keys[i] as string, values[i] as string, 1)
        : this.#columns.put(keys[i] as string, values[i], i);
      if (!isPlaced) return { code: 'INVALID_JSON', reason: 'a key occurs twice in the object', column: i + 1 };
    }
    return null;
  }

  #nested(name: string, json: string, depth: number): boolean {
    if (json.startsWith('[')) return this.#columns.put(name, listText(json) ?? json);
    if (depth > MAX_DEPTH) return this.#columns.put(name, json);
    this.#scanners[depth] ??= new JsonObjectScanner();
    const scanner = this.#scanners[depth] as JsonObjectScanner;
    scanner.load(json);
    if (scanner.scan(0, json.length) !== null || scanner.count === 0) return this.#columns.put(name, json);
    const inner = new Set(scanner.nested);
    for (let i = 0; i < scanner.count; i++) {
      const path = `${name}.${scanner.keys[i]}`;
      const value = scanner.values[i];
      if (!(inner.has(i) ? this.#nested(path, value as string, depth + 1) : this.#columns.put(path, value))) return false;
    }
    return true;
  }
}

/** A list of texts, numbers and words as one text; null where that could not be taken apart again. */
function listText(json: string): string | null {
  const inner = json.slice(1, -1);
  if (inner.includes('{') || inner.includes('[')) return null;
  const parts: string[] = [];
  for (const [element] of inner.matchAll(ELEMENT)) {
    const text = element.startsWith('"') ? (JSON.parse(element) as string) : element;
    if (element === 'null' || LIST_MARKS.test(text) || /\p{Surrogate}/u.test(text)) return null;
    parts.push(text);
  }
  return parts.join('; ');
}
