import type { DuplicateDecision } from '../model/duplicates.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import { type Decided, pairKey } from './cluster/clusters.ts';
import type { Population } from './population.ts';
import { placeOf } from './population-reader.ts';

/**
 * What people decided of the records of a population. A decision about customers that were merged since holds for those they
 * were merged into; where decisions about the same two then differ, `distinct` holds.
 * @param redirects where merged customers went
 */
export function decidedPairs(
  population: Population,
  decisions: readonly DuplicateDecision[],
  redirects: ReadonlyMap<number, number>,
): Decided {
  const decided = new Map<number, 'same' | 'distinct'>();
  for (const { left, right, decision } of decisions) {
    const a = placeOf(population.customers, population.size, redirects.get(left) ?? left);
    const b = placeOf(population.customers, population.size, redirects.get(right) ?? right);
    if (a < 0 || b < 0 || a === b) continue;
    const key = pairKey(a, b);
    if (decided.get(key) !== 'distinct') decided.set(key, decision);
  }
  return decided;
}

/** What people decided so far, ready to be asked for any population; see `decidedPairs`. */
export async function readDecided(store: DuplicateStore): Promise<(population: Population) => Decided> {
  const decisions = await store.decisions();
  const redirects = decisions.length === 0 ? new Map<number, number>() : await store.redirects();
  return (population) => decidedPairs(population, decisions, redirects);
}
