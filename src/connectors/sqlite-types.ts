import type { ColumnType } from '../model/table-schema.ts';

/**
 * The name by which a type is declared in a table of ours. SQLite takes from it what it does to values: INT makes numbers of
 * digits, CHAR, CLOB and TEXT leave texts alone, BLOB leaves everything alone, REAL, FLOA and DOUB make floats, and any other
 * name makes numbers of whatever looks like one. What the name cannot say stands in a note behind it: see `ColumnNote`.
 */
export function declaredName(type: ColumnType): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'integer':
      return integerName(type.bits, type.unsigned);
    case 'decimal':
      return `DECIMAL_TEXT${type.precision === null ? '' : `(${type.precision},${type.scale ?? 0})`}`;
    case 'float':
      return type.bits === 64 ? 'DOUBLE' : 'FLOAT4';
    case 'text':
      return type.length === null ? 'TEXT' : `${type.fixed ? 'CHAR_TEXT' : 'VARCHAR_TEXT'}(${type.length})`;
    case 'bytes':
      return type.length === null ? 'BLOB' : `${type.fixed ? 'BINARY_BLOB' : 'VARBINARY_BLOB'}(${type.length})`;
    case 'bits':
      return `${type.fixed ? 'BITS_TEXT' : 'VARBITS_TEXT'}${type.length === null ? '' : `(${type.length})`}`;
    case 'date':
      return 'DATE';
    case 'time':
    case 'timestamp':
      return `${type.kind.toUpperCase()}${type.zone ? 'TZ' : ''}(${type.precision})`;
    case 'interval':
      return 'DURATION_TEXT';
    case 'json':
      return type.binary ? 'JSONB_TEXT' : 'JSON_TEXT';
    case 'network':
      return `${type.of.toUpperCase()}_TEXT`;
    case 'any':
      return '';
    default:
      return `${type.kind.toUpperCase()}_TEXT`;
  }
}

/** What a declared type means, of a table of ours or anybody's. */
export function typeOf(declared: string): ColumnType {
  const parts = /^\s*([^(]*?)\s*(?:\(\s*([+-]?\d+)\s*(?:,\s*([+-]?\d+)\s*)?\)\s*)?$/s.exec(declared);
  const name = (parts?.[1] ?? declared).trim().toUpperCase().replace(/\s+/g, ' ');
  const first = parts?.[2] === undefined ? null : Number(parts[2]);
  const second = parts?.[3] === undefined ? null : Number(parts[3]);
  return ourType(name, first, second) ?? foreignType(name, first, second);
}

/** Unsigned numbers of 64 bits are whole numbers as far as SQLite has them, and texts of 20 digits from there on, which sort behind. */
const UNSIGNED_64 = 'UNSIGNED64_BLOB';

function integerName(bits: number, unsigned: boolean): string {
  if (bits === 64) return unsigned ? UNSIGNED_64 : 'BIGINT';
  return `${unsigned ? 'UNSIGNED_' : ''}INT${bits / 8}`;
}

const FIXED: Readonly<Record<string, ColumnType>> = {
  FLOAT4: { kind: 'float', bits: 32 },
  [UNSIGNED_64]: { kind: 'integer', bits: 64, unsigned: true },
  DURATION_TEXT: { kind: 'interval' },
  JSON_TEXT: { kind: 'json', binary: false },
  JSONB_TEXT: { kind: 'json', binary: true },
  UUID_TEXT: { kind: 'uuid' },
  INET_TEXT: { kind: 'network', of: 'inet' },
  CIDR_TEXT: { kind: 'network', of: 'cidr' },
  MACADDR_TEXT: { kind: 'network', of: 'macaddr' },
  MACADDR8_TEXT: { kind: 'network', of: 'macaddr8' },
};

function ourType(name: string, first: number | null, second: number | null): ColumnType | null {
  const integer = /^(UNSIGNED_)?INT([1-4])$/.exec(name);
  if (integer !== null) {
    return { kind: 'integer', bits: (Number(integer[2]) * 8) as 8 | 16 | 24 | 32, unsigned: integer[1] !== undefined };
  }
  switch (name) {
    case 'DECIMAL_TEXT':
      return { kind: 'decimal', precision: first, scale: first === null ? null : second };
    case 'CHAR_TEXT':
    case 'VARCHAR_TEXT':
      return { kind: 'text', length: first, fixed: name === 'CHAR_TEXT' };
    case 'BINARY_BLOB':
    case 'VARBINARY_BLOB':
      return { kind: 'bytes', length: first, fixed: name === 'BINARY_BLOB' };
    case 'BITS_TEXT':
    case 'VARBITS_TEXT':
      return { kind: 'bits', length: first, fixed: name === 'BITS_TEXT' };
    default:
      return FIXED[name] ?? null;
  }
}

/** SQLite's most precise function of time gives three digits; programs write six. */
const TIME_DIGITS = 6;

function foreignType(name: string, first: number | null, second: number | null): ColumnType {
  if (name === '' || name === 'ANY') return { kind: 'any' };
  if (/^BOOL(EAN)?$/.test(name)) return { kind: 'boolean' };
  if (/^(UNSIGNED )?(BIG|MEDIUM|SMALL|TINY)? ?INT(EGER)?[248]?( UNSIGNED)?$/.test(name))
    return { kind: 'integer', bits: 64, unsigned: false };
  if (name === 'DATE') return { kind: 'date' };
  const clock = /^(DATETIME|TIMESTAMP|TIME)(TZ| WITH TIME ZONE| WITHOUT TIME ZONE)?$/.exec(name);
  if (clock !== null) {
    const zone = clock[2] === 'TZ' || clock[2] === ' WITH TIME ZONE';
    const precision = Math.min(Math.max(first ?? TIME_DIGITS, 0), TIME_DIGITS);
    return { kind: clock[1] === 'TIME' ? 'time' : 'timestamp', precision, zone };
  }
  if (/^JSONB?$/.test(name)) return { kind: 'json', binary: name === 'JSONB' };
  if (/^(UUID|GUID|UNIQUEIDENTIFIER)$/.test(name)) return { kind: 'uuid' };
  if (/^(NUMERIC|DECIMAL|DEC|NUMBER|MONEY|SMALLMONEY|CURRENCY)$/.test(name)) return decimalType(first, second);
  return byAffinity(name);
}

function decimalType(precision: number | null, scale: number | null): ColumnType {
  const isLimited = precision !== null && precision > 0 && (scale ?? 0) >= 0 && (scale ?? 0) <= precision;
  return isLimited ? { kind: 'decimal', precision, scale: scale ?? 0 } : { kind: 'decimal', precision: null, scale: null };
}

/** Lengths are not enforced by SQLite: they say nothing of the values. */
function byAffinity(name: string): ColumnType {
  if (name.includes('INT')) return { kind: 'any' };
  if (/CHAR|CLOB|TEXT/.test(name)) return { kind: 'text', length: null, fixed: false };
  if (/BLOB|BINARY|BYTEA|IMAGE/.test(name)) return { kind: 'bytes', length: null, fixed: false };
  return /REAL|FLOA|DOUB/.test(name) ? { kind: 'float', bits: 64 } : { kind: 'any' };
}
