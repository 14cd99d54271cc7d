import type { Connection, Engine } from '../engines/connection.ts';
import type { SqlRow, SqlValue } from '../engines/engine.ts';
import type { DuplicateCluster, DuplicateDecision, DuplicatePair } from '../model/duplicates.ts';
import { DuplicateLookups } from './duplicate-lookups.ts';
import { OPEN_PAIRS, PAIR_COLUMNS, pairOf } from './duplicate-rows.ts';
import { DuplicateSearchStore } from './duplicate-search-store.ts';
import { EvaluationRows } from './evaluation-rows.ts';

/** So many rows are written or read at a time. */
const PAGE = 5000;
const DECISION_COLUMNS = 'left_id, right_id, decision, ground, decided_by, decided_at';

/** Pairs, clusters and decisions of people that are kept in a customer database. */
export class DuplicateStore {
  readonly #engine: Engine;
  /** Who decides, for what is written. */
  readonly #actor: string;
  readonly #now: () => Date;

  constructor(engine: Engine, actor: string, now: () => Date) {
    this.#engine = engine;
    this.#actor = actor;
    this.#now = now;
  }

  /** What a search reads and keeps. */
  get search(): DuplicateSearchStore {
    return new DuplicateSearchStore(this.#engine, this.#now);
  }

  /** What deciding by hand and reports look up beside the pairs. */
  get lookups(): DuplicateLookups {
    return new DuplicateLookups(this.#engine);
  }

  /** The pair as the last search saw it, and what it was decided to be; each null where there is none. */
  async pair(left: number, right: number): Promise<{ readonly pair: DuplicatePair | null; readonly decision: DuplicateDecision | null }> {
    const ids = [Math.min(left, right), Math.max(left, right)];
    const [pair] = await this.#engine.all(`SELECT ${PAIR_COLUMNS} FROM duplicate_pairs WHERE left_id = ? AND right_id = ?`, ids);
    const [decision] = await this.#engine.all(
      `SELECT ${DECISION_COLUMNS} FROM duplicate_decisions WHERE left_id = ? AND right_id = ?`,
      ids,
    );
    return { pair: pair === undefined ? null : pairOf(pair), decision: decision === undefined ? null : decisionOf(decision) };
  }

  /** All pairs among these customers. */
  async pairsAmong(ids: readonly number[]): Promise<DuplicatePair[]> {
    const { facts } = this.#engine;
    const list = JSON.stringify(ids);
    const rows = await this.#engine.all(
      `SELECT ${PAIR_COLUMNS} FROM duplicate_pairs
       WHERE ${facts.inJsonArray('left_id', 'integer')} AND ${facts.inJsonArray('right_id', 'integer')} ORDER BY left_id, right_id`,
      [list, list],
    );
    return rows.map(pairOf);
  }

  /** All pairs of some verdicts in the order of their ids, in batches. */
  async *pairs(verdicts: readonly DuplicatePair['verdict'][]): AsyncIterable<DuplicatePair[]> {
    const marks = verdicts.map(() => '?').join(', ');
    const sql = `SELECT ${PAIR_COLUMNS} FROM duplicate_pairs WHERE verdict IN (${marks}) ORDER BY left_id, right_id`;
    const names = PAIR_COLUMNS.split(', ');
    for await (const rows of this.#engine.stream(sql, verdicts)) {
      yield rows.map((row) => pairOf(Object.fromEntries(names.map((name, i) => [name, row[i] as SqlValue]))));
    }
  }

