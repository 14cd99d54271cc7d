import type { Engine } from '../engines/connection.ts';
import type { SqlValue } from '../engines/engine.ts';
import {
  type ComparedContact,
  type ComparedRow,
  type ComparedScope,
  comparedContacts,
  comparedContactsOf,
  comparedRows,
} from './duplicate-records.ts';
import { goneRecords } from './merged-records.ts';
import { type DuplicateResults, type NewResults, saveDuplicateResults, saveNewResults } from './duplicate-results.ts';

/** The model of a search of all customers as it is kept. */
export interface StoredModel {
  /** JSON texts. */
  readonly model: string;
  readonly summary: string;
  /** Runs up to this one are in it. */
  readonly lastRun: number;
  /** ISO-8601 UTC. */
  readonly madeAt: string;
}

/** What a search for duplicates reads of a customer database, and what it keeps there. */
export class DuplicateSearchStore {
  readonly #engine: Engine;
  readonly #now: () => Date;

  constructor(engine: Engine, now: () => Date) {
    this.#engine = engine;
    this.#now = now;
  }

  /** Streams the customers that are to be compared; see `comparedRows`. */
  records(scope: ComparedScope): AsyncIterable<ComparedRow[]> {
    return comparedRows(this.#engine, scope, this.#now());
  }

  /** Some customers, those that are gone with the values that they had last; in the order of their ids, in one batch. */
  async *recordsWithMerged(ids: readonly number[]): AsyncIterable<ComparedRow[]> {
    const rows = await goneRecords(this.#engine, ids);
    for await (const batch of this.records({ ids })) for (const row of batch) rows.push(row);
    yield rows.sort((a, b) => a.id - b.id);
  }

  /** Replaces the model, and keeps all that belongs to it. @param model JSON text */
  async saveModel(model: string): Promise<void> {
    await this.#engine.transaction((connection) => connection.run('UPDATE duplicate_models SET model = ?', [model]));
  }

  /** Streams their further e-mail addresses and phone numbers; see `comparedContacts`. */
  contacts(): AsyncIterable<ComparedContact[]> {
    return comparedContacts(this.#engine);
  }

  /** The further addresses and numbers of some customers. */
  contactsOf(ids: readonly number[]): AsyncIterable<ComparedContact[]> {
    return comparedContactsOf(this.#engine, ids);
  }

  /** Streams the external ids of all customers, by customer: its id, the source, the id there. */
  externalIds(): AsyncIterable<SqlValue[][]> {
    return this.#engine.stream('SELECT customer_id, source, external_id FROM external_ids ORDER BY customer_id, source, external_id');
  }

  /** The newest run there is; 0 where there is none. */
  async lastRun(): Promise<number> {
    return (await this.#engine.all<{ id: number | null }>('SELECT max(id) AS id FROM runs'))[0]?.id ?? 0;
  }

  /** Keeps what a search found; see `saveDuplicateResults`. */
  save(results: DuplicateResults): Promise<void> {
    return saveDuplicateResults(this.#engine, results, this.#now().toISOString());
  }

  /** The model of the last search of all customers; null where there was none. */
  async model(): Promise<StoredModel | null> {
    const [row] = await this.#engine.all('SELECT made_at, last_run, model, summary FROM duplicate_models ORDER BY id DESC LIMIT 1');
    if (row === undefined) return null;
    return { model: row.model as string, summary: row.summary as string, lastRun: row.last_run as number, madeAt: row.made_at as string };
  }

  /** The piece of a packed array that holds a key, if the array has it at all; null where there is none. */
  async piece(name: string, key: number): Promise<Uint8Array | null> {
    const sql = 'SELECT data FROM duplicate_arrays WHERE name = ? AND first_key <= ? ORDER BY first_key DESC LIMIT 1';
    const [row] = await this.#engine.all(sql, [name, key]);
    return (row?.data as Uint8Array | undefined) ?? null;
  }

  /** All pieces of a packed array. */
  async *pieces(name: string): AsyncIterable<Uint8Array[]> {
    for await (const rows of this.#engine.stream('SELECT data FROM duplicate_arrays WHERE name = ? ORDER BY first_key', [name])) {
      yield rows.map(([data]) => data as Uint8Array);
    }
  }

  /** Customers that came or changed after the arrays were written and have this key of a rule. */
  async laterCustomers(rule: string, key: number): Promise<number[]> {
    const rows = await this.#engine.all<{ customer_id: number }>(
      'SELECT customer_id FROM duplicate_keys WHERE rule = ? AND key = ? ORDER BY customer_id',
      [rule, key],
    );
    return rows.map(({ customer_id }) => customer_id);
  }

  /** Customers that runs after this one made or changed, and that are still there, ascending. */
  async touchedSince(run: number): Promise<number[]> {
    const rows = await this.#engine.all<{ id: number }>(
      `SELECT id FROM customers WHERE id IN (SELECT entity_id FROM changes WHERE run_id > ?)
       UNION SELECT c.id FROM run_inserts r JOIN customers c ON c.id BETWEEN r.first_id AND r.last_id WHERE r.run_id > ? ORDER BY 1`,
      [run, run],
    );
    return rows.map(({ id }) => id);
  }

  /** All customers of a kind, ascending. */
  async ofKind(kind: string): Promise<number[]> {
    return (await this.#engine.all<{ id: number }>('SELECT id FROM customers WHERE kind = ? ORDER BY id', [kind])).map(({ id }) => id);
  }

  /** How many customers of a kind there are. */
  async countOfKind(kind: string): Promise<number> {
    return Number((await this.#engine.all('SELECT count(*) AS n FROM customers WHERE kind = ?', [kind]))[0]?.n);
  }

  /** The kinds that some customers are of. */
  async kindsOf(ids: readonly number[]): Promise<string[]> {
    const sql = `SELECT DISTINCT kind FROM customers WHERE ${this.#engine.facts.inJsonArray('id', 'integer')} ORDER BY kind`;
    return (await this.#engine.all<{ kind: string }>(sql, [JSON.stringify(ids)])).map(({ kind }) => kind);
  }

  /** Customers that runs after this one removed. */
  async goneSince(run: number): Promise<number[]> {
    const rows = await this.#engine.all<{ id: number }>(
      `SELECT DISTINCT entity_id AS id FROM changes WHERE run_id > ? AND entity = 'customers' AND action = 'delete'
       AND NOT EXISTS (SELECT 1 FROM customers c WHERE c.id = entity_id) ORDER BY 1`,
      [run],
    );
    return rows.map(({ id }) => id);
  }

  /** Customers that pairs or clusters of these lead to, themselves included: whole components. */
  async componentsOf(ids: readonly number[]): Promise<number[]> {
    const { facts } = this.#engine;
    const all = new Set(ids);
    for (let wave = [...all]; wave.length > 0; ) {
      const list = JSON.stringify(wave);
      const rows = await this.#engine.all<{ id: number }>(
        `SELECT right_id AS id FROM duplicate_pairs WHERE ${facts.inJsonArray('left_id', 'integer')}
         UNION SELECT left_id FROM duplicate_pairs WHERE ${facts.inJsonArray('right_id', 'integer')}
         UNION SELECT o.customer_id FROM duplicate_clusters o WHERE o.cluster_id IN
           (SELECT cluster_id FROM duplicate_clusters WHERE ${facts.inJsonArray('customer_id', 'integer')})`,
        [list, list, list],
      );
      wave = rows.map(({ id }) => id).filter((id) => !all.has(id));
      for (const id of wave) all.add(id);
    }
    return [...all].sort((a, b) => a - b);
  }

  /** Keeps what comparing new customers found; see `saveNewResults`. */
  saveNew(results: NewResults): Promise<void> {
    return saveNewResults(this.#engine, results);
  }
}
