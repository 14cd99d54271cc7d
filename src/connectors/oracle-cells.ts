import type { Cell, Column } from '../model/table-schema.ts';
import { RefusedRows } from './connector.ts';
import { decodeInterval, decodeMoment, encodeInterval, encodeMoment } from './oracle-moments.ts';
import type { OracleBind, OracleValue } from './oracle-session.ts';

/** How the values of a column are read and written, so that nothing of them is lost on the way. */
export interface CellForm {
  /** SQL that reads a column. @param name the column as SQL takes it */
  readonly select: (name: string) => string;
  readonly decode: (value: Exclude<OracleValue, null>) => Cell;
  readonly form: OracleBind['form'];
  /** SQL that writes a value. @param mark where the value stands: `:1` */
  readonly mark: (mark: string) => string;
  /** @throws {RefusedRows} when the server would store something else without telling */
  readonly encode: (cell: Exclude<Cell, null>) => OracleValue;
}

const DAY = 'SYYYY-MM-DD HH24:MI:SS';
const DATE_PICTURE = 'YYYY-MM-DD HH24:MI:SS';
const NUMBER = /^-?\d+(\.\d+)?$/;
const LONE_SURROGATE = /[\ud800-\udfff]/u;
/** Digits that a NUMBER keeps whatever they are, and the place of the first and the last. */
const NUMBER_DIGITS = 38;
const LARGEST = 126;
const SMALLEST = -129;

const bare = (name: string): string => name;
const same = (mark: string): string => mark;

/** The form of the values of a column. */
export function cellForm(column: Column): CellForm {
  const { type, name } = column;
  switch (type.kind) {
    case 'boolean':
      return booleanForm(column);
    case 'integer':
      return { select: bare, decode: decodeInteger, form: 'text', mark: asNumber, encode: (cell) => integerText(cell, name) };
    case 'decimal': {
      const { scale } = type;
      const decode = (value: Exclude<OracleValue, null>): Cell => decimalText(String(value), scale);
      return { select: bare, decode, form: 'text', mark: asNumber, encode: (cell) => numberText(cell, name, scale) };
    }
    case 'float':
      return { select: bare, decode: (value) => value as number, form: 'double', mark: same, encode: (cell) => doubleOf(cell, name) };
    case 'bytes':
      return { select: bare, decode: bytesOf, form: 'bytes', mark: same, encode: (cell) => rawOf(cell, name) };
    case 'timestamp':
      return momentForm(column, type.precision, type.zone);
    case 'interval':
      return intervalForm(column);
    default:
      return textForm(column);
  }
}

const asNumber = (mark: string): string => `TO_NUMBER(${mark})`;

function booleanForm({ declared, name }: Column): CellForm {
  const encode = (cell: Cell): string => (typeof cell === 'boolean' ? (cell ? '1' : '0') : refuse(name));
  const decode = (value: OracleValue): Cell => value === true || value === '1';
  const isOwn = declared === 'BOOLEAN';
  return { select: bare, decode, form: 'text', mark: (mark) => (isOwn ? `TO_BOOLEAN(${mark})` : asNumber(mark)), encode };
}

function momentForm({ declared, name }: Column, precision: number, zone: boolean): CellForm {
  const picture = declared === 'DATE' ? DAY : `${DAY}.FF9`;
  const isLocal = /LOCAL/.test(declared);
  const select = (column: string): string => `TO_CHAR(${zone && !isLocal ? `SYS_EXTRACT_UTC(${column})` : column}, '${picture}')`;
  const digits = precision === 0 ? '' : '.FF9';
  const mark = (at: string): string => {
    if (zone) return `TO_TIMESTAMP_TZ(${at}, '${DATE_PICTURE}${digits} TZH:TZM')`;
    return declared === 'DATE' ? `TO_DATE(${at}, '${DATE_PICTURE}')` : `TO_TIMESTAMP(${at}, '${DATE_PICTURE}${digits}')`;
  };
  const encode = (cell: Cell): string => encodeMoment(cell, name, precision);
  return { select, decode: (value) => decodeMoment(String(value), zone), form: 'text', mark, encode };
}

