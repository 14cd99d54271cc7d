import type { Cell, Row } from '../model/table-schema.ts';
import type { ComparedColumns } from './compared-columns.ts';
import { sameCell } from './comparable.ts';

/** Rows of both sides that belong together, and those that have no partner. */
export interface PairedRows {
  readonly pairs: readonly (readonly [Row, Row])[];
  readonly missing: readonly Row[];
  readonly extra: readonly Row[];
}

/** More rows than this are not tried with each other. */
const MAX_TRIED = 300;

/** Pairs rows by the number of equal cells, most first; with fewer than `least` they are two rows, not one. */
export function pairRows(left: readonly Row[], right: readonly Row[], columns: ComparedColumns, least: number): PairedRows {
  const a = left.slice(0, MAX_TRIED).map((row) => columns.left(row));
  const b = right.slice(0, MAX_TRIED).map((row) => columns.right(row));
  const equal = a.map((row) => b.map((other) => equalCells(row, other)));
  const partnerOf = new Map<number, number>();
  const taken = new Set<number>();
  for (let wanted = columns.plans.length; wanted >= least; wanted--) {
    for (let i = 0; i < a.length; i++) {
      if (partnerOf.has(i)) continue;
      const found = (equal[i] as number[]).findIndex((count, j) => count === wanted && !taken.has(j));
      if (found < 0) continue;
      partnerOf.set(i, found);
      taken.add(found);
    }
  }
  return {
    pairs: [...partnerOf].map(([i, j]) => [left[i] as Row, right[j] as Row] as const),
    missing: left.filter((_, i) => !partnerOf.has(i)),
    extra: right.filter((_, j) => !taken.has(j)),
  };
}

function equalCells(a: Row, b: Row): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (sameCell(a[i] as Cell, b[i] as Cell)) count++;
  return count;
}
