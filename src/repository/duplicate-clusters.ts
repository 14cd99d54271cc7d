import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { DuplicateCluster } from '../model/duplicates.ts';

/** All clusters of some verdicts by their numbers, `page` of them at a time; they may be changed meanwhile. */
export async function* readClusters(
  reader: Pick<Connection, 'all'>,
  verdicts: readonly DuplicateCluster['verdict'][],
  page: number,
): AsyncGenerator<DuplicateCluster[]> {
  const marks = verdicts.map(() => '?').join(', ');
  for (let after = 0; ; ) {
    const heads = await reader.all<{ cluster_id: number }>(
      `SELECT DISTINCT cluster_id FROM duplicate_clusters WHERE cluster_id > ? AND verdict IN (${marks}) ORDER BY cluster_id LIMIT ?`,
      [after, ...verdicts, page],
    );
    if (heads.length === 0) return;
    const last = (heads.at(-1) as { cluster_id: number }).cluster_id;
    const rows = await reader.all(
      `SELECT customer_id, cluster_id, verdict FROM duplicate_clusters
       WHERE cluster_id > ? AND cluster_id <= ? AND verdict IN (${marks}) ORDER BY cluster_id, customer_id`,
      [after, last, ...verdicts],
    );
    yield clustersOf(rows);
    after = last;
  }
}

/**
 * Customers that may be merged without asking, as groups by their lowest ids, `page` of them at a time: whole clusters, or those
 * of a cluster of which the rest is to be reviewed. They may be changed meanwhile.
 */
export async function* readAutoGroups(reader: Pick<Connection, 'all'>, page: number): AsyncGenerator<DuplicateCluster[]> {
  for (let after = 0; ; ) {
    const heads = await reader.all<{ auto_id: number }>(
      'SELECT DISTINCT auto_id FROM duplicate_clusters WHERE auto_id > ? ORDER BY auto_id LIMIT ?',
      [after, page],
    );
    if (heads.length === 0) return;
    const last = (heads.at(-1) as { auto_id: number }).auto_id;
    const rows = await reader.all(
      `SELECT customer_id, auto_id AS cluster_id, 'auto' AS verdict FROM duplicate_clusters
       WHERE auto_id > ? AND auto_id <= ? ORDER BY auto_id, customer_id`,
      [after, last],
    );
    yield clustersOf(rows).filter(({ customers }) => customers.length > 1);
    after = last;
  }
}

/** The clusters in rows of `duplicate_clusters`. */
export function clustersOf(rows: readonly SqlRow[]): DuplicateCluster[] {
  const clusters = new Map<number, { id: number; verdict: DuplicateCluster['verdict']; customers: number[] }>();
  for (const row of rows) {
    const id = row.cluster_id as number;
    const known = clusters.get(id);
    if (known === undefined)
      clusters.set(id, { id, verdict: row.verdict as DuplicateCluster['verdict'], customers: [row.customer_id as number] });
    else known.customers.push(row.customer_id as number);
  }
  return [...clusters.values()];
}

/** Takes customers that are gone out of pairs and clusters; a customer that is left alone is in no cluster. */
export async function forgetDuplicates(connection: Connection, ids: readonly number[]): Promise<void> {
  const { inJsonArray } = connection.facts;
  const list = [JSON.stringify(ids)];
  await connection.run(`DELETE FROM duplicate_pairs WHERE ${inJsonArray('left_id', 'integer')}`, list);
  await connection.run(`DELETE FROM duplicate_pairs WHERE ${inJsonArray('right_id', 'integer')}`, list);
  const clusters = await connection.all<{ cluster_id: number }>(
    `SELECT DISTINCT cluster_id FROM duplicate_clusters WHERE ${inJsonArray('customer_id', 'integer')}`,
    list,
  );
  if (clusters.length === 0) return;
  await connection.run(`DELETE FROM duplicate_clusters WHERE ${inJsonArray('customer_id', 'integer')}`, list);
  const touched = JSON.stringify(clusters.map(({ cluster_id }) => cluster_id));
  await connection.run(
    `DELETE FROM duplicate_clusters WHERE cluster_id IN
     (SELECT cluster_id FROM duplicate_clusters WHERE ${inJsonArray('cluster_id', 'integer')} GROUP BY cluster_id HAVING count(*) = 1)`,
    [touched],
  );
}
