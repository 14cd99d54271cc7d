import type { Cell } from '../model/table-schema.ts';
import { RefusedRows } from './connector.ts';

const MOMENT = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d+))?(Z?)$/;
/** Days that follow each other there: what lies between would become the second of them. */
const CALENDAR_GAP = ['1582-10-05', '1582-10-14'] as const;
const DAYS_AND_TIME = /^([+-])(\d+) (\d+):(\d+):(\d+)(?:\.(\d+))?$/;
const YEARS_AND_MONTHS = /^([+-])(\d+)-(\d+)$/;
const ISO = /^(-?)P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)W)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?)(\d+)(?:\.(\d+))?S)?)?$/;

/** The text of a date or timestamp of the server, `SYYYY-MM-DD HH24:MI:SS.FF9`: there is no year 0 there. */
export function decodeMoment(text: string, zone: boolean): string {
  const trimmed = text.trim();
  const year = trimmed.startsWith('-') ? /^-(\d+)/.exec(trimmed)?.[1] : undefined;
  const local = year === undefined ? trimmed : `${yearBefore(Number(year))}${trimmed.slice(year.length + 1)}`;
  return `${local.includes('.') ? local.replace(/\.?0+$/, '') : local}${zone ? 'Z' : ''}`;
}

function yearBefore(year: number): string {
  return year === 1 ? '0000' : `-${String(year - 1).padStart(4, '0')}`;
}

/** A timestamp as the server takes it, with all its digits. @throws {RefusedRows} when it would become another one there */
export function encodeMoment(cell: Cell, column: string, precision: number): string {
  const parts = typeof cell === 'string' ? MOMENT.exec(cell) : null;
  if (parts === null) throw new RefusedRows('no value of this type', column);
  const [, date = '', time = '', fraction = '', zone = ''] = parts;
  if (date >= CALENDAR_GAP[0] && date <= CALENDAR_GAP[1]) throw new RefusedRows('a day that the calendar of Oracle leaves out', column);
  if (fraction.length > precision) throw new RefusedRows('more digits than the column keeps', column);
  const digits = precision === 0 ? '' : `.${fraction.padEnd(9, '0')}`;
  return `${date} ${time}${digits}${zone === 'Z' ? ' +00:00' : ''}`;
}

/** `+000000001 02:03:04.500000000` → `P1DT2H3M4.5S`, `-01-02` → `P-1Y-2M` */
export function decodeInterval(text: string): string {
  const months = YEARS_AND_MONTHS.exec(text.trim());
  if (months !== null) return iso([part(months[1], months[2], 'Y'), part(months[1], months[3], 'M')], []);
  const days = DAYS_AND_TIME.exec(text.trim());
  if (days === null) return text.trim();
  const [, sign, day, hour, minute, second, fraction = ''] = days;
  const digits = fraction.replace(/0+$/, '');
  const seconds = part(sign, `${Number(second)}${digits === '' ? '' : `.${digits}`}`, 'S');
  return iso([part(sign, day, 'D')], [part(sign, hour, 'H'), part(sign, minute, 'M'), seconds]);
}

function part(sign: string | undefined, number: string | undefined, unit: string): string {
  if (Number(number) === 0) return '';
  const digits = number?.includes('.') ? number : String(Number(number));
  return `${sign === '-' ? '-' : ''}${digits}${unit}`;
}

function iso(date: readonly string[], time: readonly string[]): string {
  const [days, hours] = [date.join(''), time.join('')];
  if (days === '' && hours === '') return 'PT0S';
  return `P${days}${hours === '' ? '' : `T${hours}`}`;
}

/** An ISO duration as the server takes it: `-1-2` in months, `+1 02:03:04.5` in seconds. @throws {RefusedRows} for one of both */
export function encodeInterval(cell: Cell, column: string, inMonths: boolean): string {
  const parts = typeof cell === 'string' ? ISO.exec(cell) : null;
  if (parts === null) throw new RefusedRows('no value of this type', column);
  const sign = parts[1] === '-' ? -1n : 1n;
  const number = (at: number): bigint => sign * BigInt(parts[at] ?? '0');
  const months = number(2) * 12n + number(3);
  const whole = (number(4) * 7n + number(5)) * 86_400n + number(6) * 3600n + number(7) * 60n;
  const nanoseconds = BigInt(`${parts[9] ?? '0'}${(parts[10] ?? '').slice(0, 9).padEnd(9, '0')}`);
  const total = whole * 1_000_000_000n + sign * (parts[8] === '-' ? -nanoseconds : nanoseconds);
  if ((parts[10] ?? '').length > 9) throw new RefusedRows('more digits than the column keeps', column);
  if (inMonths ? total !== 0n : months !== 0n) throw new RefusedRows('an interval of months and of days at once', column);
  return inMonths ? signed(months, (all) => `${all / 12n}-${all % 12n}`) : signed(total, daysAndTime);
}

function signed(value: bigint, write: (absolute: bigint) => string): string {
  return `${value < 0n ? '-' : '+'}${write(value < 0n ? -value : value)}`;
}

function daysAndTime(nanoseconds: bigint): string {
  const seconds = nanoseconds / 1_000_000_000n;
  const two = (value: bigint): string => String(value).padStart(2, '0');
  const time = `${two((seconds / 3600n) % 24n)}:${two((seconds / 60n) % 60n)}:${two(seconds % 60n)}`;
  return `${seconds / 86_400n} ${time}.${String(nanoseconds % 1_000_000_000n).padStart(9, '0')}`;
}
