import { hostname } from 'node:os';
import type { Engine } from '../engines/connection.ts';
import type { SqlValue } from '../engines/engine.ts';
import type { DuplicateCluster, DuplicateDecision, DuplicatePair } from '../model/duplicates.ts';
import { DuplicateLookups } from './duplicate-lookups.ts';
import { OPEN_PAIRS, PAIR_COLUMNS, pairOf } from './duplicate-rows.ts';
import { DuplicateSearchStore } from './duplicate-search-store.ts';
import { decisionOf, saveDecisions } from './duplicate-decisions.ts';
import { clustersOf, readClusters } from './duplicate-clusters.ts';
import type { MergeAgain, SplitOutcome } from './customer-split.ts';
import type { MergeCluster } from './merge-batch.ts';
import type { MergeOutcome, MergeRequest, Merger } from './customer-merge.ts';
import type { RunHeader } from './run-log.ts';
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
  clusters(verdicts: readonly DuplicateCluster['verdict'][]): AsyncIterable<DuplicateCluster[]> {
    return readClusters(this.#engine, verdicts, PAGE);
  }

  /** Merges customers; see `mergeCustomers`. */
  async merge(request: MergeRequest, merger: Merger): Promise<MergeOutcome> {
    const { mergeCustomers } = await import('./customer-merge.ts');
    return mergeCustomers(this.#engine, request, this.#header('dedupe merge', request.arguments), this.#now, merger);
  }

  /** The customers of clusters as merging sees them, some clusters at a time. */
  async *mergeable(clusters: MergeRequest['clusters']): AsyncIterable<MergeCluster[]> {
    const { clusterBatches } = await import('./customer-merge.ts');
    const { loadMembers } = await import('./merge-batch.ts');
    for await (const batch of clusterBatches(this.#engine, clusters)) yield loadMembers(this.#engine, batch);
  }

  /** Takes merged customers out again; see `splitCustomers`. Nothing is written with `commit` false. */
  async split(
    id: number,
    options: { readonly commit: boolean; readonly mergeAgain: MergeAgain },
  ): Promise<{ readonly run: number | null; readonly value: SplitOutcome }> {
    const { splitCustomers } = await import('./customer-split.ts');
    return splitCustomers(this.#engine, id, this.#header('dedupe split', { id }), this.#now, options);
  }

  #header(command: string, args: RunHeader['arguments']): RunHeader {
    return { command, arguments: args, actor: this.#actor, host: hostname() };
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
