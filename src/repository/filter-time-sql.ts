import type { EngineFacts } from '../engines/engine.ts';
import { dateText, instantText, MS_PER_DAY, parseTime, startOfDay } from '../model/filter-values.ts';
import { raw, sql, type Fragment } from './query-fragment.ts';

/** How two points in time are compared. */
export type TimeComparison = '=' | '<' | '<=' | '>' | '>=';

/**
 * An instant compared with a day means the whole UTC day: `=` is a half-open range, `<` before its start, `<=` before its
 * end, `>` from its end on. A relative time is an instant, but the day around it in `=`. Undefined when the text is no time.
 */
export function compareInstant(
  value: Fragment,
  operator: TimeComparison,
  text: string,
  facts: EngineFacts,
  now: Date,
): Fragment | undefined {
  const time = parseTime(text, now);
  if (time === undefined) return undefined;
  const at = (ms: number): Fragment => raw(facts.instantParameter, instantText(ms));
  const wholeDay = time.precision === 'day' || (time.precision === 'relative' && operator === '=');
  if (!wholeDay) return sql`${value} ${raw(operator)} ${at(time.ms)}`;
  const start = startOfDay(time.ms);
  const end = start + MS_PER_DAY;
  switch (operator) {
    case '=':
      return sql`(${value} >= ${at(start)} AND ${value} < ${at(end)})`;
    case '<':
    case '>=':
      return sql`${value} ${raw(operator)} ${at(start)}`;
    case '<=':
      return sql`${value} < ${at(end)}`;
    case '>':
      return sql`${value} >= ${at(end)}`;
  }
}

/** A calendar date compared with the UTC date of a time. Undefined when the text is no time. */
export function compareDate(value: Fragment, operator: TimeComparison, text: string, facts: EngineFacts, now: Date): Fragment | undefined {
  const time = parseTime(text, now);
  return time === undefined ? undefined : sql`${value} ${raw(operator)} ${raw(facts.dateParameter, dateText(time.ms))}`;
}

/** The date yyyy-mm-dd that `today` or `-90d` means; undefined for any other text. */
export function relativeDate(text: string, now: Date): string | undefined {
  const time = parseTime(text, now);
  const isRelative = time?.precision === 'relative' || text.toLowerCase() === 'today';
  return time !== undefined && isRelative ? dateText(time.ms) : undefined;
}
