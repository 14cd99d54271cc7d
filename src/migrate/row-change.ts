import type { Row } from '../model/table-schema.ts';

/** What makes one row of the second side another than that of the first; cells as they were read. */
export type RowChange =
  | { readonly kind: 'missing'; readonly row: Row }
  | { readonly kind: 'extra'; readonly row: Row }
  /** `at`: positions of the columns that differ. */
  | { readonly kind: 'different'; readonly left: Row; readonly right: Row; readonly at: readonly number[] };

/** How many changes of each kind there are. */
export interface ChangeCounts {
  missing: number;
  extra: number;
  different: number;
}
