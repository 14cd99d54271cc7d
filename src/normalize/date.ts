import { halfWidth } from './half-width.ts';
import type { Normalized } from './normalizer.ts';
import { normalizeText } from './text.ts';

/** No date or time is longer; a whole document in a cell must not be searched. */
const MAX_LENGTH = 60;
const CALENDAR = /^(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})(?!\d)|\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?[日号號]|(\d{2})(\d{2})(?!\d))/;
/** ISO 8601 basic form without separators, and the same without the T as programs number their exports. */
const BASIC = /^(\d{4})(\d{2})(\d{2})[T ]?(\d{2})(\d{2})(\d{2})?(?=[Zz+-]|$)/;
const TIME = /^(?:[Tt]|\s*)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?/;
const ZONE = /^\s?(?:([Zz]|UTC|GMT)|([+-])(\d{2})(?::?(\d{2}))?)$/;
const DAY_MINUTES = 1440;
/** No place on earth is further from UTC than 14 hours. */
const MAX_OFFSET_MINUTES = 14 * 60;

/**
 * Calendar date as `yyyy-mm-dd` (ISO 8601), years 0001 to 9999, from year-month-day forms: `2024-03-05`, `2024/3/5`,
 * `2024.3.5`, `20240305`, `2024年3月5日`, and from a date with the time 00:00 as databases export it. It never passes
 * through a time zone. Not understood: two-digit years, day and month in doubt, days that do not exist, other times.
 */
export function normalizeDate(raw: string): Normalized {
  if (isIsoDate(raw)) return { value: raw, understood: true };
  const moment = readMoment(raw);
  if (moment === null || moment.hour + moment.minute + moment.second !== 0 || /[1-9]/.test(moment.fraction)) return notUnderstood(raw);
  return { value: isoDate(moment.year, moment.month, moment.day), understood: true };
}

/**
 * Instant as `yyyy-mm-ddThh:mm:ss.sssZ` (ISO 8601, UTC, milliseconds; finer fractions are cut). A date alone is its
 * 00:00 UTC; a time without a zone is taken as UTC; an offset (`+08:00`) is converted.
 */
export function normalizeInstant(raw: string): Normalized {
  if (isIsoDate(raw)) return { value: `${raw}T00:00:00.000Z`, understood: true };
  if (isIsoInstant(raw)) return { value: raw, understood: true };
  const moment = readMoment(raw);
  const value = moment === null ? null : toUtc(moment);
  return value === null ? notUnderstood(raw) : { value, understood: true };
}

interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits after the decimal point. */
  readonly fraction: string;
  readonly offsetMinutes: number;
}

function notUnderstood(raw: string): Normalized {
  return { value: normalizeText(raw), understood: false };
}

function readMoment(raw: string): Moment | null {
  if (raw.length > MAX_LENGTH) return null;
  const text = normalizeText(halfWidth(raw));
  const basic = BASIC.exec(text);
  const match = basic ?? CALENDAR.exec(text);
  if (match === null) return null;
  const year = Number(match[1]);
  const month = Number(basic ? match[2] : (match[3] ?? match[5] ?? match[7]));
  const day = Number(basic ? match[3] : (match[4] ?? match[6] ?? match[8]));
  if (!isCalendarDay(year, month, day)) return null;
  // Eight digits with a year before 1000 are rather day, month and year.
  if ((basic !== null || match[7] !== undefined) && year < 1000) return null;
  let rest = text.slice(match[0].length);
  let time = basic === null ? null : [rest, match[4], match[5], match[6]];
  if (basic === null && rest !== '') {
    time = TIME.exec(rest);
    if (time === null) return null;
    rest = rest.slice((time[0] as string).length);
  }
  const offsetMinutes = readZone(rest);
  const hour = Number(time?.[1] ?? 0);
  const minute = Number(time?.[2] ?? 0);
  const second = Number(time?.[3] ?? 0);
  if (offsetMinutes === null || hour > 23 || minute > 59 || second > 59) return null;
  return { year, month, day, hour, minute, second, fraction: time?.[4] ?? '', offsetMinutes };
}

function readZone(text: string): number | null {
  if (text === '') return 0;
  const match = ZONE.exec(text);
  if (match === null) return null;
  if (match[1] !== undefined) return 0;
  const minutes = Number(match[3]) * 60 + Number(match[4] ?? 0);
  if (minutes > MAX_OFFSET_MINUTES || Number(match[4] ?? 0) > 59) return null;
  return match[2] === '-' ? -minutes : minutes;
}

function toUtc(moment: Moment): string | null {
  let { year, month, day } = moment;
  let minutes = moment.hour * 60 + moment.minute - moment.offsetMinutes;
  if (minutes < 0) {
    minutes += DAY_MINUTES;
    day--;
    if (day === 0) {
      month = month === 1 ? 12 : month - 1;
      if (month === 12) year--;
      day = daysInMonth(year, month);
    }
  } else if (minutes >= DAY_MINUTES) {
    minutes -= DAY_MINUTES;
    day++;
    if (day > daysInMonth(year, month)) {
      day = 1;
      month = month === 12 ? 1 : month + 1;
      if (month === 1) year++;
    }
  }
  if (year < 1 || year > 9999) return null;
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(moment.second)}`;
  return `${isoDate(year, month, day)}T${time}.${moment.fraction.slice(0, 3).padEnd(3, '0')}Z`;
}

function isoDate(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

/** Whether the text is a day that exists, in the canonical form: no pattern, no allocation. */
function isIsoDate(text: string): boolean {
  return text.length === 10 && startsWithIsoDate(text);
}

function isIsoInstant(text: string): boolean {
  if (text.length !== 24 || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':' || text[19] !== '.' || text[23] !== 'Z') return false;
  if (!startsWithIsoDate(text) || digits(text, 20, 3) < 0) return false;
  return inRange(digits(text, 11, 2), 23) && inRange(digits(text, 14, 2), 59) && inRange(digits(text, 17, 2), 59);
}

function startsWithIsoDate(text: string): boolean {
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return false;
  return isCalendarDay(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
}

function inRange(number: number, max: number): boolean {
  return number >= 0 && number <= max;
}

/** The number that `count` ASCII digits at a place mean, or -1 when one of them is no digit. */
function digits(text: string, start: number, count: number): number {
  let number = 0;
  for (let i = start; i < start + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}

/** Whether the day exists in the proleptic Gregorian calendar, years 1 to 9999. */
function isCalendarDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  return day <= 28 || day <= daysInMonth(year, month);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
