import { slotOf } from '../model/customer.ts';
import type { WordBuffer } from '../model/search-words.ts';
import { TextPacker } from '../model/packed-texts.ts';
import type { ImportBatch, ImportLayout } from '../repository/import-batch.ts';
import { DERIVED_CELLS, DERIVED_FLAGS, KEY_CELLS, MATCH_KEYS } from '../repository/import-batch.ts';
import { addToHash, addUnitsToHash, beginHash, endHash, hash53, hashHigh, hashLow } from './hash.ts';
import { RowWords, rowKeys } from './row-keys.ts';
import type { RowValues } from './row-values.ts';

/** Rows packed before a batch is handed on; at most this many characters more or less. */
const BATCH_ROWS = 1024;
const BATCH_CHARACTERS = 4 * 1024 * 1024;

/** A cell that holds a field of the customer. */
interface FieldCell {
  readonly slot: number;
  /** Whether a column of the file fills it. */
  readonly isGiven: boolean;
  /** The flag of a cell that is derived where the row says nothing; else 0. */
  readonly derivedFlag: number;
}

/** Packs the values of rows into batches for the writer. */
export class RowPacker {
  readonly #width: number;
  readonly #source: string;
  readonly #fieldCells: readonly FieldCell[];
  readonly #layoutSeed: number;
  readonly #now: string;
  readonly #withWords: boolean;
  readonly #cells: TextPacker;
  readonly #words: TextPacker;
  readonly #rowWords = new RowWords();
  #lines = new Float64Array(BATCH_ROWS);
  #hashes = new Float64Array(BATCH_ROWS);
  #flags = new Uint8Array(BATCH_ROWS);
  #keyHashes = new Uint32Array(BATCH_ROWS * MATCH_KEYS.length * 2);
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
    this.#cells = new TextPacker(BATCH_ROWS * layout.cells.length);
    this.#words = new TextPacker(options.withWords ? BATCH_ROWS : 0);
    beginHash(0);
    for (const name of layout.given) addToHash(name);
    endHash();
    this.#layoutSeed = hashLow;
    const names = layout.cells.slice(0, layout.cells.length - DERIVED_CELLS.length);
    this.#fieldCells = names.map((name) => ({
      slot: slotOf(name),
      isGiven: layout.given.includes(name),
      derivedFlag: Object.hasOwn(DERIVED_FLAGS, name) ? DERIVED_FLAGS[name as keyof typeof DERIVED_FLAGS] : 0,
    }));
  }

  /** Whether the batch should be taken before the next row is added. */
  get isFull(): boolean {
    return this.#rows === BATCH_ROWS || this.#cells.length + this.#words.length >= BATCH_CHARACTERS;
  }

  /** Rows in the batch so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Adds one row. */
  add(values: RowValues, line: number): void {
    const kind = values.derivedKind;
    const name = values.derivedName(kind);
    const keys = rowKeys(values, kind, name);
    const external = values.qualifiedIds[0];
    const idSource = values.externalId !== null ? this.#source : (external?.source ?? null);
    const id = values.externalId ?? external?.id ?? null;
    beginHash(this.#layoutSeed);
    this.#flags[this.#rows] = this.#putFields(values, kind, name);
    for (const cell of KEY_CELLS) this.#cells.put(keys[cell]);
    if (this.#withWords) this.#putWords(this.#rowWords.of(values, name));
    this.#putHashed(values.hasAttributes ? JSON.stringify(values.attributes) : null);
    this.#putHashed(id === null ? null : idSource);
    this.#putHashed(id);
    this.#putHashed(moreIds(values));
    this.#putHashed(values.tags.length === 0 ? null : JSON.stringify(values.tags));
    this.#putHashed(values.children.length === 0 ? null : JSON.stringify(values.children));
    this.#putHashed(values.cleared.length === 0 ? null : JSON.stringify(values.cleared));
    endHash();
    this.#hashes[this.#rows] = hash53();
    this.#lines[this.#rows] = line;
    this.#putKeyHash(0, id, idSource ?? '');
    this.#putKeyHash(1, keys.email_key, '');
    this.#putKeyHash(2, keys.phone_key, '');
    this.#rows++;
  }

  /** Puts the fields and returns the flags of those that are derived. */
  #putFields(values: RowValues, kind: string, name: string | null): number {
    let flags = 0;
    for (const { slot, isGiven, derivedFlag } of this.#fieldCells) {
      const value = values.slots[slot] as string | null;
      if (value === null && derivedFlag !== 0) {
        flags |= derivedFlag;
        if (isGiven) addToHash(null);
        this.#cells.put(derivedFlag === DERIVED_FLAGS.kind ? kind : derivedFlag === DERIVED_FLAGS.name ? name : this.#now);
      } else if (isGiven) this.#putHashed(value);
      else this.#cells.put(value);
    }
    return flags;
  }

  #putWords(words: WordBuffer): void {
    this.#words.putUnits(words.units, words.length);
  }

  #putHashed(value: string | null): void {
    this.#cells.put(value);
    if (value === null) addToHash(null);
    else this.#cells.readLast(addUnitsToHash);
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
    const batch: ImportBatch = {
      rows: { count: this.#rows, width: this.#width, texts: this.#cells.take() },
      lines: this.#lines.slice(0, this.#rows),
      words: this.#withWords ? this.#words.take() : null,
      rowHashes: this.#hashes.slice(0, this.#rows),
      flags: this.#flags.slice(0, this.#rows),
      keyHashes: this.#keyHashes.slice(0, this.#rows * MATCH_KEYS.length * 2),
    };
    this.#rows = 0;
    return batch;
  }
}

function moreIds(values: RowValues): string | null {
  const rest = values.externalId === null ? values.qualifiedIds.slice(1) : values.qualifiedIds;
  return rest.length === 0 ? null : JSON.stringify(rest);
}
