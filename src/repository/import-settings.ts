import type { differences } from '../model/customer.ts';
import type { PlannedChild } from '../model/plan.ts';
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
  /** Told about things kept in another way than asked: code, line (null where it is not known) and how often (once). */
  readonly warn: (code: string, line: number | null, count?: number) => void;
  /** Whether a company that a person's row names is made where there is no organisation of that name. Default false. */
  readonly createCompanies?: boolean;
  /** Told what becomes of each row, for a plan. */
  readonly onOutcome?: (outcome: RowOutcome) => void;
  /** Told which rows find stored customers again from now on, for a plan. */
  readonly onMarks?: (marks: readonly { readonly rowHash: number; readonly id: number }[]) => void;
  /** Called between pages of rows: throws when the import is to stop. Lets signals through, which SQLite alone would not. */
  readonly check: () => Promise<void>;
}

/** What becomes of one row, told when it is settled. */
export interface RowOutcome {
  /** Number of the file, from 0, and the line in it. */
  readonly file: number;
  readonly line: number;
  readonly outcome: 'create' | 'update' | 'unchanged' | 'skipped';
  /** Null where the row is about no customer, or it is not known beforehand. */
  readonly customer: number | null;
  /** Fields that this row changes, after the earlier rows of the same customer. */
  readonly changed?: ReturnType<typeof differences>;
  readonly children?: readonly PlannedChild[];
}

/** What happened to the rows: `read = created + updated + unchanged + skipped + rejected`. */
export interface ImportCounts {
  read: number;
  created: number;
  updated: number;
  unchanged: number;
  skipped: number;
  rejected: number;
  /** Organisations made because rows name them as a company; beside the rows. */
  companies: number;
}

/** An existing customer that a row of a batch may be about. */
export interface Candidate {
  readonly row: number;
  readonly id: number;
  /** The key that it was found by; null where it is not certain that the row is about it. */
  readonly key: MatchKey | null;
  readonly kind: string;
  readonly rowHash: number | null;
  /** A person without a link to a company. */
  readonly isUnlinked: boolean;
}

/** Counts of an import that has read nothing yet. */
export function emptyCounts(): ImportCounts {
  return { read: 0, created: 0, updated: 0, unchanged: 0, skipped: 0, rejected: 0, companies: 0 };
}

/** The law that every row read is accounted for, checked by the code itself. */
export function checkCounts(counts: ImportCounts): void {
  const { read, created, updated, unchanged, skipped, rejected } = counts;
  if (read === created + updated + unchanged + skipped + rejected) return;
  throw new Error(`rows are not accounted for: ${JSON.stringify(counts)}`);
}
