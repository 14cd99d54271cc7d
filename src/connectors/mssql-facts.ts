import type { ColumnType } from '../model/table-schema.ts';
import type { StoreFacts } from './connector.ts';
import { ROW_BYTES, ROW_SIGNS } from './mssql-types.ts';

/** A key of a table takes 900 bytes: so many signs of two bytes each. */
const KEY_BYTES = 900;
const KEY_SIGNS = KEY_BYTES / 2;
const USUAL_KEY = 255;
const DIGITS = 38;
const SECOND_DIGITS = 7;

/** What a server can do. */
export const MSSQL_FACTS: StoreFacts = {
  name: 'mssql',
  title: 'SQL Server',
  hold: (type, { isKey }) => heldType(type, isKey),
  limits: {
    nulInText: true,
    invalidUtf8: false,
    floatSpecials: false,
    decimalSpecials: false,
    decimalPrecision: DIGITS,
    decimalScale: DIGITS,
    infiniteDates: false,
    zeroDates: false,
    dateYears: [1, 9999],
    timestampYears: [1, 9999],
    timeHours: 23,
    emptyIsNull: false,
  },
  transactions: true,
  constraints: true,
  parallel: 3,
  nameBytes: 128,
};

function heldType(type: ColumnType, isKey: boolean): ColumnType {
  const text = (length: number | null): ColumnType => ({ kind: 'text', length: heldLength(length, isKey), fixed: false });
  switch (type.kind) {
    case 'text':
      return text(type.length);
    case 'integer':
      return heldInteger(type);
    case 'decimal':
      return fitsDecimal(type) ? type : text(isKey && type.precision !== null ? type.precision + 3 : null);
    case 'bytes':
      return heldBytes(type, isKey);
    case 'bits':
      return text(type.length);
    case 'time':
      return type.zone ? text(isKey ? 32 : null) : { ...type, precision: Math.min(type.precision, SECOND_DIGITS) };
    case 'timestamp':
      return { ...type, precision: Math.min(type.precision, SECOND_DIGITS) };
    case 'network':
      return text(43);
    case 'enum':
      return text(type.values.reduce((longest, value) => Math.max(longest, value.length), 1));
    case 'other':
      return type.name === 'xml' && !isKey ? type : text(null);
    case 'json':
    case 'array':
    case 'set':
    case 'interval':
    case 'any':
      return text(null);
    default:
      return type;
  }
}

function heldLength(length: number | null, isKey: boolean): number | null {
  if (isKey) return length === null ? USUAL_KEY : Math.min(Math.max(length, 1), KEY_SIGNS);
  return length === null || length > ROW_SIGNS ? null : Math.max(length, 1);
}

/** The only small one has no sign, the others have one. */
function heldInteger({ bits, unsigned }: ColumnType & { readonly kind: 'integer' }): ColumnType {
  if (bits === 8) return { kind: 'integer', bits: unsigned ? 8 : 16, unsigned };
  if (!unsigned) return { kind: 'integer', bits: bits === 24 ? 32 : bits, unsigned: false };
  if (bits === 64) return { kind: 'decimal', precision: 20, scale: 0 };
  return { kind: 'integer', bits: bits === 32 ? 64 : 32, unsigned: false };
}

function heldBytes({ length, fixed }: ColumnType & { readonly kind: 'bytes' }, isKey: boolean): ColumnType {
  if (isKey) return { kind: 'bytes', length: length === null ? USUAL_KEY : Math.min(Math.max(length, 1), KEY_BYTES), fixed };
  if (length === null || length > ROW_BYTES) return { kind: 'bytes', length: null, fixed: false };
  return { kind: 'bytes', length: Math.max(length, 1), fixed };
}

function fitsDecimal({ precision, scale }: ColumnType & { readonly kind: 'decimal' }): boolean {
  return precision !== null && scale !== null && precision >= 1 && precision <= DIGITS && scale >= 0 && scale <= precision;
}
