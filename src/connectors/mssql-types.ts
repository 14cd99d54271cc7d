import type { Column, ColumnType } from '../model/table-schema.ts';

/** Most signs of a text within the row. */
export const ROW_SIGNS = 4000;
/** Most bytes within the row. */
export const ROW_BYTES = 8000;
/** Types that only a server of this kind reads and writes; they are told of, and not copied. */
const CLOSED = ['sql_variant', 'hierarchyid', 'geometry', 'geography'];

/** A type as the server's tables describe it. */
export interface DescribedType {
  readonly name: string;
  /** Bytes; -1: `max`. */
  readonly length: number;
  readonly precision: number;
  readonly scale: number;
}

const INTEGER_NAMES = { tinyint: [8, true], smallint: [16, false], int: [32, false], bigint: [64, false] } as const;

/** What a described column can hold. */
export function typeOfMssql({ name, length, precision, scale }: DescribedType): ColumnType {
  const signs = length < 0 ? null : length;
  switch (name) {
    case 'bit':
      return { kind: 'boolean' };
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return { kind: 'integer', bits: INTEGER_NAMES[name][0], unsigned: INTEGER_NAMES[name][1] };
    case 'decimal':
    case 'numeric':
      return { kind: 'decimal', precision, scale };
    case 'money':
      return { kind: 'decimal', precision: 19, scale: 4 };
    case 'smallmoney':
      return { kind: 'decimal', precision: 10, scale: 4 };
    case 'real':
      return { kind: 'float', bits: 32 };
    case 'float':
      return { kind: 'float', bits: 64 };
    case 'char':
    case 'varchar':
      return { kind: 'text', length: signs, fixed: name === 'char' };
    case 'nchar':
    case 'nvarchar':
      return { kind: 'text', length: signs === null ? null : signs / 2, fixed: name === 'nchar' };
    case 'text':
    case 'ntext':
      return { kind: 'text', length: null, fixed: false };
    case 'binary':
    case 'varbinary':
      return { kind: 'bytes', length: signs, fixed: name === 'binary' };
    case 'image':
      return { kind: 'bytes', length: null, fixed: false };
    case 'timestamp':
      return { kind: 'bytes', length: 8, fixed: true };
    default:
      return momentOf(name, scale);
  }
}

function momentOf(name: string, scale: number): ColumnType {
  switch (name) {
    case 'date':
      return { kind: 'date' };
    case 'time':
      return { kind: 'time', precision: scale, zone: false };
    case 'datetime2':
    case 'datetimeoffset':
      return { kind: 'timestamp', precision: scale, zone: name === 'datetimeoffset' };
    case 'datetime':
      return { kind: 'timestamp', precision: 3, zone: false };
    case 'smalldatetime':
      return { kind: 'timestamp', precision: 0, zone: false };
    case 'uniqueidentifier':
      return { kind: 'uuid' };
    default:
      return { kind: 'other', name };
  }
}

/** A described type in SQL; `timestamp` is the old name of `rowversion`. */
export function declaredMssqlType({ name, length, precision, scale }: DescribedType): string {
  switch (name) {
    case 'decimal':
    case 'numeric':
      return `${name}(${precision},${scale})`;
    case 'char':
    case 'varchar':
    case 'binary':
    case 'varbinary':
      return `${name}(${length < 0 ? 'max' : length})`;
    case 'nchar':
    case 'nvarchar':
      return `${name}(${length < 0 ? 'max' : length / 2})`;
    case 'time':
    case 'datetime2':
    case 'datetimeoffset':
      return `${name}(${scale})`;
    case 'timestamp':
      return 'rowversion';
    default:
      return name;
  }
}

/** The type in SQL of a column that is made. */
export function declareMssqlType(type: ColumnType): string {
  switch (type.kind) {
    case 'boolean':
      return 'bit';
    case 'integer':
      return type.bits === 64 ? 'bigint' : type.bits === 16 ? 'smallint' : type.bits === 8 ? 'tinyint' : 'int';
    case 'decimal':
      return type.precision === null ? 'nvarchar(max)' : `decimal(${type.precision},${type.scale ?? 0})`;
    case 'float':
      return type.bits === 32 ? 'real' : 'float';
    case 'text':
      return `nvarchar(${type.length ?? 'max'})`;
    case 'bytes':
      return `${type.fixed ? 'binary' : 'varbinary'}(${type.length ?? 'max'})`;
    case 'date':
      return 'date';
    case 'time':
      return `time(${type.precision})`;
    case 'timestamp':
      return `${type.zone ? 'datetimeoffset' : 'datetime2'}(${type.precision})`;
    case 'uuid':
      return 'uniqueidentifier';
    default:
      return type.kind === 'other' && type.name === 'xml' ? 'xml' : 'nvarchar(max)';
  }
}

/** The type of a column in SQL: as its server writes it, or as it would be made. */
export function sqlTypeOf({ declared, type }: Column): string {
  return declared === '' ? declareMssqlType(type) : declared;
}

/** The name of that type without its length: `datetime2`. */
export function baseTypeOf(column: Column): string {
  return sqlTypeOf(column).replace(/\(.*$/, '').toLowerCase();
}

/** Whether values of a column are told of only: no other place could make anything of them. */
export function isClosedType(column: Column): boolean {
  return CLOSED.includes(baseTypeOf(column)) || (column.type.kind === 'other' && column.type.name !== 'xml');
}
