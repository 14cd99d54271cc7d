import type { Column, Row, TableSchema } from '../model/table-schema.ts';

/** How the tables of a folder are written in files. */
export interface FolderFormat {
  readonly name: 'csv' | 'ndjson';
  readonly title: string;
  /** Endings of its files in lower case, the one that is written first. */
  readonly extensions: readonly [string, ...string[]];
  /** What stands before the first row. */
  head(columns: readonly Column[]): string;
  /** One row, with its line end. */
  line(columns: readonly Column[], row: Row): string;
  /**
   * The rows of a file, some at a time, as `wanted` names their cells.
   * @param isOurs the file was written by `head` and `line`
   * @throws {CrmError} INPUT_UNREADABLE and the like, with file and line, at the first row that is none
   */
  rows(path: string, table: TableSchema, wanted: readonly string[], isOurs: boolean): AsyncIterable<readonly Row[]>;
  /** What a file that is not ours holds. @throws {CrmError} what `rows` throws */
  foreignSchema(path: string, name: string): Promise<TableSchema>;
}
