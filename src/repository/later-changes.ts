import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { type ChildTable, isMove } from '../model/changeset.ts';
import { type Customer, differences, type FieldValue, type FieldValues, fieldOf, withValues } from '../model/customer.ts';
import { childKey } from './child-rows.ts';
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
  const changes = await changesOf(connection, runs, ids);
  const own = new Set(ids);
  const changed = changedFields(
    customers,
    changes.filter(({ id }) => own.has(id)),
  );
  for (const id of await changedChildren(store, ids, changes)) changed.add(id);
  return changed;
}

/** Changes of these customers, and of those that rows came to them from: a move is recorded with the customer it leads to. */
async function changesOf(
  connection: Connection,
  runs: { readonly after: number; readonly before: number },
  ids: readonly number[],
): Promise<RecordedChange[]> {
  const known = new Set(ids);
  const changes: RecordedChange[] = [];
  for (let wanted: readonly number[] = ids; wanted.length > 0; ) {
    const rows = await connection.all(
      `SELECT entity_id, run_id, seq, entity, action, before, after FROM changes
       WHERE run_id > ? AND run_id < ? AND ${connection.facts.inJsonArray('entity_id', 'integer')} ORDER BY run_id, seq`,
      [runs.after, runs.before, JSON.stringify(wanted)],
    );
    const found = rows.map(changeOf);
    changes.push(...found);
    const others = found.flatMap((change) => (isMove(change) ? [change.before?.customer_id as number] : []));
    wanted = [...new Set(others)].filter((id) => !known.has(id));
    for (const id of wanted) known.add(id);
  }
  return changes.sort((a, b) => a.run - b.run || a.seq - b.seq);
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
  const own = new Set(ids);
  const first = new Map<string, { readonly id: number; readonly table: ChildTable; readonly row: SqlRow | null }>();
  const add = (table: ChildTable, named: SqlRow, row: SqlRow | null): void => {
    const id = named.customer_id as number;
    const key = `${id} ${childKey(table, named)}`;
    if (own.has(id) && !first.has(key)) first.set(key, { id, table, row });
  };
  for (const change of changes) {
    if (change.entity === 'customers' || change.entity === 'products') continue;
    const [before, after] = [change.before as SqlRow | null, change.after as SqlRow | null];
    add(change.entity, (before ?? after) as SqlRow, before);
    if (isMove(change)) add(change.entity, after as SqlRow, null);
  }
  const tables = new Set([...first.values()].map(({ table }) => table));
  const current = new Map<string, SqlRow>();
  for (const table of tables)
    for (const row of await store.children(table, ids)) current.set(`${row.customer_id} ${childKey(table, row)}`, row);
  const changed = new Set<number>();
  for (const [key, { id, row }] of first) if (!sameRow(current.get(key) ?? null, row)) changed.add(id);
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
