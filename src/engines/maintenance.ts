import type { SqlRow, SqlValue, WordsEntry } from './engine.ts';

/** What a look at the structure of a database complains of. */
export interface Complaint {
  /** `index`, `search`, `constraint`: can be made again; `space`: pages that nothing uses; `table`: data are damaged. */
  readonly kind: 'index' | 'search' | 'constraint' | 'space' | 'table';
  /** Index, table or constraint; null where it is not known. */
  readonly object: string | null;
  /** Whether the pages themselves are damaged, not only what stands in them. */
  readonly isStructural: boolean;
  /** The words of the database; no value of a customer. */
  readonly message: string;
}

/** Rows whose reference leads nowhere. */
export interface BrokenReferences {
  readonly table: string;
  readonly parent: string;
  readonly count: number;
}

/** What a table or an index takes. */
export interface ObjectSize {
  readonly name: string;
  /** `free`: pages that nothing uses; `search`: the full-text index. */
  readonly kind: 'table' | 'index' | 'search' | 'free' | 'other';
  /** The table that an index is of. */
  readonly table: string | null;
  readonly bytes: number;
  /** Of those, unused inside its pages; null where the database does not say. */
  readonly unusedBytes: number | null;
}

/** Compares full-text words with the index, both of one snapshot. */
export interface SearchCheck {
  /** Rows of the snapshot. */
  all<T extends SqlRow = SqlRow>(sql: string, parameters?: readonly SqlValue[]): Promise<T[]>;
  /** Of these customers those that the index has under other words. */
  differing(entries: readonly WordsEntry[]): Promise<readonly number[]>;
  /** Ids in the index that were in no entry; none are known where only a sample is looked at. */
  surplus(): readonly number[];
  close(): Promise<void>;
}

/** What has to be made again. */
export interface Rebuild {
  /** Names of indexes whose pages are damaged, or that are missing: taken out and made by the schema files. */
  readonly indexes: readonly string[];
  /** Names of indexes in which entries are wrong. */
  readonly entries: readonly string[];
  /** Empties the full-text index; its pages may be damaged. */
  readonly search: boolean;
  readonly constraints: readonly string[];
}

/** A step of the upkeep and what it took. */
export interface UpkeepStep {
  readonly name: 'statistics' | 'search' | 'vacuum' | 'checkpoint';
  readonly elapsedMs: number;
}

/** The upkeep of one database. Nothing else may use its engine meanwhile. */
export interface Maintenance {
  /** Whether pages, indexes and constraints are sound; `quick` leaves out comparing indexes with their tables. Only reads. */
  structure(options: { readonly quick: boolean }): Promise<readonly Complaint[]>;
  /** Only reads. */
  brokenReferences(): Promise<readonly BrokenReferences[]>;
  /** Indexes of the schema files that the database lacks. */
  missingIndexes(): Promise<readonly string[]>;
  /** Takes a snapshot for comparing full-text words; a sample is looked up word by word. */
  searchCheck(options: { readonly isSample: boolean; readonly check: () => Promise<void> }): Promise<SearchCheck>;
  sizes(): Promise<readonly ObjectSize[]>;
  /** Columns of each index of a table, in their order. */
  indexedColumns(table: string): Promise<readonly (readonly string[])[]>;
  /** What keeps a database fast and small, in steps that are short for others. @throws {CrmError} BUSY */
  tidy(check: () => Promise<void>): Promise<readonly UpkeepStep[]>;
  /** Writes the database anew, without gaps. @throws {CrmError} DISK_FULL when there is not enough space for that; BUSY */
  vacuum(): Promise<void>;
  /** Makes all indexes again. @throws {CrmError} BUSY */
  reindex(): Promise<void>;
  /** Makes objects again; called inside the open transaction of the engine. */
  rebuild(what: Rebuild): Promise<void>;
  /** Files that dead processes have left. */
  leftovers(): readonly string[];
  removeLeftovers(): void;
}
