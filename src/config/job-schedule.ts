import { Cron } from 'croner';

/** Whether croner understands a cron expression of five fields, and a nickname such as `@daily`. */
export function isSchedule(text: string): boolean {
  if (!/^(@\w+|\S+(\s+\S+){4})$/.test(text.trim())) return false;
  try {
    new Cron(text, { paused: true, mode: '5-part' });
    return true;
  } catch {
    return false;
  }
}

/** Whether it is the name of a time zone, such as `Asia/Shanghai`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * The next moments of a schedule, the soonest first; fewer than asked for where there are no more (30 February).
 * A time of day that the clock skips in spring comes right after the change; one that it shows twice in autumn counts once,
 * the first time, unless hours or minutes are repeated (`*`, lists, steps): those go on through both hours.
 * @param timezone IANA name; null: that of the machine
 */
export function nextTimes(schedule: string, timezone: string | null, from: Date, count: number): Date[] {
  const options = { paused: true, mode: '5-part', ...(timezone === null ? {} : { timezone }) } as const;
  return new Cron(schedule, options).nextRuns(count, from);
}
