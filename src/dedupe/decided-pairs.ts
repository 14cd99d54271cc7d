import type { DuplicateDecision } from '../model/duplicates.ts';

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
    const parent = new Map<number, number>();
    const root = (id: number): number => {
      let at = id;
      for (let next = parent.get(at); next !== undefined && next !== at; next = parent.get(at)) {
        parent.set(at, parent.get(next) ?? next);
        at = next;
      }
      return at;
    };
    for (const [one, other] of this.#same) {
      const [low, high] = [root(one), root(other)].sort((a, b) => a - b) as [number, number];
      parent.set(low, low);
      parent.set(high, low);
    }
    const clusters = new Map<number, number[]>();
    for (const id of new Set(this.#same.flat())) clusters.set(root(id), [...(clusters.get(root(id)) ?? []), id]);
    return [...clusters].map(([id, customers]) => ({ id, customers: customers.sort((a, b) => a - b) })).sort((a, b) => a.id - b.id);
  }
}
