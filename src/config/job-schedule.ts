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
