import type { Document } from 'mongodb';
import type { MongoDriver } from './mongo-client.ts';

const INT32 = 2 ** 31;
const BLANKS = /("(?:[^"\\]|\\.)*")|\s+/g;
const INTEGER = /^-?\d+$/;

/**
 * A BSON value as JSON. Texts, booleans, null, whole numbers and floats that cannot be taken for them stand as they are;
 * all else is canonical extended JSON: `{"$oid":"…"}`, `{"$numberLong":"5"}`.
 */
export function jsonOfBson(driver: MongoDriver, value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => jsonOfBson(driver, one)).join(',')}]`;
  const number = plainNumber(value as Document);
  if (number !== null) return number;
  if (isPlainDocument(value)) {
    const members = Object.entries(value as Document).map(([name, one]) => `${JSON.stringify(name)}:${jsonOfBson(driver, one)}`);
    return `{${members.join(',')}}`;
  }
  return driver.BSON.EJSON.stringify(value, { relaxed: false });
}

/**
 * The BSON value that is written as this JSON, blanks aside; undefined where there is none, because something of it would be lost:
 * digits of a number, a key that is there twice, a way to write a letter.
 */
export function bsonOfJson(driver: MongoDriver, text: string): unknown {
  const compact = text.replace(BLANKS, (_, quoted: string | undefined) => quoted ?? '');
  try {
    const value: unknown = driver.BSON.EJSON.parse(compact, { relaxed: false });
    return jsonOfBson(driver, value) === compact ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether JSON has no blanks that mean nothing. */
export function isCompactJson(text: string): boolean {
  return text.replace(BLANKS, (_, quoted: string | undefined) => quoted ?? '') === text;
}

/** The types of BSON by the names that the server gives them. */
export function bsonTypeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'array';
  if (value instanceof Date) return 'date';
  switch ((value as { _bsontype?: string })._bsontype) {
    case 'Int32':
      return 'int';
    case 'Long':
      return 'long';
    case 'Double':
      return 'double';
    case 'Decimal128':
      return 'decimal';
    case 'ObjectId':
      return 'objectId';
    case 'Binary':
      return binaryType(value as { readonly sub_type: number; readonly position: number });
    case undefined:
      return 'object';
    default:
      return 'special';
  }
}

function binaryType({ sub_type: type, position }: { readonly sub_type: number; readonly position: number }): string {
  if (type === 4 && position === 16) return 'uuid';
  return type === 0 ? 'binData' : 'special';
}

function plainNumber(value: Document): string | null {
  if (value._bsontype === 'Int32') return String(value.value);
  if (value._bsontype === 'Long') {
    const number = Number(String(value));
    return Number.isSafeInteger(number) && (number < -INT32 || number >= INT32) ? String(number) : null;
  }
  if (value._bsontype !== 'Double' || !Number.isFinite(value.value)) return null;
  const text = String(value.value);
  return INTEGER.test(text) ? null : text;
}

function isPlainDocument(value: unknown): boolean {
  return !(value instanceof Date) && (value as { _bsontype?: string })._bsontype === undefined;
}
