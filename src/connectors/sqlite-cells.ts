import type { Cell, Column, ColumnType } from '../model/table-schema.ts';

/** What SQLite stores. */
export type Stored = null | number | bigint | string | Uint8Array;

/** Makes a cell of what is stored; what does not fit the type comes as it is. */
export type Decoder = (stored: Exclude<Stored, null>) => Cell;

/** Makes what is stored of a cell. */
export type Encoder = (cell: Exclude<Cell, null>) => Stored;

/** Floats are stored as numbers but for these: SQLite makes NULL of the one and 0 of the other. */
const NOT_A_NUMBER = 'NaN';
const NEGATIVE_ZERO = Buffer.from('-0.0', 'latin1');

const MAX_STORED = 2n ** 63n - 1n;
const UNSIGNED_DIGITS = 20;

/** The decoder of a column; null where cells are what is stored. */
export function decoderOf({ type }: Pick<Column, 'type'>): Decoder | null {
  switch (type.kind) {
    case 'boolean':
      return (stored) => (stored === 1 || stored === 1n ? true : stored === 0 || stored === 0n ? false : stored);
    case 'integer':
      return type.unsigned && type.bits === 64 ? decodeUnsigned : null;
    case 'decimal':
      return (stored) => (typeof stored === 'number' ? plainNumber(stored) : typeof stored === 'bigint' ? String(stored) : stored);
    case 'float':
      return decodeFloat;
    case 'timestamp':
      return type.zone ? decodeZoned : decodeTimestamp;
    case 'time':
      return (stored) => (typeof stored === 'string' ? withoutTrailingZeros(stored) : stored);
    case 'json':
      return (stored) => (typeof stored === 'number' || typeof stored === 'bigint' ? String(stored) : stored);
    case 'uuid':
      return (stored) => (typeof stored === 'string' && UUID.test(stored) ? stored.toLowerCase() : stored);
    case 'array':
      return (stored) => (typeof stored === 'string' ? decodeArray(stored, type.of) : stored);
    default:
      return null;
  }
}

/** The encoder of a column; null where what is stored is the cell. */
export function encoderOf({ type }: Pick<Column, 'type'>): Encoder | null {
  switch (type.kind) {
    case 'integer':
      return type.unsigned && type.bits === 64 ? encodeUnsigned : null;
    case 'float':
      return encodeFloat;
    case 'array':
      return (cell) => (Array.isArray(cell) ? JSON.stringify(cell.map(toJson)) : encodeAny(cell));
    case 'boolean':
    case 'any':
      return encodeAny;
    default:
      return null;
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function decodeUnsigned(stored: Exclude<Stored, null>): Cell {
  return typeof stored === 'string' && /^\d{20}$/.test(stored) ? BigInt(stored) : stored;
}

function encodeUnsigned(cell: Exclude<Cell, null>): Stored {
  if (typeof cell === 'bigint' && cell > MAX_STORED) return String(cell).padStart(UNSIGNED_DIGITS, '0');
  return encodeAny(cell);
}

function decodeFloat(stored: Exclude<Stored, null>): Cell {
  if (typeof stored === 'number') return stored;
  if (stored === NOT_A_NUMBER) return Number.NaN;
  return typeof stored === 'object' && NEGATIVE_ZERO.equals(stored) ? -0 : stored;
}

function encodeFloat(cell: Exclude<Cell, null>): Stored {
  if (typeof cell !== 'number') return encodeAny(cell);
  if (Number.isNaN(cell)) return NOT_A_NUMBER;
  return cell === 0 && Object.is(cell, -0) ? NEGATIVE_ZERO : cell;
}

/** The driver stores numbers as floats: where the column does not turn them back, whole ones have to be handed over as such. */
function encodeAny(cell: Exclude<Cell, null>): Stored {
  if (typeof cell === 'number') return Number.isSafeInteger(cell) && !Object.is(cell, -0) ? BigInt(cell) : cell;
  if (typeof cell === 'boolean') return cell ? 1n : 0n;
  return cell as Stored;
}

const TIMESTAMP = /^(-?\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:\.(\d+))?$/;
const ZONED = /^(-?\d{4,}-\d\d-\d\d)[ T](\d\d:\d\d)(:\d\d)?(?:\.(\d+))?(?:Z|[+-]00:?00)$/;
/** `2009-01-01 00:00:00` */
const PLAIN_LENGTH = 19;
const SPACE = 0x20;

function decodeTimestamp(stored: Exclude<Stored, null>): Cell {
  if (typeof stored !== 'string' || (stored.length === PLAIN_LENGTH && stored.charCodeAt(10) === SPACE)) return stored;
  return canonicalTime(TIMESTAMP.exec(stored), '') ?? stored;
}

function decodeZoned(stored: Exclude<Stored, null>): Cell {
  return typeof stored === 'string' ? (canonicalTime(ZONED.exec(stored), 'Z') ?? stored) : stored;
}

function canonicalTime(parts: RegExpExecArray | null, zone: string): string | null {
  if (parts === null) return null;
  const fraction = (parts[4] ?? '').replace(/0+$/, '');
  return `${parts[1]} ${parts[2]}${parts[3] ?? ':00'}${fraction === '' ? '' : `.${fraction}`}${zone}`;
}

function withoutTrailingZeros(time: string): string {
  return time.includes('.') ? time.replace(/^(-?\d+:\d\d:\d\d)(?:\.0+|(\.\d*?)0+)(?=$|[+-])/, '$1$2') : time;
}

/** The shortest decimal notation of a float, without an exponent. */
function plainNumber(number: number): string {
  const text = Object.is(number, -0) ? '0' : String(number);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  if (parts === null) return text;
  const [, sign = '', lead = '', rest = ''] = parts;
  const exponent = Number(parts[4]);
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${lead}${rest}`;
  return `${sign}${lead}${rest}${'0'.repeat(exponent - rest.length)}`;
}

/** JSON has neither long whole numbers nor bytes nor special floats: those are strings in it, as the element's type tells. */
function toJson(cell: Cell): unknown {
  if (Array.isArray(cell)) return cell.map(toJson);
  if (cell instanceof Uint8Array) return { hex: Buffer.from(cell).toString('hex') };
  if (typeof cell === 'bigint') return String(cell);
  return typeof cell === 'number' && (!Number.isFinite(cell) || Object.is(cell, -0)) ? (Object.is(cell, -0) ? '-0' : String(cell)) : cell;
}

function decodeArray(text: string, of: ColumnType): Cell {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map((element) => fromJson(element, of)) : text;
  } catch {
    return text;
  }
}

function fromJson(element: unknown, of: ColumnType): Cell {
  if (Array.isArray(element)) return element.map((inner) => fromJson(inner, of));
  if (typeof element === 'string' && of.kind === 'integer') return /^-?\d+$/.test(element) ? BigInt(element) : element;
  if (typeof element === 'string' && of.kind === 'float') return Number(element);
  const hex = (element as { readonly hex?: unknown } | null)?.hex;
  return typeof hex === 'string' ? Uint8Array.from(Buffer.from(hex, 'hex')) : (element as Cell);
}
