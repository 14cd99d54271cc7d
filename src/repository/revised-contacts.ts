import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import type { Change } from '../model/changeset.ts';
import type { CustomerStore } from './customer-store.ts';

/** A stored contact point, with the country of its customer. */
export interface StoredContact extends SqlRow {
  readonly customer_id: number;
  readonly id: number;
  readonly kind: string;
  readonly label: string | null;
  readonly value: string;
  readonly key: string | null;
  readonly created_at: string;
  readonly country: string | null;
}

/** What becomes of a contact point. */
export interface RevisedContact {
  readonly contact: StoredContact;
  readonly value: string;
  readonly key: string | null;
}

/** Contact points of the customers in these rows, whose first value is the id. */
export async function contactsOf(
  reader: Pick<Connection, 'all' | 'facts'>,
  rows: readonly (readonly SqlValue[])[],
): Promise<readonly StoredContact[]> {
  return reader.all<StoredContact>(
    `SELECT p.customer_id, p.id, p.kind, p.label, p.value, p.key, p.created_at, c.country FROM contact_points p
     JOIN customers c ON c.id = p.customer_id WHERE ${reader.facts.inJsonArray('p.customer_id', 'integer')} ORDER BY p.customer_id, p.id`,
    [JSON.stringify(rows.map(([id]) => id))],
  );
}

/** Writes contact points. @returns the changes */
export async function writeContacts(store: CustomerStore, contacts: readonly RevisedContact[]): Promise<readonly Change[]> {
  const changes = contacts.map(({ contact, value, key }): Change => {
    const { country: _, ...before } = contact;
    return {
      entity: 'contact_points',
      id: contact.customer_id,
      action: 'update',
      before: before as Change['before'],
      after: { ...before, value, key } as Change['after'],
    };
  });
  await store.saveChildren(
    'contact_points',
    changes.map(({ after }) => after as SqlRow),
  );
  return changes;
}