  /**
   * Pairs that a person is to decide, those with odds nearest to even first: verdict `review`, without a decision, both
   * customers still there.
   */
  async openPairs(limit: number, minScore = 0): Promise<DuplicatePair[]> {
    const rows = await this.#engine.all(
      `SELECT ${PAIR_COLUMNS.replaceAll(/\w+/g, 'p.$&')} FROM duplicate_pairs p WHERE ${OPEN_PAIRS}
       ORDER BY abs(p.bits), p.left_id, p.right_id LIMIT ?`,
      [minScore, limit],
    );
    return rows.map(pairOf);
  }

  /** The cluster of this number; null where there is none. */
  async cluster(id: number): Promise<DuplicateCluster | null> {
    const rows = await this.#engine.all(
      'SELECT customer_id, cluster_id, verdict FROM duplicate_clusters WHERE cluster_id = ? ORDER BY customer_id',
      [id],
    );
    return clustersOf(rows)[0] ?? null;
  }

  /** The cluster that a customer is in; null where it is alone. */
  async clusterOf(customer: number): Promise<DuplicateCluster | null> {
    const [row] = await this.#engine.all<{ cluster_id: number }>('SELECT cluster_id FROM duplicate_clusters WHERE customer_id = ?', [
      customer,
    ]);
    return row === undefined ? null : this.cluster(row.cluster_id);
  }

  /** All clusters of some verdicts by their numbers, in batches; read page by page, so that they may be changed meanwhile. */
  async *clusters(verdicts: readonly DuplicateCluster['verdict'][]): AsyncIterable<DuplicateCluster[]> {
    const marks = verdicts.map(() => '?').join(', ');
    for (let after = 0; ; ) {
      const heads = await this.#engine.all<{ cluster_id: number }>(
        `SELECT DISTINCT cluster_id FROM duplicate_clusters WHERE cluster_id > ? AND verdict IN (${marks}) ORDER BY cluster_id LIMIT ?`,
        [after, ...verdicts, PAGE],
      );
      if (heads.length === 0) return;
      const last = (heads.at(-1) as { cluster_id: number }).cluster_id;
      const rows = await this.#engine.all(
        `SELECT customer_id, cluster_id, verdict FROM duplicate_clusters
         WHERE cluster_id > ? AND cluster_id <= ? AND verdict IN (${marks}) ORDER BY cluster_id, customer_id`,
        [after, last, ...verdicts],
      );
      yield clustersOf(rows);
      after = last;
    }
  }

  /** All decisions, by the ids they were made of, in order. */
  async decisions(): Promise<DuplicateDecision[]> {
    const rows = await this.#engine.all(`SELECT ${DECISION_COLUMNS} FROM duplicate_decisions ORDER BY left_id, right_id`);
    return rows.map(decisionOf);
  }

  /** Where merged customers went: old id → the customer that is there now. */
  async redirects(): Promise<Map<number, number>> {
    const rows = await this.#engine.all<{ old_id: number; customer_id: number }>('SELECT old_id, customer_id FROM redirects');
    const direct = new Map(rows.map(({ old_id, customer_id }) => [old_id, customer_id]));
    const end = (id: number): number => {
      let at = id;
      for (let steps = 0; direct.has(at) && steps <= direct.size; steps++) at = direct.get(at) as number;
      return at;
    };
    return new Map([...direct.keys()].map((id) => [id, end(id)]));
  }

  /**
   * Keeps decisions, newer ones instead of older ones of the same pair, in one transaction.
   * @throws {CrmError} BUSY
   */
  async decide(decisions: readonly Pick<DuplicateDecision, 'left' | 'right' | 'decision' | 'ground'>[]): Promise<void> {
    await this.#engine.transaction((connection) => saveDecisions(connection, decisions, this.#actor, this.#now().toISOString()));
  }

  /** Forgets what was decided of a pair: the answer that was a mistake. */
  async forgetDecision(left: number, right: number): Promise<void> {
    await this.#engine.transaction((connection) =>
      connection.run('DELETE FROM duplicate_decisions WHERE left_id = ? AND right_id = ?', [Math.min(left, right), Math.max(left, right)]),
    );
  }

  /** What measuring a search reads beside pairs and clusters. */
  get evaluation(): EvaluationRows {
    return new EvaluationRows(this.#engine);
  }
}

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

function decisionOf(row: SqlRow): DuplicateDecision {
  return {
    left: row.left_id as number,
    right: row.right_id as number,
    decision: row.decision as DuplicateDecision['decision'],
    ground: row.ground as DuplicateDecision['ground'],
    decidedBy: row.decided_by as string,
    decidedAt: row.decided_at as string,
  };
}

function clustersOf(rows: readonly SqlRow[]): DuplicateCluster[] {
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
