import type { PackedArray } from '../repository/duplicate-results.ts';
import { type Blocks, recordOf } from './block/blocks.ts';
import type { Linked } from './link-population.ts';
import type { Column, Population } from './population.ts';

/** So many entries are kept in one piece: looking one up reads no more. */
const PIECE = 2048;
const KEY_BYTES = 4;
const VALUE_BYTES = 8;
/** Stands for a customer in the entries of a key whose block was divided: look under the longer key. */
export const DIVIDED = 0;

/** The name of the array that says which customers have which key of a blocking rule. */
export function keyArray(kind: Population['kind'], rule: string): string {
  return `key/${kind}/${rule}`;
}

/** The name of the array that says how many customers have which value of a column; hashes of those that many names share are in `hub`. */
export function countArray(kind: Population['kind'], column: string, what: 'count' | 'hub' = 'count'): string {
  return `${what}/${kind}/${column}`;
}

/** What is kept beside the models, so that single customers can be compared with all others later: sorted by key, in pieces. */
export function* packedArrays(linked: readonly Linked[]): Iterable<PackedArray> {
  for (const { population, rules, comparisons } of linked) {
    for (const blocks of rules) yield* pack(keyArray(population.kind, blocks.name), ...entriesOf(blocks, population));
    const terms = new Set(comparisons.flatMap(({ levels }) => levels.flatMap(({ term }) => (term === undefined ? [] : [term]))));
    for (const name of terms) {
      const column = population.columns[name];
      if (column !== undefined && column.filled > 0) yield* pack(countArray(population.kind, name), ...countsOf(column));
    }
    for (const name of ['phone', 'email']) {
      const hubs = population.derived[`${name}.hub`];
      const column = population.columns[name];
      if (hubs !== undefined && column !== undefined) yield* pack(countArray(population.kind, name, 'hub'), ...hubsOf(column, hubs));
    }
  }
}

/** Keys and customers of a rule, with a mark for each key that was divided. */
function entriesOf(blocks: Blocks, population: Population): [Uint32Array, Float64Array] {
  const marks = blocks.divided;
  const size = blocks.order.length + marks.length;
  const keys = new Uint32Array(size);
  const values = new Float64Array(size);
  const sorted = Uint32Array.from(marks).sort();
  for (let at = 0, entry = 0, mark = 0; at < size; at++) {
    const key = entry < blocks.order.length ? (blocks.keys[blocks.order[entry] as number] as number) : Number.POSITIVE_INFINITY;
    if (mark < sorted.length && (sorted[mark] as number) <= key) {
      keys[at] = sorted[mark++] as number;
      values[at] = DIVIDED;
    } else {
      keys[at] = key;
      values[at] = population.customers[recordOf(blocks, blocks.order[entry++] as number)] as number;
    }
  }
  return [keys, values];
}

function countsOf({ texts, counts }: Column): [Uint32Array, Float64Array] {
  return byHash(texts.hashes, (number) => ((counts[number] as number) > 1 ? (counts[number] as number) : 0), counts.length);
}

function hubsOf({ texts }: Column, hubs: ArrayLike<number>): [Uint32Array, Float64Array] {
  return byHash(texts.hashes, (number) => hubs[number] as number, hubs.length);
}

function byHash(hashes: Uint32Array, valueAt: (number: number) => number, size: number): [Uint32Array, Float64Array] {
  const numbers: number[] = [];
  for (let number = 1; number < size; number++) if (valueAt(number) > 0) numbers.push(number);
  numbers.sort((a, b) => (hashes[a] as number) - (hashes[b] as number) || a - b);
  return [Uint32Array.from(numbers, (number) => hashes[number] as number), Float64Array.from(numbers, valueAt)];
}

/** Cuts sorted entries into pieces; the entries of one key stay together. */
function* pack(name: string, keys: Uint32Array, values: Float64Array): Iterable<PackedArray> {
  for (let start = 0; start < keys.length; ) {
    let end = Math.min(keys.length, start + PIECE);
    while (end < keys.length && keys[end] === keys[end - 1]) end++;
    const data = new Uint8Array((end - start) * (KEY_BYTES + VALUE_BYTES));
    data.set(new Uint8Array(values.slice(start, end).buffer), 0);
    data.set(new Uint8Array(keys.slice(start, end).buffer), (end - start) * VALUE_BYTES);
    yield { name, firstKey: keys[start] as number, data };
    start = end;
  }
}

/** The values of a key in a piece that `packedArrays` made. A driver may give it as a part of a larger Buffer: it is copied. */
export function valuesIn(data: Uint8Array, key: number): number[] {
  const count = data.length / (KEY_BYTES + VALUE_BYTES);
  const bytes = new Uint8Array(data).buffer;
  const values = new Float64Array(bytes, 0, count);
  const keys = new Uint32Array(bytes, count * VALUE_BYTES, count);
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as number) < key) low = middle + 1;
    else high = middle;
  }
  const found: number[] = [];
  for (let at = low; at < count && keys[at] === key; at++) found.push(values[at] as number);
  return found;
}

/** All entries of a piece. */
export function* entriesIn(data: Uint8Array): Iterable<readonly [key: number, value: number]> {
  const count = data.length / (KEY_BYTES + VALUE_BYTES);
  const bytes = new Uint8Array(data).buffer;
  const values = new Float64Array(bytes, 0, count);
  const keys = new Uint32Array(bytes, count * VALUE_BYTES, count);
  for (let at = 0; at < count; at++) yield [keys[at] as number, values[at] as number];
}
