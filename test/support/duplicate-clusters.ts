import type { Engine } from '../../src/engines/connection.ts';

/** Says which customers are one, as a search for duplicates would. */
export async function setClusters(
  engine: Pick<Engine, 'transaction'>,
  clusters: readonly (readonly number[])[],
  verdict: 'auto' | 'review' = 'auto',
): Promise<void> {
  const rows = clusters.flatMap((ids) =>
    ids.map((id) => ({ customer_id: id, cluster_id: Math.min(...ids), verdict, auto_id: verdict === 'auto' ? Math.min(...ids) : null })),
  );
  const pairs = clusters.flatMap((ids) =>
    ids.slice(1).map((id) => ({
      left_id: Math.min(ids[0] as number, id),
      right_id: Math.max(ids[0] as number, id),
      score: 0.99,
      bits: 7,
      verdict,
      rule: 'test',
      guards: null,
    })),
  );
  await engine.transaction(async (connection) => {
    await connection.upsert('duplicate_clusters', ['customer_id'], rows);
    await connection.upsert('duplicate_pairs', ['left_id', 'right_id'], pairs);
  });
}
