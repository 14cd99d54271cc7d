import { csvLine } from '../formats/csv-writer.ts';
import type { BadRecord, RecordHandler, RecordPosition } from '../formats/record-reader.ts';

/** Characters gathered before they are written. */
const BLOCK_LENGTH = 64 * 1024;

/**
 * Writes a table as it was understood: UTF-8 CSV, LF, one header line and every record with the cells as they stand in
 * the file; of records that an import would reject the best reading, as many cells as there are. Nothing is mapped or
 * normalised.
 */
export class UnderstoodTable implements RecordHandler {
  /** Records written. */
  records = 0;
  readonly #write: (text: string) => void;
  readonly #header: readonly string[] | null;
  #isStarted = false;
  #text = '';

  /**
   * @param header the whole header where the reader finds its columns bit by bit; null: the first one it tells is whole
   * @param write takes the text in large pieces
   */
  constructor(header: readonly string[] | null, write: (text: string) => void) {
    this.#header = header;
    this.#write = write;
  }

  header(cells: readonly string[]): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#put(this.#header ?? cells);
  }

  record(cells: readonly (string | undefined)[]): void {
    const width = this.#header?.length ?? cells.length;
    this.#add(Array.from({ length: Math.max(width, cells.length) }, (_, i) => cells[i] ?? ''));
  }

  bad({ cells }: BadRecord, _at: RecordPosition): void {
    if (!this.#isStarted && this.#header !== null) this.header([]);
    this.#add(cells);
  }

  /** Writes what is left. */
  end(): void {
    this.#write(this.#text);
    this.#text = '';
  }

  #add(cells: readonly string[]): void {
    if (cells.every((cell) => cell.trim() === '')) return;
    this.records++;
    this.#put(cells);
  }

  #put(cells: readonly string[]): void {
    this.#text += csvLine(cells.map((cell) => cell.replaceAll('\u0000', '\u2400')));
    if (this.#text.length < BLOCK_LENGTH) return;
    this.#write(this.#text);
    this.#text = '';
  }
}
