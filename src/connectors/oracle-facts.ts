import type { ColumnType } from '../model/table-schema.ts';
import type { StoreFacts } from './connector.ts';
import { RAW_BYTES, VARCHAR_CHARACTERS } from './oracle-types.ts';

/** Length of a text or of bytes in a key that had none. */
const USUAL_KEY = 255;
const NUMBER_DIGITS = 38;
const SECOND_DIGITS = 9;
const LONG_NAMES_SINCE = 1202;

/** What a server can do. @param version as in `OracleSession` */
export function oracleFacts(version: number): StoreFacts {
  return {
    name: 'oracle',
    title: 'Oracle',
    hold: (type, { isKey }) => heldType(type, isKey),
    limits: {
      nulInText: true,
      invalidUtf8: false,
      floatSpecials: true,
      decimalSpecials: false,
      decimalPrecision: NUMBER_DIGITS,
      decimalScale: null,
      infiniteDates: false,
      zeroDates: false,
      dateYears: [1, 9999],
      timestampYears: [1, 9999],
      timeHours: 24,
      emptyIsNull: true,
    },
    transactions: true,
    constraints: true,
    // One session reads everything: only so all is as it was at one moment.
    parallel: 1,
    nameBytes: version >= LONG_NAMES_SINCE ? 128 : 30,
  };
}

function heldType(type: ColumnType, isKey: boolean): ColumnType {
  switch (type.kind) {
    case 'boolean':
    case 'float':
      return type;
    case 'integer':
      return type.unsigned && type.bits === 64
        ? { kind: 'decimal', precision: 20, scale: 0 }
        : { kind: 'integer', bits: 64, unsigned: false };
    case 'decimal':
      return heldDecimal(type, isKey);
    case 'text':
      return text(type.length, isKey);
    case 'bytes':
      return heldBytes(type.length, isKey);
    case 'date':
      return { kind: 'timestamp', precision: 0, zone: false };
    case 'timestamp':
      return { ...type, precision: Math.min(type.precision, SECOND_DIGITS) };
    case 'bits':
      return text(type.length, isKey);
    case 'uuid':
      return text(36, isKey);
    case 'network':
      return text(43, isKey);
    case 'enum':
      return text(
        type.values.reduce((longest, value) => Math.max(longest, value.length), 1),
        isKey,
      );
    default:
      return text(null, isKey);
  }
}

/** Whole numbers of few digits would be read as integers. */
function heldDecimal({ precision, scale }: ColumnType & { readonly kind: 'decimal' }, isKey: boolean): ColumnType {
  if (precision === null || scale === null) return isKey ? text(null, isKey) : { kind: 'decimal', precision: null, scale: null };
  const fits = precision >= 1 && precision <= NUMBER_DIGITS && scale >= 0 && scale <= precision;
  if (!fits) return text(isKey ? precision + 3 : null, isKey);
  return { kind: 'decimal', precision: scale === 0 ? Math.max(precision, 20) : precision, scale };
}

function text(length: number | null, isKey: boolean): ColumnType {
  return { kind: 'text', length: held(length, isKey, VARCHAR_CHARACTERS), fixed: false };
}

function heldBytes(length: number | null, isKey: boolean): ColumnType {
  return { kind: 'bytes', length: held(length, isKey, RAW_BYTES), fixed: false };
}

/** What is kept outside of its row can be no key. */
function held(length: number | null, isKey: boolean, most: number): number | null {
  if (isKey) return length === null ? USUAL_KEY : Math.max(1, Math.min(length, most));
  return length === null || length > most ? null : Math.max(1, length);
}
