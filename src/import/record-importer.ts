import type { BadRecord, RecordHandler, RecordPosition } from '../formats/record-reader.ts';
import { SCALAR_COLUMNS } from '../model/customer.ts';
import { fieldByName } from '../model/fields.ts';
import { DERIVED_CELLS, type ImportBatch, type ImportLayout } from '../repository/import-batch.ts';
import { type ColumnMapping, mapHeader } from './mapping.ts';
import { RowPacker } from './row-packer.ts';
import { type RowOptions, RowValues } from './row-values.ts';
import type { Warnings } from './warnings.ts';

/** A record that cannot be taken, as it goes into the rejects file. */
export interface Reject {
  readonly line: number;
  readonly byte: number;
  /** Header of the offending column; null where it is the record as a whole. */
  readonly column: string | null;
  readonly code: string;
  readonly reason: string;
  readonly cells: readonly string[];
}

/** Records of a file, mapped and normalised, on their way to the writer. */
export interface RowChunk {
  readonly batch: ImportBatch | null;
  readonly rejects: readonly Reject[];
}

/** How a file's records become rows. */
export interface RecordOptions extends RowOptions {
  /** `--map` pairs, header → target. */
  readonly given: ReadonlyMap<string, string>;
  /** System that unqualified external ids belong to. */
  readonly source: string;
  /** Time of the import. */
  readonly now: string;
  /** Whether further columns may turn up later (NDJSON): then the layout has room for every field. */
  readonly growing: boolean;
  /** Whether rows get their full-text words. */
  readonly withWords: boolean;
}

/** Takes records from a reader and packs them into chunks; the same code in the main thread and in a worker. */
export class RecordImporter implements RecordHandler {
  columns: ColumnMapping[] = [];
  layout: ImportLayout | null = null;
  readonly #options: RecordOptions;
  readonly #values: RowValues;
  readonly #emit: (chunk: RowChunk) => void;
  #packer: RowPacker | null = null;
  #rejects: Reject[] = [];
  #header: readonly string[] = [];

  /** @param emit takes each full chunk, at once */
  constructor(options: RecordOptions, warnings: Warnings, emit: (chunk: RowChunk) => void) {
    this.#options = options;
    this.#values = new RowValues(options, warnings);
    this.#emit = emit;
  }

  header(cells: readonly string[]): void {
    this.#header = [...cells];
    const known = new Set(this.#header);
    const given = this.#options.growing ? new Map([...this.#options.given].filter(([name]) => known.has(name))) : this.#options.given;
    this.columns = mapHeader(this.#header, given);
    this.#values.setColumns(this.columns);
    this.layout ??= layoutOf(this.columns, this.#options.growing);
    this.#packer ??= new RowPacker(this.layout, this.#options);
  }

  record(cells: (string | undefined)[], at: RecordPosition): void {
    if (isBlank(cells)) return;
    const packer = this.#packer as RowPacker;
    if (packer.isFull) this.flush();
    this.#values.read(cells, at.line);
    packer.add(this.#values, at.line);
  }

  bad(problem: BadRecord, at: RecordPosition): void {
    const column = problem.column === null ? null : (this.#header[problem.column - 1] ?? null);
    this.#rejects.push({ line: at.line, byte: at.byteOffset, column, code: problem.code, reason: problem.reason, cells: problem.cells });
    if (this.#rejects.length >= 1000) this.flush();
  }

  /** Hands on what is packed. */
  flush(): void {
    const batch = this.#packer !== null && this.#packer.rows > 0 ? this.#packer.take() : null;
    if (batch === null && this.#rejects.length === 0) return;
    const rejects = this.#rejects;
    this.#rejects = [];
    this.#emit({ batch, rejects });
  }
}

/** Spreadsheets end in rows of nothing but commas: they are blank lines, no customers. */
function isBlank(cells: readonly (string | undefined)[]): boolean {
  for (const cell of cells) if (cell !== undefined && cell !== '' && cell.trim() !== '') return false;
  return true;
}

/** The cells that rows of these columns need. */
export function layoutOf(columns: readonly ColumnMapping[], growing: boolean): ImportLayout {
  const mapped = new Set(columns.flatMap(({ target }) => (target.kind === 'field' ? [target.field.name] : [])));
  if (mapped.has('phone')) mapped.add('phone_ext');
  const given = SCALAR_COLUMNS.filter((name) => mapped.has(name) || (growing && fieldByName(name)?.writable === true));
  const always = new Set<string>(['kind', 'name']);
  const cells = SCALAR_COLUMNS.filter((name) => always.has(name) || given.includes(name));
  return { cells: [...cells, ...DERIVED_CELLS], given };
}
