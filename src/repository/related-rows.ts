import type { SqlValue } from '../engines/engine.ts';
import type { RelatedType } from '../model/related-fields.ts';

/** How rows of related data are written. */
export interface RelatedSettings {
  readonly type: RelatedType;
  /** System that external ids belong to; null where it was not named: then an id counts in any of them. */
  readonly source: string | null;
}

/** What a row says of the customer that it belongs to. */
export interface RelatedLink {
  readonly id: number | null;
  readonly externalId: string | null;
  /** Match keys. */
  readonly email: string | null;
  readonly phone: string | null;
}

/** One row of related data, read and normalised. */
export interface RelatedRow {
  /** Line of the file, from 1, and byte where it starts. */
  readonly line: number;
  readonly byte: number;
  /** As it stands in the file, for the rejects. */
  readonly cells: readonly string[];
  readonly link: RelatedLink;
  /** By column name of the catalogue; null empties it; absent: the row does not say. Money stands as `…_minor` and `…_currency`. */
  readonly values: Readonly<Record<string, SqlValue>>;
  /** Custom fields; null empties one. */
  readonly attributes: Readonly<Record<string, string | null>>;
  /** Whether it says nothing but what it belongs to: it is skipped where that is there. */
  readonly isFurther?: true;
}

/** Why a row was not taken: into the rejects with it. */
export interface RelatedProblem {
  readonly row: RelatedRow;
  /** Name of the column of the catalogue; null where it is the row as a whole. */
  readonly field: string | null;
  readonly code: string;
  /** One sentence for people, without values. */
  readonly reason: string;
}

/** What became of a row. */
export type RelatedOutcome = 'created' | 'updated' | 'unchanged' | 'skipped' | Omit<RelatedProblem, 'row'>;

/** A row with the customer that it was found to be about; 0 where its table belongs to no customer. */
export interface LinkedRow {
  readonly row: RelatedRow;
  readonly customerId: number;
}
