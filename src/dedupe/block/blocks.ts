import type { Population } from '../population.ts';
import { sharedInts, sharedUints } from '../text/shared-array.ts';
import { hashPair } from '../text/text-pool.ts';
import { sortByKeys, sortedPlaces } from './radix-sort.ts';
import { type PartOf, partOf } from './record-parts.ts';
import type { BlockingRule } from './rules.ts';

/** Records that are neighbours by their name are compared in a block that nothing divides, up to this distance. */
export const WINDOW = 10;
/** What stands for a part that a record lacks, where a block is divided. */
const LACKING = 0x5bd1e995;

/** The blocks of one rule, in memory that threads share. An entry is a record, or a further address or number of one. */
export interface Blocks {
  readonly name: string;
  /** Key of each entry, 0 where it is in no block; entries of equal key are a block. */
  readonly keys: Uint32Array<SharedArrayBuffer>;
  /** Entries with a key, by their keys. */
  readonly order: Uint32Array<SharedArrayBuffer>;
  /** Records of the entries after the first `size`, which are the records themselves. */
  readonly more: Int32Array<SharedArrayBuffer> | null;
  /** Where the further entries of each record begin among them. */
  readonly moreStarts: Int32Array<SharedArrayBuffer> | null;
  /** Place of the entries of a block that nothing divides in the order of names, from 1; null where there is no such block. */
  readonly window: Uint32Array<SharedArrayBuffer> | null;
  /** How many pairs the blocks make. */
  readonly pairs: number;
  /** Keys that were divided: what has one is looked for under a longer key. */
  readonly divided: readonly number[];
  readonly report: BlockReport;
}

/** What a rule did, for the report. */
export interface BlockReport {
  readonly name: string;
  /** Records that have a key, blocks of two or more, and pairs in them (a pair may be made by several rules). */
  readonly keyed: number;
  readonly blocks: number;
  readonly pairs: number;
  /** Blocks that were too large: divided by further parts, and of those that nothing divides, compared with neighbours only. */
  readonly divided: number;
  readonly windowed: number;
  /** Records left out because very many have the same key, and the pairs that this leaves out. */
  readonly purgedRecords: number;
  readonly lostPairs: number;
}

/** How large blocks may be. */
export interface BlockLimits {
  /** Larger ones are divided. */
  readonly cap: number;
  /** What is still larger than this after that is left out. */
  readonly purge: number;
}

/** The keys of a rule, before blocks are divided; null where the population lacks a part. */
export function keysOf(population: Population, { parts }: Pick<BlockingRule, 'parts'>): PartOf | null {
  const bound = parts.map((name) => partOf(population, name));
  if (bound.some((part) => part === null)) return null;
  const [first, ...rest] = bound as PartOf[];
  if (first === undefined) return null;
  if (rest.length === 0) return first;
  return (record) => {
    let key = first(record);
    for (const part of rest) key = hashPair(key, part(record));
    return key;
  };
}

/** The keys of a rule before blocks are divided, and the entries that have one in their order. */
export interface BaseKeys extends Pick<Blocks, 'more' | 'moreStarts' | 'order'> {
  readonly keys: Uint32Array;
}

/** Keys all entries of a rule; null where the population lacks a part of it. */
export function baseKeys(population: Population, rule: BlockingRule): BaseKeys | null {
  const keyOf = keysOf(population, rule);
  if (keyOf === null) return null;
  const { size } = population;
  const column = rule.parts.length === 1 ? population.columns[rule.parts[0] as string] : undefined;
  const further = column?.more ?? null;
  const keys = new Uint32Array(size + (further?.ids.length ?? 0));
  for (let record = 0; record < size; record++) keys[record] = keyOf(record);
  const more = further === null ? null : furtherKeys(population, rule.parts[0] as string, keys);
  return { keys, more, moreStarts: further?.starts ?? null, order: sortedPlaces(keys) };
}

/**
 * Makes the blocks of a rule; null where the population lacks a part of it.
 * @param base its keys, where they are known
 */
export function makeBlocks(
  population: Population,
  rule: BlockingRule,
  limits: BlockLimits,
  base: BaseKeys | null = baseKeys(population, rule),
): Blocks | null {
  if (base === null) return null;
  const { more, moreStarts } = base;
  const keys = sharedUints(base.keys.length);
  keys.set(base.keys);
  const divider = new BlockDivider(population, rule, limits, keys, more);
  const window = divider.divide(base.order);
  const { divided, purgedRecords, lostPairs, windowed } = divider;
  const order = divided.length === 0 && purgedRecords === 0 && window === null ? base.order : sortedPlaces(keys);
  const { pairs, blocks } = countPairs(keys, order, window);
  if (window !== null) sortWindows(keys, order, window);
  const keyed = more === null ? order.length : new Set(Array.from(order, (entry) => recordOf({ keys, more }, entry))).size;
  const report = { name: rule.name, keyed, blocks, pairs, divided: divided.length, windowed, purgedRecords, lostPairs };
  return { name: rule.name, keys, order, more, moreStarts, window, pairs, divided, report };
}

/** The record of an entry. */
export function recordOf({ keys, more }: Pick<Blocks, 'keys' | 'more'>, entry: number): number {
  return more === null || entry < keys.length - more.length ? entry : (more[entry - (keys.length - more.length)] as number);
}

