import type { BadRecord, RecordHandler, RecordPosition } from '../formats/record-reader.ts';

/** Rows shown of a file. */
const SAMPLE_ROWS = 5;
/** Different values shown of a column. */
const SAMPLE_VALUES = 3;
/** Longer values are cut in what is shown of a column. */
const SAMPLE_LENGTH = 60;

/** What is known of the cells of one column. */
export interface ColumnSamples {
  /** Cells that hold something. */
  readonly filled: number;
  /** Its first different values, shortened. */
  readonly values: readonly string[];
}

/** Passes records on to another handler and keeps some of them to be looked at. */
export class RecordSamples implements RecordHandler {
  /** The first rows as they stand in the file. */
  readonly rows: string[][] = [];
  readonly #next: RecordHandler;
  #columns: { filled: number; values: Set<string> }[] = [];

  constructor(next: RecordHandler) {
    this.#next = next;
  }

  /** What is known of each column, in the order of the header. */
  get columns(): readonly ColumnSamples[] {
    return this.#columns.map(({ filled, values }) => ({ filled, values: [...values] }));
  }

  header(cells: readonly string[], at: RecordPosition): void {
    while (this.#columns.length < cells.length) this.#columns.push({ filled: 0, values: new Set() });
    this.#next.header(cells, at);
  }

  record(cells: (string | undefined)[], at: RecordPosition): void {
    let isBlank = true;
    for (let i = 0; i < cells.length; i++) {
      const text = cells[i]?.trim() ?? '';
      const column = this.#columns[i];
      if (text === '' || column === undefined) continue;
      isBlank = false;
      column.filled++;
      if (column.values.size < SAMPLE_VALUES) column.values.add(shortened(text));
    }
    if (!isBlank && this.rows.length < SAMPLE_ROWS) this.rows.push(cells.map((cell) => cell ?? ''));
    this.#next.record(cells, at);
  }

  bad(problem: BadRecord, at: RecordPosition): void {
    this.#next.bad(problem, at);
  }

  note(code: string, at: RecordPosition, about?: string): void {
    this.#next.note?.(code, at, about);
  }
}

function shortened(text: string): string {
  return text.length <= SAMPLE_LENGTH ? text : `${text.slice(0, SAMPLE_LENGTH - 1)}…`;
}
