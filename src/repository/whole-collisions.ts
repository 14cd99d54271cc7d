import type { SqlRow } from '../engines/engine.ts';
import { type Reader, type WholeCustomers, existing, idsOf, objectsOf } from './whole-customers.ts';

/** Why a customer cannot be written: something of it is somebody else's there. */
export interface Collision {
  readonly id: number;
  readonly reason: 'the id is in use' | 'an external id belongs to another customer' | 'an id that was merged into it is in use';
  /** The customer that is in the way. */
  readonly other: number;
}

/** Which of these customers cannot be written to a database without overwriting anything; one reason each. */
export async function collisionsIn(target: Reader, whole: WholeCustomers): Promise<Collision[]> {
  const found = new Map<number, Collision>();
  const add = (id: number, reason: Collision['reason'], other: number): void => {
    if (!found.has(id)) found.set(id, { id, reason, other });
  };
  for (const id of await existing(target, idsOf(whole))) add(id, 'the id is in use', id);
  for (const { customer_id, owner } of await takenExternalIds(target, objectsOf(whole, 'external_ids')))
    add(customer_id, 'an external id belongs to another customer', owner);
  for (const { customer_id, owner } of await takenOldIds(target, objectsOf(whole, 'redirects')))
    add(customer_id, 'an id that was merged into it is in use', owner);
  return [...found.values()];
}

interface Taken {
  readonly customer_id: number;
  readonly owner: number;
}

async function takenExternalIds(target: Reader, rows: readonly SqlRow[]): Promise<Taken[]> {
  if (rows.length === 0) return [];
  const hits = await target.all<{ n: number; customer_id: number }>(
    `SELECT j.n, e.customer_id FROM ${target.facts.jsonPairs} j CROSS JOIN external_ids e WHERE e.external_id = j.value AND e.source = j.other`,
    [JSON.stringify(rows.map(({ external_id, source }) => [external_id, source]))],
  );
  return hits.map(({ n, customer_id }) => ({ customer_id: rows[n]?.customer_id as number, owner: customer_id }));
}

/** Old ids that lead to somebody else, or are customers. */
async function takenOldIds(target: Reader, rows: readonly SqlRow[]): Promise<Taken[]> {
  if (rows.length === 0) return [];
  const ownerOf = new Map(rows.map(({ old_id, customer_id }) => [old_id as number, customer_id as number]));
  const list = JSON.stringify([...ownerOf.keys()]);
  const { inJsonArray } = target.facts;
  const hits = await target.all<{ old_id: number; owner: number }>(
    `SELECT old_id, customer_id AS owner FROM redirects WHERE ${inJsonArray('old_id', 'integer')}
     UNION ALL SELECT id AS old_id, id AS owner FROM customers WHERE ${inJsonArray('id', 'integer')}`,
    [list, list],
  );
  return hits.map(({ old_id, owner }) => ({ customer_id: ownerOf.get(old_id) as number, owner }));
}
