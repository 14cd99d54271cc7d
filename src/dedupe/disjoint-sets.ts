/** Numbers from 0 that are joined into sets, and the set each is in (Tarjan 1975; halving of paths). */
export class DisjointSets {
  readonly #parents: number[] = [];

  /** Adds a number that is alone. @returns the number */
  add(): number {
    return this.#parents.push(this.#parents.length) - 1;
  }

  /** Joins the sets of two numbers. */
  join(a: number, b: number): void {
    const [first, second] = [this.find(a), this.find(b)];
    // The lower one stays, so that the order of the joins does not show.
    this.#parents[Math.max(first, second)] = Math.min(first, second);
  }

  /** The number that stands for the set: the lowest in it. */
  find(member: number): number {
    let at = member;
    while (this.#parents[at] !== at) {
      const next = this.#parents[this.#parents[at] as number] as number;
      this.#parents[at] = next;
      at = next;
    }
    return at;
  }
}
