import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';

/** An imported row that is remembered, by its hash, and its customer. */
export interface RowMark {
  readonly rowHash: number;
  readonly id: number;
  /** The row went to a customer that was merged into this one: it shares it with other rows. */
  readonly isMerged: boolean;
}

/** Which of these row hashes are remembered, with the customers the rows went to, or those that these were merged into. */
export async function loadMarks(connection: Connection, rowHashes: readonly number[]): Promise<RowMark[]> {
  const rows = await connection.all<SqlRow & { row_hash: number; customer_id: number; old_id: number | null }>(
    `SELECT m.row_hash, c.id AS customer_id, r.old_id FROM ${connection.facts.jsonRows} j CROSS JOIN row_marks m
     LEFT JOIN redirects r ON r.old_id = m.customer_id JOIN customers c ON c.id = COALESCE(r.customer_id, m.customer_id)
     WHERE m.row_hash = CAST(j.value AS bigint) ORDER BY c.id`,
    [JSON.stringify([...new Set(rowHashes)].map(String))],
  );
  return rows.map((row) => ({ rowHash: row.row_hash, id: row.customer_id, isMerged: row.old_id !== null }));
}