/** Keys of the further addresses and numbers, and whose they are. */
function furtherKeys(population: Population, part: string, keys: Uint32Array): Int32Array<SharedArrayBuffer> {
  const column = population.columns[part] as Population['columns'][string];
  const { starts, ids } = column.more as NonNullable<typeof column.more>;
  const owners = sharedInts(ids.length);
  const tails = part === 'phone' ? (population.derived['phone.tail'] as Uint32Array) : column.texts.hashes;
  for (let record = 0; record < population.size; record++) {
    for (let i = starts[record] as number; i < (starts[record + 1] as number); i++) {
      owners[i] = record;
      keys[population.size + i] = tails[ids[i] as number] as number;
    }
  }
  return owners;
}

/** Divides blocks that are too large, in place. */
class BlockDivider {
  readonly divided: number[] = [];
  windowed = 0;
  purgedRecords = 0;
  lostPairs = 0;
  readonly #population: Population;
  readonly #rule: BlockingRule;
  readonly #limits: BlockLimits;
  readonly #keys: Uint32Array;
  readonly #more: Int32Array | null;
  #window: Uint32Array<SharedArrayBuffer> | null = null;
  #places = 0;

  constructor(population: Population, rule: BlockingRule, limits: BlockLimits, keys: Uint32Array, more: Int32Array | null) {
    this.#population = population;
    this.#rule = rule;
    this.#limits = limits;
    this.#keys = keys;
    this.#more = more;
  }

  /**
   * @param order all entries with a key, by their keys
   * @returns places in the order of names, of blocks that nothing divides
   */
  divide(order: Uint32Array): Uint32Array<SharedArrayBuffer> | null {
    let large = this.#largeBlocks(order);
    for (const name of this.#rule.divide) {
      if (large.length === 0) return this.#window;
      const part = this.#rule.parts.includes(name) ? null : partOf(this.#population, name);
      if (part === null) continue;
      const entries: number[] = [];
      for (const block of large) {
        this.divided.push(this.#keys[block[0] as number] as number);
        for (const entry of block) {
          this.#keys[entry] = dividedKey(this.#keys[entry] as number, part(this.#recordOf(entry)));
          entries.push(entry);
        }
      }
      large = this.#largeBlocks(sortByKeys(Uint32Array.from(entries), this.#keys));
    }
    for (const block of large) this.#compareNeighbours(block);
    return this.#window;
  }

  #recordOf(entry: number): number {
    const { size } = this.#population;
    return entry < size ? entry : (this.#more?.[entry - size] as number);
  }

  #largeBlocks(order: Uint32Array): Uint32Array[] {
    const large: Uint32Array[] = [];
    for (let start = 0; start < order.length; ) {
      const end = runEnd(this.#keys, order, start);
      if (end - start > this.#limits.cap) large.push(order.slice(start, end));
      start = end;
    }
    return large;
  }

  #compareNeighbours(block: Uint32Array): void {
    const pairs = (block.length * (block.length - 1)) / 2;
    if (block.length > this.#limits.purge) {
      for (const entry of block) this.#keys[entry] = 0;
      this.purgedRecords += new Set(Array.from(block, (entry) => this.#recordOf(entry))).size;
      this.lostPairs += pairs;
      return;
    }
    this.#window ??= sharedUints(this.#keys.length);
    const name = partOf(this.#population, this.#population.kind === 'person' ? 'alt' : 'company');
    const ordered = [...block].map((entry) => ({ entry, name: name?.(this.#recordOf(entry)) ?? 0 }));
    ordered.sort((a, b) => a.name - b.name || a.entry - b.entry);
    this.#places += WINDOW + 1;
    for (const { entry } of ordered) this.#window[entry] = ++this.#places;
    this.windowed++;
    this.lostPairs += pairs - windowPairs(block.length);
  }
}

/** The key of an entry in a block that is divided by a part. */
export function dividedKey(key: number, part: number): number {
  return hashPair(key, part === 0 ? LACKING : part);
}

/** Where the block that begins at `start` ends. */
export function runEnd(keys: Uint32Array, order: Uint32Array, start: number): number {
  const key = keys[order[start] as number];
  let end = start + 1;
  while (end < order.length && keys[order[end] as number] === key) end++;
  return end;
}

function windowPairs(size: number): number {
  return size <= WINDOW ? (size * (size - 1)) / 2 : WINDOW * size - (WINDOW * (WINDOW + 1)) / 2;
}

function countPairs(keys: Uint32Array, order: Uint32Array, window: Uint32Array | null): { pairs: number; blocks: number } {
  let [pairs, blocks] = [0, 0];
  for (let start = 0; start < order.length; ) {
    const end = runEnd(keys, order, start);
    const size = end - start;
    if (size > 1) blocks++;
    const isWindowed = window !== null && window[order[start] as number] !== 0;
    pairs += isWindowed ? windowPairs(size) : (size * (size - 1)) / 2;
    start = end;
  }
  return { pairs, blocks };
}

function sortWindows(keys: Uint32Array, order: Uint32Array, window: Uint32Array): void {
  for (let start = 0; start < order.length; ) {
    const end = runEnd(keys, order, start);
    if (window[order[start] as number] !== 0) order.subarray(start, end).sort((a, b) => (window[a] as number) - (window[b] as number));
    start = end;
  }
}
