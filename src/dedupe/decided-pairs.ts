import type { DuplicateDecision } from '../model/duplicates.ts';
import { UnionFind } from './cluster/union-find.ts';

/** Customers that are to be merged; `id` is the lowest of them. */
export interface DecidedCluster {
  readonly id: number;
  readonly customers: readonly number[];
}

/** What people decided about pairs, of the customers that are there now. */
export class DecidedPairs {
  readonly #distinct = new Map<number, Set<number>>();
  readonly #same: (readonly [number, number])[] = [];

  /** @param redirects old id → the customer that is there now */
  constructor(decisions: readonly DuplicateDecision[], redirects: ReadonlyMap<number, number>) {
    const end = (id: number): number => redirects.get(id) ?? id;
    for (const { left, right, decision } of decisions) {
      const [one, other] = [end(left), end(right)];
      if (one === other) continue;
      if (decision === 'same') this.#same.push([one, other]);
      else this.#distinct.set(one, (this.#distinct.get(one) ?? new Set()).add(other));
    }
  }

  /** Whether two of these customers were decided to be different ones. */
  isForbidden(customers: readonly number[]): boolean {
    const all = new Set(customers);
    return customers.some((id) => [...(this.#distinct.get(id) ?? [])].some((other) => all.has(other)));
  }

  /** Customers that were decided to be the same, directly or through others, by the lowest id. */
  sameClusters(): DecidedCluster[] {
    // In order, so that the lowest id stands for its cluster.
    const ids = [...new Set(this.#same.flat())].sort((a, b) => a - b);
    const places = new Map(ids.map((id, place) => [id, place]));
    const groups = new UnionFind(ids.length);
    for (const [one, other] of this.#same) groups.join(places.get(one) as number, places.get(other) as number);
    const clusters = new Map<number, number[]>();
    for (const [place, id] of ids.entries()) {
      const first = ids[groups.root(place)] as number;
      const known = clusters.get(first);
      if (known === undefined) clusters.set(first, [id]);
      else known.push(id);
    }
    return [...clusters].map(([id, customers]) => ({ id, customers }));
  }
}
