import { isUtf8 } from 'node:buffer';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import type { Cell, Row } from '../model/table-schema.ts';
import type { ReadRequest } from './connector.ts';
import { type Decoder, decoderOf, type Stored } from './sqlite-cells.ts';
import { type Bound, type FileTraits, rowidOf, Selection } from './sqlite-select.ts';

type StoredRow = Stored[];

/** What the driver writes for bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd';

/** What has to be known of a table beside its schema. */
export interface ReadTraits extends FileTraits {
  readonly hasRowid: boolean;
}

/**
 * Streams the rows of a table. Pages of rows are fetched one after the other: that is faster than one long statement, and a
 * page can be read again with more care when there is something in it that the driver does not give exactly: whole numbers
 * beyond 2^53, and texts that are no UTF-8.
 */
export async function* readRows(db: Database.Database, request: ReadRequest, traits: ReadTraits): AsyncIterable<readonly Row[]> {
  const selection = new Selection(request, traits, rowidOf(request.table, traits.hasRowid));
  const reading = new Reading(db, selection, request, traits);
  if (!selection.isPaged) return yield* reading.rest(0);
  let after: readonly Bound[] | null = selection.first();
  for (let count = 0; ; ) {
    const page = reading.page(after);
    count += page.rows.length;
    const isLast = page.rows.length < request.batch;
    if (page.rows.length > 0) yield page.rows;
    if (isLast) return;
    if (page.last === null) return yield* reading.rest(count);
    after = page.last;
    await nextTurn();
  }
}

/** One reading of a table. */
class Reading {
  readonly #db: Database.Database;
  readonly #selection: Selection;
  readonly #request: ReadRequest;
  readonly #statements = new Map<string, Database.Statement>();
  readonly #decoders: readonly (Decoder | null)[];
  /** Selected columns that may hold whole numbers, or texts. */
  readonly #wholeAt: readonly number[];
  readonly #textAt: readonly number[];
  #hasLargeNumbers = false;

  constructor(db: Database.Database, selection: Selection, request: ReadRequest, { isUtf8: isFileUtf8 }: ReadTraits) {
    this.#db = db;
    this.#selection = selection;
    this.#request = request;
    const columns = request.columns.map((name) => request.table.columns.find((column) => column.name === name));
    this.#decoders = columns.map((column) => (column === undefined ? null : decoderOf(column)));
    const all = selection.selected.map((_, index) => index);
    this.#wholeAt = all.filter((index) => columns[index]?.type.kind !== 'float');
    this.#textAt = isFileUtf8 ? all.filter((index) => selection.selected[index]?.startsWith('"') === true) : [];
  }

  /** The next page behind a key; `last` is the key of its last row, null where it cannot be compared with. */
  page(after: readonly Bound[] | null): { readonly rows: readonly Row[]; readonly last: readonly Bound[] | null } {
    let rows = this.#fetch(after, false);
    const findings = this.#look(rows);
    if (findings !== 'exact') {
      this.#hasLargeNumbers ||= findings === 'large';
      rows = this.#fetch(after, true);
    }
    const last = rows.at(-1);
    const key = last === undefined ? null : this.#keyOf(last);
    return { rows: this.#cells(rows, findings !== 'exact'), last: key };
  }

  /** All rows but the first ones, in one statement; for an order that no index gives. */
  async *rest(skip: number): AsyncIterable<readonly Row[]> {
    const { sql, values } = this.#selection.query(this.#selection.first(), { limit: null, bytesOf: this.#textAt, skip });
    this.#hasLargeNumbers = true;
    let batch: StoredRow[] = [];
    for (const row of this.#prepare(sql)
      .safeIntegers(true)
      .iterate(...values)) {
      batch.push(row as StoredRow);
      if (batch.length < this.#request.batch) continue;
      yield this.#cells(batch, true);
      batch = [];
      await nextTurn();
    }
    if (batch.length > 0) yield this.#cells(batch, true);
  }

  #fetch(after: readonly Bound[] | null, withBytes: boolean): StoredRow[] {
    const bytesOf = withBytes ? this.#textAt : [];
    const { sql, values } = this.#selection.query(after, { limit: this.#request.batch, bytesOf });
    return this.#prepare(sql)
      .safeIntegers(this.#hasLargeNumbers)
      .all(...values) as StoredRow[];
  }

  #prepare(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql).raw(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #look(rows: readonly StoredRow[]): 'exact' | 'large' | 'replaced' {
    for (const index of this.#hasLargeNumbers ? [] : this.#wholeAt) {
      for (const row of rows) {
        const stored = row[index];
        if (typeof stored === 'number' && (stored > Number.MAX_SAFE_INTEGER || stored < Number.MIN_SAFE_INTEGER)) return 'large';
      }
    }
    for (const index of this.#textAt) {
      for (const row of rows) {
        const stored = row[index];
        if (typeof stored === 'string' && stored.includes(REPLACEMENT)) return 'replaced';
      }
    }
    return 'exact';
  }

  /** The key of a row as it was read; bytes that came with it stand behind its columns. */
  #keyOf(row: StoredRow): readonly Bound[] | null {
    const stored = this.#selection.keyAt.map((index) => row[index] as Stored);
    if (stored.includes(null)) return null;
    const bytes = this.#selection.keyAt.map((index) => this.#bytes(row, index));
    return stored.map((value, i) => {
      const text = bytes[i] ?? null;
      return text === null ? { sql: '?', value } : { sql: 'CAST(? AS TEXT)', value: text };
    });
  }

  /** The bytes of a text that is no UTF-8; null where it is, or where bytes did not come with the row. */
  #bytes(row: StoredRow, index: number): Uint8Array | null {
    const stored = row[index];
    if (typeof stored !== 'string' || row.length === this.#selection.selected.length || !stored.includes(REPLACEMENT)) return null;
    const bytes = row[this.#selection.selected.length + this.#textAt.indexOf(index)] as Uint8Array;
    return isUtf8(bytes) ? null : bytes;
  }

  #cells(rows: StoredRow[], withBytes: boolean): readonly Row[] {
    const width = this.#decoders.length;
    if (withBytes) for (const row of rows) this.#restoreTexts(row);
    for (let index = 0; index < width; index++) {
      const decode = this.#decoders[index] ?? null;
      if (this.#hasLargeNumbers) for (const row of rows) narrow(row, index);
      if (decode === null) continue;
      for (const row of rows as Cell[][]) {
        const stored = row[index] as Stored;
        if (stored !== null) row[index] = decode(stored);
      }
    }
    if ((rows[0]?.length ?? width) > width) for (const row of rows) row.length = width;
    return rows;
  }

  #restoreTexts(row: StoredRow): void {
    for (const index of this.#textAt) {
      if (index < this.#decoders.length) row[index] = this.#bytes(row, index) ?? (row[index] as Stored);
    }
  }
}

function narrow(row: StoredRow, index: number): void {
  const stored = row[index];
  if (typeof stored === 'bigint' && stored <= Number.MAX_SAFE_INTEGER && stored >= Number.MIN_SAFE_INTEGER) row[index] = Number(stored);
}
