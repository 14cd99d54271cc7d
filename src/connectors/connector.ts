import type { Cell, ColumnType, Row, TableSchema } from '../model/table-schema.ts';

/** Which values a place of tables cannot hold although the type of the column can. */
export interface ValueLimits {
  /** U+0000 in a text. */
  readonly nulInText: boolean;
  /** Bytes that are no UTF-8 in a text. */
  readonly invalidUtf8: boolean;
  /** NaN and infinite floats; the same in decimals. */
  readonly floatSpecials: boolean;
  readonly decimalSpecials: boolean;
  /** Decimal digits in all and after the point; null: no limit. */
  readonly decimalPrecision: number | null;
  readonly decimalScale: number | null;
  /** `infinity` as date and timestamp; `0000-00-00`, `2026-00-00` and the like. */
  readonly infiniteDates: boolean;
  readonly zeroDates: boolean;
  /** First and last year of a date and of a timestamp. */
  readonly dateYears: readonly [number, number];
  readonly timestampYears: readonly [number, number];
  /** Hours of a time: `24` for clock times, `838` for MySQL. */
  readonly timeHours: number;
  /** The empty string is stored as NULL. */
  readonly emptyIsNull: boolean;
  /** A column takes any cell, whatever its type says; absent: it does not. */
  readonly anyCell?: boolean;
}

/** What is held by a place that writes values as texts of its own, and by a cell on its way: everything. */
export const NO_LIMITS: ValueLimits = {
  nulInText: true,
  invalidUtf8: true,
  floatSpecials: true,
  decimalSpecials: true,
  decimalPrecision: null,
  decimalScale: null,
  infiniteDates: true,
  zeroDates: true,
  dateYears: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  timestampYears: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  timeHours: Number.POSITIVE_INFINITY,
  emptyIsNull: false,
};

/** What a kind of database can do. */
export interface StoreFacts {
  /** As in a URL and in docs: `sqlite`, `postgres`, `mysql` … */
  readonly name: string;
  /** What people call it: `PostgreSQL`. */
  readonly title: string;
  /** The type that a column of another database gets here: the same where it can be held, else the next that loses least. */
  readonly hold: (type: ColumnType, column: { readonly isKey: boolean }) => ColumnType;
  readonly limits: ValueLimits;
  /** Whether several rows are written all or none: only then a copy can be resumed in the middle of a table. */
  readonly transactions: boolean;
  /** Whether keys, indexes and references can be made. */
  readonly constraints: boolean;
  /** Whether indexes and unique keys beside the primary key can be made; absent: as `constraints` says. */
  readonly indexes?: boolean;
  /** Whether references are kept with a table; absent: as `constraints` says. */
  readonly references?: boolean;
  /** Whether tables can have checks, of all columns or only of those that do not number rows; absent: they cannot. */
  readonly checks?: 'all' | 'unnumbered';
  /** Decimals, and integers that are too large, are kept as texts, which a check does not compare as numbers; absent: they are numbers. */
  readonly decimalsAsTexts?: boolean;
  /** Whether rows can be read in the words of the database itself: see `Snapshot.readText`; absent: they cannot. */
  readonly givesText?: boolean;
  /** How many tables may be read, or written, at the same time. */
  readonly parallel: number;
  /** Bytes of a table name, and of a column name. */
  readonly nameBytes: number;
}

/** Something in a database that has a name. */
export interface TableEntry {
  readonly name: string;
  /** Views are told of, and not copied. */
  readonly kind: 'table' | 'view';
}

/** Which rows to read. */
export interface ReadRequest {
  readonly table: TableSchema;
  /** Names of the columns, in the order in which the cells shall come. */
  readonly columns: readonly string[];
  /** Read in the order of `rowKey(table)`, which must not be empty: see `compareKeys`. False: in any order. */
  readonly ordered: boolean;
  /** Only rows behind this key, and up to that one; both need `ordered`. */
  readonly after?: Row | null;
  readonly upTo?: Row | null;
  /** Only rows whose column is not less than a value: what was added or changed since. */
  readonly since?: { readonly column: string; readonly value: Cell };
  /** Rows in a batch; about this many. */
  readonly batch: number;
}

