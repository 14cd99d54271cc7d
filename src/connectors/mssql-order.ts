import type { Cell, Column, Row } from '../model/table-schema.ts';
import { utcText } from './mssql-cells.ts';
import { quoteMssqlName, quoteMssqlText } from './mssql-names.ts';
import type { MssqlServer } from './mssql-session.ts';
import { baseTypeOf, sqlTypeOf } from './mssql-types.ts';

/** The collation of texts in tables that are made here: it tells apart whatever differs, but for spaces at the end. */
export const UNICODE_COLLATION = 'Latin1_General_BIN2';
/** Compares by the bytes of a text. */
export const BY_BYTES = `COLLATE ${UNICODE_COLLATION}`;
const AS_UTF8 = 'COLLATE Latin1_General_100_BIN2_UTF8';

/** One thing to sort by, and a value in the same form. */
interface SortPart {
  readonly expression: string;
  readonly literal: (cell: Cell) => string;
}

/** By what columns are sorted as `compareKeys` says: numbers and bytes by value, all that is a text in transit by its UTF-8 bytes. */
export function sortParts(columns: readonly Column[], server: MssqlServer): readonly SortPart[][] {
  return columns.map((column) => partsOf(column, server));
}

/** Rows behind a key in the order of its columns, or up to it. */
export function keyBound(orders: readonly SortPart[][], key: Row, bound: 'after' | 'upTo'): string {
  const parts = orders.flatMap((own, i) => own.map(({ expression, literal }) => ({ expression, value: literal(key[i] ?? null) })));
  const sign = bound === 'after' ? '>' : '<';
  return parts.reduceRight((inner, { expression, value }, i) => {
    if (i === parts.length - 1) return `${expression} ${bound === 'after' ? '>' : '<='} ${value}`;
    return `(${expression} ${sign} ${value} OR (${expression} = ${value} AND ${inner}))`;
  }, '');
}

/** The rows of a key and no others, whatever the collation of its columns takes for the same. */
export function keyEquals(columns: readonly Column[], key: Row, server: MssqlServer): string {
  const tests = columns.flatMap((column, i) =>
    partsOf(column, server).map(({ expression, literal }) => `${expression} = ${literal(key[i] ?? null)}`),
  );
  return `(${tests.join(' AND ')})`;
}

/** Rows whose column is not less than a value. */
export function notLess(column: Column, value: Cell, server: MssqlServer): string {
  const [first] = partsOf(column, server);
  const isByText = column.type.kind === 'decimal' || column.type.kind === 'timestamp';
  if (isByText) return `${quoteMssqlName(column.name)} >= ${typed(column)(value)}`;
  return `${first?.expression} >= ${first?.literal(value)}`;
}

function partsOf(column: Column, server: MssqlServer): SortPart[] {
  const name = quoteMssqlName(column.name);
  switch (column.type.kind) {
    case 'boolean':
      return [{ expression: name, literal: (cell) => (cell === true || cell === 1 ? '1' : '0') }];
    case 'integer':
      return [{ expression: name, literal: String }];
    case 'float':
      return [{ expression: name, literal: (cell) => `CONVERT(float, '${cell}')` }];
    case 'bytes':
      return withLength(name, hexadecimal);
    case 'date':
    case 'time':
      return [{ expression: name, literal: typed(column) }];
    case 'timestamp':
      return [column.type.zone ? inUtc(name) : { expression: name, literal: typed(column) }];
    case 'decimal':
      return [byAscii(`CONVERT(varchar(41), ${name}${/money/.test(baseTypeOf(column)) ? ', 2' : ''})`)];
    case 'uuid':
      return [byAscii(`LOWER(CONVERT(char(36), ${name}))`)];
    default:
      return textParts(textOf(column), server);
  }
}

/** The server takes texts for the same that differ in spaces at their end, and bytes that differ in zeros there: their length tells. */
function withLength(expression: string, literal: (cell: Cell) => string, bytes: (cell: Cell) => number = byteLength): SortPart[] {
  return [
    { expression, literal },
    { expression: `DATALENGTH(${expression})`, literal: (cell) => String(bytes(cell)) },
  ];
}

/** A text without the spaces that fill up a column of fixed length. @param table name of its table in the query, with a point */
export function textOf(column: Column, table = ''): string {
  const name = table + quoteMssqlName(column.name);
  return ['char', 'nchar'].includes(baseTypeOf(column)) ? `RTRIM(${name})` : name;
}

/** Servers before 2019 sort by units of UTF-16, which differs for signs beyond the basic plane. */
function textParts(text: string, { utf8 }: MssqlServer): SortPart[] {
  if (utf8) return withLength(`CONVERT(varbinary(8000), CONVERT(varchar(8000), ${text} ${AS_UTF8}))`, hexadecimal);
  const unicode = `CONVERT(nvarchar(4000), ${text})`;
  return [
    { expression: `${unicode} ${BY_BYTES}`, literal: (cell) => quoteMssqlText(String(cell)) },
    { expression: `DATALENGTH(${unicode})`, literal: (cell) => String(String(cell).length * 2) },
  ];
}

function byAscii(expression: string): SortPart {
  return { expression: `${expression} ${BY_BYTES}`, literal: (cell) => `'${String(cell).replaceAll("'", "''")}'` };
}

/** By the text in transit, `…00Z` behind `…00.5Z`: without zeros at the end. */
function inUtc(name: string): SortPart {
  const fraction = `REPLACE(RTRIM(REPLACE(SUBSTRING(${utcText(name)}, 20, 8), '0', ' ')), ' ', '0')`;
  return byAscii(`CONCAT(LEFT(${utcText(name)}, 19), NULLIF(${fraction}, '.'), 'Z')`);
}

/** A date or time in the very type of the column: others have more or fewer digits. */
function typed(column: Column): (cell: Cell) => string {
  const style = column.type.kind === 'decimal' ? '' : column.type.kind === 'date' ? ', 23' : ', 121';
  const text = (cell: Cell): string => String(cell).replace(/Z$/, ' +00:00').replaceAll("'", "''");
  return (cell) => `CONVERT(${sqlTypeOf(column)}, '${text(cell)}'${style})`;
}

function hexadecimal(cell: Cell): string {
  return `0x${bytesOf(cell).toString('hex')}`;
}

function byteLength(cell: Cell): number {
  return bytesOf(cell).byteLength;
}

function bytesOf(cell: Cell): Buffer {
  return cell instanceof Uint8Array ? Buffer.from(cell) : Buffer.from(String(cell));
}
