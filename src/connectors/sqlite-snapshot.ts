import type Database from 'better-sqlite3';
import { sqliteError } from '../engines/sqlite-errors.ts';
import type { ColumnType, Row, TableSchema } from '../model/table-schema.ts';
import type { PackedRows, ReadRequest, Snapshot, TableEntry } from './connector.ts';
import { quoteName } from './sqlite-names.ts';
import { readPacked } from './sqlite-packed.ts';
import { type ReadTraits, readRows } from './sqlite-reader.ts';
import { listTables, readSchema } from './sqlite-schema.ts';
import { UTF8_FUNCTION } from './sqlite-select.ts';

/** Tables of a file as one reading transaction sees them. */
export class SqliteSnapshot implements Snapshot {
  readonly #db: Database.Database;
  readonly #label: string;
  readonly #isUtf8: boolean;

  /** @param db a handle of its own, which is closed with it */
  constructor(db: Database.Database, label: string) {
    this.#db = db;
    this.#label = label;
    this.#isUtf8 = db.pragma('encoding', { simple: true }) === 'UTF-8';
    db.function(UTF8_FUNCTION, { deterministic: true }, (value) => (typeof value === 'string' ? Buffer.from(value) : value));
    // The first statement that reads is what takes hold of the moment.
    db.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
  }

  async tables(): Promise<readonly TableEntry[]> {
    return this.#guard(() => listTables(this.#db));
  }

  async schema(table: string): Promise<TableSchema> {
    return this.#guard(() => readSchema(this.#db, table, this.#label));
  }

  async count(table: TableSchema): Promise<number> {
    return this.#guard(
      () =>
        this.#db
          .prepare(`SELECT count(*) FROM ${quoteName(table.name)}`)
          .pluck()
          .get() as number,
    );
  }

  async *read(request: ReadRequest): AsyncIterable<readonly Row[]> {
    try {
      yield* readRows(this.#db, request, this.#traits(request.table));
    } catch (error) {
      throw sqliteError(error, this.#label);
    }
  }

  readPacked(request: ReadRequest, types: readonly ColumnType[]): AsyncIterable<PackedRows | readonly Row[]> | null {
    const pages = this.#guard(() => readPacked(this.#db, request, types, this.#traits(request.table)));
    return pages === null ? null : this.#guarded(pages);
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  async *#guarded<T>(items: AsyncIterable<T>): AsyncIterable<T> {
    try {
      yield* items;
    } catch (error) {
      throw sqliteError(error, this.#label);
    }
  }

  #traits(table: TableSchema): ReadTraits {
    return { isUtf8: this.#isUtf8, hasRowid: this.#hasRowid(table) };
  }

  #hasRowid({ name }: TableSchema): boolean {
    return this.#db.prepare("SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?").pluck().get(name) !== 1;
  }

  #guard<T>(task: () => T): T {
    try {
      return task();
    } catch (error) {
      throw sqliteError(error, this.#label);
    }
  }
}
