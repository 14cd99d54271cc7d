import type { RelatedRow } from '../repository/related-rows.ts';

/** Rows of related data on their way to the writer. */
export interface RelatedChunk {
  readonly rows: readonly RelatedRow[];
  /** Headers by the name of the column that they mean. */
  readonly headers: Readonly<Record<string, string>>;
}
