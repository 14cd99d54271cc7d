import type { ImportType } from '../import/related-request.ts';
import type { TableSchema } from '../model/table-schema.ts';
import type { ColumnLook } from './draft-samples.ts';

/** A field that a draft fills, and why. */
export interface DraftField {
  readonly target: string;
  /** Columns, of joined tables as `alias.column`. */
  readonly from: readonly string[];
  /** In [0,1]; what is less likely than `LEAST` stands in a comment. */
  readonly confidence: number;
  readonly why: string;
}

/** A join that a draft needs. */
export interface DraftJoin {
  readonly table: string;
  readonly as: string;
  readonly on: Readonly<Record<string, string>>;
}

/** A table of a draft. */
export interface DraftTable {
  readonly table: string;
  readonly as: ImportType;
  readonly confidence: number;
  readonly why: string;
  /** Where it is not that of the file. */
  readonly source: string | null;
  readonly joins: readonly DraftJoin[];
  readonly where: { readonly column: string; readonly is?: 'empty'; readonly not_equals?: string } | null;
  readonly fields: readonly DraftField[];
  /** Columns that nothing was found for, with a word about each. */
  readonly left: readonly { readonly column: string; readonly why: string }[];
}

/** A mapping that was made up, to be looked through by a person. */
export interface Draft {
  /** What to call the place that it is of. */
  readonly from: string;
  readonly source: string;
  readonly country: string | null;
  readonly currency: string | null;
  readonly tables: readonly DraftTable[];
  /** Tables that are left out, and why. */
  readonly others: readonly { readonly table: string; readonly why: string }[];
}

/** What is less likely is only proposed, in a comment. */
export const LEAST = 0.5;

/** A table of the source with what its first rows look like. */
export interface SeenTable {
  readonly schema: TableSchema;
  readonly looks: ReadonlyMap<string, ColumnLook>;
  /** Columns that point to other tables, declared or by their names. */
  readonly links: readonly DraftLink[];
}

/** A column that points to the key of another table. */
export interface DraftLink {
  readonly column: string;
  readonly table: string;
  readonly references: string;
  readonly isDeclared: boolean;
}
