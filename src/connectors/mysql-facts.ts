import type { ColumnType } from '../model/table-schema.ts';
import type { StoreFacts } from './connector.ts';
import type { MysqlServer } from './mysql-session.ts';
import { isGeometry, VARBINARY_BYTES, VARCHAR_CHARACTERS } from './mysql-types.ts';

/** Longest text of a key, in characters of four bytes, and the length of one that had none. */
const KEY_CHARACTERS = 768;
const KEY_BYTES = 3072;
const USUAL_KEY = 255;
const MAX_ENUM = 65_535;
const MAX_SET = 64;

/** What a server can do. */
export function mysqlFacts(server: MysqlServer): StoreFacts {
  return {
    name: 'mysql',
    title: server.maria ? 'MariaDB' : 'MySQL',
    hold: (type, { isKey }) => heldType(type, isKey, server),
    limits: {
      nulInText: true,
      invalidUtf8: false,
      floatSpecials: false,
      decimalSpecials: false,
      decimalPrecision: 65,
      decimalScale: 30,
      infiniteDates: false,
      zeroDates: true,
      dateYears: [1, 9999],
      timestampYears: [1, 9999],
      timeHours: 838,
      emptyIsNull: false,
    },
    transactions: true,
    constraints: true,
    ...(server.maria || server.version >= 800 ? { checks: 'unnumbered' as const } : {}),
    parallel: 3,
    nameBytes: 64,
  };
}

function heldType(type: ColumnType, isKey: boolean, server: MysqlServer): ColumnType {
  const text = (length: number | null): ColumnType => ({ kind: 'text', length: heldLength(length, isKey), fixed: false });
  switch (type.kind) {
    case 'text':
      return text(type.length);
    case 'bytes':
      return heldBytes(type, isKey);
    case 'decimal':
      return fitsDecimal(type) ? type : text(isKey && type.precision !== null ? type.precision + 3 : null);
    case 'bits':
      return type.fixed && type.length !== null && type.length >= 1 && type.length <= 64 ? type : text(type.length);
    case 'time':
      return type.zone ? text(isKey ? 32 : null) : { ...type, precision: Math.min(type.precision, 6) };
    case 'timestamp':
      return { kind: 'timestamp', precision: Math.min(type.precision, 6), zone: false };
    case 'json':
      return heldJson(isKey ? null : type.binary, server) ?? text(null);
    case 'array':
      return heldJson(isKey ? null : true, server) ?? text(null);
    case 'uuid':
      return server.maria && server.version >= 1007 ? type : text(36);
    case 'network':
      return text(43);
    case 'enum':
      return fitsEnum(type.values) ? { ...type, name: null } : text(longestOf(type.values));
    case 'set':
      return fitsSet(type.values) ? type : text(null);
    case 'interval':
    case 'any':
      return text(null);
    case 'other':
      return isGeometry(type) && !isKey ? type : text(null);
    default:
      return type;
  }
}

function heldLength(length: number | null, isKey: boolean): number | null {
  if (isKey) return keyLength(length, KEY_CHARACTERS);
  return length === null || length > VARCHAR_CHARACTERS ? null : length;
}

function keyLength(length: number | null, most: number): number {
  return length === null ? USUAL_KEY : Math.min(length, most);
}

function heldBytes(type: ColumnType & { readonly kind: 'bytes' }, isKey: boolean): ColumnType {
  if (isKey) return { kind: 'bytes', length: keyLength(type.length, KEY_BYTES), fixed: type.fixed && (type.length ?? 256) <= 255 };
  const length = type.length === null || type.length > VARBINARY_BYTES ? null : type.length;
  return { kind: 'bytes', length, fixed: type.fixed && length !== null && length <= 255 };
}

/** MariaDB keeps the text of a JSON value, MySQL what it means: there a text that must stay as it is has to be a text. */
function heldJson(binary: boolean | null, server: MysqlServer): ColumnType | null {
  if (binary === null || (!binary && !server.maria)) return null;
  return { kind: 'json', binary: !server.maria };
}

function fitsDecimal({ precision, scale }: ColumnType & { readonly kind: 'decimal' }): boolean {
  return precision !== null && scale !== null && precision >= 1 && precision <= 65 && scale >= 0 && scale <= 30 && scale <= precision;
}

/** The server takes spaces from the end of members, and tells none of the signs beyond the basic plane. */
function fitsEnum(values: readonly string[]): boolean {
  return (
    values.length > 0 &&
    values.length <= MAX_ENUM &&
    new Set(values).size === values.length &&
    values.every((value) => value.length <= 255 && !value.endsWith(' ') && !/[?\u{10000}-\u{10ffff}]/u.test(value))
  );
}

function fitsSet(values: readonly string[]): boolean {
  return fitsEnum(values) && values.length <= MAX_SET && values.every((value) => value !== '' && !value.includes(','));
}

function longestOf(values: readonly string[]): number {
  return values.reduce((longest, value) => Math.max(longest, value.length), 1);
}
