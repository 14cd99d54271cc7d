import { existsSync, statSync } from 'node:fs';
import { fileState } from '../engines/sqlite-cipher.ts';

/** How the address of a SQLite file looks. */
export const SQLITE_ADDRESS = 'shop.db, shop.sqlite, sqlite:PATH';

/** Whether an address is a SQLite file: by its name, or by what it begins with. */
export function isSqliteAddress(address: string): boolean {
  if (/^(sqlite|file):/i.test(address)) return true;
  if (/^[a-z][a-z0-9+]+:/i.test(address)) return false;
  if (/\.(db3?|sqlite3?)$/i.test(address)) return !isFolder(address);
  return existsSync(address) && !isFolder(address) && fileState(address) === 'plain';
}

/** The path of the file that an address names. */
export function sqlitePath(address: string): string {
  return address.replace(/^(sqlite|file):(\/\/)?/i, '');
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
