import { ALL_PAIRS_RECORDS, blocksWithin } from './block/budget.ts';
import type { Blocks } from './block/blocks.ts';
import { blockedRules, pairTasks } from './block/pair-walk.ts';
import { blockingRules } from './block/rules.ts';
import { clusterPairs, type Clusters, type Decided } from './cluster/clusters.ts';
import { comparisonsFor, comparisonsOf } from './compare/index.ts';
import type { Comparison } from './compare/comparison.ts';
import { fitModel } from './model/fit.ts';
import { withLearned } from './model/learn.ts';
import type { Learned } from './model/learned.ts';
import type { Model } from './model/model.ts';
import { samplePatterns, sampleSessions } from './model/sample-patterns.ts';
import { type FoundPairs, HISTOGRAM, PairSearch } from './pair-search.ts';
import type { Population } from './population.ts';
import { CUSTOM_PREFIX } from './population-reader.ts';
import { searchPairs } from './search-threads.ts';
import { prepareJudge } from './verdict.ts';

/** The name of the rule that compares everything with everything, among few records. */
export const ALL_PAIRS = 'all pairs';

/** How records are linked. */
export interface LinkOptions {
  /** Comparisons that are wanted; null: all that make sense. */
  readonly columns: readonly string[] | null;
  /** A model to use instead of fitting one. */
  readonly model: Model | null;
  /** What the model learned from people before; added to what is fitted. */
  readonly learned?: Learned | null;
  /** Sets the frequencies of values to those that the model was fitted with. */
  readonly prepare?: (population: Population, comparisons: readonly Comparison[]) => Promise<void>;
  readonly decided: Decided;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (step: string, share: number) => void;
}

/** What linking the records of one population found. */
export interface Linked {
  readonly population: Population;
  readonly comparisons: readonly Comparison[];
  readonly model: Model;
  readonly rules: readonly Blocks[];
  readonly ruleNames: readonly string[];
  /** Pairs that were kept, in the order of their records. */
  readonly pairs: FoundPairs;
  readonly clusters: Clusters;
}

/** Finds which records of a population are one customer. @throws {CrmError} INTERRUPTED */
export async function linkPopulation(population: Population, options: LinkOptions): Promise<Linked> {
  const { signal, onProgress } = options;
  prepareJudge(population);
  const comparisons = options.model === null ? comparisonsFor(population, options.columns) : comparisonsOf(population, options.model);
  await options.prepare?.(population, comparisons);
  const custom = comparisons.map(({ name }) => name).filter((name) => name.startsWith(CUSTOM_PREFIX));
  const all = population.size <= ALL_PAIRS_RECORDS;
  onProgress?.('blocking', 0);
  const blocking = blockingRules(population, custom);
  const rules = all ? [] : blocksWithin(population, blocking);
  const blocked = blockedRules(rules, population.size);
  onProgress?.('learning', 0);
  const learn = async (): Promise<Model> => {
    const sessions = await sampleSessions(
      population,
      comparisons,
      blocking.filter(({ strict }) => strict),
      signal,
    );
    const fitted = fitModel(population, comparisons, sessions, await samplePatterns(population, comparisons, all ? null : blocked, signal));
    return withLearned({ ...fitted, rules: rules.map(({ name }) => name) }, options.learned ?? null);
  };
  const model = options.model ?? (await learn());
  const search = new PairSearch(population, comparisons, model, blocked);
  const found = all
    ? [search.runAll(population.size)]
    : await searchPairs(population, comparisons, model, blocked, pairTasks(blocked), {
        signal,
        onProgress: (share) => onProgress?.('comparing', share),
      });
  const pairs = joined(found);
  onProgress?.('clustering', 0);
  const clusters = clusterPairs(population.size, pairs, options.decided, (a, b) => search.judge(a, b));
  return { population, comparisons, model, rules, ruleNames: all ? [ALL_PAIRS] : rules.map(({ name }) => name), pairs, clusters };
}

/** All pairs in the order of their records. */
function joined(parts: readonly FoundPairs[]): FoundPairs {
  const size = parts.reduce((sum, { left }) => sum + left.length, 0);
  const all = {
    left: new Int32Array(size),
    right: new Int32Array(size),
    bits: new Float64Array(size),
    guards: new Int32Array(size),
    rules: new Uint8Array(size),
  };
  const histogram = new Float64Array(2 * HISTOGRAM + 1);
  let compared = 0;
  let at = 0;
  for (const part of parts) {
    all.left.set(part.left, at);
    all.right.set(part.right, at);
    all.bits.set(part.bits, at);
    all.guards.set(part.guards, at);
    all.rules.set(part.rules, at);
    for (let bin = 0; bin < histogram.length; bin++) histogram[bin] = (histogram[bin] as number) + (part.histogram[bin] as number);
    compared += part.compared;
    at += part.left.length;
  }
  const order = new Float64Array(size);
  for (let i = 0; i < size; i++) order[i] = (all.left[i] as number) * 0x4000000 + (all.right[i] as number);
  const places = Uint32Array.from({ length: size }, (_, i) => i).sort((a, b) => (order[a] as number) - (order[b] as number));
  return {
    left: places.length === 0 ? all.left : (Int32Array.from(places, (i) => all.left[i] as number) as Int32Array<ArrayBuffer>),
    right: Int32Array.from(places, (i) => all.right[i] as number) as Int32Array<ArrayBuffer>,
    bits: Float64Array.from(places, (i) => all.bits[i] as number) as Float64Array<ArrayBuffer>,
    guards: Int32Array.from(places, (i) => all.guards[i] as number) as Int32Array<ArrayBuffer>,
    rules: Uint8Array.from(places, (i) => all.rules[i] as number) as Uint8Array<ArrayBuffer>,
    compared,
    histogram,
  };
}