function intervalForm({ declared, name }: Column): CellForm {
  const inMonths = /YEAR/.test(declared);
  return {
    select: (column) => `TO_CHAR(${column})`,
    decode: (value) => decodeInterval(String(value)),
    form: 'text',
    mark: (mark) => `${inMonths ? 'TO_YMINTERVAL' : 'TO_DSINTERVAL'}(${mark})`,
    encode: (cell) => encodeInterval(cell, name, inMonths),
  };
}

function textForm({ type, declared, name }: Column): CellForm {
  const select = SERIALIZED[declared] ?? bare;
  const isPadded = type.kind === 'text' && type.fixed;
  const decode = (value: OracleValue): Cell => (isPadded ? String(value).replace(/ +$/, '') : String(value));
  return { select, decode, form: 'text', mark: same, encode: (cell) => textOf(cell, name, isPadded) };
}

/** Types whose values the server can write as texts. */
const SERIALIZED: Readonly<Record<string, (name: string) => string>> = {
  XMLTYPE: (name) => `XMLSERIALIZE(CONTENT ${name} AS CLOB)`,
  JSON: (name) => `JSON_SERIALIZE(${name} RETURNING CLOB)`,
  ROWID: (name) => `ROWIDTOCHAR(${name})`,
};

function refuse(column: string, reason = 'no value of this type'): never {
  throw new RefusedRows(reason, column);
}

function decodeInteger(value: OracleValue): number | bigint {
  const text = String(value);
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** `-.5` → `-0.50`: the driver leaves out the zero before the point, and zeros at the end. */
export function decimalText(text: string, scale: number | null): string {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  const digits = scale === null ? fraction : fraction.padEnd(scale, '0');
  return `${sign}${whole === '' ? '0' : whole}${digits === '' ? '' : `.${digits}`}`;
}

function integerText(cell: Cell, column: string): string {
  if (typeof cell === 'number' && Number.isSafeInteger(cell)) return String(cell);
  return typeof cell === 'bigint' ? String(cell) : refuse(column);
}

/** The server would round what has more digits. */
function numberText(cell: Cell, column: string, scale: number | null): string {
  const text = typeof cell === 'bigint' || typeof cell === 'number' ? String(cell) : cell;
  if (typeof text !== 'string' || !NUMBER.test(text)) return refuse(column);
  const [whole = '', fraction = ''] = text.replace('-', '').replace(/^0+/, '').split('.');
  const places = fraction.replace(/0+$/, '');
  if (scale !== null && places.length > scale) return refuse(column, 'more digits than the column keeps');
  const digits = `${whole}${places}`.replace(/^0+/, '').replace(/0+$/, '');
  if (digits.length > NUMBER_DIGITS || -places.length < SMALLEST) return refuse(column, 'more digits than the column keeps');
  return whole.length > LARGEST ? refuse(column, 'value out of range') : text;
}

function doubleOf(cell: Cell, column: string): number {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'bigint' && BigInt(Number(cell)) === cell ? Number(cell) : refuse(column);
}

function bytesOf(value: OracleValue): Uint8Array {
  return new Uint8Array(value as Buffer);
}

/** No bytes would become NULL. */
function rawOf(cell: Cell, column: string): Buffer {
  if (!(cell instanceof Uint8Array)) return refuse(column);
  if (cell.byteLength === 0) return refuse(column, 'no bytes, which Oracle takes for NULL');
  return Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength);
}

/** An empty text would become NULL, spaces at the end of one of fixed length would not come back. */
function textOf(cell: Cell, column: string, isPadded: boolean): string {
  const value = typeof cell === 'object' ? refuse(column) : String(cell);
  if (value === '') return refuse(column, 'an empty text, which Oracle takes for NULL');
  if (isPadded && value.endsWith(' ')) return refuse(column, 'ends in spaces, which the column does not keep');
  return LONE_SURROGATE.test(value) ? refuse(column, 'no valid Unicode') : value;
}
