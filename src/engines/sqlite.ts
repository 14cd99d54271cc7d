import { AsyncLocalStorage } from 'node:async_hooks';
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import Database from 'better-sqlite3';
import { CrmError } from '../errors.ts';
import { fold } from '../model/fold.ts';
import type { Connection, Engine, TableRows, TransactionOptions, WordIndexBuilder } from './connection.ts';
import type { SqlRow, SqlValue } from './engine.ts';
import { Mutex } from './mutex.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { sqliteError } from './sqlite-errors.ts';
import { sqliteFacts } from './sqlite-facts.ts';
import { checkpoint, databaseBytes, lockBeside, rebuild, reclaimPages, tune } from './sqlite-storage.ts';

/** Marks a file as ours in its header (`file` and other programs can tell): "crm1". */
const APPLICATION_ID = 0x63726d31;
const STREAM_BATCH = 500;
/** Takes the write lock like BEGIN IMMEDIATE, but not that of attached files, which another thread is writing. */
const BEGIN_MAIN_ONLY = 'BEGIN; UPDATE main.sequences SET next_id = next_id WHERE 0';

/** How a SQLite database is opened. */
export interface SqliteOptions {
  /** Make the file when it does not exist. */
  readonly create: boolean;
  /** How long a writer waits for another one, in milliseconds. */
  readonly busyTimeoutMs: number;
}

/**
 * Opens a SQLite file: WAL, `synchronous=FULL`, foreign keys on, writers one at a time.
 * @throws {CrmError} NO_DATABASE when there is no file and `create` is false; NOT_OUR_DATABASE when it is something
 * else; INTEGRITY when it is damaged; ENGINE when it cannot be opened.
 */
export function openSqlite(path: string, options: SqliteOptions): Engine {
  checkFile(path, options.create);
  try {
    return new SqliteEngine(path, options);
  } catch (error) {
    throw sqliteError(error, path);
  }
}

function checkFile(path: string, create: boolean): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) {
    throw new CrmError('NOT_OUR_DATABASE', `${path} is a folder, not a database`, { hint: `name a file: --db ${path}/crm.db` });
  }
  const missing = stats === undefined || stats.size === 0;
  if (missing && !create) {
    throw new CrmError('NO_DATABASE', `there is no database at ${path}`, {
      hint: 'make one with: crm init, or import a file with: crm import FILE',
    });
  }
  if (stats === undefined && !existsSync(resolve(path, '..'))) {
    throw new CrmError('ENGINE', `the folder of ${path} does not exist`, { hint: 'make the folder first, or name another path with --db' });
  }
}

class SqliteEngine implements Engine {
  readonly facts = sqliteFacts;
  readonly label: string;
  readonly schemaFolder = 'sqlite';
  readonly #db: Database.Database;
  readonly #connection: SqliteConnection;
  readonly #mutex = new Mutex();
  readonly #inside = new AsyncLocalStorage<true>();
  readonly #busyTimeoutMs: number;
  #sideIndexes = 0;

  constructor(path: string, options: SqliteOptions) {
    this.label = path;
    this.#busyTimeoutMs = options.busyTimeoutMs;
    this.#db = connect(path, { timeout: options.busyTimeoutMs });
    try {
      this.#prepare();
    } catch (error) {
      this.#db.close();
      throw error;
    }
    this.#connection = new SqliteConnection(this.#db, path);
  }

  #prepare(): void {
    const applicationId = this.#db.pragma('application_id', { simple: true });
    if (applicationId !== APPLICATION_ID) {
      const tables = this.#db.prepare('SELECT count(*) AS n FROM sqlite_master').get() as { n: number };
      if (tables.n > 0) {
        throw new CrmError('NOT_OUR_DATABASE', `${this.label} is a SQLite database, but not one of crm`, {
          hint: 'name another file with --db; to bring its tables in, import them',
        });
      }
      this.#db.pragma('auto_vacuum = INCREMENTAL');
      this.#db.pragma(`application_id = ${APPLICATION_ID}`);
    }
    if (this.#db.pragma('journal_mode', { simple: true }) !== 'wal') this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = FULL');
    this.#db.pragma('foreign_keys = ON');
    tune(this.#db, 'usual');
  }

  async all<T extends SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    return this.#exclusive(() => this.#connection.all<T>(sql, parameters));
  }

  async table(sql: string, parameters: readonly SqlValue[] = []): Promise<TableRows> {
    return this.#exclusive(() => this.#connection.table(sql, parameters));
  }

