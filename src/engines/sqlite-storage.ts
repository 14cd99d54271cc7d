import { rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { requireFreeSpace } from './free-space.ts';

/** Pages given back in one step: a few milliseconds for which other writers wait. */
const STEP_PAGES = 2000;

/** Bytes that the database takes, its free pages among them. */
export function databaseBytes(db: Database.Database): number {
  return (db.pragma('page_count', { simple: true }) as number) * (db.pragma('page_size', { simple: true }) as number);
}

/** Gives some free pages back to the system. @returns whether there are more */
export function reclaimPages(db: Database.Database): boolean {
  const free = (): number => db.pragma('freelist_count', { simple: true }) as number;
  const before = free();
  if (before === 0) return false;
  db.pragma(`incremental_vacuum(${STEP_PAGES})`);
  const after = free();
  // A file that was made without the setting keeps its pages.
  return after > 0 && after < before;
}

/** Brings what was written into the file itself, which shrinks only then; left to a later one while others read. */
export function checkpoint(db: Database.Database): void {
  db.pragma('wal_checkpoint(TRUNCATE)');
}

/** Where temporary files do not go to the disk. */
const IN_MEMORY = 2;

/** Writes the file anew without what is free in it. @throws {CrmError} DISK_FULL beforehand, when there is not the space for that */
export function rebuild(db: Database.Database): void {
  const number = (pragma: string): number => db.pragma(pragma, { simple: true }) as number;
  const bytes = (number('page_count') - number('freelist_count')) * number('page_size');
  // The new pages are gathered in a temporary file, then written to the log, then to the file.
  const temporary = number('temp_store') === IN_MEMORY ? [] : [{ folder: process.env.SQLITE_TMPDIR ?? tmpdir(), bytes }];
  requireFreeSpace('writing the database anew', [...temporary, { folder: dirname(resolve(db.name)), bytes }]);
  db.exec('VACUUM');
  checkpoint(db);
}

/** Pages of the log that are brought into the file together: usually, and where large transactions write the same pages again. */
const CHECKPOINT_PAGES = { usual: 1000, large: 65_536 } as const;
const CACHE_KIB = { usual: 40_960, large: 65_536 } as const;

/** Sets how much is kept in memory and in the log, for transactions of this size. */
export function tune(db: Database.Database, size: 'usual' | 'large'): void {
  db.pragma(`cache_size = -${CACHE_KIB[size]}`);
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES[size]}`);
}

/**
 * Takes a lock beside the database that the system gives back when the process ends, however it does; null where another
 * one has it. The file has nothing in it, and is removed with the lock.
 */
export function lockBeside(path: string, name: string): (() => Promise<void>) | null {
  const file = `${path}-${name}.lock`;
  for (;;) {
    const before = identity(file);
    // Makes the file. It is opened by SQLite alone: closing another handle would give back the locks that this process has on it.
    const lock = new Database(file, { timeout: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return null;
      throw error;
    }
    // Whoever had the lock may have removed the file since it was opened: a lock on what has no name keeps nobody out.
    if (before !== null && before === identity(file)) {
      return async () => {
        rmSync(file, { force: true });
        lock.close();
      };
    }
    lock.close();
  }
}

/** Which file a name leads to; null where there is none. */
function identity(file: string): bigint | null {
  return statSync(file, { throwIfNoEntry: false, bigint: true })?.ino ?? null;
}
