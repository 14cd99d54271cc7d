import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { Change } from '../model/changeset.ts';
import { forgetDuplicates } from './duplicate-clusters.ts';
import type { CustomerStore } from './customer-store.ts';

/** Removes customers of which nothing is left but themselves: what belonged to them is with others by now. */
export async function removeMerged(connection: Connection, store: CustomerStore, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  // Rows of earlier imports that went to them lead to where they went.
  await store.keepMarks(ids);
  // Words that stand in the row itself go with it.
  if (connection.facts.wordsColumn === null) await connection.putWords(ids.map((id) => ({ id, words: null })));
  await connection.run(`DELETE FROM customers WHERE ${connection.facts.inJsonArray('id', 'integer')}`, [JSON.stringify(ids)]);
  await forgetDuplicates(connection, ids);
}

/**
 * Links customers of merged companies to what these were merged into. They are not newer for that: nobody said anything of them.
 * @param survivorOf old id → the customer that is there now
 * @returns the changes
 */
export async function relinkCompanies(
  connection: Connection,
  store: CustomerStore,
  survivorOf: ReadonlyMap<number, number>,
): Promise<Change[]> {
  const { facts } = connection;
  const list = JSON.stringify([...survivorOf.keys()]);
  const linked = await connection.all<SqlRow & { id: number; company_id: number; version: number }>(
    `SELECT id, company_id, version FROM customers WHERE ${facts.inJsonArray('company_id', 'integer')}`,
    [list],
  );
  const staying = linked.filter(({ id }) => !survivorOf.has(id));
  if (staying.length === 0) return [];
  await store.keepMarks(staying.map(({ id }) => id));
  const changes = staying.map(({ id, company_id }): Change => {
    const company = survivorOf.get(company_id) as number;
    const before = { company_id };
    return { entity: 'customers', id, action: 'update', before, after: { company_id: company === id ? null : company } };
  });
  const rows = staying.map(({ id, version }, i) => ({
    id,
    company_id: changes[i]?.after?.company_id ?? null,
    version: version + 1,
    row_hash: null,
  }));
  await connection.update('customers', ['id'], rows);
  return changes;
}
