/** Groups of places that grow together (Tarjan 1975); the lowest place of a group stands for it. */
export class UnionFind {
  readonly #parents: Int32Array;

  constructor(size: number) {
    this.#parents = new Int32Array(size);
    for (let i = 0; i < size; i++) this.#parents[i] = i;
  }

  /** The place that stands for the group of a place. */
  root(place: number): number {
    let at = place;
    for (;;) {
      const parent = this.#parents[at] as number;
      if (parent === at) return at;
      const grandparent = this.#parents[parent] as number;
      this.#parents[at] = grandparent;
      at = grandparent;
    }
  }

  /** Joins the groups of two places. */
  join(a: number, b: number): void {
    const [one, other] = [this.root(a), this.root(b)];
    if (one !== other) this.#parents[Math.max(one, other)] = Math.min(one, other);
  }
}
