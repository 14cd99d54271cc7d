import type { Cell, Column } from '../model/table-schema.ts';
import { RefusedRows } from './connector.ts';
import { quoteMssqlName } from './mssql-names.ts';
import { BY_BYTES } from './mssql-order.ts';
import type { LoadColumn } from './mssql-session.ts';
import { baseTypeOf, sqlTypeOf } from './mssql-types.ts';

/** Where rows are loaded to before the server puts them into their table: of this session only. */
export const STAGE_TABLE = '#crm_rows';

/** How the cells of a column are loaded, and taken over from there. */
export interface StagedColumn extends LoadColumn {
  /** The column in SQL of the stage. */
  readonly definition: string;
  /** The value of a row of the stage, `s`, as the column takes it. */
  readonly value: string;
  /** What is true of a row of the stage whose value the column would not keep as it is; null: that cannot be. */
  readonly lossy: { readonly test: string; readonly reason: string } | null;
  /** What the driver gets. @throws {RefusedRows} when the column cannot keep it as it is */
  readonly write: (cell: Exclude<Cell, null>) => unknown;
}

const NOT_OF_TYPE = 'no value of this type';
const OUT_OF_RANGE = 'value out of range';
const RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  tinyint: [0n, 255n],
  smallint: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  bigint: [-(2n ** 63n), 2n ** 63n - 1n],
};
const MOMENTS: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d:\d\d(\.\d+)?$/,
  timestamp: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?Z?$/,
};

/** How cells of a column are staged. @param at its number among those that are written */
export function stagedColumn(column: Column, at: number): StagedColumn {
  const name = `c${at}`;
  const staged = `s.${quoteMssqlName(name)}`;
  const refuse = (reason: string): never => {
    throw new RefusedRows(reason, column.name);
  };
  switch (column.type.kind) {
    case 'boolean':
    case 'integer':
      return { ...staging(name, 'BigInt', 'bigint'), value: staged, lossy: null, write: integerWriter(column, refuse) };
    case 'float':
      return { ...staging(name, 'Float', 'float'), value: staged, lossy: null, write: floatWriter(column.type.bits, refuse) };
    case 'bytes':
      return { ...staging(name, 'VarBinary', 'varbinary(max)'), value: staged, lossy: null, write: bytesWriter(column.type, refuse) };
    case 'text':
      return { ...stagedText(name), value: staged, lossy: codePageLoss(column, staged), write: textWriter(column, refuse) };
    default:
      return { ...stagedText(name), ...converted(column, staged), write: wordWriter(column, refuse) };
  }
}

function staging(name: string, type: LoadColumn['type'], sql: string): Pick<StagedColumn, 'name' | 'type' | 'definition'> {
  return { name, type, definition: `${quoteMssqlName(name)} ${sql} NULL` };
}

function stagedText(name: string): Pick<StagedColumn, 'name' | 'type' | 'definition'> {
  return { name, type: 'NVarChar', definition: `${quoteMssqlName(name)} nvarchar(max) ${BY_BYTES} NULL` };
}

/** A value that is no date or number would end the transaction: it is tried first, which tells NULL instead. */
function converted(column: Column, staged: string): Pick<StagedColumn, 'value' | 'lossy'> {
  const style = { date: ', 23', time: ', 121', timestamp: ', 121', other: ', 1' }[column.type.kind as string] ?? '';
  const value = `TRY_CONVERT(${sqlTypeOf(column)}, ${staged}${style})`;
  const isText = /char|text/.test(baseTypeOf(column));
  if (isText) return { value: staged, lossy: null };
  return { value, lossy: { test: `${staged} IS NOT NULL AND ${value} IS NULL`, reason: NOT_OF_TYPE } };
}

