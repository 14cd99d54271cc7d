import type { Engine } from '../engines/connection.ts';
import { childKey } from './child-rows.ts';
import { type CustomerStates, readStates, STATE_TABLES } from './customer-states.ts';
import { sameRow } from './later-changes.ts';
import { changesOf } from './undo-merged.ts';

/** One customer that is not the same in two databases. */
export interface StateDifference {
  readonly id: number;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Names of the fields, custom ones as `attributes.NAME`, and of the tables whose rows differ; none where it is in one of them only. */
  readonly fields: readonly string[];
}

const PAGE = 2000;

/** Compares the customers of two databases in the order of their ids, some at a time; `added` are those that only the right one has. */
export async function* compareStates(left: Engine, right: Engine): AsyncGenerator<StateDifference> {
  for (let after = 0; ; ) {
    const [a, b] = [await idsAfter(left, after), await idsAfter(right, after)];
    if (a.length + b.length === 0) return;
    // A full page ends where the other may go on: only what both have shown is compared.
    const end = Math.min(lastOf(a), lastOf(b));
    const ids = [...new Set([...a, ...b])].filter((id) => id <= end).sort((x, y) => x - y);
    const [one, other] = [await statesOf(left, ids), await statesOf(right, ids)];
    for (const id of ids) {
      const difference = differenceOf(id, one, other);
      if (difference !== null) yield difference;
    }
    after = ids.at(-1) as number;
  }
}

async function idsAfter(engine: Engine, after: number): Promise<number[]> {
  return (await engine.all<{ id: number }>('SELECT id FROM customers WHERE id > ? ORDER BY id LIMIT ?', [after, PAGE])).map(({ id }) => id);
}

function lastOf(ids: readonly number[]): number {
  return ids.length < PAGE ? Number.POSITIVE_INFINITY : (ids.at(-1) as number);
}

function statesOf(engine: Engine, ids: readonly number[]): Promise<CustomerStates> {
  return engine.transaction((connection) => readStates(connection, ids, STATE_TABLES), { commit: false });
}

function differenceOf(id: number, left: CustomerStates, right: CustomerStates): StateDifference | null {
  const [before, after] = [left.customers.get(id), right.customers.get(id)];
  if (before === undefined) return { id, kind: 'added', fields: [] };
  if (after === undefined) return { id, kind: 'removed', fields: [] };
  const changed = Object.keys(changesOf(before, { ...after, version: before.version, updated_at: before.updated_at })?.after ?? {});
  const fields = [...changed, ...STATE_TABLES.filter((table) => !sameRows(table, id, left, right))];
  return fields.length === 0 ? null : { id, kind: 'changed', fields };
}

function sameRows(table: (typeof STATE_TABLES)[number], id: number, left: CustomerStates, right: CustomerStates): boolean {
  const own = (states: CustomerStates) => (states.rows.get(table) ?? []).filter((row) => row.customer_id === id);
  const [one, other] = [own(left), own(right)];
  const byKey = new Map(other.map((row) => [childKey(table, row), row]));
  return one.length === other.length && one.every((row) => sameRow(row, byKey.get(childKey(table, row)) ?? null));
}
