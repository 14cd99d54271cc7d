import type { TableStore } from '../connectors/connector.ts';
import type { TablesOf } from './copy-target.ts';

/** Tables that every database of ours has. */
const OURS = ['schema_migrations', 'customers', 'runs'];

/** Whether a place is a customer database of crm. */
export async function isOurs(there: Pick<TablesOf, 'tables'>): Promise<boolean> {
  const names = new Set((await there.tables()).map(({ name }) => name));
  return OURS.every((name) => names.has(name));
}

/** See `isOurs`. */
export async function holdsOurs(store: TableStore): Promise<boolean> {
  const snapshot = await store.snapshot();
  try {
    return await isOurs(snapshot);
  } finally {
    await snapshot.close();
  }
}
