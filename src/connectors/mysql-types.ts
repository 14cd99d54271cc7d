import type { ColumnType } from '../model/table-schema.ts';
import { type MysqlServer, quoteMysqlText } from './mysql-session.ts';

/** Longest texts and bytes, in bytes, that a row holds itself. */
const ROW_BYTES = 65_535;
/** Longest text that may be in a row, in characters of up to four bytes. */
export const VARCHAR_CHARACTERS = 16_383;
/** Longest bytes that may be in a row. */
export const VARBINARY_BYTES = ROW_BYTES - 2;
const GEOMETRIES = ['geometry', 'point', 'linestring', 'polygon', 'multipoint', 'multilinestring', 'multipolygon', 'geometrycollection'];
const INTEGERS: Readonly<Record<string, 8 | 16 | 24 | 32 | 64>> = { tinyint: 8, smallint: 16, mediumint: 24, int: 32, bigint: 64 };
const INTEGER_NAMES: Readonly<Record<number, string>> = { 8: 'tinyint', 16: 'smallint', 24: 'mediumint', 32: 'int', 64: 'bigint' };

/** How the server describes a column, as far as its type goes. */
export interface DescribedType {
  /** `int`, `varchar`. */
  readonly name: string;
  /** `int(10) unsigned`, `enum('a','b')`. */
  readonly full: string;
  readonly length: number | null;
  readonly precision: number | null;
  readonly scale: number | null;
  readonly fraction: number | null;
  /** `longtext` with a check that it is JSON, which is how MariaDB keeps it. */
  readonly isCheckedJson: boolean;
  /** `tinyint(1)` of 0, 1 and NULL only. */
  readonly isBoolean: boolean;
}

/** The type of a column that a server describes. */
export function typeOfDescribed(described: DescribedType): ColumnType {
  const { name, full, length } = described;
  const bits = INTEGERS[name];
  if (described.isBoolean) return { kind: 'boolean' };
  if (bits !== undefined) return { kind: 'integer', bits, unsigned: / unsigned/.test(full) };
  if (described.isCheckedJson) return { kind: 'json', binary: false };
  if (/^(tiny|medium|long)?text$/.test(name)) return { kind: 'text', length: null, fixed: false };
  if (/^(tiny|medium|long)?blob$/.test(name)) return { kind: 'bytes', length: null, fixed: false };
  if (name === 'char' || name === 'varchar') return { kind: 'text', length, fixed: name === 'char' };
  if (name === 'binary' || name === 'varbinary') return { kind: 'bytes', length, fixed: name === 'binary' };
  if (name === 'enum') return { kind: 'enum', name: null, values: membersOf(full) };
  if (name === 'set') return { kind: 'set', values: membersOf(full) };
  return plainType(described);
}

function plainType({ name, precision, scale, fraction }: DescribedType): ColumnType {
  switch (name) {
    case 'bit':
      return { kind: 'bits', length: precision ?? 1, fixed: true };
    case 'decimal':
      return { kind: 'decimal', precision, scale: scale ?? 0 };
    case 'float':
      return { kind: 'float', bits: 32 };
    case 'double':
      return { kind: 'float', bits: 64 };
    case 'date':
      return { kind: 'date' };
    case 'time':
      return { kind: 'time', precision: fraction ?? 0, zone: false };
    case 'datetime':
    case 'timestamp':
      return { kind: 'timestamp', precision: fraction ?? 0, zone: name === 'timestamp' };
    case 'year':
      return { kind: 'integer', bits: 16, unsigned: false };
    case 'json':
      return { kind: 'json', binary: true };
    case 'uuid':
      return { kind: 'uuid' };
    case 'inet4':
    case 'inet6':
      return { kind: 'network', of: 'inet' };
    default:
      return { kind: 'other', name };
  }
}

/** The members of `enum('a','it''s')`. */
function membersOf(full: string): readonly string[] {
  const list = full.slice(full.indexOf('(') + 1, full.lastIndexOf(')'));
  return [...list.matchAll(/'((?:[^'\\]|''|\\.)*)'/gs)].map(([, member = '']) => unescapeMysqlText(member));
}

