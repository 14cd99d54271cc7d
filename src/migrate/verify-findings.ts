import type { Cell, Row } from '../model/table-schema.ts';
import type { ComparedColumns } from './compared-columns.ts';
import type { ConversionRule } from './conversion.ts';
import { rowDigest } from './row-digest.ts';

/** A cell as JSON has it: large numbers as texts, bytes as `\x` and hexadecimal digits. */
export type PlainCell = null | boolean | number | string | readonly PlainCell[];

/** What is not the same on both sides. */
export interface Difference {
  readonly table: string;
  /** A row that only the first side has, one that only the second has, another value, or another schema. */
  readonly kind: 'missing' | 'extra' | 'different' | 'schema';
  /** Cells of the key by their columns; null where the table has none. */
  readonly key: Readonly<Record<string, PlainCell>> | null;
  /** Where there is no key: beginning of the hash of the row. */
  readonly row: string | null;
  /** null: all of the row, or of the table. */
  readonly column: string | null;
  /** What differs in the schema; null: it is no schema. */
  readonly detail: string | null;
  /** The values of both sides, only where they were asked for. */
  readonly values?: { readonly a: PlainCell; readonly b: PlainCell };
}

/** How often an intended conversion was met. */
export interface ConversionCount {
  readonly table: string;
  readonly column: string;
  readonly reason: ConversionRule;
  readonly cells: number;
}

const ROW_DIGITS = 12;

/** What counts as a difference, and what is told of it. */
interface FindingOptions {
  readonly showValues: boolean;
  /** Rows that only the second side has are none. */
  readonly mayHaveMore: boolean;
}

/** What was found in one table. */
export class Findings {
  readonly table: string;
  differences = 0;
  rowsA = 0;
  rowsB = 0;
  readonly #columns: ComparedColumns;
  readonly #showValues: boolean;
  readonly #mayHaveMore: boolean;
  readonly #add: (difference: Difference) => void;
  readonly #conversions = new Map<string, { readonly column: string; readonly reason: ConversionRule; cells: number }>();

  constructor(table: string, columns: ComparedColumns, options: FindingOptions, add: (difference: Difference) => void) {
    this.table = table;
    this.#columns = columns;
    this.#showValues = options.showValues;
    this.#mayHaveMore = options.mayHaveMore;
    this.#add = add;
  }

  /** Counts an intended conversion of a cell. */
  readonly converted = (at: number, reason: ConversionRule, cells = 1): void => {
    const name = `${at} ${reason}`;
    const known = this.#conversions.get(name);
    if (known === undefined) this.#conversions.set(name, { column: this.#name(at), reason, cells });
    else known.cells += cells;
  };

  /** A row that one side does not have. */
  unpaired(kind: 'missing' | 'extra', row: Row): void {
    if (kind === 'extra' && this.#mayHaveMore) return;
    const columns = this.#columns;
    const form = kind === 'missing' ? columns.left(row) : columns.right(row);
    this.differences++;
    this.#add({ table: this.table, kind, ...this.#place(row, form), column: null, detail: null });
  }

  /** Cells of a row that are not the same. */
  cells(left: Row, right: Row, positions: readonly number[]): void {
    const place = this.#place(left, this.#columns.left(left));
    for (const at of positions) {
      const values = { a: plainCell(left[at] as Cell), b: plainCell(right[at] as Cell) };
      this.differences++;
      this.#add({
        table: this.table,
        kind: 'different',
        ...place,
        column: this.#name(at),
        detail: null,
        ...(this.#showValues ? { values } : {}),
      });
    }
  }

  /** Many rows of which only the number is known. */
  counted(missing: number, extra: number): void {
    this.differences += missing + (this.#mayHaveMore ? 0 : extra);
  }

  conversions(): readonly ConversionCount[] {
    return [...this.#conversions.values()].map((one) => ({ table: this.table, ...one }));
  }

  #place(row: Row, form: Row): Pick<Difference, 'key' | 'row'> {
    const { keyAt } = this.#columns;
    if (keyAt.length === 0) return { key: null, row: rowDigest(form).toString('hex').slice(0, ROW_DIGITS) };
    return { key: Object.fromEntries(keyAt.map((at) => [this.#name(at), plainCell(row[at] as Cell)])), row: null };
  }

  #name(at: number): string {
    return this.#columns.plans[at]?.source.name ?? '';
  }
}

/** A cell as JSON can say it to people; what it cannot, as text. */
export function plainCell(cell: Cell): PlainCell {
  if (cell instanceof Uint8Array) return `\\x${Buffer.from(cell).toString('hex')}`;
  if (typeof cell === 'bigint' || (typeof cell === 'number' && !Number.isFinite(cell))) return String(cell);
  return Array.isArray(cell) ? cell.map(plainCell) : (cell as PlainCell);
}
