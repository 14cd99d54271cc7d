import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { type Cell, type Column, type ColumnType, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import { type LedgerEntry, RefusedRows, type TableWriter, type WriteMode } from './connector.ts';
import { cellLiteral, LEDGER_TABLE, literal, quoted } from './duckdb-read.ts';
import { duckdbDeclaration, durationWords, withEra } from './duckdb-types.ts';

/** Where rows wait in the form of texts, until one statement makes values of them. */
const STAGE = '_crm_stage';
const NOTHING = /^(?:Constraint|Conversion|Invalid Input|Out of Range) Error/;

/**
 * Rows go to a temporary table first: what DuckDB refuses would end the transaction, so values and keys are checked there,
 * where nothing is lost.
 */
export class DuckdbWriter implements TableWriter {
  readonly #connection: DuckDBConnection;
  #isOpen = false;
  #staged = '';

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  async begin(): Promise<void> {
    await this.#connection.run('BEGIN TRANSACTION');
    this.#isOpen = true;
  }

  async write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void> {
    if (rows.length === 0) return;
    const types = columns.map((name) => table.columns.find((column) => column.name === name) as Column);
    await this.#stage(types, rows);
    await this.#check(table, types, mode);
    const names = columns.map(quoted).join(', ');
    const others = columns.filter((name) => !rowKey(table).includes(name));
    const set = others.map((name) => `${quoted(name)} = excluded.${quoted(name)}`).join(', ');
    const conflict =
      mode === 'insert' ? '' : ` ON CONFLICT (${rowKey(table).map(quoted).join(', ')}) DO ${set === '' ? 'NOTHING' : `UPDATE SET ${set}`}`;
    await this.#connection.run(
      `INSERT INTO ${quoted(table.name)} (${names}) SELECT ${types.map(castOf).join(', ')} FROM ${STAGE}${conflict}`,
    );
  }

  async remove(table: TableSchema, keys: readonly Row[]): Promise<void> {
    const names = rowKey(table).map(quoted).join(', ');
    const list = keys.map((key) => `(${key.map(cellLiteral).join(', ')})`);
    if (list.length > 0) await this.#connection.run(`DELETE FROM ${quoted(table.name)} WHERE (${names}) IN (${list.join(', ')})`);
  }

  async update(table: TableSchema, columns: readonly string[], rows: readonly Row[]): Promise<void> {
    const types = columns.map((name) => table.columns.find((column) => column.name === name) as Column);
    const at = (name: string): string => castOf(types[columns.indexOf(name)] as Column, columns.indexOf(name));
    const key = rowKey(table);
    const set = columns.filter((name) => !key.includes(name)).map((name) => `${quoted(name)} = ${at(name)}`);
    if (rows.length === 0 || set.length === 0) return;
    await this.#stage(types, rows);
    await this.#check(table, types, 'upsert');
    const same = key.map((name) => `${quoted(table.name)}.${quoted(name)} = ${at(name)}`).join(' AND ');
    const there = await this.#connection.runAndReadAll(`SELECT 1 FROM ${quoted(table.name)} JOIN ${STAGE} ON ${same}`);
    if (there.currentRowCount !== rows.length) throw new RefusedRows('the row is not there any more', null);
    await this.#connection.run(`UPDATE ${quoted(table.name)} SET ${set.join(', ')} FROM ${STAGE} WHERE ${same}`);
  }

  async removeWhole(table: TableSchema, columns: readonly string[], rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) return;
    const types = columns.map((name) => table.columns.find((column) => column.name === name) as Column);
    await this.#stage(types, rows);
    const waiting = `SELECT ${types.map((type, i) => `${castOf(type, i)} AS k${i}`).join(', ')} FROM ${STAGE}`;
    const stored = `SELECT rowid AS place, ${columns.map((name, i) => `${quoted(name)} AS k${i}`).join(', ')} FROM ${quoted(table.name)}`;
    const keys = columns.map((_, i) => `k${i}`);
    const nth = (rowsSql: string): string => `SELECT *, row_number() OVER (PARTITION BY ${keys.join(', ')}) AS nth FROM (${rowsSql})`;
    const same = keys.map((key) => `s.${key} IS NOT DISTINCT FROM t.${key}`).join(' AND ');
    const places = `SELECT t.place FROM (${nth(stored)}) t JOIN (${nth(waiting)}) s ON s.nth = t.nth AND ${same}`;
    // What is not there is seen before anything is deleted: an error would end the transaction.
    const found = await this.#connection.runAndReadAll(places);
    if (found.currentRowCount !== rows.length) throw new RefusedRows('the row is not there any more', null);
    await this.#connection.run(`DELETE FROM ${quoted(table.name)} WHERE rowid IN (${places})`);
  }

  async record({ copy, table, part, content }: LedgerEntry): Promise<void> {
    await this.#connection.run(`INSERT INTO ${LEDGER_TABLE} VALUES (${literal(copy)}, ${literal(table)}, ${part}, ${literal(content)})`);
  }

  async commit(): Promise<void> {
    await this.#connection.run('COMMIT');
    this.#isOpen = false;
  }

  async rollback(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#staged = '';
    await this.#connection.run('ROLLBACK');
  }

  async close(): Promise<void> {
    await this.rollback();
    this.#connection.closeSync();
  }

  async #stage(columns: readonly Column[], rows: readonly Row[]): Promise<void> {
    const shape = columns.map(({ type }, i) => `c${i} ${type.kind === 'bytes' ? 'BLOB' : 'VARCHAR'}`).join(', ');
    await this.#connection.run(shape === this.#staged ? `DELETE FROM ${STAGE}` : `CREATE OR REPLACE TEMPORARY TABLE ${STAGE} (${shape})`);
    this.#staged = shape;
    const appender = await this.#connection.createAppender(STAGE, 'main', 'temp');
    for (const row of rows) {
      for (const [i, cell] of row.entries()) append(appender, cell, (columns[i] as Column).type);
      appender.endRow();
    }
    appender.closeSync();
  }

  async #check(table: TableSchema, columns: readonly Column[], mode: WriteMode): Promise<void> {
    for (const [i, column] of columns.entries()) {
      if (!column.nullable) await this.#refuse(`c${i} IS NULL`, 'a value is required', column.name);
      const cast = castOf(column, i).replaceAll('CAST(', 'TRY_CAST(');
      await this.#refuse(`c${i} IS NOT NULL AND ${cast} IS NULL`, 'the value does not fit the type', column.name);
    }
    const keys = [
      table.primaryKey,
      ...table.indexes.filter(({ unique, special }) => unique && special === null).map((one) => one.columns.map(({ name }) => name)),
    ];
    for (const key of keys.filter((one) => one.length > 0)) {
      const staged = key.map((name) => columns.findIndex((column) => column.name === name));
      if (staged.includes(-1)) continue;
      const list = staged.map((i) => castOf(columns[i] as Column, i)).join(', ');
      const isUpsertKey = mode === 'upsert' && key.join('\0') === rowKey(table).join('\0');
      await this.#refuse(
        `(${list}) IN (SELECT (${list}) FROM ${STAGE} WHERE ${staged.map((i) => `c${i} IS NOT NULL`).join(' AND ')} GROUP BY ALL HAVING count(*) > 1)`,
        'duplicate key',
        key[0] as string,
      );
      if (!isUpsertKey && mode === 'insert')
        await this.#refuse(
          `(${list}) IN (SELECT (${key.map(quoted).join(', ')}) FROM ${quoted(table.name)})`,
          'duplicate key',
          key[0] as string,
        );
    }
  }

  /** @throws {RefusedRows} when there is a staged row of this kind */
  async #refuse(condition: string, reason: string, column: string): Promise<void> {
    const found = await this.#connection.runAndReadAll(`SELECT 1 FROM ${STAGE} WHERE ${condition} LIMIT 1`).catch((error: Error) => {
      if (NOTHING.test(error.message)) throw new RefusedRows(reason, column);
      throw error;
    });
    if (found.currentRowCount > 0) throw new RefusedRows(reason, column);
  }
}

