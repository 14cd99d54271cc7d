import type { Engine } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import { matchKeys } from '../normalize/match-keys.ts';
import { customerFromWhole } from './customer-store.ts';
import { attributesJson } from './customer-rows.ts';
import type { ComparedRow } from './duplicate-records.ts';
import { storedJson } from './stored-json.ts';

/** Those of these customers that are gone, with the values that they had last, as they are compared. */
export async function goneRecords(engine: Engine, ids: readonly number[]): Promise<ComparedRow[]> {
  const rows = await engine.all(
    `SELECT entity_id, before FROM changes c WHERE entity = 'customers' AND action = 'delete' AND ${engine.facts.inJsonArray('entity_id', 'integer')}
     AND NOT EXISTS (SELECT 1 FROM customers x WHERE x.id = c.entity_id) ORDER BY entity_id, run_id, seq`,
    [JSON.stringify(ids)],
  );
  const last = new Map<number, SqlRow>(rows.map((row) => [row.entity_id as number, row]));
  return [...last].map(([id, row]) => {
    const customer = customerFromWhole(id, storedJson(row.before as string));
    return { ...customer, ...matchKeys(customer), attributes: attributesJson(customer) } as unknown as ComparedRow;
  });
}
