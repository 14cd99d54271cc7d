import { isCalendarDay } from './date-calendar.ts';
import { readDay } from './date-day.ts';
import { readTwoDigitYear } from './date-two-digit-year.ts';
import { halfWidth } from './half-width.ts';
import type { DateOrder } from './normalizer.ts';
import { normalizeText } from './text.ts';

/** No date or time is longer; a whole document in a cell must not be searched. */
const MAX_LENGTH = 60;
/** ISO 8601 basic form without separators, and the same without the T as programs number their exports. */
const BASIC = /^(\d{4})(\d{2})(\d{2})[T ]?(\d{2})(\d{2})(\d{2})?(?=[Zz+-]|$)/;
/** `14:05`, `2:05:30 PM`, `下午2:05`, `14:05 Uhr` */
const TIME =
  /^(?:[Tt]|,?\s*)(上午|下午|午前|午後)?\s?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s?([AaPp])\.?[Mm]\.?(?!\p{L})|\s?Uhr$)?/u;
const ZONE = /^\s?(?:([Zz]|UTC|GMT)|([+-])(\d{2})(?::?(\d{2}))?)$/;
/** No place on earth is further from UTC than 14 hours. */
const MAX_OFFSET_MINUTES = 14 * 60;

/** A day with a time and its distance from UTC, as a text says them; what it does not say is zero. */
export interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Digits after the decimal point. */
  readonly fraction: string;
  readonly offsetMinutes: number;
  /** Of `31/12/2024` and the like: the one order in which that is a day. */
  readonly provenOrder: DateOrder | null;
}

/**
 * What a text says of a day and a time, null when it says none that exists or could say two.
 * @param order of day and month before a year where both could be either; null when unknown
 * @param pivot first two-digit year of the 1900s; null: a year of two digits is no year
 */
export function readMoment(raw: string, order: DateOrder | null, pivot: number | null = null): Moment | null {
  if (raw.length > MAX_LENGTH) return null;
  const text = normalizeText(halfWidth(raw));
  const basic = BASIC.exec(text);
  if (basic !== null) return readBasic(basic, text.slice(basic[0].length));
  const day = readDay(text, order) ?? (pivot === null ? null : readTwoDigitYear(text, order, pivot));
  if (day === null) return null;
  let rest = text.slice(day.length);
  if (rest === '') return moment(day, [0, 0, 0], '', 0);
  const time = TIME.exec(rest);
  if (time === null) return null;
  rest = rest.slice(time[0].length);
  const hour = readHour(Number(time[2]), time[1] ?? time[6]?.toLowerCase());
  return moment(day, [hour, Number(time[3]), Number(time[4] ?? 0)], time[5] ?? '', readZone(rest));
}

function readBasic(match: RegExpExecArray, rest: string): Moment | null {
  const [year, month, day, hour, minute, second] = match.slice(1).map((digits) => Number(digits ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year < 1000 || !isCalendarDay(year, month, day)) return null;
  return moment({ year, month, day, provenOrder: null }, [hour, minute, second], '', readZone(rest));
}

function moment(
  { year, month, day, provenOrder }: Pick<Moment, 'year' | 'month' | 'day' | 'provenOrder'>,
  [hour, minute, second]: readonly [number | null, number, number],
  fraction: string,
  offsetMinutes: number | null,
): Moment | null {
  if (offsetMinutes === null || hour === null || hour > 23 || minute > 59 || second > 59) return null;
  return { year, month, day, hour, minute, second, fraction, offsetMinutes, provenOrder };
}

/** Hour of the day, 0 to 23; null where a half of the day is said of an hour that no half has. */
function readHour(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return null;
  const isAfternoon = half === 'p' || half === '下午' || half === '午後';
  return (hour % 12) + (isAfternoon ? 12 : 0);
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