function append(appender: DuckDBAppender, cell: Cell, type: ColumnType): void {
  if (cell === null) appender.appendNull();
  else if (cell instanceof Uint8Array) appender.appendBlob(cell);
  else appender.appendVarchar(textOf(cell, type));
}

function textOf(cell: Exclude<Cell, null | Uint8Array>, type: ColumnType): string {
  if (typeof cell !== 'string') return Array.isArray(cell) ? jsonList(cell) : Object.is(cell, -0) ? '-0.0' : String(cell);
  switch (type.kind) {
    case 'date':
    case 'timestamp':
      return withEra(cell);
    case 'interval':
      return durationWords(cell);
    default:
      return cell;
  }
}

/** A list as JSON: in its own notation DuckDB would not read back each quote that a text may hold. */
function jsonList(cells: readonly Cell[]): string {
  return `[${cells.map((cell) => (typeof cell === 'string' ? JSON.stringify(cell) : String(cell))).join(',')}]`;
}

function castOf({ type }: Column, i: number): string {
  if (type.kind === 'bytes' || type.kind === 'text') return `c${i}`;
  if (type.kind === 'array') return `CAST(CAST(c${i} AS JSON) AS ${duckdbDeclaration(type)})`;
  // The zone stands in the text: it is read as UTC, whatever the session thinks.
  return `CAST(c${i} AS ${duckdbDeclaration(type)})`;
}
