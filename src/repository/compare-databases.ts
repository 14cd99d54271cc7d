import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { columnsOf, type CopyWatch, objectOf, readingSql } from './copy-database.ts';
import { type HeldConversion, HeldTexts } from './held-texts.ts';
import { compareAt, OrderedRows } from './ordered-rows.ts';
import type { OwnTable } from './own-tables.ts';
import { TableDigest } from './table-digest.ts';

/** A row in which two databases of ours are not the same. */
export interface OwnDifference {
  readonly table: string;
  /** Only the first has it, only the second, or cells differ. */
  readonly kind: 'missing' | 'extra' | 'different';
  readonly key: SqlRow;
  /** Columns that differ; of rows of one side, all. */
  readonly columns: readonly string[];
  /** The row as either has it; null: it has none. */
  readonly a: SqlRow | null;
  readonly b: SqlRow | null;
}

/** A table of two databases of ours. */
export interface ComparedOwnTable {
  readonly name: string;
  readonly rowsA: number;
  readonly rowsB: number;
  /** Rows that only the first side has, that only the second has, and whose cells differ. */
  readonly missing: number;
  readonly extra: number;
  readonly different: number;
}

/** How two databases are compared. */
export interface CompareWatch extends CopyWatch {
  /** Told of each row that differs, in the order of tables and keys. */
  readonly onDifference: (difference: OwnDifference) => void;
}

/** Rows between two looks at whether somebody wants to stop. */
const AT_ONCE = 500;

/**
 * Compares tables of two databases of ours in the open transactions of both, each by what its columns mean and not by how its database
 * stores them. Nothing of the rows stays in memory.
 */
export async function compareDatabases(
  a: Connection,
  b: Connection,
  tables: readonly OwnTable[],
  watch: CompareWatch,
): Promise<{ readonly tables: readonly ComparedOwnTable[]; readonly conversions: readonly HeldConversion[] }> {
  const held = new HeldTexts();
  const compared: ComparedOwnTable[] = [];
  let before = 0;
  for (const table of tables) {
    const found = await compareTable([a, b], table, held, { ...watch, onProgress: (rows) => watch.onProgress(before + rows) });
    before += found.rowsA + found.rowsB;
    compared.push(found);
  }
  return { tables: compared, conversions: held.conversions };
}

async function compareTable(
  [a, b]: readonly [Connection, Connection],
  table: OwnTable,
  held: HeldTexts,
  { onDifference, onProgress, check }: CompareWatch,
): Promise<ComparedOwnTable> {
  const { name } = table;
  const columns = await columnsOf(a, name);
  const rowOf = new RowsOf(table, columns);
  const mustHold = a.facts.holdsAnyText && !b.facts.holdsAnyText;
  const hold = (rows: SqlValue[][]): readonly (readonly SqlValue[])[] => (mustHold ? held.rows(name, columns, rows) : rows);
  const sides = [
    new OrderedRows(a.stream(readingSql(a, table, columns)), hold),
    new OrderedRows(b.stream(readingSql(b, table, columns)), (rows) => rows),
  ] as const;
  const counts = { rowsA: 0, rowsB: 0, missing: 0, extra: 0, different: 0 };
  let [left, right] = [await sides[0].next(), await sides[1].next()];
  while (left !== null || right !== null) {
    const order = left === null ? 1 : right === null ? -1 : compareAt(left, right, rowOf.keyAt);
    const difference = rowOf.difference(order <= 0 ? left : null, order >= 0 ? right : null);
    if (difference !== null) {
      counts[difference.kind]++;
      onDifference(difference);
    }
    if (order <= 0) {
      counts.rowsA++;
      left = await sides[0].next();
    }
    if (order >= 0) {
      counts.rowsB++;
      right = await sides[1].next();
    }
    if ((counts.rowsA + counts.rowsB) % AT_ONCE < 2) {
      onProgress(counts.rowsA + counts.rowsB);
      await check();
    }
  }
  return { name, ...counts };
}

/** The rows of one table on both sides. */
class RowsOf {
  readonly keyAt: readonly number[];
  readonly #table: OwnTable;
  readonly #columns: readonly string[];
  readonly #lines: TableDigest;
  readonly #cells: readonly TableDigest[];

  constructor(table: OwnTable, columns: readonly string[]) {
    this.#table = table;
    this.#columns = columns;
    this.keyAt = table.key.map((name) => columns.indexOf(name));
    this.#lines = new TableDigest(columns);
    this.#cells = columns.map((name) => new TableDigest([name]));
  }

  /** What two rows with one key, or one row alone, differ in; null: in nothing. */
  difference(a: readonly SqlValue[] | null, b: readonly SqlValue[] | null): OwnDifference | null {
    if (a !== null && b !== null && this.#lines.lineOf(a) === this.#lines.lineOf(b)) return null;
    const isDifferent = (_: string, at: number): boolean => this.#cell(a, at) !== this.#cell(b, at);
    const row = (a ?? b) as readonly SqlValue[];
    return {
      table: this.#table.name,
      kind: b === null ? 'missing' : a === null ? 'extra' : 'different',
      key: Object.fromEntries(this.#table.key.map((name, at) => [name, row[this.keyAt[at] as number] ?? null])),
      columns: a === null || b === null ? this.#columns : this.#columns.filter(isDifferent),
      a: a === null ? null : objectOf(this.#columns, a),
      b: b === null ? null : objectOf(this.#columns, b),
    };
  }

  #cell(row: readonly SqlValue[] | null, at: number): string {
    return (this.#cells[at] as TableDigest).lineOf([row?.[at] ?? null]);
  }
}
