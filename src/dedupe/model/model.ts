import type { Level } from '../compare/comparison.ts';
import type { Learned } from './learned.ts';

/** Shares of one level of agreement among pairs that are one customer (m) and that are not (u), and the bits that follow. */
export interface FittedLevel {
  readonly name: string;
  readonly m: number;
  readonly u: number;
  /** log2(m / u), made monotone over the levels that are ordered. */
  readonly bits: number;
}

/** What was learned of one comparison. */
export interface FittedComparison {
  readonly name: string;
  readonly levels: readonly FittedLevel[];
}

/** A model of record linkage (Fellegi and Sunter 1969), fitted to one population. */
export interface Model {
  /** Grows with changes that make stored models useless. */
  readonly version: 1;
  readonly kind: 'person' | 'organisation';
  /** Share of all pairs of records that are one customer. */
  readonly lambda: number;
  readonly comparisons: readonly FittedComparison[];
  /** How many records had each column when it was fitted; for the frequencies of values. */
  readonly filled: Readonly<Record<string, number>>;
  readonly records: number;
  /** Names of the blocking rules that made pairs; none where all pairs were compared. */
  readonly rules: readonly string[];
  /** Rounds of expectation and maximisation until nothing moved. */
  readonly rounds: number;
  /** What it learned from answers of people; it is in the bits of its levels, and in lambda. */
  readonly learned?: Learned;
}

/** Bits of levels: log2(m / u) within limits; a weaker level never says more than a stronger one. */
export function fittedLevels(levels: readonly Level[], m: ArrayLike<number>, u: ArrayLike<number>): FittedLevel[] {
  let ceiling = Number.POSITIVE_INFINITY;
  return levels.map(({ name, ordered }, i) => {
    const raw = Math.log2((m[i] as number) / (u[i] as number));
    const bits = Math.max(MIN_BITS, Math.min(MAX_BITS, ordered === false ? raw : Math.min(raw, ceiling)));
    if (ordered !== false) ceiling = bits;
    return { name, m: m[i] as number, u: u[i] as number, bits };
  });
}

/** The probability that odds mean. @param bits log2 of the odds */
export function probabilityOf(bits: number): number {
  return 1 / (1 + 2 ** -bits);
}

const MAX_BITS = 24;
/** Values are wrong more often than data shows where there is little of it. */
const MIN_BITS = -8;
