import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { RelatedRow } from './related-rows.ts';

/**
 * The archived customers that rows of related data name: by id, external id, e-mail or phone, in this order. A key that several archived
 * customers have names none of them.
 * @param source the system that external ids are of; null where it is not known
 */
export async function archivedLinks(
  connection: Connection,
  source: string | null,
  rows: readonly RelatedRow[],
): Promise<Map<RelatedRow, number>> {
  const { jsonRows } = connection.facts;
  const ids = `SELECT j.n, a.id FROM ${jsonRows} j LEFT JOIN archived_old_ids o ON o.old_id = CAST(j.value AS bigint)
     JOIN archived_customers a ON a.id = COALESCE(o.customer_id, CAST(j.value AS bigint))`;
  const externalIds = `SELECT DISTINCT j.n, e.customer_id AS id FROM ${jsonRows} j CROSS JOIN archived_external_ids e WHERE e.external_id = j.value`;
  const byKey = (key: string): string => `SELECT j.n, a.id FROM ${jsonRows} j CROSS JOIN archived_customers a WHERE a.${key}_key = j.value`;
  const found = new Map<RelatedRow, number>();
  const look = async (sql: string, keyOf: (row: RelatedRow) => string | number | null, ...more: readonly string[]): Promise<void> => {
    const asked = rows.filter((row) => !found.has(row) && keyOf(row) !== null);
    if (asked.length === 0) return;
    const hits = await connection.all<SqlRow & { n: number; id: number }>(sql, [
      JSON.stringify(asked.map((row) => String(keyOf(row)))),
      ...more,
    ]);
    const idsOf = new Map<number, number[]>();
    for (const { n, id } of hits) idsOf.set(n, [...(idsOf.get(n) ?? []), id]);
    for (const [n, [id, ...others]] of idsOf) if (id !== undefined && others.length === 0) found.set(asked[n] as RelatedRow, id);
  };
  await look(ids, ({ link }) => link.id);
  if (source === null) await look(externalIds, ({ link }) => link.externalId);
  else await look(`${externalIds} AND e.source = ?`, ({ link }) => link.externalId, source);
  await look(byKey('email'), ({ link }) => link.email);
  await look(byKey('phone'), ({ link }) => link.phone);
  return found;
}
