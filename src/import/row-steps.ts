import { slotOf } from '../model/customer.ts';
import { isReadByCell } from '../normalize/customer-normalizer.ts';
import { NORMALIZERS } from '../normalize/index.ts';
import type { Normalizer } from '../normalize/normalizer.ts';
import type { CellRule } from './cell-rule.ts';
import type { ColumnMapping } from './mapping.ts';

/** One step of reading a row: which cell goes where. */
export interface Step {
  readonly cell: number;
  readonly column: ColumnMapping;
  /** What a preset says of the cell; null where it is read as it is. */
  readonly rule: CellRule | null;
  /** Of a field: its place in `RowValues.slots`, else -1. */
  readonly slot: number;
  /** Of a field that is read by itself; the others depend on the whole row (`CustomerNormalizer`). */
  readonly normalize: Normalizer | null;
}

/** The steps of these columns: of all that are read for themselves and hold neither contact points nor consents. */
export function stepsOf(columns: readonly ColumnMapping[]): Step[] {
  return columns.map(stepOf).filter(({ column: { target }, rule }) => {
    const isOther = target.kind === 'ignored' || target.kind === 'contact' || target.kind === 'consent';
    return !isOther && rule?.readWith === undefined;
  });
}

function stepOf(column: ColumnMapping, cell: number): Step {
  const rule = column.rule ?? null;
  if (column.target.kind !== 'field') return { cell, column, rule, slot: -1, normalize: null };
  const { name, normalizer } = column.target.field;
  return {
    cell,
    column,
    rule,
    slot: slotOf(name),
    normalize: normalizer !== undefined && isReadByCell(normalizer) ? NORMALIZERS[normalizer] : null,
  };
}
