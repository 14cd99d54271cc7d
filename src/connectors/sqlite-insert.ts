import { isUtf8 } from 'node:buffer';
import type Database from 'better-sqlite3';
import { type Cell, type Column, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { WriteMode } from './connector.ts';
import { type Encoder, encoderOf, type Stored } from './sqlite-cells.ts';
import { nameList, quoteName } from './sqlite-names.ts';

/** Rows that one statement takes: more make it slower again. */
const ROWS_AT_ONCE = 16;

/** Writes rows of some columns of a table. */
export class RowInsert {
  readonly #db: Database.Database;
  readonly #table: TableSchema;
  readonly #columns: readonly string[];
  readonly #mode: WriteMode;
  readonly #encoders: readonly { readonly index: number; readonly encode: Encoder }[];
  /** Columns of texts, which may come as bytes. */
  readonly #textAt: readonly number[];
  readonly #several: Database.Statement;
  readonly #one: Database.Statement;
  /** Statements for rows with texts that are no UTF-8, by which columns those are. */
  readonly #casting = new Map<string, Database.Statement>();
  readonly #values: Stored[];

  constructor(db: Database.Database, table: TableSchema, columns: readonly string[], mode: WriteMode) {
    this.#db = db;
    this.#table = table;
    this.#columns = columns;
    this.#mode = mode;
    const described = columns.map((name) => table.columns.find((column) => column.name === name) as Column);
    this.#encoders = described.flatMap((column, index) => {
      const encode = encoderOf(column);
      return encode === null ? [] : [{ index, encode }];
    });
    this.#textAt = described.flatMap(({ type }, index) => (type.kind === 'text' ? [index] : []));
    this.#several = this.#prepare(ROWS_AT_ONCE, []);
    this.#one = this.#prepare(1, []);
    this.#values = new Array<Stored>(columns.length * ROWS_AT_ONCE).fill(null);
  }

  /** Writes the rows in the open transaction. */
  run(rows: readonly Row[]): void {
    const width = this.#columns.length;
    const together = this.#hasBytes(rows) ? 0 : rows.length - (rows.length % ROWS_AT_ONCE);
    for (let at = 0; at < together; at += ROWS_AT_ONCE) {
      for (let i = 0; i < ROWS_AT_ONCE; i++) this.#fill(this.#values, rows[at + i] as Row, i * width);
      this.#several.run(this.#values);
    }
    for (let at = together; at < rows.length; at++) this.#runOne(rows[at] as Row);
  }

  /** Whether a text of any of the rows comes as bytes. */
  #hasBytes(rows: readonly Row[]): boolean {
    for (const index of this.#textAt) {
      for (const row of rows) if (typeof row[index] === 'object' && row[index] !== null) return true;
    }
    return false;
  }

  #runOne(row: Row): void {
    const values: Stored[] = [];
    this.#fill(values, row, 0);
    const castAt = this.#castAt(row);
    if (castAt.length === 0) {
      this.#one.run(values);
      return;
    }
    const name = castAt.join();
    const statement = this.#casting.get(name) ?? this.#prepare(1, castAt);
    this.#casting.set(name, statement);
    statement.run(values);
  }

  #fill(values: Stored[], row: Row, offset: number): void {
    for (let i = 0; i < row.length; i++) values[offset + i] = row[i] as Stored;
    for (const { index, encode } of this.#encoders) {
      const cell = row[index] as Cell;
      if (cell !== null) values[offset + index] = encode(cell);
    }
  }

  #castAt(row: Row): number[] {
    return this.#textAt.filter((index) => {
      const cell = row[index];
      return cell instanceof Uint8Array && !isUtf8(cell);
    });
  }

  #prepare(rows: number, castAt: readonly number[]): Database.Statement {
    const marks = this.#columns.map((_, index) => (castAt.includes(index) ? 'CAST(? AS TEXT)' : '?')).join(', ');
    const values = new Array<string>(rows).fill(`(${marks})`).join(', ');
    return this.#db.prepare(
      `INSERT INTO ${quoteName(this.#table.name)} (${nameList(this.#columns)}) VALUES ${values}${this.#onConflict()}`,
    );
  }

  #onConflict(): string {
    const key = rowKey(this.#table);
    if (this.#mode === 'insert' || key.length === 0) return '';
    const others = this.#columns.filter((name) => !key.includes(name)).map((name) => `${quoteName(name)} = excluded.${quoteName(name)}`);
    return ` ON CONFLICT (${nameList(key)}) DO ${others.length === 0 ? 'NOTHING' : `UPDATE SET ${others.join(', ')}`}`;
  }
}
