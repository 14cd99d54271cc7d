import { NO_LIMITS, type StoreFacts } from './connector.ts';

/** What a SQLite file can hold: any value of any type, since columns do not bind what is in them. */
export const sqliteStoreFacts: StoreFacts = {
  name: 'sqlite',
  title: 'SQLite',
  hold: (type) => type,
  limits: {
    ...NO_LIMITS,
    dateYears: [-999_999, 999_999],
    timestampYears: [-999_999, 999_999],
    timeHours: 999_999,
    anyCell: true,
  },
  transactions: true,
  constraints: true,
  checks: 'all',
  decimalsAsTexts: true,
  parallel: 4,
  nameBytes: 1000,
};
