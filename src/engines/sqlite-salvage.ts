import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { CrmError } from '../errors.ts';
import type { SqlValue } from './engine.ts';
import { requireFreeSpace } from './free-space.ts';
import { fileState } from './sqlite-cipher.ts';
import { connect } from './sqlite-connect.ts';
import { type DamagedTable, DamagedTableReader, type KeyGap, isDamage } from './sqlite-damaged-table.ts';
import { sqliteError } from './sqlite-errors.ts';
import { rebuildSchemaPage } from './sqlite-schema-page.ts';

/** Where no larger id is known: enough for every database that fits on a disk. */
const DEFAULT_MAX_ID = 1_000_000_000;
const HEADER_BYTES = 100;

/** A damaged database, opened as a copy. */
export interface DamagedDatabase {
  /** `rebuilt`: its first page had to be made again to know where the tables are. */
  readonly schema: 'read' | 'rebuilt';
  /** The tables that it is known to have, with the columns that they have there. */
  readonly tables: ReadonlyMap<string, DamagedTable>;
  /** Largest ids ever given, by table, as far as they can be read. */
  readonly lastIds: ReadonlyMap<string, number>;
  /** Rows of a table that can still be read, in batches; afterwards `gaps` says what could not. */
  read(table: string): { rows(): Iterable<SqlValue[][]>; readonly gaps: readonly KeyGap[] };
  /** Closes it and removes the copy. */
  close(): void;
}

/** How a damaged file is opened. */
export interface SalvageOptions {
  /** A folder that is made for the copy, and removed at the end. */
  readonly workFolder: string;
  /** A sound database of this program, whose header stands in for a damaged one. */
  readonly donor: string;
  /** The passphrase of an encrypted file; null where it is none. */
  readonly key: Uint8Array | null;
}

/** The passphrase that a damaged file takes: none where it is a plain one. */
export function keyOfDamaged(path: string, key: Uint8Array | null): Uint8Array | null {
  return fileState(path) === 'plain' ? null : key;
}

/**
 * Opens a damaged SQLite file as far as it can be: a copy of it, with its log; the file itself is only read.
 * @throws {CrmError} NO_DATABASE; DISK_FULL; INTEGRITY when not even its tables are known
 */
export function openDamaged(path: string, { workFolder, donor, key }: SalvageOptions): DamagedDatabase {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0) throw new CrmError('NO_DATABASE', `there is no database at ${path}`, { hint: 'name the damaged file with --db' });
  // The copy, the new database, and its log before it is written into it.
  requireFreeSpace('saving what can be read', [{ folder: dirname(resolve(workFolder)), bytes: 3 * bytes }]);
  mkdirSync(workFolder, { mode: 0o700 });
  const copy = join(workFolder, 'damaged.db');
  const close = (): void => rmSync(workFolder, { recursive: true, force: true });
  try {
    copyFileSync(path, copy);
    // Without what is in the log, the newest rows would be missing. The index of the log is made again.
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
    const schema = hasTables(copy, key) ? 'read' : mended(copy, path, key === null ? donor : null);
    return new DamagedFile(connect(copy, { key, timeout: 0 }).db, schema, close);
  } catch (error) {
    close();
    throw sqliteError(error, path);
  }
}

/** Whether the copy says where its tables are. What is in its log is written into it. */
function hasTables(copy: string, key: Uint8Array | null): boolean {
  const { db } = connect(copy, { key, timeout: 0 });
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
    const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid").pluck().all() as string[];
    return names.includes('customers');
  } catch (error) {
    if (!isDamage(error)) throw error;
    return false;
  } finally {
    db.close();
  }
}

/** @param donor null for an encrypted file: without its first page, nobody can read the others */
function mended(copy: string, path: string, donor: string | null): 'rebuilt' {
  for (const ending of ['-wal', '-shm']) rmSync(`${copy}${ending}`, { force: true });
  if (donor !== null && rebuildSchemaPage(copy, readFileSync(donor).subarray(0, HEADER_BYTES)).length > 0) return 'rebuilt';
  throw new CrmError('INTEGRITY', `nothing of ${path} can be saved: no page says any more where its tables are`, {
    hint: 'restore a backup: crm restore; the file may also be encrypted with another key, or no database of crm',
  });
}

class DamagedFile implements DamagedDatabase {
  readonly schema: 'read' | 'rebuilt';
  readonly tables: ReadonlyMap<string, DamagedTable>;
  readonly lastIds: ReadonlyMap<string, number>;
  readonly #db: Database.Database;
  readonly #remove: () => void;
  readonly #maxId: number;

  constructor(db: Database.Database, schema: 'read' | 'rebuilt', remove: () => void) {
    this.schema = schema;
    this.#remove = remove;
    this.#db = db;
    // A table of which the schema cannot be read must not keep the others from being read.
    this.#db.unsafeMode(true);
    this.#db.pragma('writable_schema = ON');
    this.lastIds = this.#lastIds();
    this.#maxId = Math.max(0, ...this.lastIds.values()) || DEFAULT_MAX_ID;
    this.tables = this.#tables();
  }

  #lastIds(): Map<string, number> {
    const rows = this.#attempt(() => this.#db.prepare('SELECT name, seq FROM sqlite_sequence').all() as { name: string; seq: number }[]);
    return new Map((rows ?? []).filter(({ seq }) => Number.isSafeInteger(seq) && seq > 0).map(({ name, seq }) => [name, seq]));
  }

  #tables(): Map<string, DamagedTable> {
    const names = this.#attempt(() => this.#db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all() as string[]);
    const tables = new Map<string, DamagedTable>();
    for (const name of names ?? []) {
      const columns = this.#attempt(
        () => this.#db.prepare('SELECT name, type, pk FROM pragma_table_info(?)').all(name) as { name: string; type: string; pk: number }[],
      );
      const key = (columns ?? []).filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
      if (columns === null || key.length === 0) continue;
      const keyKind = key[0]?.type === 'TEXT' ? 'texts' : key[0]?.name.endsWith('id') === true ? 'ids' : 'hashes';
      tables.set(name, { name, columns: columns.map((column) => column.name), key: key.map((column) => column.name), keyKind });
    }
    return tables;
  }

  #attempt<T>(read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      // A table that the schema does not have is as good as one that cannot be read.
      if (isDamage(error) || (error as { code?: unknown }).code === 'SQLITE_ERROR') return null;
      throw error;
    }
  }

  read(table: string): { rows(): Iterable<SqlValue[][]>; readonly gaps: readonly KeyGap[] } {
    const known = this.tables.get(table);
    if (known === undefined) throw new CrmError('INTERNAL', `the damaged database is not known to have ${table}`);
    return new DamagedTableReader(this.#db, known, known.keyKind === 'ids' ? this.#maxId : Number.MAX_SAFE_INTEGER);
  }

  close(): void {
    this.#db.close();
    this.#remove();
  }
}
