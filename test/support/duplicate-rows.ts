import type { Engine } from '../../src/engines/connection.ts';
import type { FieldEvidence, PairExplanation } from '../../src/model/duplicates.ts';

/** A pair as a search would have left it: `[left, right, bits]` with what differs from `review`, `email` and no guards. */
export type PairRow = readonly [
  left: number,
  right: number,
  bits: number,
  more?: { readonly verdict?: 'auto' | 'review' | 'distinct'; readonly rule?: string; readonly guards?: readonly string[] },
];

/** Puts pairs into a database as a search would. */
export async function addPairs(engine: Engine, pairs: readonly PairRow[]): Promise<void> {
  await engine.transaction(async (connection) => {
    for (const [left, right, bits, { verdict = 'review', rule = 'email', guards = [] } = {}] of pairs) {
      await connection.run(
        'INSERT INTO duplicate_pairs (left_id, right_id, score, bits, verdict, rule, guards) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [left, right, scoreOf(bits), bits, verdict, rule, guards.length === 0 ? null : JSON.stringify(guards)],
      );
    }
  });
}

/** Puts clusters into a database, each by its lowest id. */
export async function addClusters(
  engine: Engine,
  clusters: readonly (readonly number[])[],
  verdict: 'auto' | 'review' = 'review',
): Promise<void> {
  await engine.transaction(async (connection) => {
    for (const customers of clusters) {
      for (const id of customers)
        await connection.run('INSERT INTO duplicate_clusters (customer_id, cluster_id, verdict) VALUES (?, ?, ?)', [
          id,
          Math.min(...customers),
          verdict,
        ]);
    }
  });
}

/** Says where merged customers went, in a run of its own. */
export async function addRedirects(engine: Engine, redirects: readonly (readonly [from: number, to: number])[]): Promise<void> {
  await engine.transaction(async (connection) => {
    const [run] = await connection.all<{ id: number }>('SELECT max(id) AS id FROM runs');
    for (const [from, to] of redirects)
      await connection.run('INSERT INTO redirects (old_id, customer_id, run_id, created_at) VALUES (?, ?, ?, ?)', [
        from,
        to,
        run?.id as number,
        '2026-01-01T00:00:00.000Z',
      ]);
  });
}

/** The probability that belongs to so many bits. */
export function scoreOf(bits: number): number {
  return 1 / (1 + 2 ** -bits);
}

/** A piece of evidence; where the sides are the same, the level is `exact`. */
export function evidence(
  field: string,
  left: string | null,
  right: string | null,
  bits: number,
  more: Partial<FieldEvidence> = {},
): FieldEvidence {
  const level = left === null || right === null ? 'null' : left === right ? 'exact' : 'else';
  const odds = level === 'null' ? { m: null, u: null } : { m: 0.9, u: 0.9 / 2 ** bits };
  return { field, left, right, level, bits, ...odds, termFrequency: null, ...more };
}

/** An explanation made by hand: prior -12 and this evidence. */
export function explanation(
  left: number,
  right: number,
  fields: readonly FieldEvidence[],
  more: Partial<PairExplanation> = {},
): PairExplanation {
  const priorBits = -12;
  const bits = fields.reduce((sum, one) => sum + one.bits, priorBits);
  return {
    ...{
      left,
      right,
      priorBits,
      fields,
      bits,
      score: scoreOf(bits),
      verdict: 'review',
      guards: [],
      rules: ['email'],
      cluster: null,
      decision: null,
    },
    ...more,
  };
}
