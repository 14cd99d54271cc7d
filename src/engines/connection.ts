import type { PackedTexts, TextData } from '../model/packed-texts.ts';
import type { EngineFacts, SqlRow, SqlValue, WordsEntry } from './engine.ts';
import type { Maintenance } from './maintenance.ts';

/** One column of packed rows: a number a row, or the same value for every row, or a text a row, or text cells of `PackedRows`. */
export type PackedColumn =
  | { readonly name: string; readonly integers: Float64Array }
  | { readonly name: string; readonly constant: SqlValue }
  | { readonly name: string; readonly texts: PackedTexts }
  | { readonly name: string; readonly cell: number };

/** Rows packed for a bulk load, `width` text cells a row: cell `c` of row `r` is text number `r * width + c`. */
export interface PackedRows {
  readonly count: number;
  readonly width: number;
  readonly texts: PackedTexts;
}

/** A bulk load: which rows of a pack go into which columns of a table. */
export interface BulkLoad {
  readonly table: string;
  readonly columns: readonly PackedColumn[];
  readonly rows: PackedRows;
  /** Row numbers to load, in order; all when absent. */
  readonly pick?: Uint32Array;
}

/** Rows as arrays, their values in the order of `columns`. */
export interface TableRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** What can be done inside one transaction of a database. Parameters are written `?` on every engine. */
export interface Connection {
  readonly facts: EngineFacts;
  /** All rows of a query. */
  all<T extends SqlRow = SqlRow>(sql: string, parameters?: readonly SqlValue[]): Promise<T[]>;
  /** The same as arrays, which takes less time where they are many. */
  table(sql: string, parameters?: readonly SqlValue[]): Promise<TableRows>;
  /** Streams a query in batches of rows as arrays; nothing else may be done until it has ended. */
  stream(sql: string): AsyncIterable<SqlValue[][]>;
  /** Runs one statement and returns how many rows it changed. */
  run(sql: string, parameters?: readonly SqlValue[]): Promise<number>;
  /** Runs a script of several statements, without parameters. */
  script(sql: string): Promise<void>;
  /** Inserts or replaces whole rows by key: every row has the same members, JSON columns as JSON text. */
  upsert(table: string, key: readonly string[], rows: readonly SqlRow[]): Promise<void>;
  /** Inserts rows whose keys are new. */
  insert(table: string, rows: TableRows): Promise<void>;
  /** The same with the fastest means of the engine, where no other row may refer to them yet; JSON columns as JSON text. */
  load(table: string, rows: TableRows): Promise<void>;
  /** Lets rows come before those that they refer to, until what it returns is called, or the transaction ends. */
  deferReferences(): Promise<() => Promise<void>>;
  /** Sets columns of existing rows found by key: every row has the same members; others stay as they are. */
  update(table: string, key: readonly string[], rows: readonly SqlRow[]): Promise<void>;
  /** Loads packed rows with the fastest means of the engine: prepared inserts, or COPY. */
  bulkLoad(load: BulkLoad): Promise<void>;
  /** Brings the full-text index up to date for these customers; `fresh`: none of them was in it. */
  putWords(entries: readonly WordsEntry[], options?: { readonly fresh?: boolean }): Promise<void>;
  /** Drops the secondary indexes of a table and returns what makes them again; for bulk loads into an empty table. */
  suspendIndexes(table: string): Promise<() => Promise<void>>;
  /** Tells the engine that tables have grown a lot, where its plans depend on what it knew of them before. */
  haveGrown(tables: readonly string[]): Promise<void>;
  /** Reserves `count` ids of a table with generated ids and returns the first. Ids are never used twice. */
  reserveIds(table: string, count: number): Promise<number>;
  /** Gives back the last reserved ids, from `first` on, that were never used; in the transaction that reserved them. */
  releaseIds(table: string, first: number): Promise<void>;
}

