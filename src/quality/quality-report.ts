import type { AgeClass } from './age-histogram.ts';
import type { Finding } from './finding-list.ts';
import type { Label } from './measured-fields.ts';
import type { Dimensions } from './score.ts';

/** The quality of one field; shares are in [0, 1], null of nothing. */
export interface FieldQuality {
  readonly field: string;
  readonly label: Label;
  /** What it counts in the score. */
  readonly weight: number;
  /** Customers that could have a value: of a person's field, organisations do not count. */
  readonly applicable: number;
  readonly filled: number;
  /** Filled of applicable. */
  readonly completeness: number | null;
  /** Understood, and without a likely error, of filled. */
  readonly validity: number | null;
  /** Already in canonical form, of filled. */
  readonly conformity: number | null;
  /** Different values of filled; only of fields that identify. A name counts together with the birthday, where both are. */
  readonly uniqueness: number | null;
  /** Values of fresh customers, of filled. */
  readonly freshness: number | null;
}

/** The quality of the customers that have one value of the field of `--by`. */
export interface GroupQuality {
  /** Null: customers without a value. */
  readonly value: string | null;
  readonly customers: number;
  readonly score: number | null;
  readonly dimensions: Dimensions;
}

/** One point of the trend. Scores are from 0 to 100. */
export interface QualityPoint {
  readonly measured_at: string;
  readonly customers: number;
  readonly score: number | null;
}

/** What was measured. Scores are from 0 to 100 with one decimal. */
export interface QualityReport {
  /** ISO-8601 UTC. */
  readonly measured_at: string;
  /** The filter in canonical text; null: all customers. */
  readonly filter: string | null;
  readonly customers: number;
  readonly score: number | null;
  readonly dimensions: Dimensions;
  /** Worst first; those that are empty everywhere last. */
  readonly fields: readonly FieldQuality[];
  readonly freshness: {
    readonly freshDays: number;
    readonly fresh: number;
    readonly share: number | null;
    readonly histogram: readonly AgeClass[];
  };
  /** Worst first. */
  readonly findings: readonly Finding[];
  /** An estimate. */
  readonly duplicates: { readonly groups: number; readonly customers: number; readonly share: number | null };
  /** The field of `--by`; null without. */
  readonly by: string | null;
  /** The largest groups of the field, largest first. */
  readonly groups: readonly GroupQuality[];
  /** How many smaller groups there are beside `groups`. */
  readonly otherGroups: number;
  /** The measurement of the same filter before this one. */
  readonly previous: QualityPoint | null;
}

/** A measurement: the report, and the exact score in [0, 1] that is kept. */
export interface Measured {
  readonly report: QualityReport;
  readonly score: number | null;
}
