import type { Population } from '../population.ts';
import { type BaseKeys, baseKeys, type Blocks, makeBlocks, runEnd } from './blocks.ts';
import type { BlockingRule } from './rules.ts';

/** All pairs of so few records are compared. */
export const ALL_PAIRS_RECORDS = 1500;
const MAX_CAP = 1000;
const MIN_CAP = 8;
/** Pairs that one search may compare for each record: many among few records, fewer among many. */
const TOTAL_PAIRS = 6_000_000;
const [MIN_PAIRS, MAX_PAIRS] = [10, 300];
/** No rule takes more than this share of them. */
const RULE_SHARE = 0.2;
const MIN_PURGE = 20_000;
/** Wide rules are for so many records at most. */
const MAX_WIDE_RECORDS = 150_000;

/** How many pairs a search may compare for each record of a population. */
export function pairsPerRecord(size: number): number {
  return Math.min(MAX_PAIRS, Math.max(MIN_PAIRS, TOTAL_PAIRS / size));
}

/**
 * The blocks of all rules, within a budget of pairs: a rule that makes more than its share gets a lower limit for the size of
 * its blocks, which are divided more finely.
 */
export function blocksWithin(population: Population, rules: readonly BlockingRule[]): Blocks[] {
  const { size } = population;
  const budget = pairsPerRecord(size) * size;
  const purge = Math.max(MIN_PURGE, size * 0.02);
  const all: Blocks[] = [];
  let left = budget;
  for (const rule of rules) {
    if (rule.wide && size > MAX_WIDE_RECORDS) continue;
    const share = Math.min(budget * RULE_SHARE, Math.max(left * 0.5, size * 0.25));
    const base = baseKeys(population, rule);
    if (base === null) continue;
    let blocks: Blocks | null = null;
    for (let cap = startCap(base, size, share); cap >= MIN_CAP; cap = Math.floor(cap / 2.5)) {
      blocks = makeBlocks(population, rule, { cap, purge }, base);
      if (blocks === null || blocks.pairs <= share) break;
    }
    if (blocks === null || blocks.order.length === 0) continue;
    left -= blocks.pairs;
    all.push(blocks);
  }
  return all;
}

/** The largest limit with which the blocks that it leaves whole make at most half of the pairs that a rule may make. */
function startCap({ keys, order }: BaseKeys, records: number, share: number): number {
  const pairsBySize = new Float64Array(MAX_CAP + 1);
  for (let start = 0; start < order.length; ) {
    const end = runEnd(keys, order, start);
    const size = recordsIn(order, start, end, records);
    if (size <= MAX_CAP) pairsBySize[size] = (pairsBySize[size] as number) + (size * (size - 1)) / 2;
    start = end;
  }
  let pairs = 0;
  for (let size = 2; size <= MAX_CAP; size++) {
    pairs += pairsBySize[size] as number;
    if (pairs > share * 0.5) return Math.max(MIN_CAP, size - 1);
  }
  return MAX_CAP;
}

/** How many entries of a block are records and not further addresses or numbers of one. */
function recordsIn(order: Uint32Array, start: number, end: number, records: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if ((order[at] as number) < records) count++;
  return count;
}
