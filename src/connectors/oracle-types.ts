import type { ColumnType } from '../model/table-schema.ts';

/** Longest text that is kept in the row, in characters: they take up to four bytes of the 4000 there are. */
export const VARCHAR_CHARACTERS = 1000;
/** Most bytes that are kept in the row. */
export const RAW_BYTES = 2000;
/** Digits of a number that is surely a 64-bit integer, and of one that may be. */
const INTEGER_DIGITS = [
  [2, 8],
  [4, 16],
  [9, 32],
  [19, 64],
] as const;

/** A column type as `ALL_TAB_COLS` describes it. */
export interface DescribedType {
  /** `DATA_TYPE`: `NUMBER`, `TIMESTAMP(6) WITH TIME ZONE`, `MDSYS.SDO_GEOMETRY`. */
  readonly name: string;
  readonly precision: number | null;
  readonly scale: number | null;
  /** In characters for texts, in bytes for bytes. */
  readonly length: number | null;
  /** NUMBER(1) that holds no other numbers than 0 and 1. */
  readonly isBoolean: boolean;
  /** A NUMBER without digits in a key that holds whole numbers only. */
  readonly isWhole: boolean;
}

/** The type of a column, in the words of all databases; `other` where values of it cannot be read. */
export function typeOfDescribed(described: DescribedType): ColumnType {
  const { name, length } = described;
  const moment = /^TIMESTAMP\((\d)\)( WITH (?:LOCAL )?TIME ZONE)?$/.exec(name);
  if (moment !== null) return { kind: 'timestamp', precision: Number(moment[1]), zone: moment[2] !== undefined };
  if (/^INTERVAL /.test(name)) return { kind: 'interval' };
  switch (name) {
    case 'NUMBER':
      return numberType(described);
    case 'FLOAT':
      return { kind: 'decimal', precision: null, scale: null };
    case 'BINARY_FLOAT':
      return { kind: 'float', bits: 32 };
    case 'BINARY_DOUBLE':
      return { kind: 'float', bits: 64 };
    case 'VARCHAR2':
    case 'NVARCHAR2':
      return { kind: 'text', length, fixed: false };
    case 'CHAR':
    case 'NCHAR':
      return { kind: 'text', length, fixed: true };
    case 'CLOB':
    case 'NCLOB':
    case 'LONG':
    case 'XMLTYPE':
    case 'ROWID':
    case 'UROWID':
      return { kind: 'text', length: null, fixed: false };
    case 'RAW':
      return { kind: 'bytes', length, fixed: false };
    case 'BLOB':
    case 'LONG RAW':
      return { kind: 'bytes', length: null, fixed: false };
    case 'DATE':
      return { kind: 'timestamp', precision: 0, zone: false };
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'JSON':
      return { kind: 'json', binary: true };
    default:
      return { kind: 'other', name };
  }
}

/** NUMBER: whole numbers of up to 19 digits are integers; a negative scale has no digits behind the point either. */
function numberType({ precision, scale, isBoolean, isWhole }: DescribedType): ColumnType {
  if (precision === null && scale === null) return isWhole ? integer(64) : { kind: 'decimal', precision: null, scale: null };
  const digits = precision ?? 38;
  const places = scale ?? 0;
  if (places < 0 || places > digits) return { kind: 'decimal', precision: null, scale: null };
  if (places > 0) return { kind: 'decimal', precision: digits, scale: places };
  if (digits === 1 && isBoolean) return { kind: 'boolean' };
  const bits = INTEGER_DIGITS.find(([most]) => digits <= most)?.[1];
  return bits === undefined ? { kind: 'decimal', precision: digits, scale: 0 } : integer(bits);
}

function integer(bits: 8 | 16 | 32 | 64): ColumnType {
  return { kind: 'integer', bits, unsigned: false };
}

/** The type of a column in SQL. @param isKey a moment with its zone can be no key, one in the zone of the reader can */
export function declareOracleType(type: ColumnType, isKey: boolean): string {
  switch (type.kind) {
    case 'boolean':
      return 'NUMBER(1)';
    case 'integer':
      return 'NUMBER(19)';
    case 'decimal':
      return type.precision === null ? 'NUMBER' : `NUMBER(${type.precision},${type.scale ?? 0})`;
    case 'float':
      return type.bits === 32 ? 'BINARY_FLOAT' : 'BINARY_DOUBLE';
    case 'text':
      return type.length === null || type.length > VARCHAR_CHARACTERS ? 'CLOB' : `VARCHAR2(${Math.max(1, type.length)} CHAR)`;
    case 'bytes':
      return type.length === null || type.length > RAW_BYTES ? 'BLOB' : `RAW(${Math.max(1, type.length)})`;
    case 'timestamp':
      if (type.zone) return `TIMESTAMP(${type.precision}) WITH ${isKey ? 'LOCAL ' : ''}TIME ZONE`;
      return type.precision === 0 ? 'DATE' : `TIMESTAMP(${type.precision})`;
    default:
      return 'CLOB';
  }
}
