import { realpathSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { connect } from '../engines/sqlite-connect.ts';
import { isBusy, sqliteOpenError } from '../engines/sqlite-errors.ts';
import { checkFile, openWhenFree, statsOf } from '../engines/sqlite-file.ts';
import { tune } from '../engines/sqlite-storage.ts';
import { CrmError } from '../errors.ts';
import { lockOwner } from '../process-lock.ts';
import type { Connector, Snapshot, StoreLock, StoreOptions, TableStore, TableTarget } from './connector.ts';
import { sqlitePath } from './sqlite-address.ts';
import { sqliteStoreFacts } from './sqlite-facts.ts';
import { SqliteSnapshot } from './sqlite-snapshot.ts';
import { SqliteTarget } from './sqlite-target.ts';
import { heldError, lockFile, processName } from './store-lock.ts';

/** A SQLite file, of whatever program. */
export const sqlite: Connector = {
  open: async (address, options) => SqliteStore.open(sqlitePath(address), options),
};

/** The file that stands for the lock of a copy. */
function lockPath(path: string): string {
  return `${realpathSync(path)}.crm-copy-lock`;
}

/** Who copies to a file that is too busy to be opened: SQLite does not know. Null where nobody does, or that is not why. */
function heldElsewhere(path: string, error: unknown): CrmError | null {
  if (!(error instanceof CrmError) || error.code !== 'BUSY' || statsOf(path) === null) return null;
  const owner = lockOwner(lockPath(path));
  return owner === null ? null : heldError(path, processName(owner));
}

/** An opened file: each snapshot, target and writer has a handle of its own. */
class SqliteStore implements TableStore {
  readonly label: string;
  readonly facts = sqliteStoreFacts;
  readonly #options: StoreOptions;
  readonly #opened = new Set<{ close(): Promise<void> }>();
  /** How the file logs changes when nobody copies to it, where that is another way. */
  #formerJournal: string | null = null;

  private constructor(path: string, options: StoreOptions) {
    this.label = path;
    this.#options = options;
  }

  static async open(path: string, options: StoreOptions): Promise<SqliteStore> {
    guarded(path, options, () => checkFile(path, options.create));
    const isNew = (statsOf(path)?.size ?? 0) === 0;
    const store = new SqliteStore(path, options);
    try {
      await openWhenFree(options.busyTimeoutMs, () => {
        const db = store.#connect(!isNew);
        try {
          if (isNew) makeFile(db);
        } finally {
          db.close();
        }
      });
    } catch (error) {
      throw heldElsewhere(path, error) ?? error;
    }
    return store;
  }

  async snapshot(): Promise<Snapshot> {
    return this.#kept(new SqliteSnapshot(this.#connect(true), this.label));
  }

  lock(): Promise<StoreLock> {
    return lockFile(lockPath(this.label), this.label);
  }

  async target(): Promise<TableTarget> {
    this.#useLog();
    return this.#kept(new SqliteTarget(this.label, () => this.#writing()));
  }

  async close(): Promise<void> {
    for (const opened of this.#opened) await opened.close();
    this.#opened.clear();
    if (this.#formerJournal !== null) this.#setJournal(this.#formerJournal);
    this.#formerJournal = null;
  }

  /** With a log, readers of the file neither wait for who writes to it nor keep him waiting. */
  #useLog(): void {
    const former = this.#setJournal('wal');
    if (former !== 'wal') this.#formerJournal = former;
  }

  /** Leaves it as it is while somebody else has the file open. @returns what it was before */
  #setJournal(mode: string): string {
    const db = this.#connect(false);
    try {
      const former = db.pragma('journal_mode', { simple: true }) as string;
      if (former !== mode) db.pragma(`journal_mode = ${mode}`);
      return former;
    } catch (thrown) {
      if (!isBusy(thrown)) throw sqliteOpenError(thrown, this.label, this.#options.key ?? null);
      return mode;
    } finally {
      db.close();
    }
  }

  #kept<T extends { close(): Promise<void> }>(opened: T): T {
    this.#opened.add(opened);
    return opened;
  }

  /** References are checked when all tables are there: see `connect`. */
  #writing(): Database.Database {
    const db = this.#connect(false);
    db.pragma('foreign_keys = OFF');
    // A lost write would take the ledger's entry with it, which is in the same transaction.
    db.pragma('synchronous = NORMAL');
    tune(db, 'usual');
    return db;
  }

  /** A handle that has read the file once, so that a wrong key or a foreign file shows here. */
  #connect(readonly: boolean): Database.Database {
    const { busyTimeoutMs, key } = this.#options;
    return guarded(this.label, this.#options, () => {
      const { db } = connect(this.label, { key: key ?? null, timeout: busyTimeoutMs, readonly });
      try {
        db.prepare('SELECT count(*) FROM sqlite_schema').get();
        return db;
      } catch (error) {
        db.close();
        throw error;
      }
    });
  }
}

/** What is written is a file from the start; readers see what was there when they began while it goes on. */
function makeFile(db: Database.Database): void {
  db.pragma('journal_mode = WAL');
}

/** Says what is wrong with a file in words that fit any SQLite file, not only those of crm. */
function guarded<T>(path: string, options: StoreOptions, task: () => T): T {
  try {
    return task();
  } catch (thrown) {
    const error = sqliteOpenError(thrown, path, options.key ?? null);
    if (!(error instanceof CrmError) || (error.code !== 'NOT_OUR_DATABASE' && error.code !== 'NO_DATABASE')) throw error;
    const isMissing = error.code === 'NO_DATABASE';
    throw new CrmError(error.code, isMissing ? `there is no database at ${path}` : `${path} is not a SQLite database`, {
      cause: error,
      hint: isMissing ? 'check the path' : 'name a file of SQLite 3',
    });
  }
}
