import { type Cell, type Row, rowKey } from '../model/table-schema.ts';
import { type JsonCell, toJsonCell, toJsonRow } from './cell-json.ts';
import { Converted, type Converter, Unfit, UNFIT_REASONS } from './conversion-rules.ts';
import type { ColumnConversion, Reject } from './copy-ledger.ts';
import type { ConvertedCell } from './copy-lists.ts';
import type { TablePlan } from './table-plan.ts';

/** Rows as the target takes them. */
export interface ReadyRows {
  readonly rows: readonly Row[];
  /** The same rows as they were read. */
  readonly origins: readonly Row[];
  readonly rejects: readonly Reject[];
}

/** Brings the rows of one table to the types of the target, counts what changes on the way, and tells rows apart by their keys. */
export class RowConversion {
  /** Names of the columns in the source, in the order of the cells. */
  readonly columns: readonly string[];
  readonly #table: string;
  readonly #changing: readonly { readonly at: number; readonly name: string; readonly convert: Converter }[];
  readonly #keyAt: readonly number[];
  readonly #list: ((cells: readonly ConvertedCell[]) => void) | null;
  #counts = new Map<string, Map<string, number>>();

  /** @param list takes each converted cell; null: they are only counted */
  constructor({ source, columns }: TablePlan, list: ((cells: readonly ConvertedCell[]) => void) | null) {
    this.#table = source.name;
    this.columns = columns.map((column) => column.source.name);
    this.#changing = columns.flatMap(({ source: { name }, convert }, at) => (convert === null ? [] : [{ at, name, convert }]));
    const key = rowKey(source).map((name) => this.columns.indexOf(name));
    this.#keyAt = key.includes(-1) ? [] : key;
    this.#list = list;
    for (const { column, reason, cells } of source.reading?.conversions ?? []) {
      if (!this.columns.includes(column)) continue;
      this.#counts.set(column, (this.#counts.get(column) ?? new Map<string, number>()).set(reason, cells));
    }
  }

  get table(): string {
    return this.#table;
  }

  /** Whether rows can be read in the order of their keys. */
  get isKeyed(): boolean {
    return this.#keyAt.length > 0;
  }

  /** The key of a row as it was read; null where the table has none. */
  keyOf(row: Row): Row | null {
    return this.isKeyed ? this.#keyAt.map((at) => row[at] as Cell) : null;
  }

  /** What was converted since this was last asked. */
  takeCounts(): readonly ColumnConversion[] {
    const counts = [...this.#counts].flatMap(([column, reasons]) => [...reasons].map(([reason, cells]) => ({ column, reason, cells })));
    this.#counts = new Map();
    return counts;
  }

  /** A row that is not taken. */
  reject(row: Row, column: string | null, reason: string): Reject {
    const key = this.keyOf(row);
    const cells = Object.fromEntries(this.columns.map((name, at): [string, JsonCell] => [name, toJsonCell(row[at] ?? null)]));
    return { key: key === null ? null : toJsonRow(key), column, reason, row: cells };
  }

  /** Converts rows; those where nothing changes are not copied. */
  convert(rows: readonly Row[]): ReadyRows {
    if (this.#changing.length === 0) return { rows, origins: rows, rejects: [] };
    const ready: Row[] = [];
    const rejects: Reject[] = [];
    let origins: Row[] | null = null;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as Row;
      const converted = this.#row(row);
      if (Array.isArray(converted)) {
        ready.push(converted);
        origins?.push(row);
      } else {
        origins ??= rows.slice(0, i);
        rejects.push(converted as Reject);
      }
    }
    return { rows: ready, origins: origins ?? rows, rejects };
  }

  #row(row: Row): Row | Reject {
    let changed: Cell[] | null = null;
    let conversions: ConvertedCell[] | null = null;
    for (const { at, name, convert } of this.#changing) {
      const cell = row[at] as Cell;
      const to = convert(cell);
      if (to === cell) continue;
      if (to instanceof Unfit) return this.reject(row, name, UNFIT_REASONS[to.reason]);
      changed ??= [...row];
      if (to instanceof Converted) {
        changed[at] = to.value;
        conversions ??= [];
        conversions.push({ key: null, column: name, reason: to.reason });
      } else changed[at] = to;
    }
    if (conversions !== null) this.#count(row, conversions);
    return changed ?? row;
  }

  #count(row: Row, conversions: readonly ConvertedCell[]): void {
    for (const { column, reason } of conversions) {
      let reasons = this.#counts.get(column);
      if (reasons === undefined) {
        reasons = new Map();
        this.#counts.set(column, reasons);
      }
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    if (this.#list === null) return;
    const key = this.keyOf(row);
    this.#list(conversions.map((conversion) => ({ ...conversion, key })));
  }
}
