import { headerKey } from '../model/fields.ts';

/** How columns are called that hold one part of a birthday each: years, months, days. */
const PARTS = [
  'by|birth year|year of birth|byear|yob|dob year|geburtsjahr|出生年|出生年份',
  'bm|birth month|month of birth|bmonth|mob|dob month|geburtsmonat|出生月|出生月份',
  'bd|birth day|day of birth|bday|dob day|geburtstag tag|出生日|出生日子',
].map((names) => new Set(names.split('|')));

/** The columns of year, month and day of birth, in this order; null where they are not all there, each once. */
export function birthdayColumns(header: readonly string[]): readonly [number, number, number] | null {
  const found = PARTS.map((names) => [...header.keys()].filter((index) => names.has(headerKey(header[index] as string))));
  return found.every((columns) => columns.length === 1) ? (found.flat() as [number, number, number]) : null;
}
