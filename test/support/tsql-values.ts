import type { Stored } from './tds-wire.ts';

/** What SQL Server's CONVERT makes of a value; values are kept as SQLite can: decimals, dates and times as texts. @throws when it cannot */
export function convertValue(type: string, value: Stored, style = 0): Stored {
  if (value === null) return null;
  const [base = '', args = ''] = type.toLowerCase().split(/[()]/);
  const [first, second] = args.split(',').map((one) => (one.trim() === 'max' ? Number.POSITIVE_INFINITY : Number(one)));
  const size = args === '' ? null : (first ?? null);
  if (value instanceof Uint8Array) {
    if (!base.endsWith('binary')) throw new RangeError(`bytes as ${type}`);
    return value;
  }
  switch (base) {
    case 'bit':
    case 'tinyint':
    case 'smallint':
    case 'int':
    case 'bigint':
      return BigInt(value);
    case 'float':
    case 'real':
      return finite(Number(value));
    case 'decimal':
    case 'numeric':
      return decimal(String(value), size ?? 18, second ?? 0);
    case 'money':
    case 'smallmoney':
      return decimal(String(value), base === 'money' ? 19 : 10, 4);
    case 'binary':
    case 'varbinary':
      return Uint8Array.from(Buffer.from(String(value)));
    case 'xml':
      return /^\s*<.*>\s*$/s.test(String(value)) ? value : fail(type);
    case 'uniqueidentifier':
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(String(value)) ? String(value).toUpperCase() : fail(type);
    default:
      return /char$|^n?text$/.test(base) ? characters(base, String(value), size, style) : moment(base, String(value), size ?? 7);
  }
}

/** Whether a column keeps a value as it is: what SQL Server checks when a row is written. */
export function fitsColumn(type: string, value: Stored): boolean {
  if (value === null) return true;
  const [base = '', args = ''] = type.split(/[()]/);
  const most = args === 'max' || args === '' ? Number.POSITIVE_INFINITY : Number(args);
  const range = { bit: [0n, 1n], tinyint: [0n, 255n], smallint: [-32_768n, 32_767n], int: [-(2n ** 31n), 2n ** 31n - 1n] }[base];
  if (range !== undefined) return BigInt(value as bigint) >= (range[0] as bigint) && BigInt(value as bigint) <= (range[1] as bigint);
  if (/char$|^n?text$/.test(base)) return typeof value === 'string' && value.length <= most;
  if (/binary$|^image$/.test(base)) return value instanceof Uint8Array && value.byteLength <= most;
  if (base === 'float' || base === 'real') return typeof value === 'number' || typeof value === 'bigint';
  if (base === 'bigint') return typeof value === 'bigint';
  return typeof value === 'string' && convertValue(type, value) === value;
}

/** A moment with offset in another offset. */
export function switchOffset(value: Stored, offset: Stored): Stored {
  const found = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)? ([+-])(\d\d):(\d\d)$/.exec(String(value));
  if (value === null || found === null) return null;
  if (offset !== '+00:00') throw new RangeError('only to UTC');
  const [, date, clock, fraction = '', sign, hours, minutes] = found;
  const shift = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
  const utc = new Date(new Date(`${date}T${clock}Z`).getTime() - shift).toISOString();
  return `${utc.slice(0, 10)} ${utc.slice(11, 19)}${fraction} +00:00`;
}

function fail(type: string): never {
  throw new RangeError(`Conversion failed when converting to ${type}`);
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : fail('float');
}

function characters(base: string, value: string, size: number | null, style: number): string {
  const text = style === 23 ? value.slice(0, 10) : style === 120 ? value.slice(0, 19) : value;
  const cut = size === null ? text : text.slice(0, size);
  return base === 'char' || base === 'nchar' ? cut.padEnd(size ?? 1) : cut;
}

function decimal(text: string, precision: number, scale: number): string {
  const found = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/.exec(text);
  if (found === null || (found[2] === '' && (found[3] ?? '') === '')) return fail('decimal');
  const [, sign = '', whole = '', fraction = ''] = found;
  if (fraction.slice(scale).replace(/0/g, '') !== '') throw new RangeError('would be rounded: the connector must not let this happen');
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  if ((digits === '0' ? 0 : digits.length) > precision - scale) return fail('decimal');
  const kept = fraction.slice(0, scale).padEnd(scale, '0');
  const isZero = !/[1-9]/.test(digits + kept);
  return `${sign === '-' && !isZero ? '-' : ''}${digits}${scale > 0 ? `.${kept}` : ''}`;
}

function moment(base: string, text: string, scale: number): string {
  const found = /^(?:(\d{4}-\d\d-\d\d) ?)?(?:(\d\d:\d\d:\d\d)(?:\.(\d+))?)?(?: ([+-]\d\d:\d\d))?$/.exec(text);
  if (found === null) return fail(base);
  const [, date, clock = '00:00:00', fraction = '', offset] = found;
  if (date !== undefined && !isDate(date)) return fail(base);
  if (!/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(clock)) return fail(base);
  const digits = (count: number): string => (count === 0 ? '' : `.${fraction.slice(0, count).padEnd(count, '0')}`);
  if (base === 'time') return clock + digits(scale);
  if (date === undefined) return fail(base);
  const year = Number(date.slice(0, 4));
  switch (base) {
    case 'date':
      return date;
    case 'datetime2':
      return `${date} ${clock}${digits(scale)}`;
    case 'datetimeoffset':
      return `${date} ${clock}${digits(scale)} ${offset ?? '+00:00'}`;
    case 'datetime':
      return year < 1753 ? fail(base) : `${date} ${clock}${digits(3)}`;
    case 'smalldatetime':
      return year < 1900 || year > 2079 || !clock.endsWith(':00') ? fail(base) : `${date} ${clock}`;
    default:
      throw new RangeError(`a type that the fake does not know: ${base}`);
  }
}

function isDate(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00Z`);
  return !date.startsWith('0000') && !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
}
