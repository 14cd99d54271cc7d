import { existsSync, type Stats, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { CrmError } from '../errors.ts';

/** Marks a file as ours in its header (`file` and other programs can tell): "crm1". */
export const APPLICATION_ID = 0x63726d31;

/** How long to wait before a file that somebody holds is opened again, in milliseconds. */
const REOPEN_MS = 25;
/** How often a file is opened again that was replaced meanwhile, however little time there is. */
const MAX_REPLACED = 20;

/** Looks at a path before it is opened. @throws {CrmError} NO_DATABASE when there is no file and `create` is false, NOT_OUR_DATABASE, ENGINE */
export function checkFile(path: string, create: boolean): void {
  const stats = statsOf(path);
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

/** What there is at a path; undefined where there is nothing. @throws {CrmError} ENGINE when its folder is no folder, or closed to us */
export function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOTDIR' ? 'is a file' : `cannot be looked into (${code})`;
    throw new CrmError('ENGINE', `the folder of ${path} ${what}`, { cause: error, hint: 'name another path' });
  }
}

/**
 * Reads a file for the first time.
 * @returns whether there are tables in it, to be asked where it matters
 * @throws {CrmError} NOT_OUR_DATABASE when it is of another program
 */
export function recognise(db: Database.Database, path: string): () => boolean {
  const hasTables = (): boolean => db.prepare('SELECT 1 FROM sqlite_master').get() !== undefined;
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID && hasTables()) {
    throw new CrmError('NOT_OUR_DATABASE', `${path} is a SQLite database, but not one of crm`, {
      hint: 'name another file with --db; to bring its tables in, import them',
    });
  }
  return hasTables;
}

/** Which file a path leads to; null where there is none, or nothing in it. */
export function identity(path: string): bigint | null {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats === undefined || stats.size === 0n ? null : stats.ino;
}

/** The path leads to another file than the one that was opened: a restore, or a new key, put it there. */
export function replaced(path: string): CrmError {
  return new CrmError('BUSY', `${path} is being replaced by another run`, {
    hint: 'wait until it has ended and try again',
    details: { replaced: true },
  });
}

/**
 * Opens a file that somebody may hold for himself, again and again until he lets go or the time is over. A handle must not
 * wait for the lock itself: when it got it, the name could be that of another file, whose log it would take for its own.
 * @param open opens it without waiting and reads it once
 * @throws {CrmError} BUSY, or what `open` throws
 */
export async function openWhenFree<T>(busyTimeoutMs: number, open: () => T): Promise<T> {
  const startMs = performance.now();
  for (let opening = 1; ; opening++) {
    try {
      return open();
    } catch (error) {
      if (!(error instanceof CrmError) || error.code !== 'BUSY') throw error;
      const isReplaced = error.details?.replaced === true && opening < MAX_REPLACED;
      if (!isReplaced && performance.now() - startMs >= busyTimeoutMs) throw error;
    }
    await sleep(REOPEN_MS);
  }
}
