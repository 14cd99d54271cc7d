import type { Cell, Column, ColumnType } from '../model/table-schema.ts';
import { RefusedRows } from './connector.ts';
import { isGeometry } from './mysql-types.ts';

/** Makes SQL of a cell. @throws {RefusedRows} when the server would store something else without telling */
export type Literal = (cell: Cell) => string;

const NOT_OF_TYPE = 'no value of this type';
const ESCAPED = /['\\\0]/;
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** How cells of a column are written. */
export function mysqlLiteral(column: Column): Literal {
  const write = writerOf(column.type, column.name);
  return (cell) => (cell === null ? 'NULL' : write(cell, column.name));
}

type Write = (cell: Exclude<Cell, null>, column: string) => string;

function writerOf(type: ColumnType, name: string): Write {
  switch (type.kind) {
    case 'boolean':
      return (cell) => (cell === true ? '1' : cell === false ? '0' : integer(cell, name));
    case 'integer':
      return integer;
    case 'float':
      return float;
    case 'date':
      return (cell) => moment(cell, name, /^\d{4}-\d\d-\d\d$/, 0);
    case 'time':
      return (cell) => moment(cell, name, /^-?\d{2,3}:\d\d:\d\d(\.\d+)?$/, type.precision);
    case 'timestamp':
      return (cell) =>
        moment(
          type.zone && typeof cell === 'string' ? cell.replace(/Z$/, '') : cell,
          name,
          /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/,
          type.precision,
        );
    case 'bits':
      return (cell) => (typeof cell === 'string' && /^[01]+$/.test(cell) ? `b'${cell}'` : refuse(NOT_OF_TYPE, name));
    case 'text':
      return type.fixed ? (cell) => withoutEnd(text(cell, name), name) : text;
    case 'bytes':
      return type.fixed ? (cell) => fixedBytes(cell, type.length ?? 1, name) : bytesOrText;
    case 'enum':
      return memberOf(type.values);
    case 'set':
      return membersOf(type.values);
    default:
      return isGeometry(type) ? (cell) => `x'${String(cell)}'` : text;
  }
}

function refuse(reason: string, column: string): never {
  throw new RefusedRows(reason, column);
}

function integer(cell: Cell, column: string): string {
  if (typeof cell === 'number' && Number.isInteger(cell)) return String(BigInt(cell));
  if (typeof cell === 'bigint') return String(cell);
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  return refuse(NOT_OF_TYPE, column);
}

function float(cell: Cell, column: string): string {
  if (typeof cell === 'bigint') return `${cell}e0`;
  if (typeof cell !== 'number' || !Number.isFinite(cell)) return refuse('value out of range', column);
  if (Object.is(cell, -0)) return '-0e0';
  const digits = String(cell);
  return digits.includes('e') ? digits : `${digits}e0`;
}

/** Dates and times in the one form that the server cannot take for something else, with no more digits than it keeps. */
function moment(cell: Cell, column: string, form: RegExp, precision: number): string {
  if (typeof cell !== 'string' || !form.test(cell)) return refuse(NOT_OF_TYPE, column);
  const point = cell.indexOf('.');
  if (point >= 0 && cell.length - point - 1 > precision) return refuse('more digits than the column keeps', column);
  return `'${cell}'`;
}

function text(cell: Cell, column: string): string {
  if (cell instanceof Uint8Array) return bytes(cell);
  if (typeof cell === 'object') return refuse(NOT_OF_TYPE, column);
  const value = typeof cell === 'string' ? cell : String(cell);
  if (LONE_SURROGATE.test(value)) return refuse('no valid Unicode', column);
  if (!ESCAPED.test(value)) return `'${value}'`;
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
}

/** A column of fixed length gives back its texts without the spaces at their end. */
function withoutEnd(sql: string, column: string): string {
  return sql.endsWith(" '") ? refuse('ends in spaces, which the column does not keep', column) : sql;
}

function bytes(cell: Uint8Array): string {
  return `x'${Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex')}'`;
}

function bytesOrText(cell: Cell, column: string): string {
  return cell instanceof Uint8Array ? bytes(cell) : text(cell, column);
}

/** Shorter ones would be filled up with zeros. */
function fixedBytes(cell: Cell, length: number, column: string): string {
  if (!(cell instanceof Uint8Array)) return refuse(NOT_OF_TYPE, column);
  return cell.byteLength === length ? bytes(cell) : refuse('not as long as the column', column);
}

/** What is no member might be taken for the number of one. */
function memberOf(values: readonly string[]): Write {
  const known = new Map(values.map((value) => [value, text(value, '')]));
  return (cell, column) => known.get(String(cell)) ?? refuse(NOT_OF_TYPE, column);
}

function membersOf(values: readonly string[]): Write {
  const known = new Set(values);
  return (cell, column) => {
    const value = String(cell);
    return value === '' || value.split(',').every((member) => known.has(member)) ? text(value, column) : refuse(NOT_OF_TYPE, column);
  };
}
