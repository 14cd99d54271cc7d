import type { Connection } from '../engines/connection.ts';

/** Most ids reserved at once; blocks grow to it, so that a small import reserves few. */
const MAX_BLOCK = 65_536;

/** Where ids come from; they grow, and are never used twice. */
export interface IdSource {
  /** Reserves ids that follow one another and returns the first. */
  reserve(count: number): Promise<number>;
  /** Gives back the ids from `first` on; only those reserved last, in the transaction that reserved them. */
  release(first: number): Promise<void>;
}

/** Ids of customers. */
export function customerIds(connection: Connection): IdSource {
  return {
    reserve: (count) => connection.reserveIds('customers', count),
    release: (first) => connection.releaseIds('customers', first),
  };
}

/** Ids of a table whose primary key starts with the customer: one sequence for all customers. */
export function childIds(connection: Connection, table: string): IdSource {
  const setNext = (id: number): Promise<void> => connection.upsert('sequences', ['name'], [{ name: table, next_id: id }]);
  return {
    reserve: async (count) => {
      const [row] = await connection.all<{ next_id: number }>('SELECT next_id FROM sequences WHERE name = ?', [table]);
      const first = row?.next_id ?? 1;
      await setNext(first + count);
      return first;
    },
    release: setNext,
  };
}

/** Hands out ids from reserved blocks, in growing order. */
export class IdBlock {
  readonly #source: IdSource;
  #first: number | null = null;
  #next = 0;
  #end = 0;
  #size = 64;

  constructor(source: IdSource) {
    this.#source = source;
  }

  /** The first id handed out, null when there was none yet. */
  get first(): number | null {
    return this.#first;
  }

  /** Ids handed out from now on are not below this one. */
  get next(): number {
    return this.#next;
  }

  /** The first of `count` ids that follow one another. */
  async take(count: number): Promise<number> {
    if (this.#end - this.#next < count) {
      await this.release();
      this.#size = Math.min(MAX_BLOCK, Math.max(count, this.#size * 4));
      const size = Math.max(count, this.#size);
      this.#next = await this.#source.reserve(size);
      this.#end = this.#next + size;
    }
    const first = this.#next;
    this.#first ??= first;
    this.#next += count;
    return first;
  }

  /** Gives back the ids that were not used. */
  async release(): Promise<void> {
    if (this.#next < this.#end) await this.#source.release(this.#next);
    this.#end = this.#next;
  }
}
