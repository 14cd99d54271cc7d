import type { Connection } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { SHARED_KEY_LIMIT } from './import-candidates.ts';

/** A customer that has the e-mail or phone of one to be made. */
export interface NearCustomer {
  readonly id: number;
  readonly field: 'email' | 'phone';
}

/** Stored customers that share an e-mail or phone with customers to be made, by the id of those; of each key the lowest ids only. */
export async function nearCustomers(
  connection: Connection,
  rows: readonly Readonly<Record<string, SqlValue>>[],
  before: number,
): Promise<Map<number, NearCustomer[]>> {
  const near = new Map<number, NearCustomer[]>();
  for (const field of ['email', 'phone'] as const) {
    const keyed = rows.filter((row) => typeof row[`${field}_key`] === 'string');
    if (keyed.length === 0) continue;
    const hits = await connection.all<SqlRow & { n: number; id: number }>(
      `SELECT j.n, c.id ${connection.facts.customersByKey(`${field}_key`, SHARED_KEY_LIMIT + 1)}`,
      [JSON.stringify(keyed.map((row) => row[`${field}_key`]))],
    );
    for (const { n, id } of hits) {
      if (id >= before) continue;
      const own = (keyed[n] as SqlRow).id as number;
      const known = near.get(own);
      if (known === undefined) near.set(own, [{ id, field }]);
      else known.push({ id, field });
    }
  }
  return near;
}
