import type { Comparison } from '../compare/comparison.ts';
import { exactShare } from '../compare/index.ts';
import type { Population } from '../population.ts';
import { fittedLevels, type Model } from './model.ts';
import type { Patterns } from './patterns.ts';
import { seededRandom } from './random.ts';

/** Pairs drawn at random to see how often pairs agree that are not one customer. */
const RANDOM_PAIRS = 150_000;
/** All pairs are looked at where there are no more records. */
const ALL_PAIRS_BELOW = 700;
const SEED = 20_261_125;
const MAX_ROUNDS = 60;
const SETTLED = 1e-5;
/** What is believed before data is seen counts as so many pairs: of one customer, and of two. */
const PRIOR_MATCHES = 25;
const SESSION_PRIOR = 5;
const PRIOR_RANDOM = 3000;
const FLOOR = 1e-7;
/** Duplicates that are expected for each record before data is seen. */
const EXPECTED_DUPLICATES = 0.02;

interface Shares {
  readonly m: Float64Array[];
  readonly u: Float64Array[];
  lambda: number;
}

/** Pairs that one strict blocking rule makes: in them, what the rule is made of says nothing any more. */
export interface Session {
  readonly patterns: Patterns;
  /** Whether the rule is made of what a comparison compares, by comparison. */
  readonly blocked: readonly boolean[];
}

/**
 * Fits a model without labels. u: from the counts of values where a level is plain equality, else from random pairs, less
 * the pairs that are one customer. m: by expectation and maximisation (Dempster, Laird and Rubin 1977) over the patterns of
 * agreement of the pairs of each strict blocking rule, leaving out what the rule is made of; then their mean, weighted by the
 * pairs that are one customer. lambda: likewise over the candidate pairs, with m and u as they are; other pairs are taken not
 * to be one customer. All start from what is believed of each comparison, which counts little where there is much data. The
 * same data gives the same model.
 * @param candidates patterns of the candidate pairs
 */
export function fitModel(
  population: Population,
  comparisons: readonly Comparison[],
  sessions: readonly Session[],
  candidates: Patterns,
): Model {
  // One customer makes no pair, and says nothing of the next one.
  const size = Math.max(2, population.size);
  const totalPairs = (size * (size - 1)) / 2;
  const observed = randomShares(population, comparisons);
  const shares: Shares = {
    m: comparisons.map(({ levels }) => Float64Array.from(levels, ({ m }) => m)),
    u: observed.map((each) => each.slice()),
    lambda: Math.min(0.3, (EXPECTED_DUPLICATES * size) / totalPairs),
  };
  const rounds = learnFromSessions(shares, comparisons, sessions, observed, totalPairs, size);
  for (let round = 0; round < MAX_ROUNDS; round++) if (settleLambda(shares, candidates, totalPairs, size)) break;
  correctForMatches(shares, comparisons, observed, totalPairs);
  for (let round = 0; round < MAX_ROUNDS; round++) if (settleLambda(shares, candidates, totalPairs, size)) break;
  return {
    version: 1,
    kind: population.kind,
    lambda: shares.lambda,
    comparisons: comparisons.map(({ name, levels }, i) => ({
      name,
      levels: fittedLevels(levels, shares.m[i] as Float64Array, shares.u[i] as Float64Array),
    })),
    filled: Object.fromEntries(Object.entries(population.columns).map(([name, { filled }]) => [name, filled])),
    records: population.size,
    rules: [],
    rounds,
  };
}

/** Shares of levels among all pairs of records. */
function randomShares(population: Population, comparisons: readonly Comparison[]): Float64Array[] {
  const { size } = population;
  const compares = comparisons.map((comparison) => comparison.bind(population));
  const counts = comparisons.map(({ levels }) => new Float64Array(levels.length + 1));
  const count = (a: number, b: number): void => {
    for (let i = 0; i < compares.length; i++) {
      const level = compares[i]?.(a, b) as number;
      const each = counts[i] as Float64Array;
      each[level] = (each[level] as number) + 1;
    }
  };
  if (size <= ALL_PAIRS_BELOW) {
    for (let a = 0; a < size; a++) for (let b = a + 1; b < size; b++) count(a, b);
  } else {
    const random = seededRandom(SEED);
    for (let i = 0; i < RANDOM_PAIRS; i++) {
      const a = Math.floor(random() * size);
      const b = Math.floor(random() * size);
      if (a !== b) count(a, b);
    }
  }
  return comparisons.map(({ levels, columns }, i) => {
    const each = counts[i] as Float64Array;
    const seen = each.reduce((sum, n) => sum + n, 0) - (each[0] as number);
    const column = columns.length === 1 ? population.columns[columns[0] as string] : undefined;
    const shares = Float64Array.from(levels, ({ u }, level) => ((each[level + 1] as number) + PRIOR_RANDOM * u) / (seen + PRIOR_RANDOM));
    if (column !== undefined && column.more === null && size > ALL_PAIRS_BELOW) {
      const pairs = (column.filled * (column.filled - 1)) / 2;
      shares[0] = (exactShare(column) * pairs + PRIOR_RANDOM * (levels[0]?.u as number)) / (pairs + PRIOR_RANDOM);
    }
    return normalized(shares);
  });
}

