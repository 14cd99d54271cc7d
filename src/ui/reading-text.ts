import type { Warning } from '../import/warnings.ts';
import { plural } from './number.ts';

/** What readers of files have to tell, for people; `field` is what it is about. */
export const READING_TEXTS: Readonly<Record<string, (warning: Warning) => string>> = {
  FORMAT_BY_CONTENT: ({ field }) => `the file is not what its name says (.${field}); it was read as what it is`,
  LINES_ABOVE_HEADER: ({ count }) => `${plural(count, 'row')} above the header left out`,
  OTHER_SHEETS: ({ field }) => `other sheets with something in them were not read: ${field} (read one with --sheet NAME)`,
  HIDDEN_SHEETS: ({ field }) => `hidden sheets were not read: ${field} (read one with --sheet NAME)`,
  FORMULA_WITHOUT_VALUE: ({ count }) => `${plural(count, 'row')} with a formula that was never calculated: its cell is empty`,
  OTHER_TABLES: ({ field }) => `other tables of the file were not read: ${field} (read one with --table NAME)`,
  MEMBERS_LEFT_OUT: ({ field }) => `not read, because it is no part of the table: ${field}`,
  MEDIA_LEFT_OUT: ({ count }) => `pictures, sounds or keys of ${plural(count, 'card')} left out`,
  VALUE_NOT_DECODED: ({ count }) => `${plural(count, 'card')} with a value that is not of its charset, kept as it is written`,
};
