import type { Connection } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { DuplicateDecision } from '../model/duplicates.ts';

/** So many rows are written at a time. */
const PAGE = 5000;

/** Writes decisions inside a transaction; see `DuplicateStore.decide`. */
export async function saveDecisions(
  connection: Connection,
  decisions: readonly Pick<DuplicateDecision, 'left' | 'right' | 'decision' | 'ground'>[],
  actor: string,
  now: string,
): Promise<void> {
  const rows = new Map<string, SqlRow>();
  for (const { left, right, decision, ground } of decisions) {
    if (left === right) continue;
    const [left_id, right_id] = [Math.min(left, right), Math.max(left, right)];
    rows.set(`${left_id} ${right_id}`, { left_id, right_id, decision, ground, decided_by: actor, decided_at: now });
  }
  const all = [...rows.values()];
  for (let at = 0; at < all.length; at += PAGE) {
    await connection.upsert('duplicate_decisions', ['left_id', 'right_id'], all.slice(at, at + PAGE));
  }
}

/** The decision in a row of `duplicate_decisions`. */
export function decisionOf(row: SqlRow): DuplicateDecision {
  return {
    left: row.left_id as number,
    right: row.right_id as number,
    decision: row.decision as DuplicateDecision['decision'],
    ground: row.ground as DuplicateDecision['ground'],
    decidedBy: row.decided_by as string,
    decidedAt: row.decided_at as string,
  };
}
