import type { types } from 'cassandra-driver';
import { CrmError } from '../errors.ts';
import type { Cell, ColumnType } from '../model/table-schema.ts';
import type { CassandraDriver } from './cassandra-client.ts';
import { isWritten } from './cassandra-types.ts';
import { escapedText, unescapedCell } from './cell-text.ts';
import { RefusedRows } from './connector.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;
const NANOS = 1_000_000_000n;
const DURATION = /^P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d{1,9}))?S)?)?$/;

/** A cell as the driver takes it for a type of CQL. @throws {RefusedRows} when there is no such value */
export function valueOfCell(driver: CassandraDriver, cql: string, type: ColumnType, cell: Exclude<Cell, null>, column: string): unknown {
  if (!isWritten(cql)) throw new RefusedRows('a column of this type is only read', column);
  const { types: kinds } = driver;
  const text = String(cell);
  switch (cql) {
    case 'boolean':
      return cell;
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'float':
    case 'double':
      return Number(cell);
    case 'bigint':
    case 'varint':
      return wholeNumber(text, column);
    case 'decimal':
      return decimalOf(kinds.BigDecimal, text, column);
    case 'blob':
      return Buffer.from(cell as Uint8Array);
    case 'date':
      return kinds.LocalDate.fromString(text);
    case 'time':
      return kinds.LocalTime.fromString(text);
    case 'timestamp':
      return moment(text, column);
    case 'uuid':
    case 'timeuuid':
      return kinds.Uuid.fromString(text);
    case 'inet':
      return address(kinds.InetAddress, text, column);
    case 'duration':
      return durationOf(driver, text, column);
    default:
      return textOf(type, cell, column);
  }
}

/** The cell that a value is; collections, tuples and types of users as JSON. */
export function cellOfValue(type: ColumnType, value: unknown, isText: boolean): Cell {
  if (value === null || value === undefined) return null;
  if (isText && typeof value === 'string') return isEscaped(type) ? unescapedCell(type, value) : value;
  if (type.kind === 'json') return jsonOf(value);
  if (typeof value === 'bigint') return type.kind === 'decimal' ? String(value) : safeNumber(value);
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Buffer.isBuffer(value)) return new Uint8Array(value);
  if (value instanceof Date) return timestampText(value, type.kind !== 'timestamp' || type.zone);
  return scalarText(value);
}

/** Whether cells of a type are kept as texts that say what they are. */
function isEscaped({ kind }: ColumnType): boolean {
  return kind === 'any' || kind === 'array';
}

/** @throws {RefusedRows} when it is no Unicode */
function textOf(type: ColumnType, cell: Cell, column: string): string {
  const text = isEscaped(type) ? escapedText(type, cell) : String(cell);
  if (cell instanceof Uint8Array && !isEscaped(type)) throw new RefusedRows('text is no valid Unicode', column);
  if (LONE_SURROGATE.test(text)) throw new RefusedRows('text is no valid Unicode', column);
  return text;
}

function wholeNumber(text: string, column: string): bigint {
  if (!/^-?\d+$/.test(text)) throw new RefusedRows('no value of this type', column);
  return BigInt(text);
}

/** Exactly, with its zeros. */
function decimalOf(decimal: typeof types.BigDecimal, text: string, column: string): types.BigDecimal {
  const [, sign = '', whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) throw new RefusedRows('no value of this type', column);
  const scale = Buffer.alloc(4);
  scale.writeInt32BE(fraction.length);
  return decimal.fromBuffer(Buffer.concat([scale, varintBytes(BigInt(sign + whole + fraction))]));
}

/** A whole number in as few bytes as it needs, the first bit its sign. */
function varintBytes(value: bigint): Buffer {
  let length = 1;
  while (BigInt.asIntN(8 * length, value) !== value) length++;
  return Buffer.from(
    BigInt.asUintN(8 * length, value)
      .toString(16)
      .padStart(2 * length, '0'),
    'hex',
  );
}

