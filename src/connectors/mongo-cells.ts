import type { Binary, Decimal128, Long } from 'mongodb';
import { CrmError } from '../errors.ts';
import type { Cell, ColumnType } from '../model/table-schema.ts';
import { RefusedRows } from './connector.ts';
import type { MongoDriver } from './mongo-client.ts';
import { bsonOfJson, bsonTypeOf, isCompactJson, jsonOfBson } from './mongo-json.ts';
import { isObjectIdText } from './mongo-types.ts';

const HEX_24 = /^[0-9a-f]{24}$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const INT32 = 2 ** 31;
const INT64 = 2n ** 63n;
const MIDNIGHT = / 00:00:00Z$/;

/** Brings cells to BSON and back, by the type of their column. */
export class MongoCells {
  readonly #driver: MongoDriver;
  /** JSON that no document can be made of is kept as text: so texts in a column of JSON are JSON. */
  readonly #keepsJson: boolean;

  /** @param keepsJson the collection was made by us; in one of others a text in a column of JSON is a text */
  constructor(driver: MongoDriver, keepsJson: boolean) {
    this.#driver = driver;
    this.#keepsJson = keepsJson;
  }

  /** A cell that is not NULL as BSON. @throws {RefusedRows} when there is no such value */
  bsonOf(type: ColumnType, cell: Exclude<Cell, null>, column: string): unknown {
    if (Array.isArray(cell)) return cell.map((one: Cell) => (one === null ? null : this.bsonOf(elementType(type), one, column)));
    if (cell instanceof Uint8Array) return new this.#driver.Binary(Buffer.from(cell));
    if (typeof cell === 'boolean') return cell;
    if (typeof cell !== 'string') return this.#number(type, cell as number | bigint, column);
    if (LONE_SURROGATE.test(cell)) throw new RefusedRows('text is no valid Unicode', column);
    return this.#text(type, cell, column);
  }

  /** The cell that a value is; null for null. @throws {CrmError} BUSY when it is none of the type */
  cellOf(type: ColumnType, value: unknown): Cell {
    if (type.kind === 'json') {
      if (value === undefined) return null;
      return this.#keepsJson && typeof value === 'string' ? value : jsonOfBson(this.#driver, value);
    }
    if (value === null || value === undefined) return null;
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (Array.isArray(value)) return value.map((one) => this.cellOf(elementType(type), one));
    if (value instanceof Date) return dateCell(type, value);
    switch (bsonTypeOf(value)) {
      case 'int':
      case 'double':
        return type.kind === 'decimal' ? String(value) : Number(value);
      case 'long':
        return type.kind === 'decimal' ? String(value) : longCell(value as Long);
      case 'decimal':
        return plainDecimal(value as Decimal128);
      case 'objectId':
        return String(value);
      case 'uuid':
        return hyphened((value as Binary).toString('hex'));
      case 'binData':
        return new Uint8Array((value as Binary).buffer.subarray(0, (value as Binary).position));
      default:
        throw unexpected();
    }
  }

  /** The type of a value, as the server names it. */
  typeOf(value: unknown): string {
    return bsonTypeOf(value);
  }

  #number(type: ColumnType, cell: number | bigint, column: string): unknown {
    const { Int32, Long, Double, Decimal128 } = this.#driver;
    if (type.kind === 'float') return new Double(Number(cell));
    if (type.kind === 'decimal') return Decimal128.fromString(String(cell));
    if (typeof cell === 'number' && (!Number.isSafeInteger(cell) || Object.is(cell, -0))) return new Double(cell);
    const isWide = type.kind === 'integer' && (type.bits === 64 || (type.bits === 32 && type.unsigned));
    if (!isWide && typeof cell === 'number' && cell >= -INT32 && cell < INT32) return new Int32(cell);
    const big = BigInt(cell);
    if (big < -INT64 || big >= INT64) throw new RefusedRows('value out of range', column);
    return Long.fromBigInt(big);
  }

  #text(type: ColumnType, text: string, column: string): unknown {
    const { Decimal128, ObjectId, UUID } = this.#driver;
    switch (type.kind) {
      case 'decimal':
        return decimalOf(Decimal128, text);
      case 'date':
        return moment(`${text}T00:00:00Z`, column);
      case 'timestamp':
        return moment(`${text.replace(' ', 'T').replace(/Z$/, '')}Z`, column);
      case 'uuid':
        return new UUID(text);
      case 'json':
        return this.#json(text, type.binary);
      default:
        return isObjectIdText(type) && HEX_24.test(text) ? new ObjectId(text) : text;
    }
  }

  /** As a document where that is the same JSON, else as its text. */
  #json(text: string, binary: boolean): unknown {
    const isKept = binary || isCompactJson(text);
    const value = isKept ? bsonOfJson(this.#driver, text) : undefined;
    if (value === undefined || (this.#keepsJson && typeof value === 'string')) return text;
    return value;
  }
}

/** What is thrown when a collection is not as it was when its columns were told. */
export function unexpected(): CrmError {
  return new CrmError('BUSY', 'a collection was changed while it was read: a document has a field, or a type, that no other had before', {
    hint: 'try again when nobody writes to it',
  });
}

function elementType(type: ColumnType): ColumnType {
  return type.kind === 'array' ? type.of : { kind: 'any' };
}

function longCell(value: Long): number | bigint {
  const big = BigInt(String(value));
  const number = Number(big);
  return Number.isSafeInteger(number) ? number : big;
}

/** Exactly, or as its text where there are too many digits. */
function decimalOf(decimal: typeof Decimal128, text: string): Decimal128 | string {
  try {
    const value = decimal.fromString(text);
    return plainDecimal(value) === text ? value : text;
  } catch {
    return text;
  }
}

/** Without an exponent. */
function plainDecimal(value: Decimal128): string {
  const text = String(value);
  const [, sign = '', whole = '', fraction = '', exponent] = /^(-?)(\d+)(?:\.(\d+))?E([+-]\d+)$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (/^0+$/.test(digits) && point > 0) return `${sign}0`;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return point >= digits.length
    ? `${sign}${digits}${'0'.repeat(point - digits.length)}`
    : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** @throws {RefusedRows} when the calendar has no such moment */
function moment(iso: string, column: string): Date {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) throw new RefusedRows('no value of this type', column);
  return date;
}

/** @throws {CrmError} INTEGRITY when no calendar goes so far */
function dateCell(type: ColumnType, date: Date): string {
  if (Number.isNaN(date.getTime())) {
    throw new CrmError('INTEGRITY', 'a document holds a date beyond the year 275760', {
      hint: 'mend that document: no calendar goes so far',
    });
  }
  const text = date
    .toISOString()
    .replace(/^([+-])0*(\d{4,})/, (_, sign: string, year: string) => (sign === '-' ? '-' : '') + year)
    .replace('T', ' ')
    .replace(/\.?0*Z$/, 'Z');
  if (type.kind === 'date') return text.replace(MIDNIGHT, '').replace(/ .*/, '');
  return type.kind === 'timestamp' && !type.zone ? text.replace('Z', '') : text;
}

function hyphened(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
