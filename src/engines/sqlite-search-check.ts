import type Database from 'better-sqlite3';
import type { SqlRow, SqlValue, WordsEntry } from './engine.ts';
import type { SearchCheck } from './maintenance.ts';
import { sqliteError } from './sqlite-errors.ts';

/** Entries of the index that are read before others get their turn. */
const TURN = 200_000;
/** A sample looks up so many words of a customer. */
const SAMPLE_WORDS = 40;

/** Two sums of the hashes of words: the same words have the same sums, in whatever order. */
interface Sums {
  a: number;
  b: number;
}

/**
 * Compares words with the full-text index: the index has no texts, but for each word the customers that have it. One pass
 * over it sums up the words of each customer.
 */
export class SqliteSearchCheck implements SearchCheck {
  readonly #db: Database.Database;
  /** Customers in the index, sorted; null where only samples are looked up. */
  #ids: Float64Array | null = null;
  #sumsA = new Uint32Array(0);
  #sumsB = new Uint32Array(0);
  #isSeen = new Uint8Array(0);

  readonly #label: string;

  /** @param db a connection of its own, which is closed at the end */
  constructor(db: Database.Database, label: string) {
    this.#db = db;
    this.#label = label;
    db.exec('BEGIN');
  }

  /** Reads the whole index. @param check called now and then; a throw stops */
  async readIndex(check: () => Promise<void>): Promise<void> {
    const ids = Float64Array.from(this.#db.prepare('SELECT id FROM customer_search_docsize ORDER BY id').pluck().all() as number[]);
    this.#sumsA = new Uint32Array(ids.length);
    this.#sumsB = new Uint32Array(ids.length);
    this.#isSeen = new Uint8Array(ids.length);
    this.#db.exec("CREATE VIRTUAL TABLE temp.indexed_words USING fts5vocab(main, 'customer_search', 'instance')");
    let word: string | null = null;
    let hash: Sums = { a: 0, b: 0 };
    let count = 0;
    for (const [term, id] of this.#db.prepare('SELECT term, doc FROM temp.indexed_words').raw().iterate() as Iterable<[string, number]>) {
      if (term !== word) {
        word = term;
        hash = hashOf(term);
      }
      const at = placeOf(ids, id);
      if (at >= 0) {
        this.#sumsA[at] = ((this.#sumsA[at] as number) + hash.a) >>> 0;
        this.#sumsB[at] = ((this.#sumsB[at] as number) + hash.b) >>> 0;
      }
      if (++count % TURN === 0) await check();
    }
    this.#ids = ids;
  }

  async all<T extends SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    return this.#guard(() => this.#db.prepare(sql).all(...parameters) as T[]);
  }

  #guard<T>(task: () => T): T {
    try {
      return task();
    } catch (error) {
      throw sqliteError(error, this.#label);
    }
  }

  async differing(entries: readonly WordsEntry[]): Promise<readonly number[]> {
    const ids = this.#ids;
    return entries.filter((entry) => (ids === null ? !this.#isFound(entry) : !this.#isSame(ids, entry))).map(({ id }) => id);
  }

  #isSame(ids: Float64Array, { id, words }: WordsEntry): boolean {
    const at = placeOf(ids, id);
    const wanted = wordsIn(words);
    if (at < 0) return wanted.length === 0;
    this.#isSeen[at] = 1;
    let [a, b] = [0, 0];
    for (const word of wanted) {
      const hash = hashOf(word);
      a = (a + hash.a) >>> 0;
      b = (b + hash.b) >>> 0;
    }
    return this.#sumsA[at] === a && this.#sumsB[at] === b;
  }

  #isFound({ id, words }: WordsEntry): boolean {
    const wanted = wordsIn(words).slice(0, SAMPLE_WORDS);
    if (wanted.length === 0) return true;
    const query = wanted.map((word) => `"${word}"`).join(' AND ');
    const sql = 'SELECT 1 FROM customer_search WHERE customer_search MATCH ? AND rowid = ?';
    return this.#guard(() => this.#db.prepare(sql).get(query, id) !== undefined);
  }

  surplus(): readonly number[] {
    return [...(this.#ids ?? [])].filter((_, at) => this.#isSeen[at] === 0);
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}

function wordsIn(words: string | null): string[] {
  return [...new Set((words ?? '').split(' '))].filter((word) => word !== '');
}

/** FNV-1a of the characters, from two starts. */
function hashOf(word: string): Sums {
  let [a, b] = [0x811c9dc5, 0x9747b28c];
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x5bd1e995);
    b ^= b >>> 13;
  }
  return { a: a >>> 0, b: b >>> 0 };
}

/** Where a number stands in sorted ones; -1 where it does not. Ids mostly follow one another, so that is tried first. */
function placeOf(sorted: Float64Array, wanted: number): number {
  let [low, high] = [0, sorted.length - 1];
  const guess = wanted - (sorted[0] ?? 0);
  if (sorted[guess] === wanted) return guess;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = sorted[middle] as number;
    if (found === wanted) return middle;
    if (found < wanted) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
