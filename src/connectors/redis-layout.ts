import { isUtf8 } from 'node:buffer';
import type { Cell, Column, ColumnType, Row, TableSchema } from '../model/table-schema.ts';
import { escapedText, unescapedCell } from './cell-text.ts';
import { RefusedRows } from './connector.ts';
import { textOrBytes } from './redis-client.ts';

/** A field that says that a row is there although all its cells are NULL: a hash without fields cannot be. */
export const EMPTY_ROW = '\0';
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Where things are. Of a table `orders`, behind the prefix: `_tables` (a set) holds its name, `_lock` who writes, `_schema:orders` its schema in
 * JSON, `_keys:orders` (a sorted set, all scores 0) the keys of its rows, `_next:orders` the last number of a row without a key,
 * `orders:KEY` (a hash) a row. KEY is the cells of the key with `:` between them. In names and cells `:` and `%` are `%3a` and `%25`.
 */
export class RedisLayout {
  readonly prefix: string;

  constructor(prefix: string) {
    this.prefix = prefix;
  }

  get tables(): string {
    return `${this.prefix}_tables`;
  }

  get lock(): string {
    return `${this.prefix}_lock`;
  }

  schema(table: string): string {
    return `${this.prefix}_schema:${table}`;
  }

  keys(table: string): string {
    return `${this.prefix}_keys:${table}`;
  }

  next(table: string): string {
    return `${this.prefix}_next:${table}`;
  }

  ledger(copy: string): string {
    return `${this.prefix}_copy:${copy}`;
  }

  /** What the keys of all rows of a table begin with. */
  rows(table: string): string {
    return `${this.prefix}${escapedPart(table).replace(/^_/, '%5f')}:`;
  }

  row(table: string, member: Buffer): Buffer {
    return Buffer.concat([Buffer.from(this.rows(table)), member]);
  }

  /** Tells whether a key belongs to tables of ours, given their names. */
  ours(tables: readonly string[]): (key: Buffer) => boolean {
    const own = ['_schema:', '_keys:', '_next:', '_copy:'].map((name) => this.prefix + name);
    const starts = [...own, ...tables.map((table) => this.rows(table))].map((start) => Buffer.from(start).toString('latin1'));
    const lists = [this.tables, this.lock].map((name) => Buffer.from(name));
    return (key) => {
      const text = key.toString('latin1');
      return lists.some((list) => key.equals(list)) || starts.some((start) => text.startsWith(start));
    };
  }
}

/** The key of a row as its Redis key says it. */
export function memberOf(types: readonly ColumnType[], key: Row): Buffer {
  return Buffer.from(key.map((cell, index) => escapedPart(escapedText(types[index] ?? { kind: 'any' }, cell))).join(':'));
}

/** The key that such a Redis key was made of. */
export function keyOfMember(types: readonly ColumnType[], member: Buffer): Row {
  const parts = member.toString('utf8').split(':');
  return types.map((type, index) => unescapedCell(type, (parts[index] ?? '').replaceAll('%3a', ':').replaceAll('%25', '%')));
}

/** A cell that is not NULL, as the value of a field. @throws {RefusedRows} when it is a text that is no Unicode */
export function fieldOf({ name, type }: Column, cell: Cell): string | Buffer {
  if (type.kind === 'any') return escapedText(type, cell);
  if (cell instanceof Uint8Array) return Buffer.from(cell.buffer, cell.byteOffset, cell.length);
  if (typeof cell !== 'string') return escapedText(type, cell);
  if (LONE_SURROGATE.test(cell)) throw new RefusedRows('text is no valid Unicode', name);
  return cell;
}

/** The cell that a field holds. @throws {CrmError} INPUT_UNREADABLE when it is of another kind than the column */
export function cellOfField(type: ColumnType, value: Buffer | undefined): Cell {
  if (value === undefined) return null;
  switch (type.kind) {
    case 'bytes':
      return new Uint8Array(value);
    case 'any':
    case 'boolean':
    case 'integer':
    case 'float':
    case 'array':
      return unescapedCell(type, value.toString('utf8'));
    default:
      return textOrBytes(value);
  }
}

/** The fields of a hash by name, as HGETALL lists them. */
export function fieldsOf(list: readonly Buffer[]): Map<string, Buffer> {
  const fields = new Map<string, Buffer>();
  for (let i = 0; i + 1 < list.length; i += 2) fields.set(fieldName(list[i] as Buffer), list[i + 1] as Buffer);
  return fields;
}

/** The name of a field as the name of a column: bytes that are no UTF-8 as `\x00ff`. */
export function fieldName(name: Buffer): string {
  return isUtf8(name) ? name.toString('utf8') : escapedText({ kind: 'any' }, new Uint8Array(name));
}

/** Types of the columns of a key. */
export function typesOf(schema: TableSchema, names: readonly string[]): readonly ColumnType[] {
  return names.map((name) => schema.columns.find((column) => column.name === name)?.type ?? { kind: 'any' });
}

function escapedPart(text: string): string {
  return text.replaceAll('%', '%25').replaceAll(':', '%3a');
}
