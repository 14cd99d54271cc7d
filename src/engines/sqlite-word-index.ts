import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { CrmError, isDiskFull } from '../errors.ts';
import type { Connection, PackedWords, WordIndexBuilder } from './connection.ts';
import { passingSecret } from './passing-secret.ts';
import { passingFileKey } from './sqlite-cipher.ts';
import { sqliteError } from './sqlite-errors.ts';
import { removeStale } from './stale-files.ts';
import { WordsSpool } from './words-spool.ts';

/**
 * Builds the FTS5 index of a large load in a second thread, in a file of its own; `finish` copies its segment tables
 * into the open transaction, which costs a fraction of indexing there. The main index must be empty. The words wait in
 * a file until `start`: while the rows are being read another thread is at work already, and a third would slow both.
 */
export class SqliteWordIndexBuilder implements WordIndexBuilder {
  readonly #db: Database.Database;
  readonly #folder: string;
  readonly #onDispose: () => void;
  readonly #worker: Worker;
  readonly #spool: WordsSpool;
  #end = 0;
  #isStarted = false;
  #isDone = false;
  #failure: unknown = null;
  #wake: (() => void) | null = null;

  /** Starts the thread; null where workers cannot run (the program is not built). With `isEncrypted` no file of it can be read later. */
  static async start(db: Database.Database, isEncrypted: boolean, onDispose: () => void): Promise<SqliteWordIndexBuilder | null> {
    if (import.meta.url.endsWith('.ts')) return null;
    removeStale(tmpdir(), /^crm-words-(\d+)-/);
    const folder = temporary(tmpdir(), () => mkdtempSync(join(tmpdir(), `crm-words-${process.pid}-`)));
    try {
      return new SqliteWordIndexBuilder(db, folder, isEncrypted, onDispose);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw sqliteError(error, folder);
    }
  }

  private constructor(db: Database.Database, folder: string, isEncrypted: boolean, onDispose: () => void) {
    this.#db = db;
    this.#onDispose = onDispose;
    this.#folder = folder;
    const path = join(folder, 'words.db');
    const key = isEncrypted ? passingFileKey() : null;
    if (key === null) db.prepare('ATTACH DATABASE ? AS side').run(path);
    else db.prepare('ATTACH DATABASE ? AS side KEY ?').run(path, key);
    const spoolPath = join(folder, 'words.spool');
    const secret = isEncrypted ? passingSecret() : null;
    this.#spool = temporary(folder, () => new WordsSpool(spoolPath, 'w', secret));
    const sql = db.prepare("SELECT sql FROM main.sqlite_master WHERE name = 'customer_search'").pluck().get() as string;
    this.#worker = new Worker(new URL('./sqlite-word-worker.js', import.meta.url), { workerData: { path, key, spoolPath, secret, sql } });
    this.#worker.on('message', (failure: { code: string; message: string } | null) => {
      this.#isDone = true;
      if (failure !== null)
        this.#failure = sqliteError(Object.assign(new Error(failure.message), { name: 'SqliteError', code: failure.code }), path);
      this.#wake?.();
    });
    this.#worker.on('error', (error) => {
      this.#failure = error;
      this.#wake?.();
    });
  }

  async add(words: PackedWords): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    this.#end = temporary(this.#folder, () => this.#spool.append(words));
    if (this.#isStarted) this.#worker.postMessage(this.#end);
  }

  start(): void {
    this.#isStarted = true;
    this.#worker.postMessage(this.#end);
  }

  async finish(connection: Connection): Promise<void> {
    this.#worker.postMessage(null);
    while (this.#failure === null && !this.#isDone) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== null) throw this.#failure;
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
    this.#spool.close();
    if (this.#db.open) this.#db.exec('DETACH DATABASE side');
    this.#onDispose();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Does something with temporary files. @throws {CrmError} DISK_FULL, ENGINE when the system does not let it */
function temporary<T>(folder: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    const hint = 'free some space, or name another folder for temporary files with TMPDIR, and try again';
    if (isDiskFull(error)) {
      throw new CrmError('DISK_FULL', `no space left for temporary files in ${folder}; nothing was changed`, { cause: error, hint });
    }
    const { code } = error as NodeJS.ErrnoException;
    throw new CrmError('ENGINE', `temporary files in ${folder} cannot be written (${code}); nothing was changed`, {
      cause: error,
      hint: 'name another folder for them with TMPDIR, and try again',
    });
  }
}
