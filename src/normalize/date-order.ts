import { readMoment } from './date-moment.ts';
import type { DateOrder } from './normalizer.ts';

/**
 * What a value says about the order of day and month in its column: the only order in which it is a day, or `either` when
 * it is two different days (`03/04/2024`). Null when it says nothing: no date, a date of another form, or the same number
 * twice.
 * @param twoDigitYearPivot first two-digit year of the 1900s; null: a date with such a year says nothing
 */
export function dateOrderEvidence(raw: string, twoDigitYearPivot: number | null = null): DateOrder | 'either' | null {
  const moment = readMoment(raw, null, twoDigitYearPivot);
  if (moment !== null) return moment.provenOrder;
  return readMoment(raw, 'dmy', twoDigitYearPivot) === null ? null : 'either';
}
