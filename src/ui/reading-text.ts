import type { Warning } from '../import/warnings.ts';
import { plural } from './number.ts';

/** What readers of files have to tell, for people; `field` is what it is about. */
export const READING_TEXTS: Readonly<Record<string, (warning: Warning) => string>> = {
  FORMAT_BY_CONTENT: ({ field }) => `the file is not what its name says (.${field}); it was read as what it is`,
  STRAY_QUOTE: ({ count }) => `${plural(count, 'row')} with a quote that is never closed: it was taken as a character`,
  PREAMBLE: ({ field }) => `above the table left out: ${field}`,
  FOOTER: ({ field }) => `below the table left out: ${field}`,
  NO_HEADER: () => 'the file names no columns: they are numbered (say which line does with --header-row N)',
  TRAILING_DELIMITER: () => 'a last column without name and values was left out',
  OTHER_TABLE: ({ field, count }) =>
    `the file holds more than one table: ${field ?? plural(count, 'other one')} not read (read one with --table N)`,
  AMBIGUOUS: ({ field }) => `may also be read in another way: ${field}`,
  LINES_ABOVE_HEADER: ({ count }) => `${plural(count, 'row')} above the header left out`,
  OTHER_SHEETS: ({ field }) => `other sheets with something in them were not read: ${field} (read one with --sheet NAME)`,
  HIDDEN_SHEETS: ({ field }) => `hidden sheets were not read: ${field} (read one with --sheet NAME)`,
  FORMULA_WITHOUT_VALUE: ({ count }) => `${plural(count, 'row')} with a formula that was never calculated: its cell is empty`,
  OTHER_TABLES: ({ field }) => `other tables of the file were not read: ${field} (read one with --table NAME)`,
  MEMBERS_LEFT_OUT: ({ field }) => `not read, because it is no part of the table: ${field}`,
  MEDIA_LEFT_OUT: ({ count }) => `pictures, sounds or keys of ${plural(count, 'card')} left out`,
  VALUE_NOT_DECODED: ({ count }) => `${plural(count, 'card')} with a value that is not of its charset, kept as it is written`,
};

/** What people call the delimiters that cannot be seen. */
const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  ' ': 'space',
  ', ': 'comma and space',
};

/** A delimiter for people: itself, or its name where it cannot be seen. */
export function delimiterName(delimiter: string): string {
  return DELIMITER_NAMES[delimiter] ?? (/^[\x21-\x7e]+$/.test(delimiter) ? delimiter : JSON.stringify(delimiter));
}
