import type { ColumnType } from '../model/table-schema.ts';
import type { ValueLimits } from './connector.ts';

/** Digits of a `Decimal128`. */
export const DECIMAL_DIGITS = 34;
/** How an ObjectId is told in other places: 24 hexadecimal digits. */
export const OBJECT_ID: ColumnType = { kind: 'text', length: 24, fixed: true };
/** Digits of a second that a date of BSON keeps. */
const DATE_DIGITS = 3;

/** What documents cannot hold. */
export const MONGO_LIMITS: ValueLimits = {
  nulInText: true,
  invalidUtf8: false,
  floatSpecials: true,
  decimalSpecials: true,
  decimalPrecision: null,
  decimalScale: null,
  infiniteDates: false,
  zeroDates: false,
  dateYears: [1, 9999],
  timestampYears: [1, 9999],
  timeHours: Number.POSITIVE_INFINITY,
  emptyIsNull: false,
};

/** The type that a column of another database gets: its own, which is kept beside, where a document can hold its values. */
export function mongoHold(type: ColumnType): ColumnType {
  switch (type.kind) {
    case 'integer':
      return type.unsigned && type.bits === 64 ? { kind: 'decimal', precision: 20, scale: 0 } : type;
    case 'timestamp':
      return { ...type, precision: Math.min(DATE_DIGITS, type.precision) };
    case 'array':
      return { kind: 'array', of: mongoHold(type.of) };
    default:
      return type;
  }
}

/** Whether the server sorts values of a type as they are compared here; what it stores in one way only. */
export function isSortedByServer(type: ColumnType): boolean {
  switch (type.kind) {
    case 'integer':
    case 'boolean':
    case 'date':
    case 'timestamp':
    case 'uuid':
      return true;
    case 'text':
      return !isObjectIdText(type);
    case 'decimal':
      return type.precision !== null && type.precision <= DECIMAL_DIGITS;
    default:
      return false;
  }
}

/** Whether a column of texts may hold ObjectIds. */
export function isObjectIdText(type: ColumnType): boolean {
  return type.kind === 'text' && type.length === 24 && type.fixed;
}
