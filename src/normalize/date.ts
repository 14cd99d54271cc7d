import { daysInMonth, isCalendarDay } from './date-calendar.ts';
import { type Moment, readMoment } from './date-moment.ts';
import type { NormalizeContext, Normalized } from './normalizer.ts';
import { normalizeText } from './text.ts';

const DAY_MINUTES = 1440;

/** What dates may need beside their text. */
type DateContext = Pick<NormalizeContext, 'dateOrder' | 'twoDigitYearPivot'>;

/**
 * Calendar date as `yyyy-mm-dd` (ISO 8601), years 0001 to 9999, from `2024-03-05`, `2024/3/5`, `2024.3.5`, `20240305`,
 * `2024年3月5日`, `31/12/2024`, `12/31/2024`, `12 Mar 2024`, `March 12, 2024` (months in eleven languages), and from a date
 * with the time 00:00 as databases export it. It never passes through a time zone. `03/04/2024` needs the context's
 * `dateOrder`, `5.3.85` its `twoDigitYearPivot` too. Not understood: day and month in doubt, days that do not exist, months
 * without a day, other times.
 */
export function normalizeDate(raw: string, context?: DateContext): Normalized {
  if (isIsoDate(raw)) return { value: raw, understood: true };
  const moment = readMoment(raw, context?.dateOrder ?? null, context?.twoDigitYearPivot ?? null);
  if (moment === null || moment.hour + moment.minute + moment.second !== 0 || /[1-9]/.test(moment.fraction)) return notUnderstood(raw);
  return { value: isoDate(moment.year, moment.month, moment.day), understood: true };
}

/**
 * Instant as `yyyy-mm-ddThh:mm:ss.sssZ` (ISO 8601, UTC, milliseconds; finer fractions are cut). A date alone is its
 * 00:00 UTC; a time without a zone is taken as UTC; an offset (`+08:00`) is converted. Dates are those of `normalizeDate`,
 * times `14:05`, `14:05:30.123`, `2:05 PM`, `下午2:05`.
 */
export function normalizeInstant(raw: string, context?: DateContext): Normalized {
  if (isIsoDate(raw)) return { value: `${raw}T00:00:00.000Z`, understood: true };
  if (isIsoInstant(raw)) return { value: raw, understood: true };
  const moment = readMoment(raw, context?.dateOrder ?? null, context?.twoDigitYearPivot ?? null);
  const value = moment === null ? null : toUtc(moment);
  return value === null ? notUnderstood(raw) : { value, understood: true };
}

function notUnderstood(raw: string): Normalized {
  return { value: normalizeText(raw), understood: false };
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
