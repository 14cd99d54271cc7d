/** The values of each field of a cron expression, ascending; null where the field allows all. */
export interface ScheduleFields {
  readonly minutes: readonly number[] | null;
  readonly hours: readonly number[] | null;
  readonly days: readonly number[] | null;
  readonly months: readonly number[] | null;
  /** 0 is Sunday. */
  readonly weekdays: readonly number[] | null;
}

const NICKNAMES: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const PART = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/;

/** Five fields with single blanks; a nickname such as `@daily` is written out. */
export function fiveFields(schedule: string): string {
  const text = schedule.trim().replace(/\s+/g, ' ');
  return NICKNAMES[text.toLowerCase()] ?? text;
}

/** What a cron expression allows; null for what only some crons know (`L`, `W`, `#`, `?`). */
export function scheduleFields(schedule: string): ScheduleFields | null {
  const [minutes, hours, days, months, weekdays] = fiveFields(schedule).split(' ');
  const parsed = [
    valuesOf(minutes, 0, 59),
    valuesOf(hours, 0, 23),
    valuesOf(days, 1, 31),
    valuesOf(months, 1, 12, { names: MONTHS, first: 1 }),
    valuesOf(weekdays, 0, 7, { names: WEEKDAYS, first: 0 }),
  ];
  if (parsed.some((values) => values === undefined)) return null;
  const [m, h, d, mo, w] = parsed as (readonly number[] | null)[];
  const inWeek = w == null ? null : ascending(w.map((day) => day % 7));
  return {
    minutes: unlessAll(m, 60),
    hours: unlessAll(h, 24),
    // Steps of one through all days are no star: cron then asks whether the other field of days says so, too.
    days: d ?? null,
    months: unlessAll(mo, 12),
    weekdays: inWeek,
  };
}

interface Names {
  readonly names: readonly string[];
  /** The number of the first name. */
  readonly first: number;
}

/** Null for all, undefined for what is not understood. */
function valuesOf(field: string | undefined, low: number, high: number, named?: Names): readonly number[] | null | undefined {
  if (field === '*') return null;
  const found: number[] = [];
  for (const part of (field ?? '').split(',')) {
    const [, star, from, to, step = '1'] = PART.exec(part) ?? [];
    if (star === undefined && from === undefined) return undefined;
    const start = star === undefined ? numberOf(from, named) : low;
    const end = star === undefined ? numberOf(to ?? from, named) : high === 7 ? 6 : high;
    if (!(start >= low && end <= high && start <= end && Number(step) >= 1)) return undefined;
    for (let value = start; value <= end; value += Number(step)) found.push(value);
  }
  return ascending(found);
}

function numberOf(text: string | undefined, named: Names | undefined): number {
  if (text !== undefined && /^\d{1,2}$/.test(text)) return Number(text);
  const at = named?.names.indexOf((text ?? '').toLowerCase()) ?? -1;
  return at < 0 ? Number.NaN : at + (named?.first ?? 0);
}

function unlessAll(values: readonly number[] | null | undefined, all: number): readonly number[] | null {
  return values == null || values.length === all ? null : values;
}

function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
