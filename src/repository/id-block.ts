import type { Connection } from '../engines/connection.ts';

/** Most ids reserved at once; blocks grow to it, so that a small import reserves few. */
const MAX_BLOCK = 65_536;

/** Hands out ids of new customers from reserved blocks, in growing order. */
export class IdBlock {
  readonly #connection: Connection;
  #next = 0;
  #end = 0;
  #size = 64;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The first of `count` ids that follow one another. */
  async take(count: number): Promise<number> {
    if (this.#end - this.#next < count) {
      await this.release();
      this.#size = Math.min(MAX_BLOCK, Math.max(count, this.#size * 4));
      const size = Math.max(count, this.#size);
      this.#next = await this.#connection.reserveIds('customers', size);
      this.#end = this.#next + size;
    }
    const first = this.#next;
    this.#next += count;
    return first;
  }

  /** Gives back the ids that were not used. */
  async release(): Promise<void> {
    if (this.#next < this.#end) await this.#connection.releaseIds('customers', this.#next);
    this.#end = this.#next;
  }
}
