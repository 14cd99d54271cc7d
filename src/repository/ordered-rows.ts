import type { SqlValue } from '../engines/engine.ts';

/** One row after another. */
export class OrderedRows {
  readonly #batches: AsyncIterator<SqlValue[][]>;
  readonly #hold: (rows: SqlValue[][]) => readonly (readonly SqlValue[])[];
  #rows: readonly (readonly SqlValue[])[] = [];
  #at = 0;

  constructor(batches: AsyncIterable<SqlValue[][]>, hold: (rows: SqlValue[][]) => readonly (readonly SqlValue[])[]) {
    this.#batches = batches[Symbol.asyncIterator]();
    this.#hold = hold;
  }

  /** null: there are no more. */
  async next(): Promise<readonly SqlValue[] | null> {
    while (this.#at >= this.#rows.length) {
      const { done, value } = await this.#batches.next();
      if (done === true) return null;
      this.#rows = this.#hold(value);
      this.#at = 0;
    }
    return this.#rows[this.#at++] ?? null;
  }
}

/** The order of two rows by some of their cells: texts by their bytes. */
export function compareAt(a: readonly SqlValue[], b: readonly SqlValue[], keyAt: readonly number[]): number {
  for (const at of keyAt) {
    const [left, right] = [a[at], b[at]];
    const order =
      typeof left === 'string' && typeof right === 'string'
        ? Buffer.compare(Buffer.from(left), Buffer.from(right))
        : Number(left) - Number(right);
    if (order !== 0) return order;
  }
  return 0;
}
