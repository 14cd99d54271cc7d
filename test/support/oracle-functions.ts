import type Database from 'better-sqlite3';
import { numberBytes, numberText } from './oracle-wire.ts';

/** An error of the server, as its clients see it. */
export class OraError extends Error {
  readonly number: number;

  constructor(number: number, text: string) {
    super(`ORA-${String(number).padStart(5, '0')}: ${text}`);
    this.number = number;
  }
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Gives a database the functions of the server that the connector uses. Numbers and doubles are kept in the bytes that travel,
 * which are sorted as their values are; moments as `YYYY-MM-DD HH24:MI:SS.FF9`, in UTC.
 */
export function addFunctions(db: Database.Database, settings: ReadonlyMap<string, string>): void {
  const add = (name: string, work: (...values: never[]) => unknown): void => {
    db.function(name, { varargs: true, deterministic: true, directOnly: false }, ((...values: never[]) =>
      values[0] === null ? null : work(...values)) as (...values: unknown[]) => unknown);
  };
  add('SYS_CONTEXT', () => settings.get('CURRENT_SCHEMA') ?? 'CRM');
  add('TO_NUMBER', (text: unknown) => toNumber(String(text)));
  add('TRUNC', (bytes: Buffer) => numberBytes(numberText(bytes).split('.')[0] as string));
  add('ABS', (bytes: Buffer) => numberBytes(numberText(bytes).replace('-', '')));
  add('SYS_EXTRACT_UTC', (moment: string) => moment);
  add('ROWIDTOCHAR', (text: string) => text);
  add('TO_BOOLEAN', (text: string) => text);
  add('HEXTORAW', (text: string) => Buffer.from(text, 'hex'));
  add('TO_DSINTERVAL', (text: string) => text.replace(/^([+-])(\d+)/, (_all, sign: string, days: string) => sign + days.padStart(9, '0')));
  add('TO_YMINTERVAL', (text: string) => text.replace(/-(\d+)$/, (_all, months: string) => `-${months.padStart(2, '0')}`));
  add('REGEXP_REPLACE', (text: string, pattern: string, by: string) => text.replace(new RegExp(pattern), by.replace('\\1', '$1')));
  for (const name of ['TO_DATE', 'TO_TIMESTAMP', 'TO_TIMESTAMP_TZ']) add(name, (text: string, picture: string) => toMoment(text, picture));
  add('TO_CHAR', (value: unknown, picture?: string) => toChar(value, picture));
}

function toNumber(text: string): Buffer {
  if (!/^-?(\d+(\.\d*)?|\.\d+)$/.test(text)) throw new OraError(1722, 'invalid number');
  return numberBytes(text);
}

const PICTURES: Readonly<Record<string, RegExp>> = {
  'YYYY-MM-DD HH24:MI:SS': /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)()$/,
  'YYYY-MM-DD HH24:MI:SS.FF9': /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)\.(\d{9})$/,
  'YYYY-MM-DD HH24:MI:SS TZH:TZM': /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)() \+00:00$/,
  'YYYY-MM-DD HH24:MI:SS.FF9 TZH:TZM': /^(\d{4})-(\d\d)-(\d\d) (\d\d:\d\d:\d\d)\.(\d{9}) \+00:00$/,
};

function toMoment(text: string, picture: string): string {
  const parts = PICTURES[picture]?.exec(text);
  if (parts === null || parts === undefined) throw new OraError(1861, 'literal does not match format string');
  const [, year = '', month = '', day = '', time = '', fraction = ''] = parts;
  if (Number(year) === 0) throw new OraError(1841, '(full) year must be between -4713 and +9999, and not be 0');
  if (Number(month) < 1 || Number(month) > 12) throw new OraError(1843, 'not a valid month');
  if (Number(day) < 1 || Number(day) > (DAYS[Number(month) - 1] as number)) throw new OraError(1839, 'date not valid for month specified');
  if (time > '23:59:59' || /:[6-9]/.test(time)) throw new OraError(1850, 'hour must be between 0 and 23');
  return `${year}-${month}-${day} ${time}.${fraction.padEnd(9, '0')}`;
}

function toChar(value: unknown, picture: string | undefined): string {
  if (value instanceof Uint8Array) {
    const text = numberText(Buffer.from(value));
    if (picture === undefined || picture === 'TM9') return text.replace(/^(-?)0\./, '$1.');
    const places = /^FM9*0(?:\.(0+))?$/.exec(picture);
    if (places === null) throw new Error(`picture ${picture}`);
    const [whole = '', fraction = ''] = text.split('.');
    return places[1] === undefined ? whole : `${whole}.${fraction.padEnd(places[1].length, '0')}`;
  }
  const text = String(value);
  switch (picture) {
    case undefined:
      return text;
    case 'SYYYY-MM-DD HH24:MI:SS':
      return signed(text.slice(0, -10));
    case 'SYYYY-MM-DD HH24:MI:SS.FF9':
      return signed(text);
    case 'YYYY-MM-DD HH24:MI:SS.FF9':
      return text;
    default:
      throw new Error(`picture ${picture}`);
  }
}

function signed(text: string): string {
  return text.startsWith('-') ? text : ` ${text}`;
}

/** What the server checks of a value before it keeps it. @throws {OraError} */
export function checkValue(place: string, declared: string, value: unknown): number {
  if (value === null) return 1;
  const sizes = /\((\d+)(?:,(-?\d+))?/.exec(declared);
  const [size, scale] = [Number(sizes?.[1] ?? Number.NaN), Number(sizes?.[2] ?? 0)];
  if (/^N?(VARCHAR2|CHAR)/.test(declared)) {
    if (typeof value !== 'string') throw new Error(`${place}: no text`);
    const length = [...value].length;
    if (length > size || Buffer.byteLength(value) > 4000)
      throw new OraError(12899, `value too large for column ${place} (actual: ${length}, maximum: ${size})`);
  } else if (/^RAW/.test(declared)) {
    if (!(value instanceof Uint8Array)) throw new Error(`${place}: no bytes`);
    if (value.length > size) throw new OraError(12899, `value too large for column ${place} (actual: ${value.length}, maximum: ${size})`);
  } else if (/^(NUMBER|FLOAT)/.test(declared)) {
    if (!(value instanceof Uint8Array)) throw new Error(`${place}: no number`);
    const [whole = '', fraction = ''] = numberText(Buffer.from(value)).replace('-', '').split('.');
    if (Number.isNaN(size)) return 1;
    if (fraction.length > scale) throw new Error(`${place}: the server would round this silently`);
    if (whole.replace(/^0+/, '').length > size - scale)
      throw new OraError(1438, 'value larger than specified precision allowed for this column');
  } else if (/^TIMESTAMP/.test(declared) && /[1-9]/.test(String(value).slice(20 + size))) {
    throw new Error(`${place}: the server would round this silently`);
  } else if (/^BINARY/.test(declared) && !(value instanceof Uint8Array)) throw new Error(`${place}: no double`);
  return 1;
}
