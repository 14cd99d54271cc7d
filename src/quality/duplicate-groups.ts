/**
 * Customers that seem to be the same, as groups that grow together (union–find, Tarjan 1975). The lowest id of a group stands
 * for it, whatever the order in which links come.
 */
export class DuplicateGroups {
  readonly #parentOf = new Map<number, number>();

  /** Says that two customers seem to be the same. */
  link(a: number, b: number): void {
    if (a === b) return;
    const rootA = this.#root(a);
    const rootB = this.#root(b);
    if (!this.#parentOf.has(a)) this.#parentOf.set(a, a);
    if (!this.#parentOf.has(b)) this.#parentOf.set(b, b);
    if (rootA === rootB) return;
    this.#parentOf.set(Math.max(rootA, rootB), Math.min(rootA, rootB));
  }

  /** Whether a customer is in a group and another one stands for it. */
  isSurplus(id: number): boolean {
    const parent = this.#parentOf.get(id);
    return parent !== undefined && parent !== id;
  }

  /** How many customers are in any group. */
  get customers(): number {
    return this.#parentOf.size;
  }

  /** How many groups there are. */
  get groups(): number {
    let groups = 0;
    for (const [id, parent] of this.#parentOf) if (id === parent) groups++;
    return groups;
  }

  /** Ids of the first groups, all of one group together, so that one can be compared with the other. */
  examples(count: number): number[] {
    const firstRoots = [...this.#parentOf.keys()]
      .filter((id) => !this.isSurplus(id))
      .sort((a, b) => a - b)
      .slice(0, count);
    const members = new Map(firstRoots.map((root) => [root, [root]]));
    for (const id of this.#parentOf.keys()) if (this.isSurplus(id)) members.get(this.#root(id))?.push(id);
    return [...members.values()].flatMap((ids) => ids.sort((a, b) => a - b)).slice(0, count);
  }

  #root(id: number): number {
    let at = id;
    for (let parent = this.#parentOf.get(at); parent !== undefined && parent !== at; parent = this.#parentOf.get(at)) {
      const grandparent = this.#parentOf.get(parent) as number;
      this.#parentOf.set(at, grandparent);
      at = grandparent;
    }
    return at;
  }
}
