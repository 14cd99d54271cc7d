import { CrmError } from '../errors.ts';
import type { BadRecord, RecordHandler, RecordPosition } from '../formats/record-reader.ts';
import { SCALAR_COLUMNS } from '../model/customer.ts';
import { isOwnExport } from '../model/header-target.ts';
import { fieldByName } from '../model/fields.ts';
import { DERIVED_CELLS, type ImportBatch, type ImportLayout } from '../repository/import-batch.ts';
import { type DateOrderFinding, DateOrders, type LookAhead } from './column-facts.ts';
import { type DoubtOptions, DoubtfulValues, USUAL_DOUBTS } from './doubtful-values.ts';
import { companyColumns } from './company-columns.ts';
import { type ColumnMapping, mapHeader } from './mapping.ts';
import type { Preset } from './preset.ts';
import type { RelatedChunk } from './related-chunk.ts';
import { recognisePreset } from './preset-signature.ts';
import { RowFlags } from './row-flags.ts';
import { RowPacker } from './row-packer.ts';
import type { RowOptions } from './row-options.ts';
import { RowValues } from './row-values.ts';
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
  /** Columns of the cells, where they are more than those that the file began with. */
  readonly header?: readonly string[];
}

/** Records of a file, mapped and normalised, on their way to the writer. */
export interface RowChunk {
  readonly batch: ImportBatch | null;
  readonly rejects: readonly Reject[];
  /** Rows of a file of related data. */
  readonly related?: RelatedChunk;
}

/** How a file's records become rows. */
export interface RecordOptions extends RowOptions {
  /** `--map` pairs, header → target. */
  readonly given: ReadonlyMap<string, string>;
  /** System that unqualified external ids belong to. */
  readonly source: string;
  /** Whether `source` was taken from the file's name: then a preset knows better. */
  readonly sourceIsImplied?: boolean;
  /** Layouts that the header may be recognised as. */
  readonly presets?: readonly Preset[];
  /** Layouts of related data, where nothing says that the rows are customers: a header that is one of theirs is refused. */
  readonly otherPresets?: readonly Preset[];
  /** The layout that the file has in any case. */
  readonly preset?: Preset;
  /** Whether the rows are companies unless they say otherwise. */
  readonly companies?: boolean;
  /** Time of the import. */
  readonly now: string;
  /** Whether further columns may turn up later (NDJSON): then the layout has room for every field. */
  readonly growing: boolean;
  /** Whether rows get their full-text words. */
  readonly withWords: boolean;
  /** What is done about values that cannot be believed; default `USUAL_DOUBTS`. */
  readonly doubts?: DoubtOptions;
}

/** Takes records from a reader and packs them into chunks; the same code in the main thread and in a worker. */
export class RecordImporter implements RecordHandler {
  columns: ColumnMapping[] = [];
  layout: ImportLayout | null = null;
  /** The layout of the file; null where none was recognised. */
  preset: Preset | null = null;
  /** System that unqualified external ids belong to, where only the file's name says so; else null. */
  impliedSource: string | null = null;
  readonly #options: RecordOptions;
  readonly #values: RowValues;
  readonly #warnings: Warnings;
  readonly #emit: (chunk: RowChunk) => void;
  #packer: RowPacker | null = null;
  #rejects: Reject[] = [];
  #header: readonly string[] = [];
  /** Columns that the file began with. */
  #firstColumns = 0;
  readonly #orders: DateOrders;
  readonly #flags: RowFlags | null;

  /**
   * @param emit takes each full chunk, at once
   * @param lookAhead reads the whole file where a date column is in doubt; null where it cannot be read twice
   */
  constructor(options: RecordOptions, warnings: Warnings, emit: (chunk: RowChunk) => void, lookAhead: LookAhead | null = null) {
    const doubts = options.doubts ?? USUAL_DOUBTS;
    const order = doubts.onAmbiguousDate === 'dmy' || doubts.onAmbiguousDate === 'mdy' ? doubts.onAmbiguousDate : null;
    this.#orders = new DateOrders(lookAhead, order, doubts.dateOrderHint ?? null);
    this.#flags = doubts.strict || doubts.onAmbiguousDate === 'reject' ? new RowFlags(warnings, doubts) : null;
    const sink = this.#flags ?? warnings;
    this.#options = options;
    this.#values = new RowValues(options, sink, new DoubtfulValues(doubts, this.#orders, sink));
    this.#warnings = warnings;
    this.#emit = emit;
  }