/**
 * Rows as one text in UTF-8, as COPY and LOAD DATA take it: cells are ended by tabs, rows by newlines, NULL is `\N`, and in a
 * cell a backslash stands before a backslash and before the letter that means a tab, a newline or another sign of control.
 */
export interface PackedRows {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Key of the last row. */
  readonly last: Row;
}

/** Tables as they were at one moment, read by any number of readers as `facts.parallel` says. Nothing is written by it. */
export interface Snapshot {
  /** By name. */
  tables(): Promise<readonly TableEntry[]>;
  /** @throws {CrmError} NOT_FOUND when there is no such table */
  schema(table: string): Promise<TableSchema>;
  count(table: TableSchema): Promise<number>;
  /** Asked before anything is written; absent: every table can be read without loss. @throws {CrmError} USAGE when this one cannot */
  refuse?(table: TableSchema): void;
  /** Streams rows in batches; the next batch is fetched when the last was taken. Two readings may run at once. */
  read(request: ReadRequest): AsyncIterable<readonly Row[]>;
  /**
   * The same rows in the same order, packed where every cell stands in the file as a column of the given type takes it, and
   * gives it back, unchanged; the others as rows. null: this table cannot be read so. Absent: none can.
   */
  readPacked?(request: ReadRequest, types: readonly ColumnType[]): AsyncIterable<PackedRows | readonly Row[]> | null;
  /**
   * The same rows in the same order as `PackedRows` have them, in the words of the database itself, not of ours. null: the types
   * of the columns can be written in more than one way. Absent: no table can be read so.
   */
  readText?(request: ReadRequest): AsyncIterable<Uint8Array> | null;
  /** By what `TableStore.snapshot` gives the same moment again, as long as this one is open. Absent: nothing does. */
  readonly moment?: string;
  close(): Promise<void>;
}

/** How rows meet those that are there. */
export type WriteMode = 'insert' | 'upsert';

/** A part of a table that was copied, written in one transaction with its rows. */
export interface LedgerEntry {
  /** Which copy it belongs to: a hash of source, target and what was asked for. */
  readonly copy: string;
  readonly table: string;
  /** Number of the part, from 0. */
  readonly part: number;
  /** JSON: key of the last row, counts, digests – see `migrate/`. */
  readonly content: string;
}

/** Rows on their way into a table, all of them or none. */
export interface PackedWriter {
  /** What the database has against a row shows at the end. @throws {CrmError} CONNECTION */
  write(bytes: Uint8Array): Promise<void>;
  /** @throws {RefusedRows} when the database refuses a row: none of them is written, the transaction goes on */
  end(): Promise<void>;
}

/** One connection that writes. */
export interface TableWriter {
  /** Takes rows as `PackedRows` have them, in the open transaction; nothing else may be asked of the writer before the end. Absent: it cannot. */
  pack?(table: TableSchema, columns: readonly string[]): Promise<PackedWriter>;
  begin(): Promise<void>;
  /**
   * Writes rows; `columns` names their cells. Cells are in the form of the types of `table`, whose schema is that of the target.
   * @throws {RefusedRows} when the database refuses a value or a row: nothing of this call is written, the transaction goes on
   * @throws {CrmError} CONNECTION, DISK_FULL …: the transaction is lost
   */
  write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void>;
  /** Deletes rows by key; used by sync. */
  remove(table: TableSchema, keys: readonly Row[]): Promise<void>;
  /**
   * Sets the named cells of rows that are there, and leaves their others; the columns of `rowKey(table)`, by which they are found,
   * are among `columns`. Absent: single rows cannot be changed here.
   * @throws {RefusedRows} as `write`, and when a row is not there any more
   */
  update?(table: TableSchema, columns: readonly string[], rows: readonly Row[]): Promise<void>;
  /**
   * Deletes, for each of these, one row that has just these cells. Absent: rows without a key cannot be told apart here.
   * @throws {RefusedRows} when there is no such row any more: nothing of this call is done
   */
  removeWhole?(table: TableSchema, columns: readonly string[], rows: readonly Row[]): Promise<void>;
  /** Adds to the ledger, in the open transaction. */
  record(entry: LedgerEntry): Promise<void>;
  commit(): Promise<void>;
  /** Harmless where no transaction is open. */
  rollback(): Promise<void>;
  close(): Promise<void>;
}

