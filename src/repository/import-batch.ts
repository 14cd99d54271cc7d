import type { PackedRows } from '../engines/connection.ts';
import type { ChildValue } from '../model/child-value.ts';
import type { PackedTexts } from '../model/packed-texts.ts';
import type { FieldValue, FieldValues } from '../model/customer.ts';
import type { ExternalId } from '../model/external-id.ts';
import type { MatchKeys } from '../normalize/match-keys.ts';
import type { RelatedProblem, RelatedRow } from './related-rows.ts';

/** Cells that hold the match keys of a customer to be made. */
export const KEY_CELLS = [
  'email_key',
  'phone_key',
  'name_key',
  'name_alt_key',
  'company_key',
  'address_key',
] as const satisfies readonly (keyof MatchKeys)[];

/** Cells that every layout has beside the fields of the file, derived from them. */
export const DERIVED_CELLS = [...KEY_CELLS, 'attributes', 'id_source', 'external_id', 'more_ids', 'tags', 'children', 'cleared'] as const;

/** Keys by which a row finds the customer it is about, in order of authority. */
export const MATCH_KEYS = ['external_id', 'email', 'phone'] as const;

/** One of `MATCH_KEYS`. */
export type MatchKey = (typeof MATCH_KEYS)[number];

/** Whether the text is one of `MATCH_KEYS`. */
export function isMatchKey(text: string): text is MatchKey {
  return (MATCH_KEYS as readonly string[]).includes(text);
}

/** Bits of `ImportBatch.flags`: the row does not say this, the cell holds what a customer to be made would have. */
export const DERIVED_FLAGS = { kind: 4, name: 8, created_at: 16 } as const;

/** Which text cells the rows of an import have. */
export interface ImportLayout {
  /** Names of the cells, in order: columns of `customers` and `DERIVED_CELLS`. */
  readonly cells: readonly string[];
  /** Fields that a column of the file fills; other cells are derived when a customer is made. */
  readonly given: readonly string[];
}

/**
 * Rows of a file, read and normalised, packed for the writer. Of the cells: `attributes` is a JSON object of custom
 * fields; `children` a JSON array of `ChildValue`; `tags`, `cleared` (fields emptied on purpose) and `more_ids` (further external ids) are JSON arrays.
 */
export interface ImportBatch {
  readonly rows: PackedRows;
  /** Line of the file where each row starts, from 1. */
  readonly lines: Float64Array<ArrayBuffer>;
  /** Full-text words of each row; null where they were not asked for. */
  readonly words: PackedTexts | null;
  /** 53-bit hash of what the row says; equal rows have equal hashes. */
  readonly rowHashes: Float64Array<ArrayBuffer>;
  /** For each row a sum of `DERIVED_FLAGS`. */
  readonly flags: Uint8Array<ArrayBuffer>;
  /** For each row and each of `MATCH_KEYS` two 32-bit hashes of the key, 0 0 where the row has none. */
  readonly keyHashes: Uint32Array<ArrayBuffer>;
}

/** Takes the rows of an import, in file order. */
export interface ImportFeed {
  /** Says what the rows of the next file look like. */
  start(layout: ImportLayout): void;
  write(batch: ImportBatch): Promise<void>;
  /** Whether the batches should bring full-text words; where most rows find a customer they would be made for nothing. */
  readonly wantsWords: boolean;
  /** Takes rows of related data instead. @returns those that cannot be taken; they are counted */
  writeRelated?(rows: readonly RelatedRow[]): Promise<readonly RelatedProblem[]>;
  /** Counts rows that cannot be taken. */
  reject(count: number): void;
}

/** One row of a batch, taken out of it. */
export interface ImportRow {
  /** Number of its file, from 0. */
  readonly file: number;
  readonly line: number;
  readonly rowHash: number;
  /** What the row says: fields by name, custom ones as `attributes.NAME`, null where it empties a field. */
  readonly values: FieldValues;
  /** Cells derived from the values, for a customer to be made. */
  readonly derived: FieldValues;
  /** Match keys of a customer to be made, as `matchKeysOf` gives them. */
  readonly keys: MatchKeys;
  readonly ids: readonly ExternalId[];
  readonly tags: readonly string[];
  /** Contact points and consents. */
  readonly children: readonly ChildValue[];
}

/** Reads cells of a batch by name. */
export class BatchReader {
  readonly #file: number;
  readonly #index: ReadonlyMap<string, number>;
  /** The cells that hold a field. */
  readonly #fields: readonly { readonly name: string; readonly cell: number; readonly isGiven: boolean }[];

  /** @param file number of the file, from 0 */
  constructor(layout: ImportLayout, file: number) {
    this.#file = file;
    this.#fields = layout.cells.slice(0, layout.cells.length - DERIVED_CELLS.length).map((name, cell) => {
      return { name, cell, isGiven: layout.given.includes(name) };
    });
    this.#index = new Map(layout.cells.map((name, cell) => [name, cell]));
  }

  /** Whether the rows have this cell. */
  has(name: string): boolean {
    return this.#index.has(name);
  }

  /** Position of a cell in a row. */
  cell(name: string): number {
    return this.#index.get(name) as number;
  }

  /** Text of one cell, null where there is none. */
  text(rows: PackedRows, row: number, cell: number): string | null {
    return rows.texts.text(row * rows.width + cell);
  }

  /** The match key of a row by its e-mail or phone, null where it has none. */
  key(batch: ImportBatch, row: number, key: 'email' | 'phone'): string | null {
    return this.text(batch.rows, row, this.cell(`${key}_key`));
  }

  /** One row as an object. */
  row(batch: ImportBatch, row: number): ImportRow {
    const get = (name: string): string | null => this.text(batch.rows, row, this.cell(name));
    const values: Record<string, FieldValue> = {};
    const derived: Record<string, FieldValue> = {};
    for (const { name, cell, isGiven } of this.#fields) {
      const text = this.text(batch.rows, row, cell);
      if (text !== null) (isGiven && !isDerived(batch, row, name) ? values : derived)[name] = text;
    }
    for (const [name, value] of Object.entries(parse<Record<string, string>>(get('attributes')) ?? {}))
      values[`attributes.${name}`] = value;
    for (const field of parse<string[]>(get('cleared')) ?? []) values[field] = null;
    return {
      file: this.#file,
      line: batch.lines[row] as number,
      rowHash: batch.rowHashes[row] as number,
      values,
      derived,
      keys: Object.fromEntries(KEY_CELLS.map((name) => [name, get(name)])) as unknown as MatchKeys,
      ids: externalIdsOf(get('id_source'), get('external_id'), parse<ExternalId[]>(get('more_ids'))),
      tags: parse<string[]>(get('tags')) ?? [],
      children: parse<ChildValue[]>(get('children')) ?? [],
    };
  }
}

function isDerived(batch: ImportBatch, row: number, name: string): boolean {
  return Object.hasOwn(DERIVED_FLAGS, name) && ((batch.flags[row] as number) & DERIVED_FLAGS[name as keyof typeof DERIVED_FLAGS]) !== 0;
}

function externalIdsOf(source: string | null, id: string | null, more: readonly ExternalId[] | null): ExternalId[] {
  if (source === null || id === null) return [];
  const all = [{ source, id }, ...(more ?? [])];
  return all.filter((one, index) => all.findIndex((other) => other.source === one.source && other.id === one.id) === index);
}

function parse<T>(json: string | null): T | null {
  return json === null ? null : (JSON.parse(json) as T);
}
