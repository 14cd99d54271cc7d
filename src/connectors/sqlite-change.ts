import { isUtf8 } from 'node:buffer';
import type Database from 'better-sqlite3';
import { type Cell, type Column, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import { RefusedRows } from './connector.ts';
import { type Encoder, encoderOf, type Stored } from './sqlite-cells.ts';
import { quoteName } from './sqlite-names.ts';

/** A column, where its cell stands in a row, and how it is stored. */
interface Place {
  readonly name: string;
  readonly at: number;
  readonly isText: boolean;
  readonly encode: Encoder | null;
}

/** Sets cells of rows, found by their keys, in the open transaction. @throws {RefusedRows} when one is not there */
export function updateRows(db: Database.Database, table: TableSchema, columns: readonly string[], rows: readonly Row[]): void {
  const key = rowKey(table);
  const set = placesOf(
    table,
    columns,
    columns.filter((name) => !key.includes(name)),
  );
  const found = placesOf(table, columns, key);
  if (set.length === 0) return;
  runEach(
    db,
    rows,
    (row) =>
      `UPDATE ${quoteName(table.name)} SET ${set.map((one) => `${quoteName(one.name)} = ${markOf(one, row)}`).join(', ')} WHERE ${sameSql(found, row)}`,
    [...set, ...found],
  );
}

/** Deletes one row for each of these, found by all of its cells. @throws {RefusedRows} when there is none */
export function removeWholeRows(db: Database.Database, table: TableSchema, columns: readonly string[], rows: readonly Row[]): void {
  const name = quoteName(table.name);
  // A column may have the name by which rows are numbered.
  const taken = new Set(table.columns.map((column) => column.name.toLowerCase()));
  const number = ['rowid', '_rowid_', 'oid'].find((one) => !taken.has(one));
  if (number === undefined) throw new RefusedRows('the columns of the table hide how SQLite numbers its rows', null);
  const places = placesOf(table, columns, columns);
  const sqlOf = (row: Row): string =>
    `DELETE FROM ${name} WHERE ${number} = (SELECT ${number} FROM ${name} WHERE ${sameSql(places, row)} LIMIT 1)`;
  runEach(db, rows, sqlOf, places);
}

function runEach(db: Database.Database, rows: readonly Row[], sqlOf: (row: Row) => string, places: readonly Place[]): void {
  const statements = new Map<string, Database.Statement>();
  for (const row of rows) {
    const sql = sqlOf(row);
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    const { changes } = statement.run(places.map((place) => storedCell(place, row)));
    if (changes === 0) throw new RefusedRows('the row is not there any more', null);
  }
}

function placesOf(table: TableSchema, columns: readonly string[], names: readonly string[]): readonly Place[] {
  return names.map((name) => {
    const column = table.columns.find((one) => one.name === name) as Column;
    return { name, at: columns.indexOf(name), isText: column.type.kind === 'text', encode: encoderOf(column) };
  });
}

function sameSql(places: readonly Place[], row: Row): string {
  return places.map((one) => `${quoteName(one.name)} IS ${markOf(one, row)}`).join(' AND ');
}

/** A text that is no UTF-8 comes as bytes, and is stored as a text. */
function markOf({ at, isText }: Place, row: Row): string {
  const cell = row[at];
  return isText && cell instanceof Uint8Array && !isUtf8(cell) ? 'CAST(? AS TEXT)' : '?';
}

function storedCell({ at, encode }: Place, row: Row): Stored {
  const cell = row[at] as Cell;
  return cell === null || encode === null ? (cell as Stored) : encode(cell);
}
