import type { Cell, Row } from '../model/table-schema.ts';
import { type Comparable, comparable, sameCell } from './comparable.ts';
import { type ConversionRule, Converted, Unfit } from './conversion.ts';
import type { ColumnPlan, TablePlan } from './table-plan.ts';
import type { StoreFacts } from '../connectors/connector.ts';

/** The columns of a table that two sides have, and how their cells are compared. */
export class ComparedColumns {
  readonly plans: readonly ColumnPlan[];
  /** Where the cells of the key stand in a row. */
  readonly keyAt: readonly number[];
  readonly #forms: readonly Comparable[];

  constructor({ columns }: TablePlan, key: readonly string[], facts: StoreFacts) {
    this.plans = columns;
    this.keyAt = key.map((name) => columns.findIndex((column) => column.source.name === name));
    this.#forms = columns.map(({ source, target }) => comparable(source.type, target.type, facts.limits));
  }

  /** The cells of the key of a row of the first side. */
  leftKey(row: Row): Row {
    return this.keyAt.map((at) => (this.#forms[at] as Comparable).left(row[at] as Cell));
  }

  /** The cells of the key of a row of the second side. */
  rightKey(row: Row): Row {
    return this.keyAt.map((at) => (this.#forms[at] as Comparable).right(row[at] as Cell));
  }

  /** A key of the first side as the second one has it. */
  keyOnRight(key: Row): Row {
    return this.keyAt.map((at, index) => {
      const cell = key[index] as Cell;
      const to = this.plans[at]?.convert?.(cell) ?? cell;
      return to instanceof Converted ? to.value : to instanceof Unfit ? cell : to;
    });
  }

  /** A row of the first side in comparable form. */
  left(row: Row): Row {
    return row.map((cell, at) => (this.#forms[at] as Comparable).left(cell));
  }

  /** A row of the second side in comparable form. */
  right(row: Row): Row {
    return row.map((cell, at) => (this.#forms[at] as Comparable).right(cell));
  }

  /** The conversion that is intended for a cell of the first side; null: none. */
  conversionOf(at: number, cell: Cell): ConversionRule | null {
    return (this.#forms[at] as Comparable).conversionOf(cell);
  }

  /** Positions of the columns in which two rows, as they were read, differ; null where in none. Tells of conversions that were seen. */
  differing(left: Row, right: Row, onConversion: (at: number, rule: ConversionRule) => void): number[] | null {
    let found: number[] | null = null;
    for (let at = 0; at < this.#forms.length; at++) {
      const form = this.#forms[at] as Comparable;
      const a = left[at] as Cell;
      const b = right[at] as Cell;
      if (a === b && (form.isSameForm || a === null)) continue;
      if (!sameCell(form.left(a), form.right(b))) {
        found ??= [];
        found.push(at);
        continue;
      }
      const rule = form.conversionOf(a);
      if (rule !== null) onConversion(at, rule);
    }
    return found;
  }
}
