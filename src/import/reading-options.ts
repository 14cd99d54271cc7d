/** What may be said of how a file is to be read; what is not said is found out. */
export interface ReadingOptions {
  /** `csv`, `xlsx`, `json`, `ndjson` or `vcard`. */
  readonly format?: string;
  readonly encoding?: string;
  /** One character or several. */
  readonly delimiter?: string;
  /** Null: cells are not quoted. */
  readonly quote?: '"' | "'" | null;
  readonly escape?: 'doubled' | 'backslash' | 'none';
  /** Line of the column names, from 1; null: there is none. */
  readonly headerRow?: number | null;
  /** Which table of a file that holds several: its number from 1, or its name (JSON). */
  readonly table?: string;
  /** Which sheet of a workbook: its name, or its number from 1. */
  readonly sheet?: string;
}
