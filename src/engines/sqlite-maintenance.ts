import { tmpdir } from 'node:os';
import { basename, dirname, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { CrmError } from '../errors.ts';
import type { BrokenReferences, Complaint, Maintenance, ObjectSize, Rebuild, SearchCheck, UpkeepStep } from './maintenance.ts';
import type { SchemaIndex } from './schema-indexes.ts';
import { sqliteError } from './sqlite-errors.ts';
import { integrityComplaints } from './sqlite-integrity.ts';
import { SqliteSearchCheck } from './sqlite-search-check.ts';
import { checkpoint, rebuild, reclaimPages } from './sqlite-storage.ts';
import { removeStale, staleFiles } from './stale-files.ts';

/** Rows of a table that are looked at for its statistics. */
const ANALYSIS_LIMIT = 1000;
/** Pages of the full-text index that are merged in one step. */
const MERGE_PAGES = 500;
const SEARCH = 'customer_search';
/** Temporary files: of imports, and those that become a file when they are whole. Their process stands in the name. */
const TEMPORARY = /^crm-(?:words|input)-(\d+)-/;
const PARTIAL = /\.part-(\d+)(?:-wal|-shm|-journal)?$/;

/** What the upkeep of a SQLite database works with. */
export interface SqliteMaintenanceParts {
  readonly db: Database.Database;
  readonly path: string;
  /** A connection of its own that only reads. */
  readonly openReader: () => Database.Database;
  /** The indexes of the schema files. */
  readonly indexes: ReadonlyMap<string, SchemaIndex>;
}

/** The upkeep of a SQLite file. */
export class SqliteMaintenance implements Maintenance {
  readonly #parts: SqliteMaintenanceParts;
  readonly #db: Database.Database;

  constructor(parts: SqliteMaintenanceParts) {
    this.#parts = parts;
    this.#db = parts.db;
  }

  #guard<T>(task: () => T): T {
    try {
      return task();
    } catch (error) {
      throw sqliteError(error, this.#parts.path);
    }
  }

  async structure(options: { readonly quick: boolean }): Promise<readonly Complaint[]> {
    try {
      return this.#guard(() => integrityComplaints(this.#db, options));
    } catch (error) {
      if (!(error instanceof CrmError) || error.code !== 'INTEGRITY') throw error;
      return [{ kind: 'table', object: null, isStructural: true, message: 'the schema of the database cannot be read' }];
    }
  }

  async brokenReferences(): Promise<readonly BrokenReferences[]> {
    const sql = 'SELECT "table", parent, count(*) AS count FROM pragma_foreign_key_check GROUP BY "table", parent ORDER BY "table", parent';
    return this.#guard(() => this.#db.prepare(sql).all() as BrokenReferences[]);
  }

  async missingIndexes(): Promise<readonly string[]> {
    const names = this.#guard(() => this.#db.prepare('SELECT name FROM sqlite_master').pluck().all() as string[]);
    return [...this.#parts.indexes.keys()].filter((name) => !names.includes(name));
  }

  async searchCheck(options: { readonly isSample: boolean; readonly check: () => Promise<void> }): Promise<SearchCheck> {
    const check = new SqliteSearchCheck(this.#parts.openReader(), this.#parts.path);
    try {
      if (!options.isSample) await check.readIndex(options.check);
      return check;
    } catch (error) {
      await check.close();
      throw sqliteError(error, this.#parts.path);
    }
  }

  async sizes(): Promise<readonly ObjectSize[]> {
    const sql = `SELECT s.name, s.pgsize AS bytes, s.unused, m.type, m.tbl_name FROM dbstat s LEFT JOIN sqlite_master m ON m.name = s.name
      WHERE s.aggregate = TRUE ORDER BY s.pgsize DESC, s.name`;
    const rows = this.#guard(
      () => this.#db.prepare(sql).all() as { name: string; bytes: number; unused: number; type: string | null; tbl_name: string | null }[],
    );
    const sizes = rows.map(({ name, bytes, unused, type, tbl_name }): ObjectSize => {
      const isIndex = type === 'index';
      const kind = name.startsWith(SEARCH) ? 'search' : isIndex ? 'index' : type === 'table' ? 'table' : 'other';
      return { name, kind, table: isIndex ? tbl_name : null, bytes, unusedBytes: unused };
    });
    const free = this.#number('freelist_count') * this.#number('page_size');
    return [...sizes, { name: 'free pages', kind: 'free', table: null, bytes: free, unusedBytes: free }];
  }

  async indexedColumns(table: string): Promise<readonly (readonly string[])[]> {
    const sql = 'SELECT l.name AS name, i.name AS column FROM pragma_index_list(?) l, pragma_index_info(l.name) i ORDER BY l.seq, i.seqno';
    const rows = this.#guard(() => this.#db.prepare(sql).all(table) as { name: string; column: string | null }[]);
    const key = this.#guard(
      () => this.#db.prepare('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk').pluck().all(table) as string[],
    );
    const indexes = new Map<string, string[]>();
    for (const { name, column } of rows) indexes.set(name, [...(indexes.get(name) ?? []), column ?? '']);
    return [key, ...indexes.values()];
  }

  async tidy(check: () => Promise<void>): Promise<readonly UpkeepStep[]> {
    const steps: UpkeepStep[] = [];
    const step = async (name: UpkeepStep['name'], work: () => Promise<void> | void): Promise<void> => {
      const start = performance.now();
      await work();
      steps.push({ name, elapsedMs: Math.round(performance.now() - start) });
      await check();
    };
    await step('statistics', () => {
      this.#guard(() => this.#db.exec(`PRAGMA analysis_limit = ${ANALYSIS_LIMIT}; ANALYZE`));
    });
    await step('search', () => this.#mergeSearch(check));
    await step('vacuum', async () => {
      while (this.#guard(() => reclaimPages(this.#db))) await check();
    });
    await step('checkpoint', () => this.#guard(() => checkpoint(this.#db)));
    return steps;
  }

  /** Merges the pieces of the full-text index into few, a little in each step. */
  async #mergeSearch(check: () => Promise<void>): Promise<void> {
    const merge = this.#guard(() => this.#db.prepare(`INSERT INTO ${SEARCH} (${SEARCH}, rank) VALUES ('merge', ?)`));
    const changes = this.#db.prepare('SELECT total_changes()').pluck();
    for (let pages = -MERGE_PAGES; ; pages = MERGE_PAGES) {
      const before = changes.get() as number;
      this.#guard(() => merge.run(pages));
      // Fewer than two changes: there was nothing to merge.
      if ((changes.get() as number) - before < 2) return;
      await check();
    }
  }

  async vacuum(): Promise<void> {
    this.#guard(() => rebuild(this.#db));
  }

  async reindex(): Promise<void> {
    this.#guard(() => this.#db.exec('REINDEX'));
  }

  async rebuild({ indexes, entries, search }: Rebuild): Promise<void> {
    this.#guard(() => {
      this.#takeOut([...indexes, ...(search ? [SEARCH] : [])]);
      for (const name of [...indexes, ...(search ? [SEARCH] : [])]) {
        const made = this.#parts.indexes.get(name);
        if (made === undefined) throw new CrmError('INTERNAL', `no schema file makes the index ${name}`);
        this.#db.exec(made.sql);
      }
      for (const name of entries) this.#db.exec(`REINDEX "${name.replaceAll('"', '""')}"`);
    });
  }

  /**
   * Takes objects out of the schema without a look at their pages, which may lead anywhere: to drop them as usual could
   * free pages of others. The pages stay unused until the database is written anew.
   */
  #takeOut(names: readonly string[]): void {
    if (names.length === 0) return;
    const remove = `DELETE FROM sqlite_master WHERE name IN (SELECT value FROM json_each(?))
      OR (name LIKE '${SEARCH}\\_%' ESCAPE '\\' AND ? = 1)`;
    this.#db.unsafeMode(true);
    try {
      this.#db.pragma('writable_schema = ON');
      this.#db.prepare(remove).run(JSON.stringify(names), names.includes(SEARCH) ? 1 : 0);
    } finally {
      this.#db.pragma('writable_schema = RESET');
      this.#db.unsafeMode(false);
    }
  }

  leftovers(): readonly string[] {
    return [...staleFiles(tmpdir(), TEMPORARY), ...staleFiles(this.#folder(), PARTIAL, this.#stem())];
  }

  removeLeftovers(): void {
    removeStale(tmpdir(), TEMPORARY);
    removeStale(this.#folder(), PARTIAL, this.#stem());
  }

  #folder(): string {
    return dirname(resolve(this.#parts.path));
  }

  #stem(): string {
    return basename(this.#parts.path).replace(/\.[^.]+$/, '');
  }

  #number(pragma: string): number {
    return this.#guard(() => this.#db.pragma(pragma, { simple: true }) as number);
  }
}
