import type { PairExplanation } from '../model/duplicates.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';

/**
 * The cluster that two customers are in, with the chain of pairs that joins them in it: of all chains, the one whose weakest
 * pair is the strongest. Null where they are not in one cluster.
 */
export async function clusterPath(store: DuplicateStore, left: number, right: number): Promise<PairExplanation['cluster']> {
  const cluster = await store.clusterOf(left);
  if (cluster === null || !cluster.customers.includes(right)) return null;
  const pairs = await store.pairsAmong(cluster.customers);
  const reached = new Map<number, { from: number; bits: number } | null>([[left, null]]);
  // Prim's algorithm: the strongest pair that leads on, until the other customer is reached.
  while (!reached.has(right)) {
    let best: { from: number; to: number; bits: number } | null = null;
    for (const pair of pairs) {
      const [hasLeft, hasRight] = [reached.has(pair.left), reached.has(pair.right)];
      if (hasLeft === hasRight || (best !== null && pair.bits <= best.bits)) continue;
      best = hasLeft ? { from: pair.left, to: pair.right, bits: pair.bits } : { from: pair.right, to: pair.left, bits: pair.bits };
    }
    if (best === null) break;
    reached.set(best.to, { from: best.from, bits: best.bits });
  }
  const path: { left: number; right: number; bits: number }[] = [];
  for (let at = right, step = reached.get(at); step !== undefined && step !== null; at = step.from, step = reached.get(at)) {
    path.unshift({ left: step.from, right: at, bits: step.bits });
  }
  return { id: cluster.id, verdict: cluster.verdict, size: cluster.customers.length, path };
}
