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
import { OrderLines } from './order-lines.ts';
import type { Preset } from './preset.ts';
import { recognisePreset } from './preset-signature.ts';
import { mapRelatedHeader, requireRelatedColumns } from './related-mapping.ts';
import { RelatedReader, type RelatedValueOptions, type RelatedValues } from './related-values.ts';
import type { Warnings } from './warnings.ts';

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
  /** Layouts of this type that the header may be recognised as. */
  readonly presets?: readonly Preset[];
  /** The layout that the file has in any case. */
  readonly preset?: Preset;
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
  /** The layout of the file; null where none was recognised. */
  preset: Preset | null = null;
  readonly impliedSource = null;
  readonly #options: RelatedOptions;
  readonly #orders: DateOrders;
  readonly #reader: RelatedReader;
  readonly #warnings: Warnings;
  readonly #emit: (chunk: RowChunk) => void;
  /** Null where the layout has no items. */
  #lines: OrderLines | null = null;
  #rows: RelatedRow[] = [];
  #rejects: Reject[] = [];
  #header: readonly string[] = [];

  /** @param emit takes each full chunk, at once @param lookAhead null where the file cannot be read twice */
  constructor(options: RelatedOptions, warnings: Warnings, emit: (chunk: RowChunk) => void, lookAhead: RelatedLookAhead | null) {
    this.#options = options;
    this.#orders = new DateOrders(lookAhead?.orders ?? null, options.dateOrder, null);
    this.#reader = new RelatedReader(options, this.#orders, new DecimalSign(lookAhead?.decimal ?? null, options.decimal));
    this.#warnings = warnings;
    this.#emit = emit;
  }

  header(cells: readonly string[]): void {
    const { type, growing } = this.#options;
    this.#header = [...cells];
    const known = new Set(this.#header);
    const given = growing ? new Map([...this.#options.given].filter(([name]) => known.has(name))) : this.#options.given;
    if (this.layout === null) this.#recognise(this.#header);
    this.columns = mapRelatedHeader(type, this.#header, given, this.preset);
    this.#lines = this.preset?.omit === undefined ? null : new OrderLines(this.columns);
    if (!growing) requireRelatedColumns(type, this.columns);
    this.#orders.setColumns(this.columns);
    this.#reader.setColumns(this.columns);
    this.layout ??= { cells: [], given: [] };
  }

  /** The layout is decided by the first header: further columns of a file belong to it too. */
  #recognise(header: readonly string[]): void {
    const { preset, presets = [], type } = this.#options;
    const { preset: found, tied } = preset === undefined ? recognisePreset(header, presets) : { preset, tied: [] };
    this.preset = found;
    this.#reader.setConstants(type, found?.constants ?? {});
    if (tied.length > 0) this.#warnings.add('AMBIGUOUS_PRESET', tied.join(', '), 1);
  }

  /** How day and month were told apart in the columns where that was in doubt. */
  get dateOrders(): readonly DateOrderFinding[] {
    return this.#orders.findings;
  }

  record(cells: (string | undefined)[], at: RecordPosition): void {
    if (cells.every((cell) => cell === undefined || cell.trim() === '')) return;
    const { line, byteOffset: byte } = at;
    this.#lines?.carry(cells);
    const kept = Array.from(cells, (cell) => cell ?? '');
    if (this.#lines?.hasItem(cells) === true) this.#warnings.add('ITEMS_LEFT_OUT', null, line);
    const read = this.#reader.read(cells);
    if (this.#lines?.isFurther(cells) === true && !('code' in read)) this.#rows.push({ line, byte, cells: kept, ...furtherItem(read) });
    else if ('code' in read) this.#rejects.push({ line, byte, column: read.header, code: read.code, reason: read.reason, cells: kept });
    else this.#rows.push({ line, byte, cells: kept, ...read });
    if (this.#rows.length + this.#rejects.length >= BATCH_ROWS) this.flush();
  }

  bad(problem: BadRecord, at: RecordPosition): void {
    const column = problem.column === null ? null : (this.#header[problem.column - 1] ?? null);
    this.#rejects.push({ line: at.line, byte: at.byteOffset, column, code: problem.code, reason: problem.reason, cells: problem.cells });
    if (this.#rejects.length >= BATCH_ROWS) this.flush();
  }

  note(code: string, at: RecordPosition, about?: string): void {
    this.#warnings.add(code, about ?? null, at.line);
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
  const own = columns.filter(({ rule }) => rule?.readWith === undefined);
  return Object.fromEntries(own.flatMap(({ header, target }) => (target.kind === 'field' ? [[target.field.name, header]] : [])));
}

/** A row with one more item of an order says which order that is; whatever else it says, or leaves empty, is not said of the order. */
function furtherItem({ link, values: { number } }: RelatedValues): Pick<RelatedRow, 'link' | 'values' | 'attributes' | 'isFurther'> {
  return { link, values: { number: number as string }, attributes: {}, isFurther: true };
}

/** The rows that the database did not take, as they go into the rejects file. */
export function rejectsOf(problems: readonly RelatedProblem[], headers: RelatedChunk['headers']): Reject[] {
  return problems.map(({ row: { line, byte, cells }, field, code, reason }) => {
    return { line, byte, column: field === null ? null : (headers[field] ?? field), code, reason, cells };
  });
}