/** A column of a code page stores a question mark for what it does not have, without telling. */
function codePageLoss(column: Column, staged: string): StagedColumn['lossy'] {
  if (!['char', 'varchar', 'text'].includes(baseTypeOf(column))) return null;
  const page = `COLLATE ${column.collation ?? 'DATABASE_DEFAULT'}`;
  const test = `CONVERT(nvarchar(max), CONVERT(varchar(max), ${staged} ${page})) ${BY_BYTES} <> ${staged} ${BY_BYTES}`;
  return { test, reason: 'signs that the code page of the column does not have' };
}

function integerWriter(column: Column, refuse: (reason: string) => never): StagedColumn['write'] {
  const [least, most] = RANGES[baseTypeOf(column)] ?? [0n, 1n];
  return (cell) => {
    if (typeof cell === 'boolean') return cell ? 1n : 0n;
    if (typeof cell !== 'bigint' && !Number.isSafeInteger(cell)) return refuse(NOT_OF_TYPE);
    const value = BigInt(cell as number | bigint);
    return value < least || value > most ? refuse(OUT_OF_RANGE) : value;
  };
}

function floatWriter(bits: 32 | 64, refuse: (reason: string) => never): StagedColumn['write'] {
  return (cell) => {
    const value = typeof cell === 'bigint' ? Number(cell) : cell;
    if (typeof value !== 'number') return refuse(NOT_OF_TYPE);
    return Number.isFinite(bits === 32 ? Math.fround(value) : value) ? value : refuse(OUT_OF_RANGE);
  };
}

function bytesWriter(type: Column['type'] & { readonly kind: 'bytes' }, refuse: (reason: string) => never): StagedColumn['write'] {
  const { length, fixed } = type;
  return (cell) => {
    if (!(cell instanceof Uint8Array)) return refuse(NOT_OF_TYPE);
    if (length !== null && cell.byteLength > length) return refuse('value too long');
    if (fixed && cell.byteLength !== length) return refuse('not as long as the column');
    return Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength);
  };
}

/** The server cuts spaces off to make a text fit, and fills up columns of fixed length. */
function textWriter({ type }: Column, refuse: (reason: string) => never): StagedColumn['write'] {
  const { length, fixed } = type as Column['type'] & { readonly kind: 'text' };
  return (cell) => {
    if (typeof cell === 'object') return refuse(NOT_OF_TYPE);
    const text = String(cell);
    if (length !== null && text.length > length) return refuse('value too long');
    return fixed && text.endsWith(' ') ? refuse('ends in spaces, which the column does not keep') : text;
  };
}

function wordWriter(column: Column, refuse: (reason: string) => never): StagedColumn['write'] {
  const { type } = column;
  const form = MOMENTS[type.kind];
  const base = baseTypeOf(column);
  return (cell) => {
    if (typeof cell === 'object') return refuse(NOT_OF_TYPE);
    const text = String(cell);
    if (type.kind === 'decimal') return decimalText(text, type.scale, refuse);
    if (form === undefined) return text;
    if (!form.test(text)) return refuse(NOT_OF_TYPE);
    const digits = /\.(\d+)/.exec(text)?.[1] ?? '';
    const most = 'precision' in type ? (type.precision ?? 0) : 0;
    if (digits.length > most || isRounded(base, text, digits)) return refuse('more digits than the column keeps');
    return type.kind === 'timestamp' && type.zone ? text.replace('Z', ' +00:00') : text.replace('Z', '');
  };
}

/** The old types keep whole minutes, or three-hundredths of a second. */
function isRounded(base: string, text: string, digits: string): boolean {
  if (base === 'smalldatetime') return !text.includes(':00', 16);
  return base === 'datetime' && !/^[037]$/.test(digits.padEnd(3, '0').at(-1) ?? '');
}

/** More digits behind the point would be rounded. */
function decimalText(text: string, scale: number | null, refuse: (reason: string) => never): string {
  const fraction = /^-?\d+(?:\.(\d+))?$/.exec(text);
  if (fraction === null) return refuse(NOT_OF_TYPE);
  return scale !== null && (fraction[1] ?? '').replace(/0+$/, '').length > scale ? refuse('more digits than the column keeps') : text;
}
