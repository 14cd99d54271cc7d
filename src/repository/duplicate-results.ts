import type { Connection, Engine } from '../engines/connection.ts';
import type { SqlRow } from '../engines/engine.ts';
import type { DuplicateCluster, DuplicatePair } from '../model/duplicates.ts';

/** What a search for duplicates found and is to be kept. */
export interface DuplicateResults {
  /** Customers that were searched; null means all: then everything that was kept before is replaced. */
  readonly scope: readonly number[] | null;
  readonly pairs: Iterable<DuplicatePair>;
  /** Customers that are in a cluster of two and more. */
  readonly clusters: Iterable<ClusteredCustomer>;
  /** The model, as JSON text; null keeps the one that is there. */
  readonly model: { readonly model: string; readonly summary: string; readonly lastRun: number } | null;
  /** Packed arrays that belong to the model. */
  readonly arrays: Iterable<PackedArray>;
}

/** A customer that is not alone, with the number of its cluster. */
export interface ClusteredCustomer {
  readonly customer: number;
  readonly cluster: number;
  readonly verdict: DuplicateCluster['verdict'];
  /** Of those of its cluster that may be merged without asking, it among them, the lowest id; null where it is not among them. */
  readonly autoId: number | null;
}

/** A piece of a sorted array: keys from `firstKey` on. */
export interface PackedArray {
  readonly name: string;
  readonly firstKey: number;
  readonly data: Uint8Array;
}

const PAGE = 2000;

/** Replaces what was kept of duplicates by the results of a search, in one transaction. @throws {CrmError} BUSY */
export async function saveDuplicateResults(engine: Engine, results: DuplicateResults, now: string): Promise<void> {
  await engine.transaction(async (connection) => {
    await forget(connection, results.scope);
    await insertPairs(connection, results.pairs);
    await insertClusters(connection, results.clusters);
    if (results.model === null) return;
    await connection.run('DELETE FROM duplicate_models');
    await connection.run('DELETE FROM duplicate_arrays');
    await connection.run('DELETE FROM duplicate_keys');
    const { model, summary, lastRun } = results.model;
    await connection.run('INSERT INTO duplicate_models (made_at, last_run, model, summary) VALUES (?, ?, ?, ?)', [
      now,
      lastRun,
      model,
      summary,
    ]);
    for (const { name, firstKey, data } of results.arrays) {
      await connection.run('INSERT INTO duplicate_arrays (name, first_key, piece, data) VALUES (?, ?, 0, ?)', [name, firstKey, data]);
    }
  });
}

/** What comparing new and changed customers with all others found. */
export interface NewResults {
  /** Customers whose pairs are replaced: those that are new, changed or gone. */
  readonly customers: readonly number[];
  readonly pairs: Iterable<DuplicatePair>;
  /** Customers whose clusters are replaced. */
  readonly clustered: readonly number[];
  readonly clusters: DuplicateResults['clusters'];
  /** Their blocking keys. */
  readonly keys: Iterable<{ readonly rule: string; readonly key: number; readonly customer: number }>;
  readonly lastRun: number;
}

/** Replaces pairs and clusters of some customers, and adds their keys, in one transaction. @throws {CrmError} BUSY */
export async function saveNewResults(engine: Engine, results: NewResults): Promise<void> {
  await engine.transaction(async (connection) => {
    await forgetOf(connection, 'duplicate_pairs', ['left_id', 'right_id'], results.customers);
    await forgetOf(connection, 'duplicate_clusters', ['customer_id'], results.clustered);
    await insertPairs(connection, results.pairs);
    await insertClusters(connection, results.clusters);
    await insertAll(connection, 'duplicate_keys', ['rule', 'key', 'customer_id'], results.keys, ({ rule, key, customer }) => ({
      rule,
      key,
      customer_id: customer,
    }));
    await connection.run('UPDATE duplicate_models SET last_run = ?', [results.lastRun]);
  });
}

async function forgetOf(connection: Connection, table: string, columns: readonly string[], ids: readonly number[]): Promise<void> {
  for (let at = 0; at < ids.length; at += PAGE) {
    const list = JSON.stringify(ids.slice(at, at + PAGE));
    for (const column of columns)
      await connection.run(`DELETE FROM ${table} WHERE ${connection.facts.inJsonArray(column, 'integer')}`, [list]);
  }
}

async function forget(connection: Connection, scope: readonly number[] | null): Promise<void> {
  if (scope === null) {
    await connection.run('DELETE FROM duplicate_pairs');
    await connection.run('DELETE FROM duplicate_clusters');
    return;
  }
  await forgetOf(connection, 'duplicate_pairs', ['left_id', 'right_id'], scope);
  await forgetOf(connection, 'duplicate_clusters', ['customer_id'], scope);
}

function insertPairs(connection: Connection, pairs: Iterable<DuplicatePair>): Promise<void> {
  return insertAll(connection, 'duplicate_pairs', ['left_id', 'right_id'], pairs, (pair) => ({
    left_id: pair.left,
    right_id: pair.right,
    score: pair.score,
    bits: pair.bits,
    verdict: pair.verdict,
    rule: pair.rule,
    guards: pair.guards.length === 0 ? null : JSON.stringify(pair.guards),
  }));
}

function insertClusters(connection: Connection, clusters: DuplicateResults['clusters']): Promise<void> {
  return insertAll(connection, 'duplicate_clusters', ['customer_id'], clusters, ({ customer, cluster, verdict, autoId }) => ({
    customer_id: customer,
    cluster_id: cluster,
    verdict,
    auto_id: autoId,
  }));
}

async function insertAll<T>(
  connection: Connection,
  table: string,
  key: readonly string[],
  items: Iterable<T>,
  rowOf: (item: T) => SqlRow,
): Promise<void> {
  let rows: SqlRow[] = [];
  for (const item of items) {
    rows.push(rowOf(item));
    if (rows.length < PAGE) continue;
    await connection.upsert(table, key, rows);
    rows = [];
  }
  await connection.upsert(table, key, rows);
}
