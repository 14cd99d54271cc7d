import { CrmError } from '../errors.ts';

/** More different names than this are data used as keys, not column names. */
const MAX_COLUMNS = 10_000;

/** The columns of a file whose records name their cells: each new name is a new column. */
export class GrowingColumns {
  /** The names, in the order of first appearance. */
  readonly names: string[] = [];
  /** The cells of the record being put together, reused for the next one. */
  readonly cells: (string | undefined)[] = [];
  readonly #columnOf = new Map<string, number>();
  /** Number of the record that last had a cell in each column: tells names that occur twice. */
  readonly #lastRecord: number[] = [];
  #record = 0;
  #known = 0;
  #line = 1;

  /** Begins a record. */
  begin(line: number): void {
    this.#record++;
    this.#line = line;
    this.#known = this.names.length;
    this.cells.fill(undefined);
  }

  /** Whether the record has a column that no record before had. */
  get hasGrown(): boolean {
    return this.names.length > this.#known;
  }

  /**
   * Puts a cell into the record; false when it has one of that name already. `likely` is where the column may stand.
   * @throws {CrmError} INPUT_UNREADABLE when there are more than 10,000 columns
   */
  put(name: string, value: string | undefined, likely = -1): boolean {
    const column = this.names[likely] === name ? likely : (this.#columnOf.get(name) ?? this.#add(name));
    if (this.#lastRecord[column] === this.#record) return false;
    this.#lastRecord[column] = this.#record;
    this.cells[column] = value;
    return true;
  }

  /** What the record has in a column; undefined where it has none. */
  get(name: string): string | undefined {
    return this.cells[this.#columnOf.get(name) ?? -1];
  }

  /** Appends to what the record has in a column. */
  append(name: string, value: string, separator: string): void {
    const column = this.#columnOf.get(name) ?? -1;
    if (this.#lastRecord[column] === this.#record) this.cells[column] = `${this.cells[column] ?? ''}${separator}${value}`;
    else this.put(name, value);
  }

  /** Forgets the columns that this record has brought: it cannot be taken. */
  forget(): void {
    for (const name of this.names.slice(this.#known)) this.#columnOf.delete(name);
    this.names.length = this.#known;
    this.cells.length = this.#known;
    this.#lastRecord.length = this.#known;
  }

  #add(name: string): number {
    const column = this.names.length;
    if (column >= MAX_COLUMNS) {
      throw new CrmError('INPUT_UNREADABLE', `the records have more than ${MAX_COLUMNS} different keys (line ${this.#line})`, {
        hint: 'keys must name columns, not hold data',
      });
    }
    this.names.push(name);
    this.cells.push(undefined);
    this.#lastRecord.push(0);
    this.#columnOf.set(name, column);
    return column;
  }
}
