import type { BadRecord, RecordHandler, RecordPosition } from '../formats/record-reader.ts';
import type { ImportLayout } from '../repository/import-batch.ts';
import type { RelatedProblem, RelatedRow } from '../repository/related-rows.ts';
import type { RelatedType } from '../model/related-fields.ts';
import type { DateOrder } from '../normalize/normalizer.ts';
import { type DateOrderFinding, DateOrders, type LookAhead } from './column-facts.ts';
import { type DecimalLookAhead, DecimalSign } from './decimal-facts.ts';
import type { ColumnMapping } from './mapping.ts';
import type { Reject, RowChunk } from './record-importer.ts';
import type { RelatedChunk } from './related-chunk.ts';
import { mapRelatedHeader, requireRelatedColumns } from './related-mapping.ts';
import { RelatedReader, type RelatedValueOptions } from './related-values.ts';

/** How a file of related data is read. */
export interface RelatedOptions extends RelatedValueOptions {
  readonly type: RelatedType;
  /** `--map` pairs, header → column. */
  readonly given: ReadonlyMap<string, string>;
  /** Whether further columns may turn up later. */
  readonly growing: boolean;
  /** Order of day and month where the column does not say; null: such a date is not understood. */
  readonly dateOrder: DateOrder | null;
  /** The decimal sign of all amounts, null: the column or each amount must show it. */
  readonly decimal: '.' | ',' | null;
}

/** Looks through the whole file beside the reading of it. */
export interface RelatedLookAhead {
  readonly orders: LookAhead;
  readonly decimal: DecimalLookAhead;
}

const BATCH_ROWS = 1000;

/** Takes records of a file of related data and hands them on in chunks. */
export class RelatedRecords implements RecordHandler {
  columns: ColumnMapping[] = [];
  layout: ImportLayout | null = null;
  readonly preset = null;
  readonly impliedSource = null;
  readonly #options: RelatedOptions;
  readonly #orders: DateOrders;
  readonly #reader: RelatedReader;
  readonly #emit: (chunk: RowChunk) => void;
  #rows: RelatedRow[] = [];
  #rejects: Reject[] = [];
  #header: readonly string[] = [];

  /** @param emit takes each full chunk, at once @param lookAhead null where the file cannot be read twice */
  constructor(options: RelatedOptions, emit: (chunk: RowChunk) => void, lookAhead: RelatedLookAhead | null) {
    this.#options = options;
    this.#orders = new DateOrders(lookAhead?.orders ?? null, options.dateOrder, null);
    this.#reader = new RelatedReader(options, this.#orders, new DecimalSign(lookAhead?.decimal ?? null, options.decimal));
    this.#emit = emit;
  }

  header(cells: readonly string[]): void {
    const { type, growing } = this.#options;
    this.#header = [...cells];
    const known = new Set(this.#header);
    const given = growing ? new Map([...this.#options.given].filter(([name]) => known.has(name))) : this.#options.given;
    this.columns = mapRelatedHeader(type, this.#header, given);
    if (!growing) requireRelatedColumns(type, this.columns);
    this.#orders.setColumns(this.columns);
    this.#reader.setColumns(this.columns);
    this.layout ??= { cells: [], given: [] };
  }

  /** How day and month were told apart in the columns where that was in doubt. */
  get dateOrders(): readonly DateOrderFinding[] {
    return this.#orders.findings;
  }

  record(cells: (string | undefined)[], at: RecordPosition): void {
    if (cells.every((cell) => cell === undefined || cell.trim() === '')) return;
    const kept = Array.from(cells, (cell) => cell ?? '');
    const { line, byteOffset: byte } = at;
    const read = this.#reader.read(cells);
    if ('code' in read) this.#rejects.push({ line, byte, column: read.header, code: read.code, reason: read.reason, cells: kept });
    else this.#rows.push({ line, byte, cells: kept, ...read });
    if (this.#rows.length + this.#rejects.length >= BATCH_ROWS) this.flush();
  }

  bad(problem: BadRecord, at: RecordPosition): void {
    const column = problem.column === null ? null : (this.#header[problem.column - 1] ?? null);
    this.#rejects.push({ line: at.line, byte: at.byteOffset, column, code: problem.code, reason: problem.reason, cells: problem.cells });
    if (this.#rejects.length >= BATCH_ROWS) this.flush();
  }

  /** Hands on what was gathered. */
  flush(): void {
    if (this.#rows.length + this.#rejects.length === 0) return;
    const chunk = { batch: null, rejects: this.#rejects, related: { rows: this.#rows, headers: headersByField(this.columns) } };
    this.#rows = [];
    this.#rejects = [];
    this.#emit(chunk);
  }
}

function headersByField(columns: readonly ColumnMapping[]): Record<string, string> {
  return Object.fromEntries(columns.flatMap(({ header, target }) => (target.kind === 'field' ? [[target.field.name, header]] : [])));
}

/** The rows that the database did not take, as they go into the rejects file. */
export function rejectsOf(problems: readonly RelatedProblem[], headers: RelatedChunk['headers']): Reject[] {
  return problems.map(({ row: { line, byte, cells }, field, code, reason }) => {
    return { line, byte, column: field === null ? null : (headers[field] ?? field), code, reason, cells };
  });
}
