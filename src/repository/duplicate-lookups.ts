import type { Engine } from '../engines/connection.ts';
import type { Customer } from '../model/customer.ts';
import type { DuplicateCluster, DuplicatePair } from '../model/duplicates.ts';
import { CUSTOMER_COLUMNS, customerOf } from './customer-rows.ts';
import { OPEN_PAIRS, PAIR_COLUMNS, pairOf } from './duplicate-rows.ts';

/** So many ids go into one statement. */
const PAGE = 5000;

/** Who has an external id. */
export interface ExternalOwner {
  readonly source: string;
  readonly externalId: string;
  readonly customer: number;
}

/** A cluster without its members. */
export type ClusterSize = Omit<DuplicateCluster, 'customers'> & { readonly size: number };

/** What deciding by hand and reports of duplicates look up beside the pairs. */
export class DuplicateLookups {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** How many pairs wait for a person; see `DuplicateStore.openPairs`. */
  async countOpen(minScore = 0): Promise<number> {
    const [row] = await this.#engine.all(`SELECT count(*) AS n FROM duplicate_pairs p WHERE ${OPEN_PAIRS}`, [minScore]);
    return row?.n as number;
  }

  /** The customers with these ids that are there, by id. */
  async customers(ids: Iterable<number>): Promise<Map<number, Customer>> {
    const sql = `SELECT ${CUSTOMER_COLUMNS.join(', ')} FROM customers WHERE ${this.#engine.facts.inJsonArray('id', 'integer')}`;
    const found = new Map<number, Customer>();
    for (const list of pages(ids)) {
      for (const row of await this.#engine.all(sql, [list])) found.set(row.id as number, customerOf(row));
    }
    return found;
  }

  /** Which of these customers are there. */
  async existing(ids: Iterable<number>): Promise<Set<number>> {
    const sql = `SELECT id FROM customers WHERE ${this.#engine.facts.inJsonArray('id', 'integer')}`;
    const found = new Set<number>();
    for (const list of pages(ids)) for (const { id } of await this.#engine.all<{ id: number }>(sql, [list])) found.add(id);
    return found;
  }

  /** Who has these external ids, whatever their source. */
  async externalOwners(externalIds: Iterable<string>): Promise<ExternalOwner[]> {
    const sql = `SELECT source, external_id, customer_id FROM external_ids WHERE ${this.#engine.facts.inJsonArray('external_id', 'text')}`;
    const found: ExternalOwner[] = [];
    for (const list of pages(externalIds)) {
      for (const row of await this.#engine.all(sql, [list]))
        found.push({ source: row.source as string, externalId: row.external_id as string, customer: row.customer_id as number });
    }
    return found;
  }

  /** The clusters with most customers, the largest first. */
  async largestClusters(limit: number): Promise<ClusterSize[]> {
    const rows = await this.#engine.all(
      `SELECT cluster_id, min(verdict) AS verdict, count(*) AS size FROM duplicate_clusters
       GROUP BY cluster_id ORDER BY size DESC, cluster_id LIMIT ?`,
      [limit],
    );
    return rows.map((row) => ({
      id: row.cluster_id as number,
      verdict: row.verdict as ClusterSize['verdict'],
      size: row.size as number,
    }));
  }

  /** Some pairs of customers that are there, of at least `from` and less than `to` bits; the same ones each time. */
  async samplePairs(from: number, to: number, limit: number): Promise<DuplicatePair[]> {
    const rows = await this.#engine.all(
      `SELECT ${PAIR_COLUMNS} FROM duplicate_pairs WHERE bits >= ? AND bits < ?
         AND left_id IN (SELECT id FROM customers) AND right_id IN (SELECT id FROM customers)
       ORDER BY (left_id * 7919 + right_id * 104729) % 1000003, left_id, right_id LIMIT ?`,
      [from, to, limit],
    );
    return rows.map(pairOf);
  }
}

/** JSON arrays of different values, of bounded length. */
function* pages(values: Iterable<number | string>): Generator<string> {
  const all = [...new Set(values)];
  for (let at = 0; at < all.length; at += PAGE) yield JSON.stringify(all.slice(at, at + PAGE));
}