/** A place that tables are written to. */
export interface TableTarget {
  tables(): Promise<readonly TableEntry[]>;
  schema(table: string): Promise<TableSchema>;
  /** The SQL of `create` and `finish`, for a dry run; empty where there is none. */
  plan(table: TableSchema): readonly string[];
  /** Makes a table: columns, defaults, primary key. `schema` holds types that `facts.hold` gave. Nothing when it is there already. */
  create(table: TableSchema): Promise<void>;
  /** After the rows: unique keys and indexes, next numbers of identity columns, comments. Idempotent. */
  finish(table: TableSchema): Promise<void>;
  /** After all tables: references. Idempotent. @throws {CrmError} when rows point to nothing */
  connect(table: TableSchema): Promise<void>;
  /** Removes all rows of tables that may point to each other. */
  truncate(tables: readonly TableSchema[]): Promise<void>;
  writer(): Promise<TableWriter>;
  /** Absent: the place minds references itself, or knows none. @throws {CrmError} INTEGRITY when rows point to rows that are not there */
  checkReferences?(table: TableSchema): Promise<void>;
  /** What is recorded of a copy, by table and part; empty where nothing is. */
  ledger(copy: string): Promise<readonly LedgerEntry[]>;
  /** Forgets a copy that is complete. */
  forget(copy: string): Promise<void>;
  /** What could not be made although it was planned, in words. Absent: all of it was. */
  readonly notMade?: readonly string[];
  close(): Promise<void>;
}

/** Keeps others off that want to write tables to a place; of the process that holds it, not of this object: a dead one holds nothing. */
export interface StoreLock {
  /** Gives it back; harmless when called twice. */
  release(): Promise<void>;
}

/** An opened place of tables. */
export interface TableStore {
  /** What to call it in messages: a path, or a URL without its password. */
  readonly label: string;
  readonly facts: StoreFacts;
  /** A view of everything at this moment, or at that of another view that is open still: see `Snapshot.moment`. */
  snapshot(moment?: string): Promise<Snapshot>;
  /** Before it is written to. @throws {CrmError} BUSY, with who holds it. Absent: nothing keeps others off */
  lock?(): Promise<StoreLock>;
  /** For writing. @throws {CrmError} USAGE where it can only be read */
  target(): Promise<TableTarget>;
  close(): Promise<void>;
}

/** How a place is opened. */
export interface StoreOptions {
  /** Make it where it does not exist: the target of a copy. */
  readonly create: boolean;
  readonly busyTimeoutMs: number;
  /** The passphrase of an encrypted SQLite file, or of one that is made. */
  readonly key?: Uint8Array;
}

/** A kind of place: one file, one line in `index.ts`. */
export interface Connector {
  /** @throws {CrmError} NO_DATABASE, CONNECTION, LOGIN, PERMISSION, ENGINE when it cannot be opened, or its driver is absent */
  readonly open: (address: string, options: StoreOptions) => Promise<TableStore>;
}

/** One of several rows that were refused, by its place in the call. */
export interface RefusedAt {
  readonly at: number;
  readonly reason: string;
  readonly column: string | null;
}

/** The database took none of the rows of a call, because of at least one of them. */
export class RefusedRows extends Error {
  /** Why, in words without values: `value out of range`, `duplicate key`. */
  readonly reason: string;
  /** The column where the database named one. */
  readonly column: string | null;
  /** The rows that were refused, in their order, where the database named each; empty where it did not. */
  readonly each: readonly RefusedAt[];

  constructor(reason: string, column: string | null, cause?: unknown, each: readonly RefusedAt[] = []) {
    super(reason, { cause });
    this.reason = reason;
    this.column = column;
    this.each = each;
  }
}
