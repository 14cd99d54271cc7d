import { makeBlocks } from '../block/blocks.ts';
import { type BlockedRules, NO_RULES, pairTasks, walkPairs } from '../block/pair-walk.ts';
import { columnsOfPart } from '../block/record-parts.ts';
import type { BlockingRule } from '../block/rules.ts';
import type { Comparison } from '../compare/comparison.ts';
import { pause } from '../../interruption.ts';
import type { Population } from '../population.ts';
import { hashPair } from '../text/text-pool.ts';
import type { Session } from './fit.ts';
import { type Patterns, PatternCounter } from './patterns.ts';

/** So many candidate pairs are enough to learn from. */
const MAX_PAIRS = 250_000;

/**
 * Patterns of agreement of the candidate pairs: of all of them, or of a sample drawn by the hash of each pair, so that it is
 * the same in every run.
 * @param blocked the blocks that make the candidates; null means all pairs
 */
export async function samplePatterns(
  population: Population,
  comparisons: readonly Comparison[],
  blocked: BlockedRules | null,
  signal?: AbortSignal,
): Promise<Patterns> {
  const counter = new PatternCounter(
    comparisons.map((comparison) => comparison.bind(population)),
    comparisons.map(({ levels }) => levels.length),
  );
  if (blocked === null) {
    for (let a = 0; a < population.size; a++) for (let b = a + 1; b < population.size; b++) counter.add(a, b, 1);
    return counter.patterns();
  }
  const pairs = blocked.rules.reduce((sum, { pairs: each }) => sum + each, 0);
  const step = Math.max(1, Math.ceil(pairs / MAX_PAIRS));
  for (const task of pairTasks(blocked)) {
    walkPairs(blocked, task, (a, b) => counter.add(a, b, step), drawn(step));
    await pause(signal);
  }
  return counter.patterns();
}

/** So many pairs of one rule are enough. */
const SESSION_PAIRS = 30_000;

/** The sessions to learn from: pairs of each strict rule that makes any, in the order of the rules. */
export async function sampleSessions(
  population: Population,
  comparisons: readonly Comparison[],
  strict: readonly BlockingRule[],
  signal?: AbortSignal,
): Promise<Session[]> {
  const sessions: Session[] = [];
  const compares = comparisons.map((comparison) => comparison.bind(population));
  for (const rule of strict) {
    const blocks = makeBlocks(population, { ...rule, divide: [] }, { cap: SESSION_CAP, purge: 0 });
    if (blocks === null || blocks.pairs === 0) continue;
    const counter = new PatternCounter(
      compares,
      comparisons.map(({ levels }) => levels.length),
    );
    const step = Math.max(1, Math.ceil(blocks.pairs / SESSION_PAIRS));
    const blocked = { ...NO_RULES, rules: [blocks] };
    for (const task of pairTasks(blocked)) walkPairs(blocked, task, (a, b) => counter.add(a, b, step), drawn(step));
    sessions.push({
      patterns: counter.patterns(),
      blocked: comparisons.map(({ columns }) => columns.some((column) => readsColumn(rule, column))),
    });
    await pause(signal);
  }
  return sessions;
}

/** Larger blocks of a strict rule are placeholders, switchboards or families: nothing is learned from them. */
const SESSION_CAP = 8;

function readsColumn({ parts }: BlockingRule, column: string): boolean {
  return parts.some((part) => columnsOfPart(part).includes(column));
}

/** Draws one pair of `step`. */
function drawn(step: number): (a: number, b: number) => boolean {
  return step === 1 ? () => true : (a, b) => hashPair(a + 1, b + 1) % step === 0;
}
