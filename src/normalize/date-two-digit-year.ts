import { isCalendarDay } from './date-calendar.ts';
import type { WrittenDay } from './date-day.ts';
import { monthOf } from './date-months.ts';
import type { DateOrder } from './normalizer.ts';

/** The first two-digit year that belongs to the 1900s for dates of any kind: 69 to 99 are 1969 to 1999 (POSIX, `strptime`). */
export const POSIX_PIVOT = 69;

/** The first two-digit year that belongs to the 1900s for dates that lie in the past, as birthdays do: the one after `year`. */
export function pastDatePivot(year: number): number {
  return (year % 100) + 1;
}

const NUMERIC = /^(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)/;
const LAST_DAY_OF_MONTH = 31;
const CHINESE = /^(\d{2})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?[日号號]/;
/** `12 Mar 85`, `12-MAR-85`, `12. März '85` */
const DAY_NAME_YEAR = /^(\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?\s?[-/.]?\s?(\p{L}{3,12})\.?\s?[-/.,]?\s?(['’]?)(\d{2})(?!\d)/iu;
/** `Mar 12, 85`: what stands behind the comma is the year. */
const NAME_DAY_YEAR = /^(\p{L}{3,12})\.?\s?(\d{1,2})(?:st|nd|rd|th)?,\s?['’]?(\d{2})(?!\d)/iu;

/**
 * The day with a year of two digits that a text begins with, where it can be one day only: `85-03-05`, `5.3.85` where the
 * order is known, `31/12/85`, `85年3月5日`, `12 Mar 85`. `31/12/24` is two days (1931-12-24 too) until the order is given.
 * @param order of day and month before the year; null when unknown
 * @param pivot the first two-digit year of the 1900s; those below belong to the 2000s
 */
export function readTwoDigitYear(text: string, order: DateOrder | null, pivot: number): WrittenDay | null {
  const chinese = CHINESE.exec(text);
  if (chinese !== null) return day(chinese[0].length, century(chinese[1], pivot), Number(chinese[2]), Number(chinese[3]));
  return numeric(text, order, pivot) ?? named(text, order, pivot);
}

function numeric(text: string, order: DateOrder | null, pivot: number): WrittenDay | null {
  const match = NUMERIC.exec(text);
  if (match === null) return null;
  const { length } = match[0];
  const [first, second, third] = [Number(match[1]), Number(match[3]), Number(match[4])];
  // `85/3/5`: a year has two digits; and where the last number can be none, the first is one only beyond all days.
  if (match[4]?.length === 1) return first > LAST_DAY_OF_MONTH ? day(length, century(match[1], pivot), second, third) : null;
  const year = century(match[4], pivot);
  const dayFirst = day(length, year, second, first, 'dmy');
  const monthFirst = day(length, year, first, second, 'mdy');
  const given = order === 'dmy' ? dayFirst : order === 'mdy' ? monthFirst : null;
  if (given !== null) return given;
  const yearFirst = match[1]?.length === 2 ? day(length, century(match[1], pivot), second, third) : null;
  return onlyOne([yearFirst, dayFirst, monthFirst]);
}

function named(text: string, order: DateOrder | null, pivot: number): WrittenDay | null {
  const american = NAME_DAY_YEAR.exec(text);
  if (american !== null) return day(american[0].length, century(american[3], pivot), monthOf(american[1] as string), Number(american[2]));
  const match = DAY_NAME_YEAR.exec(text);
  if (match === null) return null;
  const { length } = match[0];
  const month = monthOf(match[2] as string);
  const yearLast = day(length, century(match[4], pivot), month, Number(match[1]));
  if (order !== null || match[3] !== '') return yearLast;
  const yearFirst = match[1]?.length === 2 ? day(length, century(match[1], pivot), month, Number(match[4])) : null;
  return onlyOne([yearFirst, yearLast]);
}

/** The day that all readings agree on; null where two differ. */
function onlyOne(readings: readonly (WrittenDay | null)[]): WrittenDay | null {
  const [first, ...others] = readings.filter((reading) => reading !== null);
  if (first === undefined) return null;
  const isSame = others.every((other) => other.year === first.year && other.month === first.month && other.day === first.day);
  if (!isSame) return null;
  return others.length === 0 ? first : { ...first, provenOrder: null };
}

function century(digits: string | undefined, pivot: number): number {
  const year = Number(digits);
  return year < pivot ? 2000 + year : 1900 + year;
}

function day(
  length: number,
  year: number,
  month: number | undefined,
  dayOfMonth: number,
  provenOrder: DateOrder | null = null,
): WrittenDay | null {
  return month !== undefined && isCalendarDay(year, month, dayOfMonth) ? { year, month, day: dayOfMonth, length, provenOrder } : null;
}
