import { clusterFacts } from './cluster-rows.ts';
import { makesPair } from './block/pair-walk.ts';
import { type FittedLevel, probabilityOf } from './model/model.ts';
import type { Linked } from './link-population.ts';
import { priorBits } from './model/scorer.ts';
import { HISTOGRAM } from './pair-search.ts';
import { CUTS, verdictOf } from './verdict.ts';

/** What was learned and found, in numbers; kept with the model. */
export interface FindSummary {
  readonly records: number;
  readonly candidatePairs: number;
  readonly verdicts: { readonly auto: number; readonly review: number; readonly distinct: number };
  /** Clusters of two and more customers, how many of them may be merged without asking, and the customers in them. */
  readonly clusters: number;
  readonly autoClusters: number;
  readonly clustered: number;
  /** Mean probability of the pairs that may be merged without asking; null where there are none. */
  readonly expectedPrecision: number | null;
  /** Share of the pairs that are one customer which are in one cluster: of those compared, times what blocking is likely to have found. */
  readonly estimatedRecall: number | null;
  /** Share of the pairs that are one customer which blocking is likely to have made (Chao 1987, lower bound of what was missed). */
  readonly blockingRecall: number | null;
  readonly populations: readonly PopulationSummary[];
  /** Pairs by their odds in bits. */
  readonly histogram: readonly { readonly from: number; readonly to: number; readonly pairs: number }[];
  readonly autoBits: number;
  readonly reviewBits: number;
}

/** The model of one kind of customers, and the rules that made their pairs. */
export interface PopulationSummary {
  readonly kind: 'person' | 'organisation';
  readonly records: number;
  readonly priorBits: number;
  readonly comparisons: readonly { readonly field: string; readonly levels: readonly FittedLevel[] }[];
  readonly rules: readonly {
    readonly name: string;
    readonly pairs: number;
    readonly keys: number;
    readonly divided: number;
    readonly windowed: number;
    readonly purgedRecords: number;
    readonly lostPairs: number;
  }[];
}

/** Sums up what was found in all populations. */
export function summaryOf(linked: readonly Linked[]): FindSummary {
  const verdicts = { auto: 0, review: 0, distinct: 0 };
  const histogram = new Float64Array(2 * HISTOGRAM + 1);
  const sums = {
    compared: 0,
    expected: 0,
    clustered: 0,
    autoExpected: 0,
    once: 0,
    twice: 0,
    members: 0,
    clusters: 0,
    autoClusters: 0,
    isBlocked: false,
  };
  for (const each of linked) {
    addPairs(each, verdicts, sums);
    addClusters(each, sums);
    for (let bin = 0; bin < histogram.length; bin++) histogram[bin] = (histogram[bin] as number) + (each.pairs.histogram[bin] as number);
  }
  verdicts.distinct = sums.compared - verdicts.auto - verdicts.review;
  const missed = !sums.isBlocked ? 0 : (sums.once * (sums.once - 1)) / (2 * (sums.twice + 1));
  const blockingRecall = verdicts.auto === 0 && sums.isBlocked ? null : verdicts.auto / (verdicts.auto + missed) || 1;
  return {
    records: linked.reduce((sum, { population }) => sum + population.size, 0),
    candidatePairs: sums.compared,
    verdicts,
    clusters: sums.clusters,
    autoClusters: sums.autoClusters,
    clustered: sums.members,
    expectedPrecision: verdicts.auto === 0 ? null : sums.autoExpected / verdicts.auto,
    estimatedRecall: sums.expected === 0 || blockingRecall === null ? null : (sums.clustered / sums.expected) * blockingRecall,
    blockingRecall,
    populations: linked.map(populationSummary),
    histogram: [...histogram].flatMap((pairs, bin) => (pairs === 0 ? [] : [{ from: bin - HISTOGRAM, to: bin - HISTOGRAM + 1, pairs }])),
    autoBits: CUTS.auto,
    reviewBits: CUTS.review,
  };
}

type Sums = {
  compared: number;
  expected: number;
  clustered: number;
  autoExpected: number;
  once: number;
  twice: number;
  members: number;
  clusters: number;
  autoClusters: number;
  isBlocked: boolean;
};

function addPairs({ pairs, clusters, rules }: Linked, verdicts: { auto: number; review: number }, sums: Sums): void {
  const makers = rules.map(makesPair);
  sums.compared += pairs.compared;
  if (rules.length > 0) sums.isBlocked = true;
  for (let i = 0; i < pairs.left.length; i++) {
    const bits = pairs.bits[i] as number;
    const [a, b] = [pairs.left[i] as number, pairs.right[i] as number];
    // What people decided is certain: it is no pair that the search failed to join.
    const decision = clusters.decisionOf(a, b);
    if (decision === 'distinct') continue;
    const probability = decision === 'same' ? 1 : probabilityOf(bits);
    const verdict = verdictOf(bits, pairs.guards[i] as number);
    sums.expected += probability;
    if (clusters.cluster[a] === clusters.cluster[b]) sums.clustered += probability;
    if (verdict === 'distinct') continue;
    verdicts[verdict]++;
    if (verdict === 'review') continue;
    sums.autoExpected += probability;
    let made = 0;
    for (let rule = 0; rule < makers.length && made < 3; rule++) if (makers[rule]?.(a, b)) made++;
    if (made === 1) sums.once++;
    else if (made === 2) sums.twice++;
  }
}

function addClusters({ clusters: { cluster, auto } }: Linked, sums: Sums): void {
  for (const size of clusterFacts(cluster, auto).sizes) {
    if (size < 2) continue;
    sums.clusters++;
    sums.members += size;
  }
  for (let record = 0; record < auto.length; record++) if (auto[record] === record) sums.autoClusters++;
}

function populationSummary({ population, model, rules }: Linked): PopulationSummary {
  return {
    kind: population.kind,
    records: population.size,
    priorBits: priorBits(model),
    comparisons: model.comparisons.map(({ name, levels }) => ({ field: name, levels })),
    rules: rules.map(({ report: { name, pairs, keyed, divided, windowed, purgedRecords, lostPairs } }) => ({
      name,
      pairs,
      keys: keyed,
      divided,
      windowed,
      purgedRecords,
      lostPairs,
    })),
  };
}
