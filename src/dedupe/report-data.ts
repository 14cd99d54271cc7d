import { CrmError } from '../errors.ts';
import type { Customer } from '../model/customer.ts';
import type { DuplicateDecision, DuplicatePair, PairExplanation } from '../model/duplicates.ts';
import type { ClusterSize } from '../repository/duplicate-lookups.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import type { Repository } from '../repository/repository.ts';
import type { ExplainPairs } from './explain-pair.ts';
import type { ModelSummary } from './model-summary.ts';

/** A large cluster with its first members. */
export interface ReportCluster extends ClusterSize {
  readonly members: readonly Customer[];
}

/** Sample pairs of a range of weights: from (with) to (without), in bits. */
export interface SampleBand {
  readonly from: number;
  readonly to: number;
  readonly samples: readonly { readonly explanation: PairExplanation; readonly left: Customer; readonly right: Customer }[];
}

/** What the report of a search for duplicates shows. */
export interface DuplicateReport {
  /** When it was made, ISO-8601 UTC. */
  readonly madeAt: string;
  readonly summary: ModelSummary;
  /** Pairs that wait for a person. */
  readonly open: number;
  /** The largest ones. */
  readonly clusters: readonly ReportCluster[];
  /** From the highest weights to the lowest; only those that have pairs. */
  readonly bands: readonly SampleBand[];
  readonly decisions: Readonly<Record<DuplicateDecision['decision'], number>>;
}

const CLUSTERS = 10;
const MEMBERS = 12;
const SAMPLES_OF_A_BAND = 2;

/**
 * Gathers what the report shows.
 * @param summary of the last search; null where there was none
 * @throws {CrmError} NOT_FOUND where there was no search yet
 */
export async function duplicateReport(
  repository: Repository,
  summary: ModelSummary | null,
  explain: ExplainPairs,
  now: Date = new Date(),
): Promise<DuplicateReport> {
  if (summary === null) throw new CrmError('NOT_FOUND', 'there was no search for duplicates yet', { hint: 'run crm dedupe find' });
  const store = await repository.duplicates();
  const decisions = await store.decisions();
  const count = (decision: DuplicateDecision['decision']): number => decisions.filter((one) => one.decision === decision).length;
  return {
    madeAt: now.toISOString(),
    summary,
    open: await store.lookups.countOpen(),
    clusters: await clustersOf(store),
    bands: await bandsOf(repository, store, summary, explain),
    decisions: { same: count('same'), distinct: count('distinct') },
  };
}

async function clustersOf(store: DuplicateStore): Promise<ReportCluster[]> {
  const clusters: ReportCluster[] = [];
  for (const head of await store.lookups.largestClusters(CLUSTERS)) {
    const ids = (await store.cluster(head.id))?.customers.slice(0, MEMBERS) ?? [];
    const customers = await store.lookups.customers(ids);
    clusters.push({ ...head, members: ids.flatMap((id) => customers.get(id) ?? []) });
  }
  return clusters;
}

async function bandsOf(repository: Repository, store: DuplicateStore, summary: ModelSummary, explain: ExplainPairs): Promise<SampleBand[]> {
  const bands: { from: number; to: number; pairs: DuplicatePair[] }[] = [];
  for (const [from, to] of bandEdges(summary)) {
    const pairs = await store.lookups.samplePairs(from, to, SAMPLES_OF_A_BAND);
    if (pairs.length > 0) bands.unshift({ from, to, pairs });
  }
  const all = bands.flatMap(({ pairs }) => pairs);
  const explanations = all.length === 0 ? [] : await explain(repository, all);
  const byPair = new Map(explanations.map((one) => [`${one.left} ${one.right}`, one]));
  const customers = await store.lookups.customers(all.flatMap(({ left, right }) => [left, right]));
  return bands.map(({ from, to, pairs }) => ({
    from,
    to,
    samples: pairs.flatMap((pair) => {
      const [explanation, left, right] = [byPair.get(`${pair.left} ${pair.right}`), customers.get(pair.left), customers.get(pair.right)];
      return explanation === undefined || left === undefined || right === undefined ? [] : [{ explanation, left, right }];
    }),
  }));
}

/** Ranges of weights, two for each verdict, from the lowest up; the outer ones have no end. */
export function bandEdges({
  histogram,
  reviewBits,
  autoBits,
}: Pick<ModelSummary, 'histogram' | 'reviewBits' | 'autoBits'>): [number, number][] {
  const low = Math.min(reviewBits - 4, ...histogram.map(({ from }) => from));
  const high = Math.max(autoBits + 4, ...histogram.map(({ to }) => to));
  const edges = [
    Number.MIN_SAFE_INTEGER,
    (low + reviewBits) / 2,
    reviewBits,
    (reviewBits + autoBits) / 2,
    autoBits,
    (autoBits + high) / 2,
    Number.MAX_SAFE_INTEGER,
  ];
  return edges.slice(1).flatMap((to, i) => ((edges[i] as number) < to ? [[edges[i] as number, to] as [number, number]] : []));
}
