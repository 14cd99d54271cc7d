import { type ScheduleFields, scheduleFields } from '../config/schedule-fields.ts';

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
/** As systemd writes weeks. */
const WEEK_ORDER = [1, 2, 3, 4, 5, 6, 0];

/**
 * A cron expression as values of `OnCalendar=`, any of which may come true; null for one that only some crons know.
 * Cron takes days of the month and weekdays as "or", systemd as "and": with both there are two values.
 * @param timezone IANA name; null: that of the machine
 */
export function systemdCalendar(schedule: string, timezone: string | null): readonly string[] | null {
  const fields = scheduleFields(schedule);
  if (fields === null) return null;
  const { days, weekdays } = fields;
  const rest = ` ${timeText(fields)}${timezone === null ? '' : ` ${timezone}`}`;
  const months = listText(fields.months, 12);
  const byDay = `*-${months}-${listText(days, 31)}${rest}`;
  if (weekdays === null) return [byDay];
  const byWeekday = `${weekdayText(weekdays)} *-${months}-*${rest}`;
  return days === null ? [byWeekday] : [byDay, byWeekday];
}

function timeText({ hours, minutes }: ScheduleFields): string {
  return `${listText(hours, 23)}:${listText(minutes, 59)}:00`;
}

function weekdayText(weekdays: readonly number[]): string {
  return WEEK_ORDER.filter((day) => weekdays.includes(day))
    .map((day) => WEEKDAYS[day])
    .join(',');
}

/** `*`, `02`, `09..17`, `00/15`, `01..13/3`, or a list. */
function listText(values: readonly number[] | null, highest: number): string {
  if (values === null) return '*';
  const [first = 0, second = 0] = values;
  const last = values.at(-1) ?? first;
  const step = second - first;
  const isEven = values.length > 2 && values.every((value, index) => value === first + index * step);
  if (!isEven) return values.map(twoDigits).join(',');
  if (step === 1) return `${twoDigits(first)}..${twoDigits(last)}`;
  return last + step > highest ? `${twoDigits(first)}/${step}` : `${twoDigits(first)}..${twoDigits(last)}/${step}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
