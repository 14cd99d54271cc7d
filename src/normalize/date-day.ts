import { isCalendarDay } from './date-calendar.ts';
import { monthOf } from './date-months.ts';
import type { DateOrder } from './normalizer.ts';

/** A calendar day at the beginning of a text. */
export interface WrittenDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Characters of the text that it takes. */
  readonly length: number;
  /** Of `31/12/2024` and the like: the one order in which that is a day; null where the text says it otherwise. */
  readonly provenOrder: DateOrder | null;
}

const YEAR_FIRST = /^(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})(?!\d)|\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?[日号號]|(\d{2})(\d{2})(?!\d))/;
const YEAR_LAST = /^(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4})(?!\d)/;
/** `12 Mar 2024`, `12-MAR-2024`, `12. März 2024`, `1er janvier 2024`, `12 de marzo de 2024` */
const DAY_NAME_YEAR =
  /^(\d{1,2})(?:st|nd|rd|th|er|[.ºª°])?\s?[-/.]?\s?(?:de\s|of\s)?(\p{L}{3,12})\.?\s?[-/.,]?\s?(?:de\s|del\s)?(\d{4})(?!\d)/iu;
/** `Mar 12, 2024`, `March 12th 2024`, `MAR-12-2024` */
const NAME_DAY_YEAR = /^(\p{L}{3,12})\.?\s?[-/.]?\s?(\d{1,2})(?:st|nd|rd|th)?(?:,\s?|\s|\s?[-/.]\s?)(\d{4})(?!\d)/iu;
/** `2024 Mar 12`, `2024-Mar-12` */
const YEAR_NAME_DAY = /^(\d{4})\s?[-/.]?\s?(\p{L}{3,12})\.?\s?[-/.]?\s?(\d{1,2})(?!\d)/u;
const WEEKDAY = /^(\p{L}{3,9})(?:\.|,|\.,)?\s/u;
const WEEKDAYS: readonly string[] = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
/** Four digits after day and month that are less stand for a year that was cut to two. */
const MIN_YEAR_LAST = 1000;

/**
 * The day that a text begins with, where it can be read in one way only.
 * @param order of day and month before a year where both could be either; null when unknown: then that is no day
 */
export function readDay(text: string, order: DateOrder | null): WrittenDay | null {
  const first = text.charCodeAt(0);
  const isNumber = first >= 0x30 && first <= 0x39;
  return isNumber ? (yearFirst(text) ?? yearLast(text, order) ?? withMonthName(text)) : (withMonthName(text) ?? afterWeekday(text, order));
}

function yearFirst(text: string): WrittenDay | null {
  const match = YEAR_FIRST.exec(text);
  if (match === null) return null;
  // Eight digits with a year before 1000 are rather day, month and year.
  if (match[7] !== undefined && Number(match[1]) < 1000) return null;
  return written(match, match[1], Number(match[3] ?? match[5] ?? match[7]), match[4] ?? match[6] ?? match[8]);
}

function yearLast(text: string, order: DateOrder | null): WrittenDay | null {
  const match = YEAR_LAST.exec(text);
  if (match === null || Number(match[4]) < MIN_YEAR_LAST) return null;
  const [year, first, second] = [Number(match[4]), Number(match[1]), Number(match[3])];
  const isDayFirst = isCalendarDay(year, second, first);
  const isMonthFirst = isCalendarDay(year, first, second);
  if (isDayFirst !== isMonthFirst) {
    return isDayFirst ? written(match, match[4], second, match[1], 'dmy') : written(match, match[4], first, match[3], 'mdy');
  }
  if (!isDayFirst || (first !== second && order === null)) return null;
  return order === 'mdy' ? written(match, match[4], first, match[3]) : written(match, match[4], second, match[1]);
}

function withMonthName(text: string): WrittenDay | null {
  let match = DAY_NAME_YEAR.exec(text);
  if (match !== null) return written(match, match[3], monthOf(match[2] as string), match[1]);
  match = NAME_DAY_YEAR.exec(text);
  if (match !== null) return written(match, match[3], monthOf(match[1] as string), match[2]);
  match = YEAR_NAME_DAY.exec(text);
  return match === null ? null : written(match, match[1], monthOf(match[2] as string), match[3]);
}

/** `Fri, 15 Mar 2024`; a weekday that the day is not makes the whole no day. */
function afterWeekday(text: string, order: DateOrder | null): WrittenDay | null {
  const match = WEEKDAY.exec(text);
  const name = match?.[1]?.toLowerCase();
  const weekday = name === undefined ? -1 : WEEKDAYS.findIndex((known) => known === name || known.slice(0, 3) === name);
  if (match === null || weekday < 0) return null;
  const rest = text.slice(match[0].length).trimStart();
  const first = rest.charCodeAt(0);
  const day = first >= 0x30 && first <= 0x39 ? (yearLast(rest, order) ?? withMonthName(rest)) : withMonthName(rest);
  if (day === null || weekdayOf(day) !== weekday) return null;
  const { year, month, day: dayOfMonth, provenOrder } = day;
  return { year, month, day: dayOfMonth, provenOrder, length: day.length + text.length - rest.length };
}

function weekdayOf({ year, month, day }: WrittenDay): number {
  return new Date(
    `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T00:00:00Z`,
  ).getUTCDay();
}

function written(
  match: RegExpExecArray,
  year: string | undefined,
  month: number | undefined,
  day: string | undefined,
  provenOrder: DateOrder | null = null,
): WrittenDay | null {
  if (month === undefined || !isCalendarDay(Number(year), month, Number(day))) return null;
  return { year: Number(year), month, day: Number(day), length: match[0].length, provenOrder };
}