  async transaction<T>(work: (connection: Connection) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#exclusive(async () => {
      try {
        this.#begin(options.waitMs);
        const result = await this.#inside.run(true, () => work(this.#connection));
        this.#execute(options.commit === false ? 'ROLLBACK' : 'COMMIT');
        return result;
      } catch (error) {
        if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #begin(waitMs: number | undefined): void {
    if (waitMs !== undefined) this.#db.pragma(`busy_timeout = ${Math.trunc(waitMs)}`);
    try {
      this.#execute(this.#sideIndexes === 0 ? 'BEGIN IMMEDIATE' : BEGIN_MAIN_ONLY);
    } finally {
      if (waitMs !== undefined) this.#db.pragma(`busy_timeout = ${this.#busyTimeoutMs}`);
    }
  }

  #execute(sql: string): void {
    try {
      this.#db.exec(sql);
    } catch (error) {
      throw sqliteError(error, this.label);
    }
  }

  #exclusive<T>(task: () => Promise<T>): Promise<T> {
    if (this.#inside.getStore()) {
      throw new CrmError('INTERNAL', 'the database was used from inside its own transaction without the transaction handle');
    }
    return this.#mutex.run(task);
  }

  async *stream(sql: string, parameters: readonly SqlValue[] = []): AsyncIterable<SqlValue[][]> {
    const reader = connect(this.label, { readonly: true, timeout: this.#busyTimeoutMs });
    try {
      yield* batches(reader.prepare(sql).raw(true), parameters);
    } catch (error) {
      throw sqliteError(error, this.label);
    } finally {
      reader.close();
    }
  }

  async readOnly(sql: string): Promise<{ columns: string[]; rows: AsyncIterable<SqlValue[][]> }> {
    const reader = connect(this.label, { readonly: true, timeout: this.#busyTimeoutMs });
    reader.pragma('query_only = ON');
    const statement = prepareUserSql(reader, sql);
    const label = this.label;
    async function* rows(): AsyncIterable<SqlValue[][]> {
      try {
        yield* batches(statement.raw(true), []);
      } catch (error) {
        throw userSqlError(error, label);
      } finally {
        reader.close();
      }
    }
    return { columns: statement.columns().map((column) => column.name), rows: rows() };
  }

  async beginWordIndex(): Promise<WordIndexBuilder | null> {
    return this.#exclusive(async () => {
      const { SqliteWordIndexBuilder } = await import('./sqlite-word-index.ts'); // only a large import needs it
      const builder = await SqliteWordIndexBuilder.start(this.#db, () => this.#sideIndexes--);
      if (builder !== null) this.#sideIndexes++;
      return builder;
    });
  }

  async storageBytes(): Promise<number> {
    return this.#guarded(() => databaseBytes(this.#db));
  }

  async reclaim(): Promise<boolean> {
    return this.#guarded(() => {
      const more = reclaimPages(this.#db);
      if (!more) checkpoint(this.#db);
      return more;
    });
  }

  async compact(): Promise<void> {
    return this.#guarded(() => rebuild(this.#db));
  }

  async expectLargeTransactions(): Promise<() => Promise<void>> {
    await this.#guarded(() => tune(this.#db, 'large'));
    return () => this.#guarded(() => tune(this.#db, 'usual'));
  }

  async tryLock(name: string): Promise<(() => Promise<void>) | null> {
    return this.#guarded(() => lockBeside(this.label, name));
  }

  #guarded<T>(task: () => T): Promise<T> {
    return this.#exclusive(async () => {
      try {
        return task();
      } catch (error) {
        throw sqliteError(error, this.label);
      }
    });
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}

function connect(path: string, options: Database.Options): Database.Database {
  const db = new Database(path, options);
  db.function('crm_fold', { deterministic: true }, (text) => (typeof text === 'string' ? fold(text) : text));
  return db;
}

function prepareUserSql(reader: Database.Database, sql: string): Database.Statement {
  let statement: Database.Statement;
  try {
    statement = reader.prepare(sql);
  } catch (error) {
    reader.close();
    throw userSqlError(error, reader.name);
  }
  if (statement.readonly && statement.reader) return statement;
  reader.close();
  throw new CrmError('PERMISSION', '--sql only reads: the database refused a statement that writes', {
    hint: 'change customers with: crm edit, crm import, crm delete',
  });
}

/** What is wrong with a statement of the user, unless the database is: its own mistakes are no defects of ours. */
function userSqlError(thrown: unknown, label: string): unknown {
  const translated = sqliteError(thrown, label);
  const isOurs = translated instanceof CrmError && translated.code !== 'INTERNAL';
  if (isOurs && (thrown as { code?: unknown }).code !== 'SQLITE_ERROR') return translated;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new CrmError('USAGE', `--sql: ${message}`, { cause: thrown, hint: 'give one SELECT statement' });
}

async function* batches(statement: Database.Statement, parameters: readonly SqlValue[]): AsyncIterable<SqlValue[][]> {
  let batch: SqlValue[][] = [];
  for (const row of statement.iterate(...parameters)) {
    batch.push(row as SqlValue[]);
    if (batch.length === STREAM_BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
