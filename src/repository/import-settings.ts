import type { MatchKey } from './import-batch.ts';

/** How rows find and change customers. */
export interface ImportSettings {
  /**
   * Sources that were not named by the user but taken from a file's name: an external id of theirs is believed only
   * where the names may be the same. Ids of all other sources decide alone.
   */
  readonly implicitSources: ReadonlySet<string>;
  /** Keys by which a row finds its customer; none: every row makes a new one. */
  readonly match: ReadonlySet<MatchKey>;
  /** update: given values replace; fill: only empty fields are filled; skip: matched rows do nothing; create: never match. */
  readonly onMatch: 'update' | 'fill' | 'skip' | 'create';
  /** Time of the import, ISO-8601 UTC. */
  readonly now: string;
  /** Told about things kept in another way than asked: code and line. */
  readonly warn: (code: string, line: number) => void;
  /** Called between pages of rows: throws when the import is to stop. Lets signals through, which SQLite alone would not. */
  readonly check: () => Promise<void>;
}

/** What happened to the rows: `read = created + updated + unchanged + skipped + rejected`. */
export interface ImportCounts {
  read: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  rejected: number;
}

/** An existing customer that a row of a batch may be about. */
export interface Candidate {
  readonly row: number;
  readonly id: number;
  /** The key that it was found by; null where it is not certain that the row is about it. */
  readonly key: MatchKey | null;
  readonly nameKey: string | null;
  readonly kind: string;
  readonly rowHash: number | null;
}

/** Counts of an import that has read nothing yet. */
export function emptyCounts(): ImportCounts {
  return { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0 };
}
