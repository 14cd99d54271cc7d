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

/** When a schedule comes round next, and the time after: two moments. @throws nothing for what `isSchedule` and `isTimeZone` accept */
export function nextTimes(schedule: string, timezone: string | null, from: Date): readonly Date[] {
  const cron = new Cron(schedule, { paused: true, mode: '5-part', ...(timezone === null ? {} : { timezone }) });
  return cron.nextRuns(2, from);
}
