import { isUtf8 } from 'node:buffer';
import type { ValueLimits } from '../connectors/connector.ts';
import type { Cell, ColumnType } from '../model/table-schema.ts';
import { type ConversionRule, Converted, type Converter, Unfit } from './conversion-rules.ts';
import { arrayJson } from './json-form.ts';

type Of<Kind extends ColumnType['kind']> = Extract<ColumnType, { readonly kind: Kind }>;

const HALF_PAIR = /\p{Surrogate}/gu;
const NUL = /\0/g;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HEX_32 = /^[0-9a-f]{32}$/;
const ADDRESS = /^[0-9a-f.:-]+(?:\/\d{1,3})?$/i;

/** The text of any cell; numbers in their shortest form, arrays as JSON. Bytes stay bytes. */
function textOf(cell: Cell): string | Uint8Array {
  if (typeof cell === 'string') return cell;
  if (cell instanceof Uint8Array) return cell;
  return typeof cell === 'object' && cell !== null ? arrayJson(cell) : String(cell);
}

/** To texts: without what the target cannot store; what is too long does not fit. */
export function toText(source: ColumnType, { length, fixed }: Of<'text'>, limits: ValueLimits): Converter {
  const clean = cleaner(limits);
  const losesSpaces = fixed && !(source.kind === 'text' && source.fixed);
  const finish = (text: string, before: ConversionRule | null): Cell | Converted | Unfit => {
    let value: string | null = text;
    let reason = before;
    if (losesSpaces && text.endsWith(' ')) {
      value = text.replace(/ +$/, '');
      reason ??= 'TRAILING_SPACES';
    }
    if (length !== null && value.length > length && isLonger(fixed ? value.replace(/ +$/, '') : value, length))
      return new Unfit('TOO_LONG');
    if (limits.emptyIsNull && value === '') {
      value = null;
      reason ??= 'EMPTY_TO_NULL';
    }
    return reason === null ? value : new Converted(value, reason);
  };
  return (cell) => {
    const text = textOf(cell);
    if (typeof text === 'string') return clean(text) ? finish(text, null) : mended(text, limits, finish);
    if (isUtf8(text)) return finish(...decoded(text, limits));
    if (source.kind === 'bytes') return new Converted(`\\x${Buffer.from(text).toString('hex')}`, 'BYTES_TO_HEX');
    return limits.invalidUtf8 ? text : finish(...decoded(text, limits));
  };
}

type Finish = (text: string, before: ConversionRule | null) => Cell | Converted | Unfit;

function cleaner({ nulInText }: ValueLimits): (text: string) => boolean {
  return (text) => (nulInText || !text.includes('\0')) && text.search(HALF_PAIR) < 0;
}

function mended(text: string, limits: ValueLimits, finish: Finish): Cell | Converted | Unfit {
  const whole = text.replace(HALF_PAIR, '\ufffd');
  const value = limits.nulInText ? whole : whole.replace(NUL, '');
  return finish(value, whole === text ? 'NUL_REMOVED' : 'INVALID_UTF8_REPLACED');
}

function decoded(bytes: Uint8Array, limits: ValueLimits): [string, ConversionRule | null] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const value = limits.nulInText ? text : text.replace(NUL, '');
  if (!isUtf8(bytes)) return [value, 'INVALID_UTF8_REPLACED'];
  return [value, value === text ? null : 'NUL_REMOVED'];
}

/** Characters are counted as the databases do: a pair of surrogates is one. */
function isLonger(text: string, length: number): boolean {
  if (text.length <= length) return false;
  let count = 0;
  for (const _ of text) if (++count > length) return true;
  return false;
}

/** To bytes: a text as UTF-8, a UUID as its 16 bytes where they fill the column. */
export function toBytes(source: ColumnType, { length, fixed }: Of<'bytes'>, { emptyIsNull }: ValueLimits): Converter {
  const asUuid = source.kind === 'uuid' && length === 16;
  return (cell) => {
    const bytes = asUuid ? Buffer.from(String(cell).replaceAll('-', ''), 'hex') : bytesOf(cell);
    if (emptyIsNull && bytes.length === 0) return new Converted(null, 'EMPTY_TO_NULL');
    if (length === null || bytes.length === length) return bytes;
    if (bytes.length > length) return new Unfit('TOO_LONG');
    return fixed ? new Converted(Buffer.concat([bytes], length), 'ZERO_PADDED') : bytes;
  };
}

function bytesOf(cell: Cell): Uint8Array {
  const text = textOf(cell);
  return typeof text === 'string' ? Buffer.from(text) : text;
}

/** To UUIDs: of any case, with or without hyphens, or 16 bytes. */
export function toUuid(): Converter {
  return (cell) => {
    if (typeof cell === 'string' && UUID.test(cell)) return cell;
    const hex = cell instanceof Uint8Array ? Buffer.from(cell).toString('hex') : String(cell).toLowerCase().replace(/[{}-]/g, '');
    if (!HEX_32.test(hex)) return new Unfit('NOT_A_UUID');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  };
}

/** To network addresses; what does not look like one does not fit. */
export function toNetwork(): Converter {
  return (cell) => (typeof cell === 'string' && ADDRESS.test(cell.trim()) ? cell.trim() : new Unfit('NOT_AN_ADDRESS'));
}

/** To one of the values of an enumeration. */
export function toEnum({ values }: Of<'enum'>): Converter {
  const members = new Set(values);
  return (cell) => {
    const text = textOf(cell);
    return typeof text === 'string' && members.has(text) ? text : new Unfit('NOT_A_MEMBER');
  };
}

/** To a set: members once each, in the order of the column. */
export function toSet({ values }: Of<'set'>): Converter {
  const known = new Set(values);
  return (cell) => {
    const members = Array.isArray(cell) ? cell.map(String) : typeof cell === 'string' ? cell.split(',') : null;
    if (members === null) return new Unfit('NOT_A_MEMBER');
    const chosen = new Set(members.filter((one) => one !== ''));
    for (const one of chosen) if (!known.has(one)) return new Unfit('NOT_A_MEMBER');
    return values.filter((one) => chosen.has(one)).join(',');
  };
}
