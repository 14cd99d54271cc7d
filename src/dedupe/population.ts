import { type PooledTexts, TextPool } from './text/text-pool.ts';
import { growShared, sharedInts } from './text/shared-array.ts';

/** One column of a population in memory that threads share: the number of each record's text, 0 where it has none. */
export interface Column {
  readonly name: string;
  readonly ids: Int32Array<SharedArrayBuffer>;
  readonly texts: PooledTexts;
  /** How many records have each text, by its number. */
  readonly counts: Int32Array<SharedArrayBuffer>;
  /** How many records have any. */
  readonly filled: number;
  /** Further texts of records that have several (e-mail, phone): those of record `r` are `more.ids[more.starts[r] .. more.starts[r + 1])`. */
  readonly more: { readonly starts: Int32Array<SharedArrayBuffer>; readonly ids: Int32Array<SharedArrayBuffer> } | null;
}

/** Records of one kind that are compared with each other, column by column; a record is known by its place. */
export interface Population {
  readonly kind: 'person' | 'organisation';
  readonly size: number;
  /** Customer of each record, ascending. */
  readonly customers: Float64Array<SharedArrayBuffer>;
  readonly columns: Readonly<Record<string, Column>>;
  /** Hashes of whole names, of names as they sound, and of addresses, by record; 0 where there is none. They only are compared for equality. */
  readonly hashes: Readonly<Record<'name' | 'alt' | 'address', Uint32Array<SharedArrayBuffer>>>;
  /** How many customers had each column when a model was fitted that is used again; null where this is the whole. */
  readonly known: Readonly<Record<string, number>> | null;
  /** What was worked out of the texts of columns, by name: arrays by the number of a text, or by record. */
  readonly derived: Record<string, Uint32Array<SharedArrayBuffer> | Int32Array<SharedArrayBuffer> | Uint8Array<SharedArrayBuffer>>;
}

/** How many customers have a column, here or where the model was fitted. */
export function filledOf({ known, columns }: Population, name: string): number {
  return known?.[name] ?? columns[name]?.filled ?? 0;
}

/** A column while it is read. */
export class ColumnBuilder {
  readonly name: string;
  readonly pool: TextPool;
  #ids = sharedInts(1 << 10);
  #more: { record: number; id: number }[] = [];
  #end = 0;

  /** @param pool where its texts go; columns that are compared with each other share one */
  constructor(name: string, pool = new TextPool()) {
    this.name = name;
    this.pool = pool;
  }

  /** Sets the text of a record. */
  set(record: number, text: string | null): void {
    const id = this.pool.intern(text);
    if (id === 0) return;
    this.#ids = growShared(this.#ids, record + 1);
    this.#ids[record] = id;
    if (record >= this.#end) this.#end = record + 1;
  }

  /** Adds a further text to a record that has one already, or its first. Records come in order. */
  add(record: number, text: string | null): void {
    const id = this.pool.intern(text);
    if (id === 0) return;
    if (record >= this.#end || this.#ids[record] === 0) return this.set(record, text);
    if (this.#ids[record] === id) return;
    // The same number with another label is no further one: it would count as if two records had it.
    for (let i = this.#more.length - 1; i >= 0 && this.#more[i]?.record === record; i--) if (this.#more[i]?.id === id) return;
    this.#more.push({ record, id });
  }

  /** The finished column of `size` records. */
  build(size: number, texts: PooledTexts): Column {
    const ids = growShared(this.#ids, size).subarray(0, size);
    const counts = sharedInts(texts.size);
    let filled = 0;
    for (let record = 0; record < size; record++) {
      const id = ids[record] as number;
      if (id === 0) continue;
      filled++;
      counts[id] = (counts[id] as number) + 1;
    }
    for (const { id } of this.#more) counts[id] = (counts[id] as number) + 1;
    return { name: this.name, ids, texts, counts, filled, more: this.#more.length === 0 ? null : this.#moreOf(size) };
  }

  #moreOf(size: number): NonNullable<Column['more']> {
    const starts = sharedInts(size + 1);
    const ids = sharedInts(this.#more.length);
    const sorted = this.#more.sort((a, b) => a.record - b.record);
    let at = 0;
    for (let record = 0; record < size; record++) {
      starts[record] = at;
      for (; at < sorted.length && sorted[at]?.record === record; at++) ids[at] = sorted[at]?.id as number;
    }
    starts[size] = at;
    return { starts, ids };
  }
}
