/** The outcome of normalising one value. */
export interface Normalized {
  /** The canonical form, or where it was not understood the trimmed text as it came. */
  readonly value: string;
  /** False when the value could not be read as what its field holds: keep it, flag it, never guess. */
  readonly understood: boolean;
}

/** Which of the two numbers before a year comes first: the day or the month. */
export type DateOrder = 'dmy' | 'mdy';

/** What a normaliser may know beside the value itself. */
export interface NormalizeContext {
  /** ISO 3166-1 alpha-2 region that national phone numbers belong to; null when unknown. */
  readonly region: string | null;
  /** ISO 3166-1 alpha-2 country of the customer; null or absent when unknown. */
  readonly country?: string | null;
  /** What the customer is; a person where nothing is said. */
  readonly kind?: string | null;
  /** Order of day and month in dates that could be read in both; unknown when not given. */
  readonly dateOrder?: DateOrder | undefined;
  /** First two-digit year of the 1900s (`POSIX_PIVOT`, `pastDatePivot`); without it dates of two-digit years are not understood. */
  readonly twoDigitYearPivot?: number | undefined;
}

/** Brings one raw value to its canonical form. Law: idempotent on its own value, and it never throws. */
export type Normalizer = (raw: string, context: NormalizeContext) => Normalized;
