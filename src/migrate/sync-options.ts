import type { CountedConversion } from './copy-options.ts';

/** How many changes are too many: a number of rows, or a share of the rows of the larger side. */
export type MaxChanges = { readonly rows: number } | { readonly share: number };

/** What to bring up to date, and how. */
export interface SyncOptions {
  /** Names of tables; null: all of the first side. */
  readonly tables: readonly string[] | null;
  /** Delete rows that only the second side has. */
  readonly delete: boolean;
  /** Make tables that the second side does not have. */
  readonly create: boolean;
  /** Say what would be done, and do nothing. */
  readonly dryRun: boolean;
  /** null: there may be any number of changes. */
  readonly maxChanges: MaxChanges | null;
  /** Empty a table of the second side, too, because it is empty on the first. */
  readonly yes: boolean;
  /** Write nothing when a changed value cannot be held as it is. */
  readonly strict: boolean;
  /** Keep the whole of a customer database of ours in a file before it is changed. */
  readonly snapshot: boolean;
  /** Rows that are written in one transaction. */
  readonly batch: number;
  /** Compare both sides again until nothing differs. */
  readonly verify: boolean;
  /** Where each converted cell is listed; null: nowhere. */
  readonly conversionsPath: string | null;
  /** Where rows go that the second side does not take. */
  readonly rejectsPath: string;
  readonly busyTimeoutMs: number;
  /** Opens encrypted files; null: there is none. */
  readonly key: Uint8Array | null;
  readonly signal?: AbortSignal;
  /** Told of the rows of a table that were read or written so far. */
  readonly onProgress?: (step: 'comparing' | 'writing', table: string, rows: number) => void;
}

/** What became of one table. */
export interface SyncedTable {
  readonly name: string;
  /** What was found at first: rows that only the first side had, that differed, and that only the second side had. */
  readonly missing: number;
  readonly different: number;
  readonly extra: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Rows that the second side does not take. */
  readonly rejected: number;
  /** Whether nothing differs any more, but for rejected rows and, without `delete`, extra ones; null: not looked at. */
  readonly verified: boolean | null;
}

/** What was done, or would be. */
export interface SyncResult {
  readonly a: string;
  readonly b: string;
  readonly dryRun: boolean;
  /**
   * How it was done: table by table; or a customer database as a whole, either by reading all of both, or only what the change log of
   * the first says that runs have touched since.
   */
  readonly way: 'tables' | 'database' | 'change log';
  /** The file that keeps the customer database as it was before; null: none. */
  readonly snapshot: string | null;
  readonly tables: readonly SyncedTable[];
  readonly conversions: readonly CountedConversion[];
  /** File of the rejected rows; null: none was rejected. */
  readonly rejects: string | null;
  /** What of the tables could not be paired, and references that lead nowhere, in sentences. */
  readonly notes: readonly string[];
  readonly elapsedMs: number;
}
