import type { JobConfig, JobStepConfig, Weekday } from '../config/job-config.ts';

/** What conditions of steps look at. */
export interface ConditionFacts {
  readonly now: Date;
  /** How often the job was started before. */
  readonly earlierRuns: number;
  /** Whether an earlier step changed anything; true as well where earlier steps were left out: nobody knows then. */
  readonly hasChanged: boolean;
}

/** Why a step is not run now; null where it is. */
export function unmetCondition({ when }: JobStepConfig, { timezone }: JobConfig, facts: ConditionFacts): string | null {
  const { weekday, everyNthRun = 1, ifChanged = false } = when;
  const today = weekdayOf(facts.now, timezone);
  if (weekday !== undefined && !weekday.includes(today)) return `not on ${today}`;
  const left = facts.earlierRuns % everyNthRun;
  if (left !== 0) return `only in every ${everyNthRun}th run; the next is in ${everyNthRun - left}`;
  return ifChanged && !facts.hasChanged ? 'no step before it changed anything' : null;
}

function weekdayOf(now: Date, timezone: string | null): Weekday {
  const format = new Intl.DateTimeFormat('en-US', { weekday: 'short', ...(timezone === null ? {} : { timeZone: timezone }) });
  return format.format(now).toLowerCase() as Weekday;
}