  header(cells: readonly string[]): void {
    this.#header = [...cells];
    const known = new Set(this.#header);
    const given = this.#options.growing ? new Map([...this.#options.given].filter(([name]) => known.has(name))) : this.#options.given;
    if (this.layout === null) this.#recognise(this.#header);
    if (isOwnExport(known)) this.#values.believe();
    const columns = mapHeader(this.#header, given, this.preset);
    this.columns = this.#options.companies === true ? companyColumns(columns) : columns;
    this.#values.setColumns(this.columns);
    this.#orders.setColumns(this.columns);
    if (this.layout === null) this.#firstColumns = this.#header.length;
    this.layout ??= layoutOf(this.columns, this.#options.growing);
    this.#packer ??= new RowPacker(this.layout, { ...this.#options, source: this.#source });
  }

  get #source(): string {
    return this.impliedSource ?? (this.#options.sourceIsImplied === true ? this.preset?.source : null) ?? this.#options.source;
  }

  /** The layout is decided by the first header: further columns of a file belong to it too. */
  #recognise(header: readonly string[]): void {
    const { preset, presets = [], otherPresets = [], source, sourceIsImplied } = this.#options;
    if (otherPresets.length > 0) requireCustomers(recognisePreset(header, [...presets, ...otherPresets]).preset);
    const { preset: found, tied } = preset === undefined ? recognisePreset(header, presets) : { preset, tied: [] };
    this.preset = found;
    this.#values.defaultKind = this.#options.companies === true ? 'organisation' : (found?.kind ?? null);
    this.impliedSource = sourceIsImplied === true && (found === null || found.source === null) ? source : null;
    if (tied.length > 0) this.#warnings.add('AMBIGUOUS_PRESET', tied.join(', '), 1);
  }

  record(cells: (string | undefined)[], at: RecordPosition): void {
    if (isBlank(cells)) return;
    const packer = this.#packer as RowPacker;
    if (packer.isFull) this.flush();
    this.#values.read(cells, at.line);
    if (this.#flags !== null && this.#isRejected(this.#flags, cells, at)) return;
    packer.add(this.#values, at.line);
  }

  /** How day and month were told apart in the columns where that was in doubt. */
  get dateOrders(): readonly DateOrderFinding[] {
    return this.#orders.findings;
  }

  /** Whether a value of the row just read is reason enough not to take it. */
  #isRejected(flags: RowFlags, cells: readonly (string | undefined)[], at: RecordPosition): boolean {
    const problem = flags.settle(this.columns);
    if (problem === null) return false;
    const header = this.#header.length > this.#firstColumns ? { header: this.#header } : {};
    this.#rejects.push({ line: at.line, byte: at.byteOffset, ...problem, cells: cells.map((cell) => cell ?? ''), ...header });
    if (this.#rejects.length >= 1000) this.flush();
    return true;
  }

  bad(problem: BadRecord, at: RecordPosition): void {
    const column = problem.column === null ? null : (this.#header[problem.column - 1] ?? null);
    this.#rejects.push({ line: at.line, byte: at.byteOffset, column, code: problem.code, reason: problem.reason, cells: problem.cells });
    if (this.#rejects.length >= 1000) this.flush();
  }

  note(code: string, at: RecordPosition, about?: string): void {
    this.#warnings.add(code, about ?? null, at.line);
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

/** Only workbooks come here without being looked at before: that would read all their texts twice. */
function requireCustomers(found: Preset | null): void {
  if (found === null || found.type === 'customers' || found.type === 'companies') return;
  throw new CrmError('INPUT_AMBIGUOUS', `its layout is ${found.name}, one of ${found.type}, and nothing says what the rows are`, {
    hint: `say it: --type ${found.type}`,
  });
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