/** Means of m over all sessions; @returns the rounds of the longest. */
function learnFromSessions(
  shares: Shares,
  comparisons: readonly Comparison[],
  sessions: readonly Session[],
  observed: readonly Float64Array[],
  totalPairs: number,
  size: number,
): number {
  let most = 0;
  // What is learned of u in the first turn makes the sessions of the second one better.
  for (let turn = 0; turn < 2; turn++) {
    const sums = comparisons.map(({ levels }) => Float64Array.from(levels, ({ m }) => m * PRIOR_MATCHES));
    for (const session of sessions) {
      const { m, matches, rounds } = learnFromSession(shares, comparisons, session);
      most = Math.max(most, rounds);
      m.forEach((each, i) => {
        if (session.blocked[i]) return;
        const sum = sums[i] as Float64Array;
        const seen = matches[i] as number;
        for (let level = 0; level < sum.length; level++) sum[level] = (sum[level] as number) + seen * (each[level] as number);
      });
    }
    for (const [i, sum] of sums.entries()) shares.m[i]?.set(normalized(sum));
    shares.lambda = Math.max(shares.lambda, (0.01 * size * EXPECTED_DUPLICATES) / totalPairs);
    correctForMatches(shares, comparisons, observed, totalPairs);
  }
  return most;
}

/** Fits m and the share of pairs that are one customer to one session; @returns also how many such pairs have evidence, by comparison. */
function learnFromSession(
  shares: Shares,
  comparisons: readonly Comparison[],
  { patterns: { levels, counts, width }, blocked }: Session,
): { m: Float64Array[]; matches: Float64Array; rounds: number } {
  let m: Float64Array[] = comparisons.map((_, i) => (shares.m[i] as Float64Array).slice());
  const pairs = counts.reduce((sum, count) => sum + count, 0);
  const matches = new Float64Array(width);
  let lambda = 0.5;
  let rounds = 0;
  for (; rounds < MAX_ROUNDS; rounds++) {
    const bits = m.map((each, i) => each.map((share, level) => (blocked[i] ? 0 : Math.log2(share / (shares.u[i]?.[level] as number)))));
    const prior = Math.log2(lambda / (1 - lambda));
    const sums = comparisons.map(({ levels: each }) => Float64Array.from(each, ({ m: share }) => share * SESSION_PRIOR));
    matches.fill(0);
    let found = 0;
    for (let pattern = 0; pattern < counts.length; pattern++) {
      let total = prior;
      for (let i = 0; i < width; i++) {
        const level = levels[pattern * width + i] as number;
        if (level !== 0) total += bits[i]?.[level - 1] as number;
      }
      const expected = (counts[pattern] as number) / (1 + 2 ** -total);
      found += expected;
      for (let i = 0; i < width; i++) {
        const level = levels[pattern * width + i] as number;
        if (level === 0) continue;
        const sum = sums[i] as Float64Array;
        sum[level - 1] = (sum[level - 1] as number) + expected;
        matches[i] = (matches[i] as number) + expected;
      }
    }
    const before = m;
    m = sums.map((sum) => normalized(sum));
    lambda = Math.min(0.999, Math.max(1e-6, found / Math.max(1, pairs)));
    if (m.every((each, i) => each.every((share, level) => Math.abs(share - (before[i]?.[level] as number)) < SETTLED))) break;
  }
  return { m, matches, rounds };
}

/** One round of lambda; @returns whether it stands still. */
function settleLambda(shares: Shares, { levels, counts, width }: Patterns, totalPairs: number, size: number): boolean {
  const bits = shares.m.map((m, i) => m.map((share, level) => Math.log2(share / (shares.u[i]?.[level] as number))));
  const prior = Math.log2(shares.lambda / (1 - shares.lambda));
  let matches = 0;
  for (let pattern = 0; pattern < counts.length; pattern++) {
    let total = prior;
    for (let i = 0; i < width; i++) {
      const level = levels[pattern * width + i] as number;
      if (level !== 0) total += bits[i]?.[level - 1] as number;
    }
    matches += (counts[pattern] as number) / (1 + 2 ** -total);
  }
  const before = shares.lambda;
  // A hundredth of what is expected: where there are no duplicates, none are found.
  shares.lambda = Math.min(0.5, (matches + 0.01 * size * EXPECTED_DUPLICATES) / totalPairs);
  return Math.abs(shares.lambda - before) < before * SETTLED;
}

/** Takes the pairs that are one customer out of what was observed of all pairs. */
function correctForMatches(
  shares: Shares,
  comparisons: readonly Comparison[],
  observed: readonly Float64Array[],
  totalPairs: number,
): void {
  observed.forEach((all, i) => {
    const [m, u] = [shares.m[i] as Float64Array, shares.u[i] as Float64Array];
    for (let level = 0; level < m.length; level++) {
      const prior = (comparisons[i]?.levels[level]?.u as number) * Math.min(1, PRIOR_RANDOM / totalPairs);
      const others = ((all[level] as number) - shares.lambda * (m[level] as number)) / (1 - shares.lambda);
      u[level] = Math.max(others, (all[level] as number) * 0.02, prior * 0.05, FLOOR);
    }
    normalized(u);
  });
}

/** Makes shares add up to 1, none of them 0; in place. */
function normalized(shares: Float64Array): Float64Array {
  let sum = 0;
  for (const share of shares) sum += Math.max(share, FLOOR);
  for (let i = 0; i < shares.length; i++) shares[i] = Math.max(shares[i] as number, FLOOR) / sum;
  return shares;
}
