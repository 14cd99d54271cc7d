import type { FieldValues } from './customer.ts';

/** Tables whose rows belong to a customer and are taken along when it is removed or restored. Keys name one row. */
export const CHILD_TABLES = {
  contact_points: ['customer_id', 'id'],
  external_ids: ['external_id', 'source'],
  interactions: ['customer_id', 'id'],
  orders: ['customer_id', 'id'],
  order_items: ['customer_id', 'order_id', 'line'],
  consents: ['customer_id', 'channel'],
  tags: ['customer_id', 'tag'],
  /** Old ids of the customers that were merged into this one. */
  redirects: ['old_id'],
} as const satisfies Record<string, readonly string[]>;

/** A table of `CHILD_TABLES`. */
export type ChildTable = keyof typeof CHILD_TABLES;

/** What a change is about: a customer, one row that belongs to it, or a product, which belongs to nobody. */
export type Entity = 'customers' | ChildTable | 'products';

/**
 * One change: `before` and `after` hold only the fields that differ. Of a row that belongs to a customer, and of a product,
 * they hold the whole row; an update of such a row that gives it another customer moves it there, an order with its items.
 * The same shape says what a run did, what its undo will do, and what a plan would do.
 */
export interface Change {
  readonly entity: Entity;
  /** The customer; of a product its own id. */
  readonly id: number;
  readonly action: 'insert' | 'update' | 'delete';
  readonly before: FieldValues | null;
  readonly after: FieldValues | null;
  /** Rules that values follow from, by field; only of values that were derived, or changed by a rule of the user. */
  readonly rules?: Readonly<Record<string, string>>;
}

/** Whether a change gives a row to another customer. */
export function isMove({ entity, before, after }: Pick<Change, 'entity' | 'before' | 'after'>): boolean {
  return entity !== 'customers' && entity !== 'products' && before !== null && after !== null && before.customer_id !== after.customer_id;
}
