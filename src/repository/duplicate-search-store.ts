import type { Engine } from '../engines/connection.ts';
import type { SqlValue } from '../engines/engine.ts';
import { type ComparedContact, type ComparedRow, type ComparedScope, comparedContacts, comparedRows } from './duplicate-records.ts';
import { type DuplicateResults, saveDuplicateResults } from './duplicate-results.ts';

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

  /** Streams their further e-mail addresses and phone numbers; see `comparedContacts`. */
  contacts(): AsyncIterable<ComparedContact[]> {
    return comparedContacts(this.#engine);
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
}
