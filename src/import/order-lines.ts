import type { ColumnMapping } from './mapping.ts';

/**
 * What a row of orders with their items takes from the rows around it: such files have a line for each item, and what
 * belongs to the order stands on the first of its lines only.
 */
export class OrderLines {
  readonly #number: number;
  readonly #total: number;
  readonly #carried: readonly number[];
  readonly #items: readonly number[];
  #last: readonly (string | undefined)[] = [];

  /** @param columns of the file, as a preset says */
  constructor(columns: readonly ColumnMapping[]) {
    const placeOf = (name: string): number => columns.findIndex(({ target }) => target.kind === 'field' && target.field.name === name);
    this.#number = placeOf('number');
    this.#total = placeOf('total');
    this.#carried = columns.flatMap(({ rule }, cell) => (rule?.carried === true ? [cell] : []));
    this.#items = this.#total < 0 ? [] : columns.flatMap(({ rule }, cell) => (rule?.omitted === true ? [cell] : []));
  }

  /** Fills the empty cells that say what the row before says, where that is of the same order. */
  carry(cells: (string | undefined)[]): void {
    if (this.#carried.length === 0) return;
    const isSame = isFilled(cells[this.#number]) && cells[this.#number] === this.#last[this.#number];
    for (const cell of isSame ? this.#carried : []) if (!isFilled(cells[cell])) cells[cell] = this.#last[cell];
    this.#last = [...cells];
  }

  /** Whether the row says something of an item, which is no part of an order. */
  hasItem(cells: readonly (string | undefined)[]): boolean {
    return this.#items.some((cell) => isFilled(cells[cell]));
  }

  /** Whether it says nothing of the order but its number: a further item. */
  isFurther(cells: readonly (string | undefined)[]): boolean {
    return isFilled(cells[this.#number]) && !isFilled(cells[this.#total]) && this.hasItem(cells);
  }
}

function isFilled(cell: string | undefined): boolean {
  return cell !== undefined && cell.trim() !== '';
}
