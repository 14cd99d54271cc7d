import type { Row } from '../model/table-schema.ts';
import type { RowStream } from './row-stream.ts';

/** Rows with the same key beyond which a table is not compared by key. */
const MAX_GROUP = 2000;

/** The order of keys in comparable form. */
export type CompareKeys = (a: Row, b: Row) => number;

/** The rows of one side do not come in the order of their keys, or very many have the same: they cannot be merged. */
export class NotInOrder extends Error {}

/** One side of a merge: rows of one key after another. */
export class MergeSide {
  group: readonly Row[] = [];
  key: Row = [];
  rowCount = 0;
  isDone = false;
  readonly #stream: RowStream;
  readonly #keyOf: (row: Row) => Row;
  readonly #compare: CompareKeys;
  #rows: readonly Row[] = [];
  #at = 0;
  #nextKey: Row | null = null;

  constructor(stream: RowStream, keyOf: (row: Row) => Row, compare: CompareKeys) {
    this.#stream = stream;
    this.#keyOf = keyOf;
    this.#compare = compare;
  }

  /** Goes on to the next key where that needs no waiting. */
  step(): boolean {
    const rows = this.#rows;
    if (this.#at + 1 >= rows.length) return false;
    const key = this.#nextKey ?? this.#keyOf(rows[this.#at] as Row);
    const next = this.#keyOf(rows[this.#at + 1] as Row);
    const order = this.#compare(key, next);
    if (order === 0) return false;
    if (order > 0) throw new NotInOrder();
    this.#take([rows[this.#at] as Row], key, next);
    return true;
  }

  /** Goes on to the next key, of which there may be several rows. */
  async advance(): Promise<void> {
    if (!(await this.#fill())) {
      this.isDone = true;
      return;
    }
    const first = this.#rows[this.#at] as Row;
    const key = this.#nextKey ?? this.#keyOf(first);
    const group = [first];
    let next: Row | null = null;
    while (await this.#fill(group.length)) {
      const row = this.#rows[this.#at + group.length] as Row;
      next = this.#keyOf(row);
      const order = this.#compare(key, next);
      if (order > 0 || group.length > MAX_GROUP) throw new NotInOrder();
      if (order < 0) break;
      group.push(row);
      next = null;
    }
    this.#take(group, key, next);
  }

  #take(group: readonly Row[], key: Row, next: Row | null): void {
    this.group = group;
    this.key = key;
    this.#nextKey = next;
    this.#at += group.length;
    this.rowCount += group.length;
  }

  /** Sees to it that there is a row so far ahead. */
  async #fill(ahead = 0): Promise<boolean> {
    while (this.#at + ahead >= this.#rows.length) {
      const rows = await this.#stream.next();
      if (rows === null) return false;
      this.#rows = [...this.#rows.slice(this.#at), ...rows];
      this.#at = 0;
    }
    return true;
  }
}
