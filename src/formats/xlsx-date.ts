const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1000;
/** 9999-12-31 */
const LAST_DAY = 2_958_465;
const DAYS_1904 = 1462;
/** The spreadsheet's calendar of 1900 has a 29 February, which that year had not. */
const FALSE_LEAP_DAY = 60;

/** What a date format shows. */
export type DateKind = 'date' | 'time' | 'datetime' | 'elapsed';

/**
 * A serial number as text: `yyyy-mm-dd`, `yyyy-mm-ddThh:mm:ss` or `hh:mm:ss`, to the second; what the format hides is shown
 * where it is not zero. Null when no date has that number.
 */
export function dateText(serial: number, kind: DateKind, is1904: boolean): string | null {
  if (!(serial >= 0 && serial <= LAST_DAY + 1)) return null;
  let day = Math.floor(serial);
  let seconds = Math.round((serial - day) * DAY_SECONDS);
  if (seconds === DAY_SECONDS) {
    day++;
    seconds = 0;
  }
  if (kind === 'elapsed') return timeText(day * DAY_SECONDS + seconds);
  if (day === 0 && !is1904) return kind === 'date' && seconds === 0 ? null : timeText(seconds);
  if (day === 0 && kind === 'time') return timeText(seconds);
  const date = calendarDay(is1904 ? day + DAYS_1904 : day);
  if (date === null) return null;
  return seconds === 0 && kind !== 'datetime' ? date : `${date}T${timeText(seconds)}`;
}

function calendarDay(day: number): string | null {
  if (day > LAST_DAY) return null;
  if (day === FALSE_LEAP_DAY) return '1900-02-29';
  const shifted = day < FALSE_LEAP_DAY ? day + 1 : day;
  return new Date(Date.UTC(1899, 11, 30) + shifted * DAY_MS).toISOString().slice(0, 10);
}

function timeText(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