/** How a write transaction ends and how it is watched. */
export interface TransactionOptions {
  /** False rolls back after the work is done: a dry run with exact results. Default true. */
  readonly commit?: boolean;
  /** How long to wait for another writer, in milliseconds, where that is not what the engine was opened with. */
  readonly waitMs?: number;
}

/** What it takes to open a database once more in this process, also in another thread of it, joined with another one. */
export interface JoinableFile {
  readonly path: string;
  /** The passphrase; null where the file is not encrypted. */
  readonly key: Uint8Array | null;
  /** How long a writer waits for another one, in milliseconds. */
  readonly busyTimeoutMs: number;
}

/** An open database. */
export interface Engine {
  readonly facts: EngineFacts;
  /** What to call this database in messages: a path, or a URL without its password. */
  readonly label: string;
  /** All rows of a query on committed data. */
  all<T extends SqlRow = SqlRow>(sql: string, parameters?: readonly SqlValue[]): Promise<T[]>;
  /** The same as arrays. */
  table(sql: string, parameters?: readonly SqlValue[]): Promise<TableRows>;
  /**
   * Runs `work` in one write transaction that excludes other writers; a throw rolls back.
   * @throws {CrmError} BUSY when another writer holds the database for longer than the busy timeout.
   */
  transaction<T>(work: (connection: Connection) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Streams a query from one snapshot in batches of rows as arrays; never blocks or waits for a writer. */
  stream(sql: string, parameters?: readonly SqlValue[]): AsyncIterable<SqlValue[][]>;
  /**
   * Runs a statement of the user that the engine itself keeps from writing.
   * @throws {CrmError} PERMISSION when it tries to write.
   */
  readOnly(sql: string): Promise<{ columns: string[]; rows: AsyncIterable<SqlValue[][]> }>;
  /** The folder under `schemas/` that holds this engine's schema files. */
  readonly schemaFolder: string;
  /** Whether everything that it writes is encrypted by this program. */
  readonly isEncrypted: boolean;
  /**
   * Starts building the full-text index of a large load beside the database, in another thread; null where the engine
   * does it in the load itself. Must be called outside a transaction, when `customers` is empty.
   */
  beginWordIndex(): Promise<WordIndexBuilder | null>;
  /** What `openJoined` needs; null where the statements of one database cannot reach another one. */
  joinable(): JoinableFile | null;
  /** Bytes that the database takes on the disk. */
  storageBytes(): Promise<number>;
  /** Gives some of the space that is free back to the system, in a step that is short for other writers. @returns whether to go on */
  reclaim(): Promise<boolean>;
  /** Writes the database anew without its free space, for which all others wait. @throws {CrmError} BUSY, DISK_FULL */
  compact(): Promise<void>;
  /** Gets ready for many transactions that write to places all over the database. @returns what ends that */
  expectLargeTransactions(): Promise<() => Promise<void>>;
  /** Takes a lock that one process at a time has, and that ends with the process; null where another one has it. */
  tryLock(name: string): Promise<(() => Promise<void>) | null>;
  /** How the database goes about a statement, a step a line; steps of a step stand further in. May hold values of the statement. */
  explain(sql: string, parameters?: readonly SqlValue[]): Promise<readonly string[]>;
  /** What keeps this database in order. */
  maintenance(): Promise<Maintenance>;
  close(): Promise<void>;
}

/** Words of many customers, one text for each of `ids`; an id 0 is nobody and its words are passed over. */
export interface PackedWords {
  readonly ids: Float64Array<ArrayBuffer>;
  readonly texts: TextData;
  /** Whether the customers may be in the index already. */
  readonly replace: boolean;
}

/** A full-text index being built by another thread. */
export interface WordIndexBuilder {
  /** Adds customers. */
  add(words: PackedWords): Promise<void>;
  /** Begins to index; until then the words only wait. */
  start(): void;
  /** Waits for the builder and takes the index over into the open transaction. */
  finish(connection: Connection): Promise<void>;
  /** Removes what was built; to be called in every case at the end. */
  dispose(): Promise<void>;
}