function plainDecimal(value: types.BigDecimal): string {
  const bytes = (value.constructor as typeof types.BigDecimal).toBuffer(value);
  const scale = bytes.readInt32BE(0);
  const unscaled = BigInt.asIntN(8 * (bytes.length - 4), BigInt(`0x${bytes.subarray(4).toString('hex')}`));
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** @throws {RefusedRows} when the calendar has no such moment */
function moment(text: string, column: string): Date {
  const date = new Date(`${text.replace(' ', 'T').replace(/Z$/, '')}Z`);
  if (Number.isNaN(date.getTime())) throw new RefusedRows('no value of this type', column);
  return date;
}

/** @throws {CrmError} INTEGRITY when no calendar goes so far */
function timestampText(date: Date, zone: boolean): string {
  if (Number.isNaN(date.getTime())) {
    throw new CrmError('INTEGRITY', 'a row holds a timestamp beyond the year 275760', { hint: 'mend that row: no calendar goes so far' });
  }
  const text = date
    .toISOString()
    .replace(/^([+-])0*(\d{4,})/, (_, sign: string, year: string) => (sign === '-' ? '-' : '') + year)
    .replace('T', ' ')
    .replace(/\.?0*Z$/, '');
  return zone ? `${text}Z` : text;
}

function address(inet: typeof types.InetAddress, text: string, column: string): types.InetAddress {
  try {
    return inet.fromString(text);
  } catch {
    throw new RefusedRows('no value of this type', column);
  }
}

function durationOf({ types: kinds }: CassandraDriver, text: string, column: string): types.Duration {
  const [found, ...parts] = DURATION.exec(text) ?? [];
  if (found === undefined) throw new RefusedRows('no value of this type', column);
  const [years, months, weeks, days, hours, minutes] = parts.slice(0, 6).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [sign = '', seconds = '0', fraction = ''] = parts.slice(6);
  const nanos = BigInt(sign + (BigInt(seconds) * NANOS + BigInt(fraction.padEnd(9, '0'))));
  const all = BigInt(hours * 3600 + minutes * 60) * NANOS + nanos;
  const [m, d] = [years * 12 + months, weeks * 7 + days];
  const isMixed = [m, d, Number(all)].some((one) => one < 0) && [m, d, Number(all)].some((one) => one > 0);
  if (isMixed) throw new RefusedRows('no value of this type', column); // Cassandra knows no such duration
  return new kinds.Duration(m, d, kinds.Long.fromString(String(all)));
}

function durationText(value: types.Duration): string {
  const { months, days, nanoseconds } = value as unknown as { months: number; days: number; nanoseconds: types.Long };
  const nanos = BigInt(String(nanoseconds));
  const size = nanos < 0n ? -nanos : nanos;
  const fraction = String(size % NANOS)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const seconds = size === 0n ? '' : `T${nanos < 0n ? '-' : ''}${size / NANOS}${fraction === '' ? '' : `.${fraction}`}S`;
  const text = `P${months === 0 ? '' : `${months}M`}${days === 0 ? '' : `${days}D`}${seconds}`;
  return text === 'P' ? 'PT0S' : text;
}

function safeNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The text of a value of a class of the driver. */
function scalarText(value: unknown): string {
  switch ((value as object).constructor.name) {
    case 'BigDecimal':
      return plainDecimal(value as types.BigDecimal);
    case 'Duration':
      return durationText(value as types.Duration);
    case 'LocalTime':
      return String(value)
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '');
    default:
      return String(value);
  }
}

/** A collection, a tuple or a value of a type of users as JSON: what JSON has no form for is a text. */
function jsonOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number')
    return Number.isFinite(value) ? (Object.is(value, -0) ? '-0.0' : String(value)) : JSON.stringify(String(value));
  if (typeof value === 'bigint') return typeof safeNumber(value) === 'number' ? String(value) : JSON.stringify(String(value));
  if (typeof value === 'string') return JSON.stringify(value);
  if (Buffer.isBuffer(value)) return JSON.stringify(`0x${value.toString('hex')}`);
  if (value instanceof Date) return JSON.stringify(timestampText(value, true));
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (value instanceof Map) return `{${[...value].map(([key, one]) => `${keyJson(key)}:${jsonOf(one)}`).join(',')}}`;
  if ((value as object).constructor.name === 'Tuple') return jsonOf((value as types.Tuple).values());
  if ((value as object).constructor === Object) {
    return `{${Object.entries(value as object)
      .map(([name, one]) => `${JSON.stringify(name)}:${jsonOf(one)}`)
      .join(',')}}`;
  }
  return JSON.stringify(scalarText(value));
}

/** The key of a map: as a text, whatever it is. */
function keyJson(key: unknown): string {
  const json = jsonOf(key);
  return json.startsWith('"') ? json : JSON.stringify(json);
}
