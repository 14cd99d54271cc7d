import { AsyncLocalStorage } from 'node:async_hooks';
import type Database from 'better-sqlite3';
import { CrmError } from '../errors.ts';
import type { Connection, Engine, JoinableFile, TableRows, TransactionOptions, WordIndexBuilder } from './connection.ts';
import type { SqlRow, SqlValue } from './engine.ts';
import type { Maintenance } from './maintenance.ts';
import { readMigrations } from './migrator.ts';
import { Mutex } from './mutex.ts';
import { newFileKey, setCipher } from './sqlite-cipher.ts';
import { attach, connect } from './sqlite-connect.ts';
import { schemaIndexes } from './schema-indexes.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { sqliteError, sqliteOpenError } from './sqlite-errors.ts';
import { sqliteFacts } from './sqlite-facts.ts';
import { APPLICATION_ID, checkFile, identity, openWhenFree, recognise, replaced } from './sqlite-file.ts';
import { checkpoint, databaseBytes, lockBeside, rebuild, reclaimPages, tune } from './sqlite-storage.ts';
import { queryPlan } from './sqlite-query-plan.ts';

const STREAM_BATCH = 500;
/** Takes the write lock like BEGIN IMMEDIATE, but not that of attached files, which another thread is writing. */
const BEGIN_MAIN_ONLY = 'BEGIN; UPDATE main.sequences SET next_id = next_id WHERE 0';

/** How a SQLite database is opened. */
export interface SqliteOptions {
  /** Make the file when it does not exist. */
  readonly create: boolean;
  /** How long a writer waits for another one, in milliseconds. */
  readonly busyTimeoutMs: number;
  /** The passphrase: of an encrypted file, and of one that is made. A plain file with tables in it stays plain. */
  readonly key?: Uint8Array;
  /** Another database, which its statements only read, as `joined`. */
  readonly joined?: JoinableFile;
}

/**
 * Opens a SQLite file: WAL, `synchronous=FULL`, foreign keys on, writers one at a time.
 * @throws {CrmError} NO_DATABASE when there is no file and `create` is false; NOT_OUR_DATABASE when it is something
 * else; KEY_NEEDED, WRONG_KEY when it is encrypted; INTEGRITY when it is damaged; BUSY when somebody holds it for himself
 * for longer than the busy timeout; ENGINE when it cannot be opened.
 */
export async function openSqlite(path: string, options: SqliteOptions): Promise<Engine> {
  const { key = null, busyTimeoutMs } = options;
  if (key?.length === 0) throw new CrmError('USAGE', 'the key of the database is empty', { hint: 'give a passphrase' });
  return openWhenFree(busyTimeoutMs, () => {
    checkFile(path, options.create);
    const before = identity(path);
    try {
      return new SqliteEngine(path, options, before);
    } catch (error) {
      // Somebody made it meanwhile, perhaps with a key of his own.
      const isOther = (error as { code?: unknown }).code === 'SQLITE_NOTADB' && identity(path) !== before;
      throw isOther ? replaced(path) : sqliteOpenError(error, path, key);
    }
  });
}

class SqliteEngine implements Engine {
  readonly facts = sqliteFacts;
  readonly label: string;
  readonly schemaFolder = 'sqlite';
  readonly isEncrypted: boolean;
  readonly #db: Database.Database;
  readonly #connection: SqliteConnection;
  readonly #mutex = new Mutex();
  readonly #inside = new AsyncLocalStorage<true>();
  readonly #busyTimeoutMs: number;
  readonly #key: Uint8Array | null;
  #sideFiles = 0;

  /** @param file which file the path led to before */
  constructor(path: string, options: SqliteOptions, file: bigint | null) {
    this.label = path;
    this.#busyTimeoutMs = options.busyTimeoutMs;
    const key = options.key ?? null;
    const { db, isKeyed } = connect(path, { timeout: 0, key });
    this.#db = db;
    try {
      // To make the key takes a while. A handle on a file that is gone must not read: it would find the log of the new one.
      if (file !== null && identity(path) !== file) throw replaced(path);
      const hasTables = recognise(db, path);
      const isToBeKeyed = options.create && key !== null && !isKeyed && !hasTables();
      if (isToBeKeyed) this.#encryptEmpty(key);
      this.#key = isKeyed || isToBeKeyed ? key : null;
      this.isEncrypted = this.#key !== null;
      this.#prepare();
      if (options.joined !== undefined) {
        attach(this.#db, { ...options.joined, name: 'joined' });
        this.#sideFiles++;
      }
      // From here on it has a lock that keeps others from replacing the file: it must have been this one until now.
      if (file !== null && identity(path) !== file) throw replaced(path);
      db.pragma(`busy_timeout = ${options.busyTimeoutMs}`);
    } catch (error) {
      this.#db.close();
      throw error;
    }
    this.#connection = new SqliteConnection(this.#db, path);
  }

  /** A file without tables, as a killed process leaves it, is no reason to stay without encryption. */
  #encryptEmpty(key: Uint8Array): void {
    this.#db.pragma('journal_mode = DELETE');
    setCipher(this.#db);
    this.#db.rekey(newFileKey(key));
    this.#db.pragma('temp_store = MEMORY');
  }

  #prepare(): void {
    if (this.#db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
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
      this.#execute(this.#sideFiles === 0 ? 'BEGIN IMMEDIATE' : BEGIN_MAIN_ONLY);
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
    const reader = this.#reader();
    try {
      yield* batches(reader.prepare(sql).raw(true), parameters);
    } catch (error) {
      throw sqliteError(error, this.label);
    } finally {
      reader.close();
    }
  }

  #reader(): Database.Database {
    return connect(this.label, { readonly: true, timeout: this.#busyTimeoutMs, key: this.#key }).db;
  }

  async readOnly(sql: string): Promise<{ columns: string[]; rows: AsyncIterable<SqlValue[][]> }> {
    const reader = this.#reader();
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
      const builder = await SqliteWordIndexBuilder.start(this.#db, this.isEncrypted, () => this.#sideFiles--);
      if (builder !== null) this.#sideFiles++;
      return builder;
    });
  }

  async explain(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly string[]> {
    const reader = this.#reader();
    try {
      return queryPlan(reader, sql, parameters);
    } finally {
      reader.close();
    }
  }

  async maintenance(): Promise<Maintenance> {
    const { SqliteMaintenance } = await import('./sqlite-maintenance.ts'); // only the upkeep needs it
    const openReader = (): Database.Database => this.#reader();
    return new SqliteMaintenance({ db: this.#db, path: this.label, openReader, indexes: schemaIndexes(readMigrations(this)) });
  }

  joinable(): JoinableFile | null {
    return { path: this.label, key: this.#key, busyTimeoutMs: this.#busyTimeoutMs };
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
