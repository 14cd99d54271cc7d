import { knownTarget } from '../model/header-target.ts';
import { type CellShape, DATA_SHAPES, shapeOf } from './cell-shape.ts';

/** What columns hold, from some of their cells. */
export interface ColumnShapes {
  /** For each column the shape that seven of ten cells have; null where there is none, or no cell at all. */
  readonly shapes: readonly (CellShape | null)[];
  /** For each column the cells that were looked at, folded. */
  readonly values: readonly ReadonlySet<string>[];
}

const AGREEMENT = 0.7;
const LONGEST_NAME = 80;
/** Years name columns of other numbers. */
const YEAR = /^(?:19|20)\d\d$/;

/** Takes the shapes of columns from the records below a supposed header. */
export function columnShapes(records: readonly (readonly string[])[], columns: number): ColumnShapes {
  const shapes: (CellShape | null)[] = [];
  const values: Set<string>[] = [];
  for (let column = 0; column < columns; column++) {
    const counts = new Map<CellShape, number>();
    const seen = new Set<string>();
    let total = 0;
    for (const cells of records) {
      const cell = cells[column] ?? '';
      const shape = shapeOf(cell);
      if (shape === 'empty') continue;
      seen.add(cell.trim().toLowerCase());
      counts.set(shape, (counts.get(shape) ?? 0) + 1);
      total++;
    }
    const [shape, times] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [null, 0];
    shapes.push(times >= total * AGREEMENT ? shape : null);
    values.push(seen);
  }
  return { shapes, values };
}

/** How many of the cells are names that the field catalogue knows. */
export function knownNames(cells: readonly string[]): number {
  return cells.filter((cell) => cell.trim() !== '' && knownTarget(cell.trim(), false) !== null).length;
}

/**
 * How much a record looks like names of the columns below it rather than one more record of them: above 0 it does,
 * below it does not, near 0 it cannot be told.
 */
export function headerLikeness(cells: readonly string[], below: ColumnShapes): number {
  let score = 0;
  const seen = new Set<string>();
  for (const [column, raw] of cells.entries()) {
    const cell = raw.trim();
    const shape = shapeOf(cell);
    const expected = below.shapes[column] ?? null;
    if (shape === 'empty') continue;
    const folded = cell.toLowerCase();
    if (seen.has(folded)) score -= 0.5;
    seen.add(folded);
    if (knownTarget(cell, false) !== null) score += 2;
    else if (DATA_SHAPES.has(shape)) score -= 2;
    else if (YEAR.test(cell) && ![...(below.values[column] ?? [])].some((value) => YEAR.test(value))) score += 0.5;
    else if (shape === 'number') score -= expected === 'number' ? 1.5 : 0.3;
    else if (below.values[column]?.has(folded)) score -= 1;
    else if (expected !== null && expected !== 'text' && expected !== shape) score += shape === 'text' || shape === 'code' ? 1 : 0;
    if (cell.length > LONGEST_NAME) score -= 1;
  }
  return score;
}
