import type { Cell, Column, ColumnType } from '../model/table-schema.ts';
import { RefusedRows } from './connector.ts';
import { quoteMysqlText } from './mysql-session.ts';
import { isGeometry } from './mysql-types.ts';

/** Makes SQL of a cell. @throws {RefusedRows} when the server would store something else without telling */
export type Literal = (cell: Cell) => string;

/** How the values of a column are written. */
export interface ValueWriter {
  /** Digits of a number, hexadecimal ones of bytes, those of a bit string; or a text. */
  readonly form: 'number' | 'float' | 'text' | 'hex' | 'bits';
  /** The bare value. @throws {RefusedRows} as `Literal` */
  readonly write: (cell: Exclude<Cell, null>, column: string) => string;
}

type Write = ValueWriter['write'];

const NOT_OF_TYPE = 'no value of this type';
const LONE_SURROGATE = /[\ud800-\udfff]/u;
const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^-?\d{2,3}:\d\d:\d\d(\.\d+)?$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/;

/** How cells of a column are written in SQL. */
export function mysqlLiteral({ type, name }: Column): Literal {
  const { form, write } = valueWriter(type);
  return (cell) => (cell === null ? 'NULL' : SQL_FORMS[form](write(cell, name)));
}

/** How the values of a type are written. */
export function valueWriter(type: ColumnType): ValueWriter {
  switch (type.kind) {
    case 'boolean':
    case 'integer':
      return { form: 'number', write: integer };
    case 'float':
      return { form: 'float', write: float };
    case 'bytes':
      return { form: 'hex', write: type.fixed ? fixedBytes(type.length ?? 1) : bytes };
    case 'bits':
      return { form: 'bits', write: bits };
    default:
      return isGeometry(type) ? { form: 'hex', write: geometry } : { form: 'text', write: textWriter(type) };
  }
}

const SQL_FORMS: Readonly<Record<ValueWriter['form'], (value: string) => string>> = {
  number: (value) => value,
  float: (value) => (value.includes('e') ? value : `${value}e0`),
  text: quoteMysqlText,
  hex: (value) => `x'${value}'`,
  bits: (value) => `b'${value}'`,
};

function textWriter(type: ColumnType): Write {
  switch (type.kind) {
    case 'date':
      return moment(DATE, 0);
    case 'time':
      return moment(TIME, type.precision);
    case 'timestamp':
      return type.zone ? instant(type.precision) : moment(TIMESTAMP, type.precision);
    case 'text':
      return type.fixed ? unpadded : text;
    case 'enum':
      return memberOf(type.values);
    case 'set':
      return membersOf(type.values);
    default:
      return text;
  }
}

function refuse(reason: string, column: string): never {
  throw new RefusedRows(reason, column);
}

function integer(cell: Cell, column: string): string {
  if (typeof cell === 'number' && Number.isSafeInteger(cell)) return `${cell}`;
  if (typeof cell === 'bigint') return `${cell}`;
  if (typeof cell === 'boolean') return cell ? '1' : '0';
  return refuse(NOT_OF_TYPE, column);
}

function float(cell: Cell, column: string): string {
  if (typeof cell === 'bigint') return `${cell}`;
  return typeof cell === 'number' && Number.isFinite(cell) ? `${cell}` : refuse('value out of range', column);
}

/** Dates and times in the one form that the server cannot take for something else, with no more digits than it keeps. */
function moment(form: RegExp, precision: number): Write {
  return (cell, column) => {
    if (typeof cell !== 'string' || !form.test(cell)) return refuse(NOT_OF_TYPE, column);
    const point = cell.indexOf('.');
    return point >= 0 && cell.length - point - 1 > precision ? refuse('more digits than the column keeps', column) : cell;
  };
}

/** The session is in UTC. */
function instant(precision: number): Write {
  const write = moment(TIMESTAMP, precision);
  return (cell, column) => write(typeof cell === 'string' && cell.endsWith('Z') ? cell.slice(0, -1) : cell, column);
}

function text(cell: Cell, column: string): string {
  const value = typeof cell === 'string' ? cell : typeof cell === 'object' ? refuse(NOT_OF_TYPE, column) : String(cell);
  return LONE_SURROGATE.test(value) ? refuse('no valid Unicode', column) : value;
}

/** A column of fixed length gives back its texts without the spaces at their end. */
function unpadded(cell: Cell, column: string): string {
  const value = text(cell, column);
  return value.endsWith(' ') ? refuse('ends in spaces, which the column does not keep', column) : value;
}

function bits(cell: Cell, column: string): string {
  return typeof cell === 'string' && /^[01]+$/.test(cell) ? cell : refuse(NOT_OF_TYPE, column);
}

function geometry(cell: Cell, column: string): string {
  return typeof cell === 'string' && /^([0-9a-f]{2})*$/i.test(cell) ? cell : refuse(NOT_OF_TYPE, column);
}

function bytes(cell: Cell, column: string): string {
  if (!(cell instanceof Uint8Array)) return refuse(NOT_OF_TYPE, column);
  return Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('hex');
}

/** Shorter ones would be filled up with zeros. */
function fixedBytes(length: number): Write {
  return (cell, column) =>
    cell instanceof Uint8Array && cell.byteLength !== length ? refuse('not as long as the column', column) : bytes(cell, column);
}

/** What is no member might be taken for the number of one. */
function memberOf(values: readonly string[]): Write {
  const known = new Set<unknown>(values);
  return (cell, column) => (known.has(cell) ? (cell as string) : refuse(NOT_OF_TYPE, column));
}

function membersOf(values: readonly string[]): Write {
  const known = new Set(values);
  return (cell, column) => {
    const value = text(cell, column);
    return value === '' || value.split(',').every((member) => known.has(member)) ? value : refuse(NOT_OF_TYPE, column);
  };
}
