import {
  chmodSync,
  closeSync,
  copyFileSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { CrmError } from '../errors.ts';
import { usersOf } from './file-users.ts';
import { connect } from './sqlite-connect.ts';
import { isBusy, sqliteOpenError } from './sqlite-errors.ts';
import { identity, openWhenFree, recognise, replaced } from './sqlite-file.ts';

/**
 * Opens the file for one handle alone until it is closed, with everything of its log in it and no other file beside it.
 * From then on, whoever opens the path waits, or finds the new file.
 * @throws {CrmError} BUSY when anybody else has it open, or what opening a database throws
 */
export function holdAlone(path: string, key: Uint8Array | null): ReturnType<typeof connect> {
  const before = identity(path);
  const connected = connect(path, { key, timeout: 0 });
  const { db } = connected;
  try {
    if (identity(path) !== before) throw replaced(path);
    db.pragma('locking_mode = EXCLUSIVE');
    recognise(db, path);
    if (identity(path) !== before) throw replaced(path);
    if (db.pragma('journal_mode = DELETE', { simple: true }) !== 'delete') throw inUse(path);
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    // A handle that lets go of a journal removes it by its name: it must have none when the name is that of another file.
    db.pragma('journal_mode = MEMORY');
    for (const suffix of ['-journal', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
    return connected;
  } catch (error) {
    db.close();
    throw isBusy(error) ? inUse(path) : sqliteOpenError(error, path, key);
  }
}

/** Gives a file the name of another one, which it replaces at once and for good. */
export function putInPlace(copy: string, path: string): void {
  sync(copy);
  renameSync(copy, path);
  sync(dirname(path));
}

/** Brings a file, or the names in a folder, to the disk. */
function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } catch (error) {
    // Not every system can do that with a folder.
    if (!statSync(path).isDirectory()) throw error;
  } finally {
    closeSync(file);
  }
}

/** The error for a file that somebody else has open. */
export function inUse(path: string): CrmError {
  return new CrmError('BUSY', `somebody else has ${path} open`, { hint: 'wait until other runs have ended and try again' });
}

/** How a database file is replaced. */
export interface ReplaceOptions {
  /** The key of the old file; null where there is none, or it is not known. */
  readonly key: Uint8Array | null;
  /** How long to wait for others who have it open, in milliseconds. */
  readonly busyTimeoutMs: number;
}

/** What of a database may be in a file beside it. */
const LOGS = ['-wal', '-journal'] as const;
/** Files that SQLite keeps beside a database. */
const COMPANIONS = ['-wal', '-shm', '-journal'] as const;
/** Why a file cannot be held by SQLite's own means: then it is damaged, or its key is not known. */
const UNREADABLE: ReadonlySet<string> = new Set(['INTEGRITY', 'NOT_OUR_DATABASE', 'KEY_NEEDED', 'WRONG_KEY']);

/**
 * Puts a file in the place of a database that nobody else has open; the old one stays under another name. Whenever the
 * process dies, the path leads to the old file or to the new one, and either is whole.
 * @param copy the new file, in the same folder
 * @param aside the new name of the old file
 * @returns whether the old file was sound: then all of its log is in it
 * @throws {CrmError} BUSY when somebody has it open; OUTPUT_FAILED when the new name is taken; ENGINE
 */
export async function replaceSqlite(copy: string, target: string, aside: string, { key, busyTimeoutMs }: ReplaceOptions): Promise<boolean> {
  const path = realpathSync(target);
  // SQLite removes the log of what it finds to be no database; from a sound one it has folded it in by then.
  const logs = LOGS.filter((suffix) => existsSync(path + suffix));
  for (const suffix of logs) keepAs(path + suffix, keptLog(aside, suffix));
  let held: ReturnType<typeof holdAlone> | null = null;
  try {
    held = await holdUnlessDamaged(path, { key, busyTimeoutMs });
    chmodSync(copy, statSync(path).mode & 0o777);
    if (held === null) for (const suffix of logs) putAside(aside, suffix);
    keepAs(path, aside);
    // What is left of a log belongs to the old file, and would be taken for that of the new one.
    for (const suffix of COMPANIONS) rmSync(path + suffix, { force: true });
    putInPlace(copy, path);
    return held !== null;
  } finally {
    for (const suffix of logs) {
      // One that SQLite has removed, of a file that is not sound, is nowhere else.
      if (held === null && !existsSync(path + suffix)) putAside(aside, suffix);
      rmSync(keptLog(aside, suffix), { force: true });
    }
    held?.db.close();
  }
}

/** Where a log is kept while it is not known whether it is needed: whose process has gone is known by its name. */
function keptLog(aside: string, suffix: string): string {
  return `${aside}${suffix}.part-${process.pid}`;
}

/** Gives a log that is kept the name that belongs to the old file, unless it has it. */
function putAside(aside: string, suffix: string): void {
  const kept = keptLog(aside, suffix);
  if (!existsSync(kept)) return;
  keepAs(kept, aside + suffix);
  rmSync(kept);
}

/** @returns null for a file that SQLite cannot hold, and that nobody has open */
async function holdUnlessDamaged(path: string, { key, busyTimeoutMs }: ReplaceOptions): Promise<ReturnType<typeof holdAlone> | null> {
  try {
    return await openWhenFree(busyTimeoutMs, () => holdAlone(path, key));
  } catch (error) {
    // A sound database of another program is none that a restore replaces.
    const isOfOthers = error instanceof CrmError && error.code === 'NOT_OUR_DATABASE' && error.cause === undefined;
    if (!(error instanceof CrmError) || isOfOthers || !UNREADABLE.has(error.code)) throw error;
    requireUnused(path);
    return null;
  }
}

/** Another name for a file; a copy where the file system has only one name for each. */
function keepAs(path: string, name: string): void {
  try {
    linkSync(path, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new CrmError('OUTPUT_FAILED', `${name} exists already; nothing is overwritten`, {
        cause: error,
        hint: 'move it away and try again',
      });
    }
    copyFileSync(path, name, constants.COPYFILE_EXCL);
    sync(name);
  }
}

/** Looks among the open files of all processes, where the system tells of them. @throws {CrmError} BUSY */
function requireUnused(path: string): void {
  if (usersOf(path).length > 0) throw inUse(path);
}
