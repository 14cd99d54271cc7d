import type { Compare, Comparison } from '../compare/comparison.ts';
import type { Column, Population } from '../population.ts';
import type { Model } from './model.ts';

/** A value that is rarer than most adds so many bits at most. */
const MAX_RARITY_BITS = 4;
/** Belief in the usual frequency, in records for each record seen. */
const PRIOR_STRENGTH = 2;

/** Compares and weighs pairs of records of one population. */
export class Scorer {
  /** Levels of the pair that was scored last, by comparison. */
  readonly levels: Uint8Array;
  readonly #compares: Compare[];
  readonly #bits: Float64Array[];
  readonly #terms: readonly (readonly (TermTable | null)[])[];
  readonly #prior: number;
  /** Comparisons, those that may say most first, and what is left to be said from each on. */
  readonly #order: readonly number[];
  readonly #atMost: readonly number[];

  constructor(population: Population, comparisons: readonly Comparison[], model: Model) {
    this.levels = new Uint8Array(comparisons.length);
    this.#compares = comparisons.map((comparison) => comparison.bind(population));
    this.#bits = model.comparisons.map(({ levels }) => Float64Array.from([0, ...levels.map(({ bits }) => bits)]));
    this.#terms = comparisons.map(({ levels }, i) => [
      null,
      ...levels.map(({ term }, level) => {
        const column = term === undefined ? undefined : population.columns[term];
        const u = model.comparisons[i]?.levels[level]?.u as number;
        return column === undefined ? null : termTable(column, u, model.filled[column.name] ?? column.filled);
      }),
    ]);
    this.#prior = priorBits(model);
    const best = this.#bits.map(
      (bits, i) =>
        bits.reduce((most, each) => Math.max(most, each), 0) + (this.#terms[i]?.some((table) => table !== null) ? MAX_RARITY_BITS : 0),
    );
    this.#order = comparisons.map((_, i) => i).sort((a, b) => (best[b] as number) - (best[a] as number) || a - b);
    this.#atMost = this.#order.map((_, i) => this.#order.slice(i).reduce((sum, comparison) => sum + (best[comparison] as number), 0));
  }

  /**
   * log2 of the odds that two records are one customer; `levels` says how it came about. Where the odds cannot reach `enough`,
   * comparing ends early: then it is what they are at most, and `levels` say nothing.
   */
  score(a: number, b: number, enough = Number.NEGATIVE_INFINITY): number {
    let total = this.#prior;
    for (let i = 0; i < this.#compares.length; i++) {
      if (total + (this.#atMost[i] as number) < enough) return total + (this.#atMost[i] as number);
      const comparison = this.#order[i] as number;
      const level = (this.#compares[comparison] as Compare)(a, b);
      this.levels[comparison] = level;
      if (level !== 0) total += ((this.#bits[comparison] as Float64Array)[level] as number) + this.termBits(comparison, level, a, b);
    }
    return total;
  }

  /** Bits that the frequency of the common value adds at a level of a comparison. */
  termBits(comparison: number, level: number, a: number, b: number): number {
    const table = this.#terms[comparison]?.[level];
    return table === null || table === undefined ? 0 : (table.bits[commonText(table.column, a, b)] as number);
  }

  /** Bits of a level by itself. */
  levelBits(comparison: number, level: number): number {
    return this.#bits[comparison]?.[level] as number;
  }
}

interface TermTable {
  readonly column: Column;
  readonly bits: Float32Array;
}

/** log2 of the odds before anything is known of a pair. */
export function priorBits({ lambda }: Pick<Model, 'lambda'>): number {
  return Math.log2(lambda / (1 - lambda));
}

/** log2(u / f) for each text of a column: f is the share of records that have it, without the pair itself. */
function termTable(column: Column, u: number, filled: number): TermTable {
  const bits = new Float32Array(column.counts.length);
  // Where nobody had the column when the model was fitted, all values are as usual.
  if (filled === 0) return { column, bits };
  const prior = Math.min(1 / u, filled * PRIOR_STRENGTH);
  for (let number = 1; number < bits.length; number++) {
    const others = Math.max(0, (column.counts[number] as number) - 2);
    bits[number] = Math.min(MAX_RARITY_BITS, Math.log2((u * (filled + prior)) / (others + prior * u)));
  }
  return { column, bits };
}

/** The text that two records have in common; 0 where they have none. */
export function commonText({ ids, more }: Column, a: number, b: number): number {
  if (ids[a] === ids[b]) return ids[a] as number;
  if (more === null) return 0;
  const { starts, ids: further } = more;
  for (let i = (starts[a] as number) - 1; i < (starts[a + 1] as number); i++) {
    const text = i < (starts[a] as number) ? ids[a] : further[i];
    for (let j = (starts[b] as number) - 1; j < (starts[b + 1] as number); j++) {
      if (text === (j < (starts[b] as number) ? ids[b] : further[j])) return text as number;
    }
  }
  return 0;
}
