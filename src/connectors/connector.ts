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

/** One connection that writes. */
export interface TableWriter {
  begin(): Promise<void>;
  /**
   * Writes rows; `columns` names their cells. Cells are in the form of the types of `table`, whose schema is that of the target.
   * @throws {RefusedRows} when the database refuses a value or a row: nothing of this call is written, the transaction goes on
   * @throws {CrmError} CONNECTION, DISK_FULL …: the transaction is lost
   */
  write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void>;
  /** Deletes rows by key; used by sync. */
  remove(table: TableSchema, keys: readonly Row[]): Promise<void>;
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
  /** What is recorded of a copy, by table and part; empty where nothing is. */
  ledger(copy: string): Promise<readonly LedgerEntry[]>;
  /** Forgets a copy that is complete. */
  forget(copy: string): Promise<void>;
  close(): Promise<void>;
}

/** An opened place of tables. */
export interface TableStore {
  /** What to call it in messages: a path, or a URL without its password. */
  readonly label: string;
  readonly facts: StoreFacts;
  /** A view of everything at this moment. */
  snapshot(): Promise<Snapshot>;
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

/** The database took none of the rows of a call, because of at least one of them. */
export class RefusedRows extends Error {
  /** Why, in words without values: `value out of range`, `duplicate key`. */
  readonly reason: string;
  /** The column where the database named one. */
  readonly column: string | null;

  constructor(reason: string, column: string | null, cause?: unknown) {
    super(reason, { cause });
    this.reason = reason;
    this.column = column;
  }
}
