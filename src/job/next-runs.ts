import type { JobConfig } from '../config/job-config.ts';
import { nextTimes } from '../config/job-schedule.ts';
import type { JobRun } from '../repository/job-records.ts';
import type { JobStore } from '../repository/job-store.ts';

/** When a job is due, and how it went the last time. */
export interface DueJob {
  readonly job: string;
  /** Null: it is only started by hand. */
  readonly schedule: string | null;
  readonly timezone: string | null;
  /** Seconds from now to the next one; null where there is none. */
  readonly inSeconds: number | null;
  /** ISO-8601, as the clock of its time zone shows it, with the offset; the soonest first. */
  readonly next: readonly string[];
  /** Null where it was never run. */
  readonly last: JobRun | null;
}

/**
 * When jobs would run next, in the order of the config file.
 * @param count so many moments of each
 */
export async function dueJobs(jobs: Iterable<JobConfig>, store: JobStore, count: number): Promise<DueJob[]> {
  const now = store.now();
  const due: DueJob[] = [];
  for (const { name, schedule, timezone } of jobs) {
    const times = schedule === null ? [] : nextTimes(schedule, timezone, now, count);
    const [last = null] = await store.runs({ job: name, limit: 1 });
    const [first] = times;
    const inSeconds = first === undefined ? null : Math.round((first.getTime() - now.getTime()) / 1000);
    due.push({ job: name, schedule, timezone, inSeconds, next: times.map((time) => localInstant(time, timezone)), last });
  }
  return due;
}

/** `2026-03-29T03:00:00+02:00`: the moment as a clock of the zone shows it; null is the zone of the machine. */
export function localInstant(time: Date, timezone: string | null): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    ...(timezone === null ? {} : { timeZone: timezone }),
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  } as const).formatToParts(time);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? '';
  const offset = part('timeZoneName').replace('GMT', '').replace('−', '-') || '+00:00';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}${offset}`;
}
