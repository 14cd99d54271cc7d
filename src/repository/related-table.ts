import type { Connection } from '../engines/connection.ts';
import type { ImportSettings } from './import-settings.ts';
import type { LinkedRow, RelatedOutcome } from './related-rows.ts';
import type { RunLog } from './run-log.ts';

/** How a row changes what is stored. */
export type MergeMode = ImportSettings['onMatch'];

/** What the writers of all tables share. */
export interface RelatedContext {
  readonly connection: Connection;
  readonly log: RunLog;
  readonly source: string | null;
  readonly onMatch: MergeMode;
  /** Time of the import, ISO-8601 UTC. */
  readonly now: string;
  readonly warn: ImportSettings['warn'];
  /** Takes the customers whose rows were written. */
  readonly customers: Set<number>;
}

/** Writes rows of one type, batch after batch, in file order. */
export interface TableWriter {
  /** Writes and records a batch. @returns what became of each row */
  write(rows: readonly LinkedRow[]): Promise<RelatedOutcome[]>;
  /** Ends the work: gives back what was reserved. */
  finish(): Promise<void>;
}

/** One text of a number and a text, different for different pairs. */
export function pairKey(id: number, text: string): string {
  return `${id} ${text}`;
}
