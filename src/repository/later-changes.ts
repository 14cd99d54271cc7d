import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { CHILD_TABLES, type ChildTable } from '../model/changeset.ts';
import { type Customer, differences, type FieldValue, type FieldValues, fieldOf, withValues } from '../model/customer.ts';
import { type CustomerStore, customerFromWhole } from './customer-store.ts';
import { type RecordedChange, changeOf } from './run-log.ts';
import { storedJson } from './stored-json.ts';

/**
 * Which of these customers differ from what they were when run `runs.after` ended. Changes that were undone since do not
 * count: the first `before` of every field is compared with what stands there now.
 * @param runs the runs whose changes count: those between the one being undone and the undo itself
 */
export async function keepChanged(
  connection: Connection,
  store: CustomerStore,
  runs: { readonly after: number; readonly before: number },
  customers: readonly Customer[],
): Promise<Set<number>> {
  if (customers.length === 0) return new Set();
  const ids = customers.map((customer) => customer.id);
  const rows = await connection.all(
    `SELECT entity_id, run_id, seq, entity, action, before, after FROM changes
     WHERE run_id > ? AND run_id < ? AND ${connection.facts.inJsonArray('entity_id', 'integer')} ORDER BY run_id, seq`,
    [runs.after, runs.before, JSON.stringify(ids)],
  );
  const changes = rows.map(changeOf);
  const changed = changedFields(customers, changes);
  for (const id of await changedChildren(store, ids, changes)) changed.add(id);
  return changed;
}

function changedFields(customers: readonly Customer[], changes: readonly RecordedChange[]): Set<number> {
  const first = new Map<number, { readonly fields: Record<string, FieldValue>; whole: FieldValues | null }>();
  for (const change of changes) {
    if (change.entity !== 'customers') continue;
    const known = first.get(change.id) ?? { fields: {}, whole: null };
    first.set(change.id, known);
    if (known.whole !== null) continue;
    // What was removed, and came back, is known in full; nothing after it matters.
    if (change.action === 'delete') known.whole = change.before;
    else if (change.action === 'update') {
      for (const [field, value] of Object.entries(change.before ?? {}))
        if (!Object.hasOwn(known.fields, field)) known.fields[field] = value;
    }
  }
  const changed = customers.filter((customer) => {
    const { fields, whole } = first.get(customer.id) ?? { fields: {}, whole: null };
    if (whole === null) return Object.entries(fields).some(([field, value]) => fieldOf(customer, field) !== value);
    const removed = customerFromWhole(customer.id, whole);
    return differences(withValues(removed, { name: removed.name, ...fields }), customer) !== null;
  });
  return new Set(changed.map(({ id }) => id));
}

async function changedChildren(store: CustomerStore, ids: readonly number[], changes: readonly RecordedChange[]): Promise<Set<number>> {
  const first = new Map<string, RecordedChange>();
  for (const change of changes) {
    if (change.entity === 'customers' || change.entity === 'products') continue;
    const key = rowKey(change.entity, (change.before ?? change.after) as SqlRow);
    if (!first.has(key)) first.set(key, change);
  }
  const tables = new Set([...first.values()].map((change) => change.entity as ChildTable));
  const current = new Map<string, SqlRow>();
  for (const table of tables) for (const row of await store.children(table, ids)) current.set(rowKey(table, row), row);
  const changed = new Set<number>();
  for (const [key, change] of first) {
    const now = current.get(key) ?? null;
    const then = change.action === 'insert' ? null : change.before;
    if (!sameRow(now, then)) changed.add(change.id);
  }
  return changed;
}

/** Whether a stored child row and a recorded one are the same, whatever the order of their members. */
export function sameRow(left: Readonly<Record<string, unknown>> | null, right: Readonly<Record<string, unknown>> | null): boolean {
  if (left === null || right === null) return left === right;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => {
    const [one, other] = [left[name] ?? null, right[name] ?? null];
    return one === other || (name === 'attributes' && canonicalJson(one) === canonicalJson(other));
  });
}

/** Databases write an object in ways of their own. */
function canonicalJson(json: unknown): string {
  const value = typeof json === 'string' ? storedJson<Record<string, unknown>>(json) : {};
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function rowKey(table: ChildTable, row: SqlRow): string {
  return JSON.stringify([table, ...CHILD_TABLES[table].map((column) => row[column as string])]);
}
