import type { DateOrderFinding } from '../import/column-facts.ts';
import type { Warning } from '../import/warnings.ts';
import { formatCount, plural } from './number.ts';

const came = (count: number): string => `kept as ${count === 1 ? 'it' : 'they'} came`;

/** What warnings say about values that were not believed, or are certain enough to be repaired. */
export const DOUBT_TEXTS: Readonly<Record<string, (warning: Warning) => string>> = {
  AMBIGUOUS_DATE: ({ count, field }) =>
    `${plural(count, `${field} value`)} could be day and month or month and day, ${came(count)} (say which: --on-ambiguous-date)`,
  EXCEL_ERROR: ({ count, field }) =>
    `${plural(count, `${field} value`)} an error of a spreadsheet (#REF! and the like), kept as a custom field`,
  EXCEL_NUMBER: ({ count, field }) => `${plural(count, `${field} value`)} cut to a number like 1.38E+10 by a spreadsheet, ${came(count)}`,
  EXCEL_DATE: ({ count, field }) =>
    `${plural(count, `${field} value`)} the number of a day in a spreadsheet, ${came(count)} (read them: --excel-dates 1900)`,
  TWO_DIGIT_YEAR: ({ count, field }) =>
    `${plural(count, `${field} value`)} with a year of two digits, taken as the latest year that is past`,
  LOST_ZERO: ({ count, field }) =>
    `${plural(count, `${field} value`)} without the leading zero that US codes have, ${came(count)} (put it back: --restore-zeros)`,
  ZERO_RESTORED: ({ count, field }) => `${plural(count, `${field} value`)} got the leading zero back`,
  MOJIBAKE: ({ count, field }) => `${plural(count, `${field} value`)} garbled by a wrong encoding, ${came(count)}`,
  MOJIBAKE_REPAIRED: ({ count, field }) => `${plural(count, `${field} value`)} garbled by a wrong encoding, repaired`,
};

const ORDERS = { dmy: 'day before month', mdy: 'month before day' };

/** How day and month of a column were told apart: `birthday: day before month, from 812 of 1,000 values`. */
export function dateOrderText({ field, order, by, proof, values }: DateOrderFinding): string {
  if (order === null) {
    const why = proof === 0 ? 'no value tells' : 'its values contradict each other';
    return `${field}: day and month not told apart, ${why}`;
  }
  const from = {
    column: `, from ${formatCount(proof)} of ${formatCount(values)} values`,
    hint: ', as in files of this layout',
    given: ', as given',
  };
  return `${field}: ${ORDERS[order]}${by === null ? '' : from[by]}`;
}
