import { FORMATS, type FormatName, type ReaderOptions } from '../formats/index.ts';
import type { RecordHandler } from '../formats/record-reader.ts';
import { dateOrderEvidence } from '../normalize/date-order.ts';
import { pastDatePivot } from '../normalize/date-two-digit-year.ts';
import type { DateOrder } from '../normalize/normalizer.ts';
import { type LocalInput, lookInto } from './local-input.ts';
import type { ColumnMapping } from './mapping.ts';

const CHUNK_BYTES = 256 * 1024;
/** Dates of customers lie in the past: two-digit years after the current one are of the century before. */
export const PIVOT = pastDatePivot(new Date().getUTCFullYear());

/** What the values of a whole date column say of day and month: how many are a day in one order only, and how many in both. */
export interface OrderEvidence {
  dayFirst: number;
  monthFirst: number;
  either: number;
}

/** Counts the evidence of columns (by their place in a record, from 0) over the whole file. */
export type LookAhead = (cells: readonly number[]) => ReadonlyMap<number, OrderEvidence>;

/** How day and month of one column were told apart, for the report. */
export interface DateOrderFinding {
  readonly header: string;
  readonly field: string;
  /** Null: neither the column nor anybody else decided it. */
  readonly order: DateOrder | null;
  /** Who decided: the values of the column, a hint of the file's layout, the user; null where nobody did. */
  readonly by: 'column' | 'hint' | 'given' | null;
  /** Values that are a day in one order only. */
  readonly proof: number;
  /** Values written with two numbers and a year. */
  readonly values: number;
}

/**
 * Reads a file from beginning to end, beside the import of it, and counts what its date columns say.
 * @throws {CrmError} INPUT_… as the import of the file would
 */
export function readOrderEvidence(request: BesideRequest, cells: readonly number[]): ReadonlyMap<number, OrderEvidence> {
  const counter = new EvidenceCounter(cells);
  readBeside(request, counter);
  return counter.evidence;
}

/** What of the reading of a file is needed to read it once more. */
export interface BesideRequest {
  readonly file: LocalInput;
  readonly format: FormatName;
  readonly reader: ReaderOptions;
}

/** Gives all records of a file to a handler, beside the import of it. @throws {CrmError} INPUT_… as the import of the file would */
export function readBeside({ file, format, reader: options }: BesideRequest, handler: RecordHandler): void {
  const reader = FORMATS[format].createReader(options, handler);
  lookInto(file, (source) => {
    for (let offset = 0; offset < source.sizeBytes; offset += CHUNK_BYTES) {
      reader.push(source.read(offset, Math.min(CHUNK_BYTES, source.sizeBytes - offset)));
    }
  });
  reader.end();
}

class EvidenceCounter implements RecordHandler {
  readonly evidence: ReadonlyMap<number, OrderEvidence>;

  constructor(cells: readonly number[]) {
    this.evidence = new Map(cells.map((cell) => [cell, { dayFirst: 0, monthFirst: 0, either: 0 }]));
  }

  header(): void {}

  record(cells: readonly (string | undefined)[]): void {
    for (const [cell, counts] of this.evidence) {
      const text = cells[cell];
      const found = text === undefined || text === '' ? null : dateOrderEvidence(text, PIVOT);
      if (found === 'dmy') counts.dayFirst++;
      else if (found === 'mdy') counts.monthFirst++;
      else if (found === 'either') counts.either++;
    }
  }

  bad(): void {}
}

/** The order of day and month in each date column of a file, found out when it is first asked for: most files never ask. */
export class DateOrders {
  readonly #lookAhead: LookAhead | null;
  readonly #given: DateOrder | null;
  readonly #hint: DateOrder | null;
  readonly #found = new Map<number, DateOrderFinding>();
  #columns: readonly ColumnMapping[] = [];

  /**
   * @param lookAhead null where the file cannot be read twice: then no column decides
   * @param given decides where the column does not
   * @param hint of the file's layout: decides where neither does, but nothing in a column that contradicts itself
   */
  constructor(lookAhead: LookAhead | null, given: DateOrder | null, hint: DateOrder | null) {
    this.#lookAhead = lookAhead;
    this.#given = given;
    this.#hint = hint;
  }

  /** Says what the columns are; may be called again with further ones. */
  setColumns(columns: readonly ColumnMapping[]): void {
    this.#columns = columns;
  }

  /** The order in one column as far as it was asked for before; null when it was not, or when nobody decides it. */
  decided(cell: number): DateOrder | null {
    return this.#found.get(cell)?.order ?? null;
  }

  /** The order in one column, null when nobody decides it; reads the file again when the column is new. */
  orderOf(cell: number): DateOrder | null {
    if (!this.#found.has(cell)) this.#look();
    return this.#found.get(cell)?.order ?? null;
  }

  /** What was decided so far, in the order of the columns; nothing of columns that never were in doubt. */
  get findings(): readonly DateOrderFinding[] {
    return [...this.#found.values()].filter(({ values }) => values > 0);
  }

  #look(): void {
    const cells = this.#columns.flatMap(({ target }, cell) =>
      target.kind === 'field' && (target.field.type === 'date' || target.field.type === 'instant') ? [cell] : [],
    );
    const evidence = this.#lookAhead?.(cells);
    for (const cell of cells) {
      const { header, target } = this.#columns[cell] as ColumnMapping;
      const counts = evidence?.get(cell) ?? { dayFirst: 0, monthFirst: 0, either: 0 };
      const field = target.kind === 'field' ? target.field.name : '';
      this.#found.set(cell, { header, field, ...this.#decide(counts) });
    }
  }

  #decide({ dayFirst, monthFirst, either }: OrderEvidence): Pick<DateOrderFinding, 'order' | 'by' | 'proof' | 'values'> {
    const counts = { proof: dayFirst + monthFirst, values: dayFirst + monthFirst + either };
    if (dayFirst > 0 && monthFirst === 0) return { order: 'dmy', by: 'column', ...counts };
    if (monthFirst > 0 && dayFirst === 0) return { order: 'mdy', by: 'column', ...counts };
    if (this.#given !== null) return { order: this.#given, by: 'given', ...counts };
    if (this.#hint !== null && dayFirst === 0) return { order: this.#hint, by: 'hint', ...counts };
    return { order: null, by: null, ...counts };
  }
}
