import type { Cell, Column } from '../model/table-schema.ts';
import { quoteMssqlName } from './mssql-names.ts';
import { baseTypeOf } from './mssql-types.ts';

/** How a column is selected, and a cell made of what the driver gives. */
export interface SelectedCell {
  readonly sql: string;
  readonly decode: (value: unknown) => Cell;
}

/**
 * How a column is read without loss: decimals, money, dates and times as texts of the server, because the driver makes
 * floating-point numbers and milliseconds of them; texts of code pages as Unicode.
 */
export function selectedCell(column: Column): SelectedCell {
  const name = quoteMssqlName(column.name);
  const base = baseTypeOf(column);
  const sql = SELECTED[base]?.(name) ?? name;
  return { sql, decode: decoderOf(column, base) };
}

/** The text of a moment with time zone: in UTC. */
export function utcText(name: string): string {
  return `CONVERT(varchar(27), CONVERT(datetime2(7), SWITCHOFFSET(${name}, '+00:00')), 121)`;
}

const asUnicode = (name: string): string => `CONVERT(nvarchar(max), ${name})`;
const asDecimal = (name: string): string => `CONVERT(varchar(41), ${name})`;
const asMoney = (name: string): string => `CONVERT(varchar(41), ${name}, 2)`;
const asBytes = (name: string): string => `CONVERT(varbinary(max), ${name})`;
const asMoment = (name: string): string => `CONVERT(varchar(27), ${name}, 121)`;

const SELECTED: Readonly<Record<string, (name: string) => string>> = {
  char: asUnicode,
  varchar: asUnicode,
  text: asUnicode,
  ntext: asUnicode,
  xml: asUnicode,
  decimal: asDecimal,
  numeric: asDecimal,
  money: asMoney,
  smallmoney: asMoney,
  image: asBytes,
  rowversion: asBytes,
  uniqueidentifier: (name) => `CONVERT(char(36), ${name})`,
  date: (name) => `CONVERT(varchar(10), ${name}, 23)`,
  time: (name) => `CONVERT(varchar(16), ${name}, 121)`,
  datetime: asMoment,
  datetime2: asMoment,
  smalldatetime: (name) => `CONVERT(varchar(19), ${name}, 120)`,
  datetimeoffset: utcText,
};

function decoderOf({ type }: Column, base: string): SelectedCell['decode'] {
  switch (type.kind) {
    case 'boolean':
      return (value) => value === true;
    case 'integer':
      return integer;
    case 'float':
      return Number;
    case 'decimal':
      return (value) => String(value).replace(/^(-?)\./, '$10.');
    case 'bytes':
      return (value) => new Uint8Array(value as Buffer);
    case 'uuid':
      return (value) => String(value).toLowerCase();
    case 'time':
      return (value) => withoutTrailingZeros(String(value));
    case 'timestamp':
      return type.zone ? (value) => `${withoutTrailingZeros(String(value))}Z` : (value) => withoutTrailingZeros(String(value));
    case 'text':
      return base === 'char' || base === 'nchar' ? (value) => String(value).replace(/ +$/, '') : String;
    default:
      return String;
  }
}

/** The driver gives the largest ones as texts. */
function integer(value: unknown): Cell {
  if (typeof value === 'number') return value;
  const whole = BigInt(String(value));
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
