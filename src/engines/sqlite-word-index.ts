import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import type { Connection, PackedWords, WordIndexBuilder } from './connection.ts';
import { sqliteError } from './sqlite-errors.ts';
import { removeStale } from './stale-files.ts';

/** Batches under way before the giver has to wait. */
const MAX_IN_FLIGHT = 4;

/**
 * Builds the FTS5 index of a large load in a second thread, in a file of its own; `finish` copies its segment tables
 * into the open transaction, which costs a fraction of indexing there. The main index must be empty.
 */
export class SqliteWordIndexBuilder implements WordIndexBuilder {
  readonly #db: Database.Database;
  readonly #folder: string;
  readonly #onDispose: () => void;
  readonly #worker: Worker;
  #inFlight = 0;
  #failure: unknown = null;
  #wake: (() => void) | null = null;

  /** Starts the thread; null where workers cannot run (the program is not built). */
  static async start(db: Database.Database, onDispose: () => void): Promise<SqliteWordIndexBuilder | null> {
    if (import.meta.url.endsWith('.ts')) return null;
    removeStale(tmpdir(), /^crm-words-(\d+)-/);
    const folder = mkdtempSync(join(tmpdir(), `crm-words-${process.pid}-`));
    try {
      return new SqliteWordIndexBuilder(db, folder, onDispose);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw sqliteError(error, folder);
    }
  }

  private constructor(db: Database.Database, folder: string, onDispose: () => void) {
    this.#db = db;
    this.#onDispose = onDispose;
    this.#folder = folder;
    const path = join(folder, 'words.db');
    db.exec(`ATTACH DATABASE '${path.replaceAll("'", "''")}' AS side`);
    this.#worker = new Worker(new URL('./sqlite-word-worker.js', import.meta.url), { workerData: { path } });
    this.#worker.on('message', (failure: { code: string; message: string } | null) => {
      this.#inFlight--;
      if (failure !== null)
        this.#failure = sqliteError(Object.assign(new Error(failure.message), { name: 'SqliteError', code: failure.code }), path);
      this.#wake?.();
    });
    this.#worker.on('error', (error) => {
      this.#failure = error;
      this.#wake?.();
    });
  }

  async #waitUntil(ready: () => boolean): Promise<void> {
    while (this.#failure === null && !ready()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    this.#wake = null;
    if (this.#failure !== null) throw this.#failure;
  }

  async add(words: PackedWords): Promise<void> {
    await this.#waitUntil(() => this.#inFlight < MAX_IN_FLIGHT);
    this.#inFlight++;
    this.#worker.postMessage(words, [words.ids.buffer as ArrayBuffer, words.ends.buffer as ArrayBuffer]);
  }

  async finish(connection: Connection): Promise<void> {
    this.#inFlight++;
    this.#worker.postMessage(null);
    await this.#waitUntil(() => this.#inFlight === 0);
    this.#db.unsafeMode(true);
    try {
      for (const part of ['data', 'idx', 'docsize']) {
        await connection.script(
          `DELETE FROM main.customer_search_${part}; INSERT INTO main.customer_search_${part} SELECT * FROM side.customer_search_${part}`,
        );
      }
    } finally {
      this.#db.unsafeMode(false);
    }
  }

  async dispose(): Promise<void> {
    await this.#worker.terminate();
    if (this.#db.open) this.#db.exec('DETACH DATABASE side');
    this.#onDispose();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
