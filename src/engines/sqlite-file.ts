import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type Database from 'better-sqlite3';
import { CrmError } from '../errors.ts';

/** Marks a file as ours in its header (`file` and other programs can tell): "crm1". */
export const APPLICATION_ID = 0x63726d31;

/** Looks at a path before it is opened. @throws {CrmError} NO_DATABASE when there is no file and `create` is false, NOT_OUR_DATABASE, ENGINE */
export function checkFile(path: string, create: boolean): void {
  const stats = statSync(path, { throwIfNoEntry: false });
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
