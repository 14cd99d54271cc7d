import type { Population } from '../population.ts';

/** One level of agreement, with what is believed of it before any data is seen. */
export interface Level {
  readonly name: string;
  /** Share of pairs that are one customer (m) and of pairs that are not (u) which agree so; shares of a comparison add up to 1. */
  readonly m: number;
  readonly u: number;
  /** Column whose value makes the level more or less telling: rare values tell more. */
  readonly term?: string;
  /** False where it need not be weaker than the level before it. */
  readonly ordered?: false;
}

/**
 * Compares two records of a population: the place of their level of agreement in `levels`, from 1; 0 is no evidence, because
 * one of them has no value. Symmetric; 1 for a record and itself where there is a value.
 */
export type Compare = (a: number, b: number) => number;

/** One comparison: what is compared, and how well it can agree. */
export interface Comparison {
  /** Name of the field that it is about, as everywhere: `given_name`, `attributes.Suburb`. */
  readonly name: string;
  /** Columns that it reads; it is made only where one of them has values. */
  readonly columns: readonly string[];
  /** Strongest first; the last one is `else`. */
  readonly levels: readonly Level[];
  /** Works out what it needs of each distinct text, once for all threads. */
  prepare?(population: Population): void;
  /** The comparison of records by their places. */
  bind(population: Population): Compare;
}

/** Remembers levels of pairs of texts in a table of fixed size: common values meet again and again. */
export function rememberingLevels(levelOf: (a: number, b: number) => number, bits = 16): (a: number, b: number) => number {
  const mask = (1 << bits) - 1;
  const keys = new Float64Array(1 << bits);
  const levels = new Uint8Array(1 << bits);
  return (a, b) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    const key = high * 0x4000000 + low;
    const place = ((Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> (32 - bits)) & mask;
    if (keys[place] === key) return levels[place] as number;
    const level = levelOf(low, high);
    keys[place] = key;
    levels[place] = level;
    return level;
  };
}

/** Above every level. */
const NOTHING = 255;

/** The best level among all texts of two records; 0 where one has none. */
export function bestOf(population: Population, name: string, levelOf: (a: number, b: number) => number): Compare {
  const column = population.columns[name];
  if (column === undefined) return () => 0;
  const { ids, more } = column;
  if (more === null) return (a, b) => (ids[a] === 0 || ids[b] === 0 ? 0 : levelOf(ids[a] as number, ids[b] as number));
  const { starts, ids: further } = more;
  return (a, b) => {
    if (ids[a] === 0 || ids[b] === 0) return 0;
    const first = levelOf(ids[a] as number, ids[b] as number);
    const [fromA, toA, fromB, toB] = [starts[a] as number, starts[a + 1] as number, starts[b] as number, starts[b + 1] as number];
    if (fromA === toA && fromB === toB) return first;
    // No evidence is worse than any: another of their values may say something.
    let best = first === 0 ? NOTHING : first;
    for (let i = fromA - 1; i < toA; i++) {
      for (let j = fromB - 1; j < toB && best > 1; j++) {
        const level = levelOf((i < fromA ? ids[a] : further[i]) as number, (j < fromB ? ids[b] : further[j]) as number);
        if (level !== 0 && level < best) best = level;
      }
    }
    return best === NOTHING ? 0 : best;
  };
}
