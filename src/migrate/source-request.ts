import { rowKey } from '../model/table-schema.ts';
import type { LeftOut } from './copied-source.ts';
import type { CopyContext } from './copy-context.ts';
import type { TableState } from './copy-ledger.ts';
import { sinceOf } from './copy-since.ts';
import { RowText } from './row-text.ts';
import type { DigestRequest } from './rows-digest.ts';
import type { TablePlan } from './table-plan.ts';

/** What the target must not have of a table, as far as it was copied. */
export function leftOutOf({ options }: CopyContext, { source }: TablePlan, { rejects }: TableState): LeftOut {
  return { since: options.since === null ? null : sinceOf(source, options.since), rejects };
}

/**
 * The rows of the source in the form in which the target has them. Cells are converted only where that was seen to change one, or
 * where the columns are of two kinds: one that was changed in another column makes a difference, and its table is compared cell by cell.
 */
export function sourceRequest(context: CopyContext, plan: TablePlan, state: TableState): DigestRequest {
  const { source, columns } = plan;
  const changed = new Set(state.conversions.map(({ column }) => column));
  return {
    table: source.name,
    primaryKey: rowKey(source),
    columns: columns.map((column) => column.source.name),
    from: columns.map((column) => column.source.type),
    to: columns.map((column) => column.target.type),
    converted: columns.map((column) => changed.has(column.source.name) || column.source.type.kind !== column.target.type.kind),
    limits: context.store.facts.limits,
    leftOut: leftOutOf(context, plan, state),
  };
}

/** Begins to hash the rows of the source while they are copied, where their text will be wanted: they hardly ever have to be left out. */
export function beginDigest(context: CopyContext, plan: TablePlan, state: TableState): void {
  const { source, store, digests, options } = context;
  if (!options.verify || source.facts.givesText === true || store.facts.givesText !== true) return;
  if (RowText.of(plan.columns.map(({ target }) => target.type)) !== null) void digests.ofSource(sourceRequest(context, plan, state));
}
