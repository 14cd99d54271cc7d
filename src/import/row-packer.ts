import type { ImportBatch, ImportLayout } from '../repository/import-batch.ts';
import { DERIVED_CELLS, DERIVED_FLAGS, KEY_FLAGS, MATCH_KEYS } from '../repository/import-batch.ts';
import { addToHash, beginHash, endHash, hash53, hashHigh, hashLow } from './hash.ts';
import type { RowValues } from './row-values.ts';

/** Rows packed before a batch is handed on; at most this many characters more or less. */
const BATCH_ROWS = 1024;
const BATCH_CHARACTERS = 4 * 1024 * 1024;

/** Packs the values of rows into batches for the writer. */
export class RowPacker {
  readonly #width: number;
  readonly #source: string;
  readonly #fieldCells: readonly string[];
  readonly #isGiven: readonly boolean[];
  readonly #layoutSeed: number;
  readonly #now: string;
  readonly #withWords: boolean;
  #parts: string[] = [];
  #nulls: Uint8Array;
  #ends: Uint32Array;
  #lines = new Float64Array(BATCH_ROWS);
  #hashes = new Float64Array(BATCH_ROWS);
  #flags = new Uint8Array(BATCH_ROWS);
  #keyHashes = new Uint32Array(BATCH_ROWS * MATCH_KEYS.length * 2);
  #words: string[] = [];
  #wordEnds = new Uint32Array(BATCH_ROWS);
  #wordsLength = 0;
  #length = 0;
  #cells = 0;
  #rows = 0;

  /**
   * @param options `source`: the system that unqualified external ids belong to; `now`: `created_at` of customers whose
   * row does not say when they were made; `withWords`: whether the full-text words are made
   */
  constructor(layout: ImportLayout, options: { readonly source: string; readonly now: string; readonly withWords: boolean }) {
    this.#width = layout.cells.length;
    this.#source = options.source;
    this.#now = options.now;
    this.#withWords = options.withWords;
    this.#nulls = new Uint8Array(BATCH_ROWS * layout.cells.length);
    this.#ends = new Uint32Array(BATCH_ROWS * layout.cells.length);
    beginHash(0);
    for (const name of layout.given) addToHash(name);
    endHash();
    this.#layoutSeed = hashLow;
    this.#fieldCells = layout.cells.slice(0, layout.cells.length - DERIVED_CELLS.length);
    this.#isGiven = this.#fieldCells.map((name) => layout.given.includes(name));
  }

  /** Whether the batch should be taken before the next row is added. */
  get isFull(): boolean {
    return this.#rows === BATCH_ROWS || this.#length >= BATCH_CHARACTERS;
  }

  /** Rows in the batch so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Adds one row. */
  add(values: RowValues, line: number): void {
    const kind = values.derivedKind;
    const name = values.derivedName(kind);
    const keys = values.keys(kind, name);
    const external = values.qualifiedIds[0];
    const idSource = values.externalId !== null ? this.#source : (external?.source ?? null);
    const id = values.externalId ?? external?.id ?? null;
    let flags = (keys.email === null ? 0 : KEY_FLAGS.email) | (keys.phone === null ? 0 : KEY_FLAGS.phone);
    beginHash(this.#layoutSeed);
    for (let cell = 0; cell < this.#fieldCells.length; cell++) {
      const field = this.#fieldCells[cell] as string;
      const value = values.fields[field] as string | null;
      if (this.#isGiven[cell]) addToHash(value);
      if (value !== null) this.#put(value);
      else if (field === 'kind' || field === 'name' || field === 'created_at') {
        flags |= DERIVED_FLAGS[field];
        this.#put(field === 'kind' ? kind : field === 'name' ? name : this.#now);
      } else this.#put(null);
    }
    this.#flags[this.#rows] = flags;
    this.#put(keys.name);
    this.#put(keys.company);
    if (this.#withWords) this.#putWords(values.words(name));
    this.#putHashed(values.hasAttributes ? JSON.stringify(values.attributes) : null);
    this.#putHashed(id === null ? null : idSource);
    this.#putHashed(id);
    this.#putHashed(moreIds(values));
    this.#putHashed(values.tags.length === 0 ? null : JSON.stringify(values.tags));
    this.#putHashed(values.cleared.length === 0 ? null : JSON.stringify(values.cleared));
    endHash();
    this.#hashes[this.#rows] = hash53();
    this.#lines[this.#rows] = line;
    this.#putKeyHash(0, id, idSource ?? '');
    this.#putKeyHash(1, keys.email, '');
    this.#putKeyHash(2, keys.phone, '');
    this.#rows++;
  }

  #putWords(words: string): void {
    this.#words.push(words);
    this.#wordsLength += words.length;
    this.#wordEnds[this.#rows] = this.#wordsLength;
  }

  #putHashed(value: string | null): void {
    addToHash(value);
    this.#put(value);
  }

  #put(value: string | null): void {
    if (value === null) this.#nulls[this.#cells] = 1;
    else {
      this.#parts.push(value);
      this.#length += value.length;
    }
    this.#ends[this.#cells++] = this.#length;
  }

  #putKeyHash(key: number, value: string | null, source: string): void {
    const at = (this.#rows * MATCH_KEYS.length + key) * 2;
    if (value === null) {
      this.#keyHashes[at] = 0;
      this.#keyHashes[at + 1] = 0;
      return;
    }
    beginHash(key);
    addToHash(value);
    if (source !== '') addToHash(source);
    endHash();
    this.#keyHashes[at] = hashHigh;
    this.#keyHashes[at + 1] = hashLow === 0 ? 1 : hashLow;
  }

  /** Takes the batch and begins a new one. */
  take(): ImportBatch {
    const width = this.#width;
    const batch: ImportBatch = {
      rows: {
        count: this.#rows,
        width,
        text: this.#parts.join(''),
        ends: this.#ends.slice(0, this.#cells),
        nulls: this.#nulls.slice(0, this.#cells),
      },
      lines: this.#lines.slice(0, this.#rows),
      words: this.#withWords ? { text: this.#words.join(''), ends: this.#wordEnds.slice(0, this.#rows) } : null,
      rowHashes: this.#hashes.slice(0, this.#rows),
      flags: this.#flags.slice(0, this.#rows),
      keyHashes: this.#keyHashes.slice(0, this.#rows * MATCH_KEYS.length * 2),
    };
    this.#parts = [];
    this.#words = [];
    this.#wordsLength = 0;
    this.#nulls.fill(0);
    this.#length = 0;
    this.#cells = 0;
    this.#rows = 0;
    return batch;
  }
}

function moreIds(values: RowValues): string | null {
  const rest = values.externalId === null ? values.qualifiedIds.slice(1) : values.qualifiedIds;
  return rest.length === 0 ? null : JSON.stringify(rest);
}
