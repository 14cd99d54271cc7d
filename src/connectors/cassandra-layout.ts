import { createHash } from 'node:crypto';
import type { types } from 'cassandra-driver';
import { type Cell, type Column, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import { cellOfValue, valueOfCell } from './cassandra-cells.ts';
import { type CassandraDriver, quotedName } from './cassandra-client.ts';
import { cqlOf } from './cassandra-types.ts';
import { RefusedRows } from './connector.ts';

/** Holds the schemas of the tables that we made. */
export const TABLES_TABLE = '_crm_tables';
/** What of a copy is done. */
export const LEDGER_TABLE = '_crm_copy';
/** What has to be taken back when a part is broken off. */
export const UNDO_TABLE = '_crm_undo';
/** The key of rows whose table has none. */
const ROW_COLUMN = '_crm_row';
const NAME_LENGTH = 48;
const HASH_DIGITS = 8;

/** The name of a table of ours in the keyspace, which allows 48 letters, digits and `_`: all else is told apart by a hash. */
export function keyspaceName(table: string): string {
  if (/^[a-zA-Z0-9][a-zA-Z0-9_]*$/.test(table) && table.length <= NAME_LENGTH) return table;
  const hash = createHash('sha256').update(table).digest('hex').slice(0, HASH_DIGITS);
  const plain = table
    .replace(/[^a-zA-Z0-9]+/g, '_')
    .replace(/^_/, '')
    .slice(0, NAME_LENGTH - HASH_DIGITS - 1);
  return `${plain === '' ? 't' : plain}_${hash}`;
}

/** A value that a key is bound with. */
export type BoundKey = readonly unknown[];

/** How the rows of a table are rows of Cassandra. */
export class CassandraLayout {
  readonly schema: TableSchema;
  /** Its name as CQL takes it, with that of the keyspace. */
  readonly cqlName: string;
  readonly isOurs: boolean;
  /** Columns of the key; none: rows get numbers of their own. */
  readonly key: readonly string[];
  readonly #driver: CassandraDriver;

  /** @param isOurs whether we made it: its schema says more than Cassandra knows */
  constructor(driver: CassandraDriver, keyspace: string, table: string, schema: TableSchema, isOurs: boolean) {
    this.#driver = driver;
    this.schema = schema;
    this.isOurs = isOurs;
    this.cqlName = `${quotedName(keyspace)}.${quotedName(table)}`;
    this.key = rowKey(schema);
  }

  /** The columns that Cassandra tells rows apart by. */
  get keyNames(): readonly string[] {
    return this.key.length > 0 ? this.key : [ROW_COLUMN];
  }

  /** The statement that makes the table. All columns of its key say on which servers a row is. */
  get create(): string {
    const columns = this.schema.columns.map((column) => `${quotedName(column.name)} ${this.cqlType(column)}`);
    if (this.key.length === 0) columns.push(`${quotedName(ROW_COLUMN)} uuid`);
    return `CREATE TABLE IF NOT EXISTS ${this.cqlName} (${columns.join(', ')}, PRIMARY KEY ((${this.keyNames.map(quotedName).join(', ')})))`;
  }

  column(name: string): Column {
    const column = this.schema.columns.find((one) => one.name === name);
    if (column === undefined) throw new RefusedRows('no such column', name);
    return column;
  }

  /** A cell as it is bound; null is NULL. @throws {RefusedRows} */
  bound(name: string, cell: Cell): unknown {
    const column = this.column(name);
    return cell === null ? null : valueOfCell(this.#driver, this.cqlType(column), column.type, cell, name);
  }

  /** The key of a row. @throws {RefusedRows} when Cassandra takes no such key */
  keyOf(columns: readonly string[], row: Row): BoundKey {
    if (this.key.length === 0) return [this.#driver.types.Uuid.random()];
    const cells = this.key.map((name) => row[columns.indexOf(name)] ?? null);
    const empty = cells.indexOf(null);
    if (empty >= 0) throw new RefusedRows('NULL is not allowed', this.key[empty] as string);
    const isEmpty = cells.length === 1 && (cells[0] === '' || (cells[0] instanceof Uint8Array && cells[0].length === 0));
    if (isEmpty) throw new RefusedRows('Cassandra takes no empty key', this.key[0] as string);
    return this.key.map((name, at) => this.bound(name, cells[at] as Cell));
  }

  /** `"a" = ? AND "b" = ?` */
  get keyTest(): string {
    return this.keyNames.map((name) => `${quotedName(name)} = ?`).join(' AND ');
  }

  /** Makes rows of an answer that holds these columns. */
  rowOf(columns: readonly string[]): (row: types.Row) => Row {
    const read = columns.map((name) => {
      const column = this.column(name);
      const isText = ['text', 'ascii', 'varchar'].includes(this.cqlType(column));
      return (row: types.Row): Cell => cellOfValue(column.type, row[name], isText);
    });
    return (row) => read.map((one) => one(row));
  }

  /** The type of CQL of a column. */
  cqlType({ type, declared }: Column): string {
    return this.isOurs ? cqlOf(type) : declared;
  }
}