/** What stands between the quotes of a text in SQL of the server. */
export function unescapeMysqlText(text: string): string {
  const signs: Readonly<Record<string, string>> = { '0': '\0', n: '\n', r: '\r', t: '\t', Z: '\x1a', b: '\b' };
  return text.replace(/''|\\(.)/gs, (_all, sign: string | undefined) => (sign === undefined ? "'" : (signs[sign] ?? sign)));
}

/** Whether a type is one of the geometries of the server, whose values travel as hexadecimal digits of its own form. */
export function isGeometry(type: ColumnType): boolean {
  return type.kind === 'other' && GEOMETRIES.includes(type.name);
}

/** The type of a column in SQL. @param isLong whether a text or bytes are kept outside of the row */
export function declareMysqlType(type: ColumnType, server: MysqlServer, isLong = false): string {
  switch (type.kind) {
    case 'boolean':
      return 'tinyint(1)';
    case 'integer':
      return `${INTEGER_NAMES[type.bits]}${type.unsigned ? ' unsigned' : ''}`;
    case 'decimal':
      return type.precision === null ? 'longtext' : `decimal(${type.precision},${type.scale ?? 0})`;
    case 'float':
      return type.bits === 32 ? 'float' : 'double';
    case 'text':
      return isLong || bytesInRow(type) === null ? 'longtext' : `${type.fixed ? 'char' : 'varchar'}(${type.length})`;
    case 'bytes':
      return isLong || bytesInRow(type) === null ? 'longblob' : `${type.fixed ? 'binary' : 'varbinary'}(${type.length})`;
    case 'bits':
      return `bit(${type.length ?? 64})`;
    case 'enum':
    case 'set':
      return `${type.kind}(${type.values.map(quoteMysqlText).join(',')})`;
    case 'date':
      return 'date';
    case 'time':
      return `time(${type.precision})`;
    case 'timestamp':
      return `${type.zone ? 'timestamp' : 'datetime'}(${type.precision})`;
    case 'json':
      return 'json';
    case 'uuid':
      return server.maria && server.version >= 1007 ? 'uuid' : 'char(36)';
    case 'other':
      return isGeometry(type) ? type.name : 'longtext';
    case 'network':
      return 'varchar(43)';
    default:
      return 'longtext';
  }
}

/** Whether the type is made of characters, and has a collation. */
export function hasCollation(type: ColumnType, declared: string): boolean {
  return ['text', 'enum', 'set', 'network'].includes(type.kind) || /^(longtext|varchar|char)/.test(declared);
}

/** The most bytes that a value takes within the row; null where it must be kept outside. */
export function bytesInRow(type: ColumnType): number | null {
  if (type.kind !== 'text' && type.kind !== 'bytes') return type.kind === 'decimal' ? 32 : 16;
  const { length, fixed } = type;
  if (length === null || length < 1) return length === 0 ? 2 : null;
  const most = type.kind === 'text' ? (fixed ? 255 : VARCHAR_CHARACTERS) : fixed ? 255 : VARBINARY_BYTES;
  if (length > most) return null;
  return type.kind === 'text' ? length * 4 + 2 : length + 2;
}

/** Which columns are kept outside of their rows, lest these become too long: the longest that are no keys. */
export function longColumns(
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
  keys: ReadonlySet<string>,
): ReadonlySet<string> {
  const sizes = columns.map(({ name, type }) => ({ name, type, bytes: bytesInRow(type) ?? 12 }));
  let total = sizes.reduce((sum, { bytes }) => sum + bytes, Math.ceil(columns.length / 8));
  const long = new Set<string>();
  for (const { name, type, bytes } of sizes.sort((a, b) => b.bytes - a.bytes)) {
    if (total <= ROW_BYTES) break;
    if (keys.has(name) || (type.kind !== 'text' && type.kind !== 'bytes')) continue;
    long.add(name);
    total -= bytes - 12;
  }
  return long;
}
