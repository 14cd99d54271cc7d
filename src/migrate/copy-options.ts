import type { Difference } from './verify-tables.ts';

/** What becomes of tables that are there already: `create` refuses them, the others add, replace by key, or empty them first. */
export const COPY_MODES = ['create', 'append', 'upsert', 'truncate'] as const;

/** See `COPY_MODES`. */
export type CopyMode = (typeof COPY_MODES)[number];

/** What to copy, and how. */
export interface CopyOptions {
  /** Names of tables; null: all. */
  readonly tables: readonly string[] | null;
  readonly mode: CopyMode;
  /** Only rows whose column is not less than a value, which is read as the type of the column says; null: all rows. */
  readonly since: { readonly column: string; readonly value: string } | null;
  /** Rows of a part, which is written in one transaction with its entry in the ledger. */
  readonly batch: number;
  /** Tables at the same time; null: as many as both sides can, at most 4. */
  readonly jobs: number | null;
  /** Go on with a copy that was broken off. */
  readonly resume: boolean;
  /** Say what would be done, and do nothing. */
  readonly dryRun: boolean;
  /** Read everything first, and stop before anything is written when a value cannot be held as it is. */
  readonly strict: boolean;
  /** Where each converted cell is listed; null: nowhere. */
  readonly conversionsPath: string | null;
  /** Where rejected rows go. */
  readonly rejectsPath: string;
  /** Compare source and target, cell by cell, afterwards. */
  readonly verify: boolean;
  readonly busyTimeoutMs: number;
  /** Opens encrypted files; null: there is none. */
  readonly key: Uint8Array | null;
  readonly signal?: AbortSignal;
  /** Told of each part: rows of the table so far, and of all tables; and of the tables that are complete. */
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** How far a copy is. */
export interface CopyProgress {
  readonly step: 'copying' | 'verifying';
  readonly table: string;
  /** Rows of this table so far. */
  readonly rows: number;
  readonly isDone: boolean;
  /** Rows of all tables so far, and in all; null: not known. */
  readonly allRows: number;
  readonly totalRows: number | null;
}

/** What became of one table. */
export interface CopiedTable {
  readonly name: string;
  readonly read: number;
  readonly written: number;
  readonly rejected: number;
  /** Whether the target was found to hold just what the source does; null: not looked at. */
  readonly verified: boolean | null;
}

/** Cells of a column that the target cannot hold as they are, and what was done. */
export interface CountedConversion {
  readonly table: string;
  readonly column: string;
  readonly reason: string;
  readonly cells: number;
}

/** What a copy did, or would do. */
export interface CopyResult {
  readonly tables: readonly CopiedTable[];
  readonly conversions: readonly CountedConversion[];
  /** Views of the source, which are not copied. */
  readonly views: readonly string[];
  /** What of the schema the target does not have, in sentences. */
  readonly notes: readonly string[];
  /** File of the rejected rows; null: none was rejected. */
  readonly rejects: string | null;
  /** What the verification found different, without values of other columns than keys; the first of them. */
  readonly differences: readonly Difference[];
  readonly dryRun: boolean;
  /** SQL that a dry run would have executed before and after the rows. */
  readonly plan: readonly string[];
  readonly elapsedMs: number;
}
