import type { ColumnType } from '../model/table-schema.ts';

const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };
const PLAIN: Readonly<Record<string, ColumnType>> = {
  boolean: { kind: 'boolean' },
  smallint: { kind: 'integer', bits: 16, unsigned: false },
  integer: { kind: 'integer', bits: 32, unsigned: false },
  bigint: { kind: 'integer', bits: 64, unsigned: false },
  oid: { kind: 'integer', bits: 32, unsigned: true },
  numeric: { kind: 'decimal', precision: null, scale: null },
  real: { kind: 'float', bits: 32 },
  'double precision': { kind: 'float', bits: 64 },
  text: TEXT,
  'character varying': TEXT,
  name: TEXT,
  bytea: { kind: 'bytes', length: null, fixed: false },
  'bit varying': { kind: 'bits', length: null, fixed: false },
  date: { kind: 'date' },
  'time without time zone': { kind: 'time', precision: 6, zone: false },
  'time with time zone': { kind: 'time', precision: 6, zone: true },
  'timestamp without time zone': { kind: 'timestamp', precision: 6, zone: false },
  'timestamp with time zone': { kind: 'timestamp', precision: 6, zone: true },
  interval: { kind: 'interval' },
  json: { kind: 'json', binary: false },
  jsonb: { kind: 'json', binary: true },
  uuid: { kind: 'uuid' },
  inet: { kind: 'network', of: 'inet' },
  cidr: { kind: 'network', of: 'cidr' },
  macaddr: { kind: 'network', of: 'macaddr' },
  macaddr8: { kind: 'network', of: 'macaddr8' },
};
/** Digits of `numeric(p, s)`. */
const DECLARED_DIGITS = 1000;
const ENUM_BYTES = 63;

/**
 * What a type means that `format_type` names: `numeric(10,2)`, `timestamp(3) with time zone`, `integer[]`.
 * @param labels of an enum, or of the enum that an array is of; null: it is none
 */
export function postgresType(name: string, labels: readonly string[] | null): ColumnType {
  if (name.endsWith('[]')) return { kind: 'array', of: postgresType(name.slice(0, -2), labels) };
  if (labels !== null) return { kind: 'enum', name: unquoted(name), values: labels };
  const plain = PLAIN[name];
  if (plain !== undefined) return plain;
  const [, word = '', given = '', rest = ''] = /^([a-z ]+)\(([\d,-]+)\)(.*)$/.exec(name) ?? [];
  const [first = 0, second = 0] = given.split(',').map(Number);
  switch (word) {
    case 'numeric':
      return second >= 0 && second <= first
        ? { kind: 'decimal', precision: first, scale: second }
        : { kind: 'decimal', precision: null, scale: null };
    case 'character varying':
      return { kind: 'text', length: first, fixed: false };
    case 'character':
      return { kind: 'text', length: first, fixed: true };
    case 'bit':
      return { kind: 'bits', length: first, fixed: true };
    case 'bit varying':
      return { kind: 'bits', length: first, fixed: false };
    case 'time':
    case 'timestamp':
      return { kind: word, precision: first, zone: rest === ' with time zone' };
    default:
      return name.startsWith('interval') ? { kind: 'interval' } : { kind: 'other', name };
  }
}

/** `public."Mood"` → `Mood`. */
function unquoted(name: string): string {
  const last = /("(?:[^"]|"")+"|[^.]+)$/.exec(name)?.[1] ?? name;
  return last.startsWith('"') ? last.slice(1, -1).replaceAll('""', '"') : last;
}

/** The type that a column of another database gets in PostgreSQL. */
export function postgresHold(type: ColumnType): ColumnType {
  switch (type.kind) {
    case 'integer':
      return heldInteger(type);
    case 'decimal':
      return type.precision === null || type.precision > DECLARED_DIGITS || type.precision < 1
        ? { kind: 'decimal', precision: null, scale: null }
        : type;
    case 'text':
      return type.length === null || type.length < 1 || type.length > 10_485_760 ? TEXT : type;
    case 'bytes':
      return { kind: 'bytes', length: null, fixed: false };
    case 'time':
    case 'timestamp':
      return { ...type, precision: Math.min(type.precision, 6) };
    case 'enum':
      return type.values.length > 0 && type.values.every((value) => Buffer.byteLength(value) <= ENUM_BYTES) ? type : TEXT;
    case 'array':
      return { kind: 'array', of: postgresHold(type.of) };
    case 'set':
    case 'any':
    case 'other':
      return TEXT;
    default:
      return type;
  }
}

function heldInteger(type: ColumnType & { readonly kind: 'integer' }): ColumnType {
  if (type.unsigned && type.bits === 64) return { kind: 'decimal', precision: 20, scale: 0 };
  const needed = type.bits + (type.unsigned ? 1 : 0);
  return { kind: 'integer', bits: needed <= 16 ? 16 : needed <= 32 ? 32 : 64, unsigned: false };
}

/**
 * How PostgreSQL writes a type.
 * @param enumName what the type of an enum is called, quoted
 */
export function postgresDeclaration(type: ColumnType, enumName: string): string {
  switch (type.kind) {
    case 'integer':
      return type.bits === 16 ? 'smallint' : type.bits === 32 ? 'integer' : 'bigint';
    case 'decimal':
      return type.precision === null ? 'numeric' : `numeric(${type.precision},${type.scale ?? 0})`;
    case 'float':
      return type.bits === 32 ? 'real' : 'double precision';
    case 'text':
      return type.length === null ? 'text' : `${type.fixed ? 'char' : 'varchar'}(${type.length})`;
    case 'bits':
      return `${type.fixed ? 'bit' : 'varbit'}${type.length === null ? '' : `(${type.length})`}`;
    case 'time':
    case 'timestamp':
      return `${type.kind}${type.precision === 6 ? '' : `(${type.precision})`}${type.zone ? ' with time zone' : ''}`;
    case 'json':
      return type.binary ? 'jsonb' : 'json';
    case 'network':
      return type.of;
    case 'enum':
      return enumName;
    case 'array':
      return `${postgresDeclaration(type.of, enumName)}[]`;
    case 'bytes':
      return 'bytea';
    case 'other':
      return type.name;
    case 'boolean':
    case 'date':
    case 'interval':
    case 'uuid':
      return type.kind;
    default:
      return 'text';
  }
}
