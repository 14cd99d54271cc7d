import type { SqlRow } from '../engines/engine.ts';
import type { DuplicatePair } from '../model/duplicates.ts';
import { storedJson } from './stored-json.ts';

/** Columns of `duplicate_pairs` that make a DuplicatePair. */
export const PAIR_COLUMNS = 'left_id, right_id, score, bits, verdict, rule, guards';
/** Which pairs `p` wait for a person; its parameter is the least score. */
export const OPEN_PAIRS = `p.verdict = 'review' AND p.score >= ?
  AND NOT EXISTS (SELECT 1 FROM duplicate_decisions d WHERE d.left_id = p.left_id AND d.right_id = p.right_id)
  AND EXISTS (SELECT 1 FROM customers c WHERE c.id = p.left_id) AND EXISTS (SELECT 1 FROM customers c WHERE c.id = p.right_id)`;

/** The pair in a database row that holds `PAIR_COLUMNS`. */
export function pairOf(row: SqlRow): DuplicatePair {
  return {
    left: row.left_id as number,
    right: row.right_id as number,
    score: row.score as number,
    bits: row.bits as number,
    verdict: row.verdict as DuplicatePair['verdict'],
    rule: row.rule as string,
    guards: typeof row.guards === 'string' ? storedJson(row.guards) : [],
  };
}
