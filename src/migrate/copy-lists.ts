import { csvLine } from '../formats/csv-writer.ts';
import { OutputFile } from '../formats/output-file.ts';
import type { Row } from '../model/table-schema.ts';
import { type JsonCell, toJsonRow } from './cell-json.ts';
import type { Reject } from './copy-ledger.ts';

/** The file of rejected rows, made with the first of them: one JSON object a line, with table, key, column, reason and row. */
export class RejectsList {
  readonly #path: string;
  #file: OutputFile | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws {CrmError} OUTPUT_FAILED, DISK_FULL */
  add(table: string, rejects: readonly Reject[]): void {
    if (rejects.length === 0) return;
    this.#file ??= new OutputFile(this.#path);
    this.#file.write(rejects.map((reject) => `${JSON.stringify({ table, ...reject })}\n`).join(''));
  }

  /** Gives the file its name. @returns its path; null when nothing was rejected */
  finish(): string | null {
    this.#file?.finish();
    return this.#file?.path ?? null;
  }

  /** Removes it; harmless after `finish`. */
  discard(): void {
    this.#file?.discard();
  }
}

/** One converted cell. */
export interface ConvertedCell {
  readonly key: Row | null;
  readonly column: string;
  readonly reason: string;
}

/** The file of converted cells: CSV with table, key, column and reason, without values. */
export class ConversionsList {
  readonly #file: OutputFile;

  /** @throws {CrmError} OUTPUT_FAILED */
  constructor(path: string) {
    this.#file = new OutputFile(path);
    this.#file.write(csvLine(['table', 'key', 'column', 'reason']));
  }

  /** @throws {CrmError} OUTPUT_FAILED, DISK_FULL */
  add(table: string, cells: readonly ConvertedCell[]): void {
    if (cells.length === 0) return;
    this.#file.write(cells.map(({ key, column, reason }) => csvLine([table, key === null ? '' : keyText(key), column, reason])).join(''));
  }

  finish(): void {
    this.#file.finish();
  }

  /** Removes it; harmless after `finish`. */
  discard(): void {
    this.#file.discard();
  }
}

/** A key of one column as its value, of several as a JSON array. */
function keyText(key: Row): string {
  const cells = toJsonRow(key);
  return cells.length === 1 ? cellText(cells[0] as JsonCell) : JSON.stringify(cells);
}

function cellText(cell: JsonCell): string {
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}
