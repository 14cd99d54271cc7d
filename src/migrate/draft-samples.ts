import type { Snapshot } from '../connectors/connector.ts';
import { type CellShape, shapeOf } from '../formats/cell-shape.ts';
import { storedColumns, type TableSchema } from '../model/table-schema.ts';
import { cellAsText } from './cell-as-text.ts';

/** Rows that are looked at of each table. */
const SAMPLE_ROWS = 200;

/** What the first rows of a column look like. */
export interface ColumnLook {
  readonly rows: number;
  /** Rows in which it says something. */
  readonly filled: number;
  /** How many of those have which shape. */
  readonly shapes: Readonly<Partial<Record<CellShape, number>>>;
}

/** Looks at the first rows of a table. @returns by column */
export async function lookAtColumns(snapshot: Snapshot, schema: TableSchema): Promise<ReadonlyMap<string, ColumnLook>> {
  const columns = storedColumns(schema).map(({ name }) => name);
  const looks = columns.map(() => ({ rows: 0, filled: 0, shapes: {} as Partial<Record<CellShape, number>> }));
  for await (const rows of snapshot.read({ table: schema, columns, ordered: false, batch: SAMPLE_ROWS })) {
    for (const row of rows.slice(0, SAMPLE_ROWS)) {
      for (const [at, look] of looks.entries()) {
        look.rows++;
        const shape = shapeOf(cellAsText(row[at] ?? null) ?? '');
        if (shape === 'empty') continue;
        look.filled++;
        look.shapes[shape] = (look.shapes[shape] ?? 0) + 1;
      }
    }
    break;
  }
  return new Map(columns.map((name, at) => [name, looks[at] as ColumnLook]));
}

/** The share of the filled rows that have one of these shapes; null where none is filled. */
export function shareOf({ filled, shapes }: ColumnLook, wanted: readonly CellShape[]): number | null {
  return filled === 0 ? null : wanted.reduce((sum, shape) => sum + (shapes[shape] ?? 0), 0) / filled;
}
