import type { Connection } from '../engines/connection.ts';
import type { Change, Entity } from '../model/changeset.ts';
import type { FieldValue, FieldValues } from '../model/customer.ts';
import { OWN_IDS } from '../model/plan.ts';

/** The first id that is a run's own, of each table that has ids; 1 where none was given yet. */
export type FirstIds = Readonly<Partial<Record<string, number>>>;

/** Reads the next free ids of tables whose ids are counted beside them. */
export async function nextChildIds(connection: Pick<Connection, 'all'>): Promise<FirstIds> {
  const rows = await connection.all<{ name: string; next_id: number }>('SELECT name, next_id FROM sequences');
  return Object.fromEntries(rows.map(({ name, next_id }) => [name, next_id]));
}

/** Ids that a run gives, written as -1, -2 … in a plan and given anew when it is applied; other ids stay as they are. */
export class PlanIds {
  readonly #first: () => { readonly customers: number; readonly others: FirstIds };

  /** @param first asked whenever an id is turned: not all of them are known in the beginning */
  constructor(first: () => { readonly customers: number; readonly others: FirstIds }) {
    this.#first = first;
  }

  /** The id of a customer as a plan writes it. */
  toPlan(id: number): number {
    return local(id, this.#first().customers);
  }

  /** The id of a customer that a plan writes so. */
  fromPlan(id: number): number {
    return real(id, this.#first().customers);
  }

  /** Fields of a customer, or a row of another table, as a plan writes them. */
  rowToPlan(entity: Entity, row: FieldValues): FieldValues {
    return this.#mapped(entity, row, local);
  }

  /** Fields of a customer, or a row of another table, that a plan writes so. */
  rowFromPlan(entity: Entity, row: FieldValues): FieldValues {
    return this.#mapped(entity, row, real);
  }

  /** A change as a plan writes it. */
  changeToPlan(change: Change): Change {
    return this.#change(change, local);
  }

  /** A change that a plan writes so. */
  changeFromPlan(change: Change): Change {
    return this.#change(change, real);
  }

  #change({ entity, id, action, before, after, ...rest }: Change, map: typeof local): Change {
    const { customers, others } = this.#first();
    const row = (one: FieldValues | null): FieldValues | null => (one === null ? null : this.#mapped(entity, one, map));
    const first = entity === 'products' ? (others.products ?? 1) : customers;
    return { entity, id: map(id, first), action, before: row(before), after: row(after), ...rest };
  }

  #mapped(entity: Entity, row: FieldValues, map: typeof local): FieldValues {
    const { customers, others } = this.#first();
    const next: Record<string, FieldValue> = { ...row };
    const own = [
      { column: entity === 'customers' ? 'company_id' : 'customer_id', first: customers },
      ...(OWN_IDS[entity] ?? []).map(({ column, of }) => ({ column, first: others[of] ?? 1 })),
    ];
    for (const { column, first } of own) {
      const id = row[column];
      if (typeof id === 'number') next[column] = map(id, first);
    }
    return next;
  }
}

function local(id: number, first: number): number {
  return id >= first ? first - id - 1 : id;
}

function real(id: number, first: number): number {
  return id < 0 ? first - id - 1 : id;
}
