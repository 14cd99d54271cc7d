import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { Change } from '../model/changeset.ts';
import { type Customer, type FieldValues, differences } from '../model/customer.ts';
import { sameRow } from './later-changes.ts';
import { ownersOf } from './related-undo.ts';
import { type RecordedChange, type Run, changeOf, getRun } from './run-log.ts';

/** Commands that merge customers and take merged ones apart. */
const MERGES: ReadonlySet<unknown> = new Set(['dedupe merge', 'dedupe split']);

/** Whether a run merged customers or took them apart, itself or by undoing or redoing such a run. */
export async function isMerge(connection: Pick<Connection, 'all'>, run: Run): Promise<boolean> {
  let root = run;
  while (root.undoes_run !== null) root = await getRun(connection, root.undoes_run);
  return MERGES.has(root.command) || MERGES.has(root.arguments.planned);
}

/** The customers that a change is about: the one it is recorded with, those that its rows belong to, and one that was merged. */
export function concerned(change: Pick<Change, 'entity' | 'id' | 'before' | 'after'>): number[] {
  if (change.entity === 'customers' || change.entity === 'products') return [change.id];
  const { before, after } = change;
  const merged = change.entity === 'redirects' && before !== null && after === null ? [before.old_id as number] : [];
  return [change.id, ...ownersOf(change), ...merged];
}

/** Whether a change made an old id lead to another customer. */
export function isMadeRedirect({ entity, before }: Change): boolean {
  return entity === 'redirects' && before === null;
}

/** Of the customers that these changes of a run removed: those whose id leads to another customer by now, and not by this run. */
export async function mergedSince(connection: Connection, run: number, changes: readonly RecordedChange[]): Promise<ReadonlySet<number>> {
  const gone = changes.flatMap(({ entity, action, id }) => (entity === 'customers' && action === 'delete' ? [id] : []));
  if (gone.length === 0) return new Set();
  const { inJsonArray } = connection.facts;
  const rows = await connection.all(`SELECT * FROM redirects WHERE ${inJsonArray('old_id', 'integer')}`, [JSON.stringify(gone)]);
  if (rows.length === 0) return new Set();
  const made = await connection.all(
    `SELECT entity_id, run_id, seq, entity, action, before, after FROM changes
     WHERE run_id = ? AND entity = 'redirects' AND ${inJsonArray('entity_id', 'integer')}`,
    [run, JSON.stringify([...new Set(rows.map((row) => row.customer_id))])],
  );
  const own = new Map(made.map(changeOf).map(({ after }) => [after?.old_id, after]));
  return new Set(rows.filter((row) => !sameRow(row, own.get(row.old_id as number) ?? null)).map((row) => row.old_id as number));
}

/** What an undo changes of a customer: as `differences`, and when it was looked at last, which merging sets. */
export function changesOf(before: Customer, after: Customer): { readonly before: FieldValues; readonly after: FieldValues } | null {
  const changed = differences(before, after);
  if (before.accessed_at === after.accessed_at) return changed;
  return {
    before: { ...changed?.before, accessed_at: before.accessed_at } as SqlRow as FieldValues,
    after: { ...changed?.after, accessed_at: after.accessed_at } as SqlRow as FieldValues,
  };
}

/** Where customers went that were merged: old id → the customer that is there now. */
export async function redirectsOf(connection: Connection, ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = await connection.all<SqlRow & { old_id: number; customer_id: number }>(
    `SELECT old_id, customer_id FROM redirects WHERE ${connection.facts.inJsonArray('old_id', 'integer')}`,
    [JSON.stringify([...new Set(ids)])],
  );
  return new Map(rows.map(({ old_id, customer_id }) => [old_id, customer_id]));
}
