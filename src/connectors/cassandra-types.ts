import type { ColumnType } from '../model/table-schema.ts';
import type { ValueLimits } from './connector.ts';

const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };
const DECIMAL: ColumnType = { kind: 'decimal', precision: null, scale: null };
const MILLISECONDS = 3;
const NANOSECONDS = 9;

/** What a type of CQL means; a collection, a tuple or a type of users is JSON. */
const TYPES: Readonly<Record<string, ColumnType>> = {
  ascii: TEXT,
  text: TEXT,
  varchar: TEXT,
  bigint: { kind: 'integer', bits: 64, unsigned: false },
  counter: { kind: 'integer', bits: 64, unsigned: false },
  int: { kind: 'integer', bits: 32, unsigned: false },
  smallint: { kind: 'integer', bits: 16, unsigned: false },
  tinyint: { kind: 'integer', bits: 8, unsigned: false },
  varint: DECIMAL,
  decimal: DECIMAL,
  double: { kind: 'float', bits: 64 },
  float: { kind: 'float', bits: 32 },
  blob: { kind: 'bytes', length: null, fixed: false },
  boolean: { kind: 'boolean' },
  date: { kind: 'date' },
  time: { kind: 'time', precision: NANOSECONDS, zone: false },
  timestamp: { kind: 'timestamp', precision: MILLISECONDS, zone: true },
  duration: { kind: 'interval' },
  inet: { kind: 'network', of: 'inet' },
  uuid: { kind: 'uuid' },
  timeuuid: { kind: 'uuid' },
};

/** What a column cannot hold. */
export const CASSANDRA_LIMITS: ValueLimits = {
  nulInText: true,
  invalidUtf8: false,
  floatSpecials: true,
  decimalSpecials: false,
  decimalPrecision: null,
  decimalScale: null,
  infiniteDates: false,
  zeroDates: false,
  dateYears: [1, 9999],
  timestampYears: [1, 9999],
  timeHours: 23,
  emptyIsNull: false,
};

/** The type that a column of another database gets: its own, which is kept beside, where there is a way to write its values. */
export function cassandraHold(type: ColumnType): ColumnType {
  switch (type.kind) {
    case 'timestamp':
      return { ...type, precision: Math.min(MILLISECONDS, type.precision) };
    case 'array':
      return { kind: 'array', of: type.of };
    default:
      return type;
  }
}

/** The column type of a type of CQL: `frozen<list<int>>` is JSON. */
export function typeOfCql(cql: string): ColumnType {
  return TYPES[cql] ?? { kind: 'json', binary: false };
}

/** Whether values of a type of CQL can be written by us. */
export function isWritten(cql: string): boolean {
  return TYPES[cql] !== undefined && cql !== 'counter';
}

/** The type of CQL that a column of ours is made with. */
export function cqlOf(type: ColumnType): string {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'integer':
      return integerCql(type);
    case 'decimal':
      return 'decimal';
    case 'float':
      return type.bits === 32 ? 'float' : 'double';
    case 'bytes':
      return 'blob';
    case 'date':
    case 'timestamp':
    case 'uuid':
      return type.kind;
    case 'time':
      return type.zone ? 'text' : 'time';
    default:
      return 'text';
  }
}

function integerCql({ bits, unsigned }: { readonly bits: number; readonly unsigned: boolean }): string {
  const width = unsigned ? bits + 1 : bits;
  if (width <= 8) return 'tinyint';
  if (width <= 16) return 'smallint';
  if (width <= 32) return 'int';
  return width <= 64 ? 'bigint' : 'varint';
}
