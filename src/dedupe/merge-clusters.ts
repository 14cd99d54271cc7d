import { CrmError } from '../errors.ts';
import { type PlanTarget, PlanWriter } from '../formats/plan-writer.ts';
import { pause } from '../interruption.ts';
import type { MergeCluster, MergeCounts, MergeDecision } from '../repository/merge-batch.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import type { Repository } from '../repository/repository.ts';
import { DecidedPairs } from './decided-pairs.ts';
import { DEFAULT_SURVIVORSHIP, type Survivorship, mergeValues } from './survivorship.ts';

/** How many merges are too many: a number of customers that go, or a share of all there are. */
export type MergeLimit = { readonly customers: number } | { readonly share: number };

/** Why a cluster stays as it is. */
export type SkipReason = 'distinct' | 'kind' | 'tax_id' | 'gone';

/** How customers are merged. */
export interface MergeOptions {
  /** auto: all clusters that may be merged without asking; reviewed: what people decided to be the same; or one cluster. */
  readonly clusters: 'auto' | 'reviewed' | { readonly id: number };
  /** Default: `DEFAULT_SURVIVORSHIP`. */
  readonly survivorship?: Survivorship;
  /** Says what would be done and takes it back. */
  readonly dryRun?: boolean;
  /** Where the plan of what would be done goes; makes it a dry run. */
  readonly plan?: PlanTarget;
  /** Nothing is written when more customers would be merged away. */
  readonly maxMerges?: MergeLimit;
  /** What the history says of the arguments. */
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  /** Told how many clusters are merged. */
  readonly onProgress?: (clusters: number) => void;
}

/** What merging did. */
export interface MergeResult {
  /** Clusters that became one customer each. */
  readonly clusters: number;
  /** Customers that went. */
  readonly merged: number;
  /** Clusters that stay as they are. */
  readonly skipped: readonly { readonly cluster: number; readonly reason: SkipReason }[];
  /** Fields in which customers of a cluster contradicted each other, of all clusters. */
  readonly conflicts: number;
  readonly conflictsByField: Readonly<Record<string, number>>;
  readonly dryRun: boolean;
  readonly elapsedMs: number;
}

/**
 * Merges customers that are one. Each cluster wholly or not at all; broken off, what is done stands, and the same call goes
 * on with the rest.
 * @returns what was done, and the run; null where nothing was written
 * @throws {CrmError} NOT_FOUND where there is no such cluster; GUARD_RAIL when more would be merged than allowed, then nothing
 * is written; BUSY, INTERRUPTED
 */
export async function mergeClusters(
  repository: Repository,
  options: MergeOptions,
): Promise<{ readonly run: number | null; readonly result: MergeResult }> {
  const start = performance.now();
  const store = await repository.duplicates();
  const decisions = await store.decisions();
  const decided = new DecidedPairs(decisions, decisions.length === 0 ? new Map() : await store.redirects());
  const clusters = await selected(store, decided, options.clusters);
  const judge = new ClusterJudge(decided, options.survivorship ?? DEFAULT_SURVIVORSHIP);
  const plan = options.plan === undefined ? null : new PlanWriter(options.plan);
  const dryRun = plan !== null || options.dryRun === true;
  try {
    if (options.maxMerges !== undefined) await checkLimit(repository, store, clusters, { decided, options, limit: options.maxMerges });
    const { run, ...counts } = await store.merge(
      {
        arguments: options.arguments ?? {},
        clusters,
        mode: dryRun ? 'roll back' : 'write',
        ...(plan === null ? {} : { record: plan }),
      },
      {
        judge: (cluster) => judge.decide(cluster),
        check: async (done) => {
          await pause(options.signal);
          options.onProgress?.(done.clusters);
        },
      },
    );
    await plan?.end({ files: [], counts: { ...counts } });
    return { run, result: judge.result(counts, { dryRun, elapsedMs: performance.now() - start }) };
  } finally {
    plan?.discard();
  }
}

async function selected(
  store: DuplicateStore,
  decided: DecidedPairs,
  which: MergeOptions['clusters'],
): Promise<'auto' | readonly { readonly id: number; readonly customers: readonly number[] }[]> {
  if (which === 'auto') return 'auto';
  if (which === 'reviewed') return decided.sameClusters();
  const cluster = (await store.cluster(which.id)) ?? (await store.clusterOf(which.id));
  if (cluster !== null) return [cluster];
  throw new CrmError('NOT_FOUND', `there is no cluster ${which.id}`, { hint: 'look for duplicates with: crm dedupe find' });
}

async function checkLimit(
  repository: Repository,
  store: DuplicateStore,
  clusters: Awaited<ReturnType<typeof selected>>,
  { decided, options, limit }: { readonly decided: DecidedPairs; readonly options: MergeOptions; readonly limit: MergeLimit },
): Promise<void> {
  let merges = 0;
  for await (const page of store.mergeable(clusters)) {
    await pause(options.signal);
    for (const cluster of page) if (refusalOf(cluster, decided) === null) merges += cluster.members.length - 1;
  }
  const customers = await repository.count();
  if ('customers' in limit ? merges <= limit.customers : merges <= limit.share * customers) return;
  const allowed = 'customers' in limit ? `${limit.customers}` : `${Number((limit.share * 100).toFixed(2))} %`;
  throw new CrmError(
    'GUARD_RAIL',
    `${merges} of ${customers} customers would be merged away, more than the allowed ${allowed}; nothing was changed`,
    {
      hint: 'look at what would be done: crm dedupe merge --dry-run',
    },
  );
}

/** Why customers must not be merged; null where nothing keeps them apart. */
function refusalOf({ members }: MergeCluster, decided: DecidedPairs): SkipReason | null {
  if (members.length < 2) return 'gone';
  if (decided.isForbidden(members.map(({ customer }) => customer.id))) return 'distinct';
  if (new Set(members.map(({ customer }) => customer.kind)).size > 1) return 'kind';
  const taxIds = members.flatMap(({ customer }) => customer.tax_id?.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '') ?? []);
  return new Set(taxIds.filter((id) => id !== '')).size > 1 ? 'tax_id' : null;
}

/** Decides about clusters, and counts what it saw. */
class ClusterJudge {
  readonly #decided: DecidedPairs;
  readonly #survivorship: Survivorship;
  readonly #skipped: { readonly cluster: number; readonly reason: SkipReason }[] = [];
  readonly #conflicts = new Map<string, number>();

  constructor(decided: DecidedPairs, survivorship: Survivorship) {
    this.#decided = decided;
    this.#survivorship = survivorship;
  }

  decide(cluster: MergeCluster): MergeDecision | null {
    const reason = refusalOf(cluster, this.#decided);
    if (reason !== null) {
      this.#skipped.push({ cluster: cluster.id, reason });
      return null;
    }
    const { survivor, values, rules, conflicts } = mergeValues(cluster.members, this.#survivorship);
    for (const field of conflicts) this.#conflicts.set(field, (this.#conflicts.get(field) ?? 0) + 1);
    return { survivor, values, rules };
  }

  result(counts: MergeCounts, { dryRun, elapsedMs }: { readonly dryRun: boolean; readonly elapsedMs: number }): MergeResult {
    const byField = [...this.#conflicts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    return {
      ...counts,
      skipped: this.#skipped,
      conflicts: byField.reduce((total, [, count]) => total + count, 0),
      conflictsByField: Object.fromEntries(byField),
      dryRun,
      elapsedMs: Math.round(elapsedMs),
    };
  }
}
