/** What a date or an instant in a filter means. */
export interface TimeValue {
  /** Start of the day, or the instant itself; milliseconds since 1970, UTC. */
  readonly ms: number;
  /** `relative` is an instant for `<` and `>`, and the whole day around it for `=`. */
  readonly precision: 'day' | 'instant' | 'relative';
}

/** Length of a day in UTC. */
export const MS_PER_DAY = 86_400_000;
/** What both engines hold with a year of four digits. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d):?(\d\d))?$/i;
const RELATIVE = /^([+-])(\d{1,6})([dwmy])$/i;
const DECIMAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))$/;

/**
 * Reads `2026-01-31`, `2026-01-31T10:00:00Z` (UTC where no zone is written), `today`, `now`, or a time relative to `now`:
 * `-90d` is 90 times 24 hours, `-6w` 42 days, `-3m` and `-1y` go by the calendar and stop at the end of a shorter month.
 * Undefined for anything else and outside of the years 1 to 9999.
 */
export function parseTime(text: string, now: Date): TimeValue | undefined {
  const plain = text.normalize('NFKC').trim();
  const value = today(plain, now) ?? relative(plain, now) ?? day(plain) ?? instant(plain);
  return value !== undefined && value.ms >= FIRST_MS && value.ms <= LAST_MS ? value : undefined;
}

/** Start of the UTC day of an instant, in milliseconds. */
export function startOfDay(ms: number): number {
  return Math.floor(ms / MS_PER_DAY) * MS_PER_DAY;
}

/** ISO-8601 UTC text with milliseconds, as instants are stored; stops at the last millisecond of the year 9999. */
export function instantText(ms: number): string {
  return new Date(Math.min(ms, LAST_MS)).toISOString();
}

/** The UTC calendar date of an instant as yyyy-mm-dd. */
export function dateText(ms: number): string {
  return instantText(ms).slice(0, 10);
}

function today(text: string, now: Date): TimeValue | undefined {
  const word = text.toLowerCase();
  if (word === 'now') return { ms: now.getTime(), precision: 'instant' };
  return word === 'today' ? { ms: startOfDay(now.getTime()), precision: 'day' } : undefined;
}

function relative(text: string, now: Date): TimeValue | undefined {
  const match = RELATIVE.exec(text);
  if (match === null) return undefined;
  const amount = Number(match[2]) * (match[1] === '-' ? -1 : 1);
  const unit = (match[3] as string).toLowerCase();
  if (unit === 'd' || unit === 'w') return { ms: now.getTime() + amount * (unit === 'd' ? 1 : 7) * MS_PER_DAY, precision: 'relative' };
  const months = unit === 'm' ? amount : amount * 12;
  const moved = new Date(now);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  moved.setUTCDate(Math.min(now.getUTCDate(), daysInMonth(moved.getUTCFullYear(), moved.getUTCMonth())));
  return { ms: moved.getTime(), precision: 'relative' };
}

function day(text: string): TimeValue | undefined {
  const match = DAY.exec(text);
  if (match === null) return undefined;
  const [year, month, date] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || date < 1 || date > daysInMonth(year, month - 1)) return undefined;
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, date);
  return { ms: at.getTime(), precision: 'day' };
}

function instant(text: string): TimeValue | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const start = day(match[1] as string);
  const [hours, minutes, seconds, zoneHours, zoneMinutes] = [match[2], match[3], match[4], match[7], match[8]].map((part) =>
    Number(part ?? 0),
  ) as [number, number, number, number, number];
  if (start === undefined || hours > 23 || minutes > 59 || seconds > 59 || zoneHours > 14 || zoneMinutes > 59) return undefined;
  const milliseconds = Number((match[5] ?? '').padEnd(3, '0').slice(0, 3));
  const offsetMinutes = (zoneHours * 60 + zoneMinutes) * (match[6] === '-' ? -1 : 1);
  return { ms: start.ms + ((hours * 60 + minutes - offsetMinutes) * 60 + seconds) * 1000 + milliseconds, precision: 'instant' };
}

function daysInMonth(year: number, monthIndex: number): number {
  const end = new Date(0);
  end.setUTCFullYear(year, monthIndex + 1, 0);
  return end.getUTCDate();
}

/** A decimal number as canonical text (`1000`, `-0.5`), exact; undefined when the text is none. Full-width digits are read. */
export function parseDecimal(text: string): string | undefined {
  const match = DECIMAL.exec(text.normalize('NFKC').trim());
  if (match === null || match[0].length > 100) return undefined;
  const whole = (match[2] ?? '').replace(/^0+/, '') || '0';
  const fraction = (match[3] ?? match[4] ?? '').replace(/0+$/, '');
  const number = fraction === '' ? whole : `${whole}.${fraction}`;
  return match[1] === '-' && number !== '0' ? `-${number}` : number;
}

/** A whole number that JavaScript holds exactly; undefined when the text is none. */
export function parseInteger(text: string): number | undefined {
  const number = Number(parseDecimal(text) ?? Number.NaN);
  return Number.isSafeInteger(number) ? number : undefined;
}
