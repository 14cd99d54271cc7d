import type { Cell } from '../model/table-schema.ts';

/** Every rule by which a cell is stored as something else than it was: code and what is done. */
export const CONVERSION_RULES = {
  NUL_REMOVED: 'U+0000 is taken out of a text where the target cannot store it.',
  INVALID_UTF8_REPLACED: 'Bytes of a text that are no UTF-8, and halves of surrogate pairs, become U+FFFD.',
  TRAILING_SPACES: 'Spaces at the end of a text are not kept by a column of fixed length.',
  EMPTY_TO_NULL: 'An empty text, or no bytes, becomes NULL where the target knows no difference.',
  BYTES_TO_HEX: 'Bytes that are no UTF-8 become `\\x` and hexadecimal digits in a text column.',
  ZERO_PADDED: 'Bytes are filled up with zero bytes in a column of fixed length.',
  DECIMAL_ROUNDED: 'Digits behind the last place of a decimal column are rounded, half away from zero.',
  FLOAT_ROUNDED: 'A number becomes the nearest one that the floating-point column can hold.',
  NOT_A_NUMBER_TO_NULL: 'NaN becomes NULL where the target cannot store it.',
  INFINITY_TO_NULL: 'An infinite number becomes NULL where the target cannot store it.',
  PRECISION_REDUCED: 'Digits of a second that the target does not keep are cut off, not rounded.',
  TIME_REMOVED: 'The time of day is cut off where a timestamp goes into a date column.',
  ZONE_REMOVED: 'The offset of a time is cut off where the column keeps none.',
  DATE_OUT_OF_RANGE: 'A date or timestamp in a year that the target cannot store becomes NULL.',
  TIME_OUT_OF_RANGE: 'A time with more hours than the target can store becomes NULL.',
  INFINITE_DATE_TO_NULL: '`infinity` as a date or timestamp becomes NULL where the target cannot store it.',
  ZERO_DATE_TO_NULL: 'A date of month or day zero becomes NULL where the target cannot store it.',
  JSON_NORMALIZED:
    'Of a key that is twice in a JSON object the last one stays, where the column keeps what JSON means and not how it is written.',
} as const;

/** Code of a conversion. */
export type ConversionRule = keyof typeof CONVERSION_RULES;

/** Why a cell cannot be stored at all, so that its row is rejected: code and sentence. */
export const UNFIT_REASONS = {
  NOT_A_BOOLEAN: 'neither true nor false',
  NOT_A_NUMBER: 'no number',
  NOT_AN_INTEGER: 'no whole number',
  OUT_OF_RANGE: 'a number beyond what the column holds',
  TOO_LONG: 'longer than the column',
  NOT_BITS: 'no string of bits',
  NOT_A_DATE: 'no date',
  NOT_A_TIME: 'no time',
  NOT_A_TIMESTAMP: 'no timestamp',
  NOT_AN_INTERVAL: 'no interval',
  NOT_JSON: 'no JSON',
  NOT_A_UUID: 'no UUID',
  NOT_AN_ADDRESS: 'no network address',
  NOT_A_MEMBER: 'none of the values of the column',
  NOT_AN_ARRAY: 'no array',
} as const;

/** Code of a reason to reject a row. */
export type UnfitReason = keyof typeof UNFIT_REASONS;

/** A cell that is stored as something else, by a rule. */
export class Converted {
  readonly value: Cell;
  readonly reason: ConversionRule;

  constructor(value: Cell, reason: ConversionRule) {
    this.value = value;
    this.reason = reason;
  }
}

/** A cell that its column cannot hold. */
export class Unfit {
  readonly reason: UnfitReason;

  constructor(reason: UnfitReason) {
    this.reason = reason;
  }
}

/** Brings one cell from the type of the source to that of the target: the cell itself, another one, or not at all. */
export type Converter = (cell: Cell) => Cell | Converted | Unfit;
