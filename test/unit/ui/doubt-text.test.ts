import { expect, test } from 'vitest';
import type { DateOrderFinding } from '../../../src/import/column-facts.ts';
import { DOUBT_TEXTS, dateOrderText } from '../../../src/ui/doubt-text.ts';

const finding = (found: Partial<DateOrderFinding>): DateOrderFinding => ({
  ...{ header: 'Birthday', field: 'birthday', order: null, by: null, proof: 0, values: 1000 },
  ...found,
});

test.each<[Partial<DateOrderFinding>, string]>([
  [{ order: 'dmy', by: 'column', proof: 812 }, 'birthday: day before month, from 812 of 1,000 values'],
  [{ order: 'mdy', by: 'column', proof: 1 }, 'birthday: month before day, from 1 of 1,000 values'],
  [{ order: 'mdy', by: 'given' }, 'birthday: month before day, as given'],
  [{ order: 'dmy', by: 'hint' }, 'birthday: day before month, as in files of this layout'],
  [{}, 'birthday: day and month not told apart, no value tells'],
  [{ proof: 2 }, 'birthday: day and month not told apart, its values contradict each other'],
])('%j', (found, text) => expect(dateOrderText(finding(found))).toBe(text));

test.each([
  ['AMBIGUOUS_DATE', 1, '1 x value could be day and month or month and day, kept as it came (say which: --on-ambiguous-date)'],
  ['EXCEL_NUMBER', 2, '2 x values cut to a number like 1.38E+10 by a spreadsheet, kept as they came'],
  ['LOST_ZERO', 1, '1 x value without the leading zero that US codes have, kept as it came (put it back: --restore-zeros)'],
  ['MOJIBAKE_REPAIRED', 3, '3 x values garbled by a wrong encoding, repaired'],
])('%s', (code, count, text) => {
  expect(DOUBT_TEXTS[code]?.({ code, field: 'x', count, lines: [] })).toBe(text);
});
