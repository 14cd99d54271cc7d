import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { CHILD_TABLES, type Change, type ChildTable, isMove } from '../model/changeset.ts';
import type { Customer } from '../model/customer.ts';
import { type ChildMove, byMembers, childKey, moveChildRows, removeChildRows } from './child-rows.ts';
import type { CustomerStore } from './customer-store.ts';
import { sameRow } from './later-changes.ts';
import type { MovedPlaces } from './plan-moved.ts';

interface Written {
  readonly table: ChildTable;
  readonly saved: readonly SqlRow[];
  readonly removed: readonly SqlRow[];
  readonly given: readonly ChildMove[];
}

/** Planned changes of rows that belong to customers: looked at first, then written, each row as its last change leaves it. */
export class PlanRows {
  readonly #connection: Connection;
  readonly #store: CustomerStore;
  readonly #moved: MovedPlaces;
  readonly #written: Written[] = [];

  constructor(connection: Connection, store: CustomerStore, moved: MovedPlaces) {
    this.#connection = connection;
    this.#store = store;
    this.#moved = moved;
  }

  /** Looks whether every row is what it was when the plan was made. @param owners the customers that are there */
  async take(changes: readonly Change[], owners: ReadonlyMap<number, Customer>): Promise<void> {
    for (const table of Object.keys(CHILD_TABLES) as ChildTable[]) {
      const own = changes.filter(({ entity }) => entity === table);
      if (own.length > 0) await this.#takeTable(table, own, owners);
    }
  }

  /** Writes what was taken. */
  async write(): Promise<void> {
    for (const { table, saved, removed, given } of this.#written) {
      await removeChildRows(this.#connection, table, removed);
      await moveChildRows(this.#connection, table, given);
      for (const alike of byMembers(saved)) await this.#store.saveChildren(table, alike);
    }
  }

  async #takeTable(table: ChildTable, changes: readonly Change[], owners: ReadonlyMap<number, Customer>): Promise<void> {
    const current = new Map<string, SqlRow | null>();
    for (const row of await this.#store.children(table, [...new Set(changes.flatMap(customersOf))])) current.set(childKey(table, row), row);
    const states = new Map<string, { readonly row: SqlRow; readonly isGone: boolean }>();
    const given: ChildMove[] = [];
    for (const change of changes) {
      const [before, after] = [change.before as SqlRow | null, change.after as SqlRow | null];
      const row = (after ?? before) as SqlRow;
      const [home, place] = [childKey(table, before ?? row), childKey(table, row)];
      const isFree = home === place || (current.get(place) ?? null) === null;
      const isAsPlanned = isFree && sameRow(current.get(home) ?? null, before);
      if (!isAsPlanned || !customersOf(change).every((id) => owners.has(id))) this.#moved.add({ entity: table, id: change.id, field: '*' });
      current.set(home, null);
      current.set(place, after);
      if (isMove(change)) given.push({ from: before as SqlRow, to: row });
      else states.set(place, { row, isGone: after === null });
    }
    if (table === 'external_ids') {
      const inserted = changes.flatMap(({ before, after }) => (before === null ? [after as SqlRow] : []));
      for (const id of await this.#store.ownersOf(inserted)) this.#moved.add({ entity: table, id, field: 'external_id' });
    }
    const all = [...states.values()];
    this.#written.push({
      table,
      given,
      saved: all.flatMap(({ row, isGone }) => (isGone ? [] : [row])),
      removed: all.flatMap(({ row, isGone }) => (isGone ? [row] : [])),
    });
  }
}

/** The customers that a change concerns. */
export function customersOf({ entity, id, before, after }: Change): number[] {
  if (entity === 'customers') return [id];
  return [...new Set([before, after].flatMap((row) => (row === null ? [] : [row.customer_id as number])))];
}
