import type { ValueLimits } from '../../src/connectors/connector.ts';

/** A database that can store everything. */
export const NO_LIMITS: ValueLimits = {
  nulInText: true,
  invalidUtf8: true,
  floatSpecials: true,
  decimalSpecials: true,
  decimalPrecision: null,
  decimalScale: null,
  infiniteDates: true,
  zeroDates: true,
  dateYears: [-9999, 99_999],
  timestampYears: [-9999, 99_999],
  timeHours: 838,
  emptyIsNull: false,
};

/** A database that can store as little as any. */
export const NARROW_LIMITS: ValueLimits = {
  nulInText: false,
  invalidUtf8: false,
  floatSpecials: false,
  decimalSpecials: false,
  decimalPrecision: 38,
  decimalScale: 10,
  infiniteDates: false,
  zeroDates: false,
  dateYears: [1, 9999],
  timestampYears: [1753, 9999],
  timeHours: 24,
  emptyIsNull: true,
};
