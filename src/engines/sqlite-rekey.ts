import { chmodSync, closeSync, openSync, realpathSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { CrmError, isDiskFull } from '../errors.ts';
import { holdAlone, inUse, putInPlace } from './sqlite-alone.ts';
import { newFileKey, setCipher } from './sqlite-cipher.ts';
import { connect } from './sqlite-connect.ts';
import { isBusy, sqliteError } from './sqlite-errors.ts';
import { checkFile, openWhenFree } from './sqlite-file.ts';
import { removeStale } from './stale-files.ts';

/** How a database gets another key. */
export interface RekeyOptions {
  /** The passphrase that it has; null where it is not encrypted. */
  readonly oldKey: Uint8Array | null;
  /** The passphrase that it is to get; null leaves it without encryption. */
  readonly newKey: Uint8Array | null;
  /** How long to wait for others who have it open, in milliseconds. */
  readonly busyTimeoutMs: number;
}

/** What became of it. */
export interface Rekeyed {
  readonly wasEncrypted: boolean;
  readonly isEncrypted: boolean;
  /** Tables and rows that were counted in both files. */
  readonly tables: number;
  readonly rows: number;
  /** Size of the file before and after. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Gives a SQLite file another key, its first one, or none. It is written anew beside itself, checked, and put in its own
 * place by one rename: whenever the process dies, the path leads to the old file or to the new one, and either is whole.
 * What it was stays on the disk until it is written over; no program can promise more.
 * @throws {CrmError} BUSY when somebody else has it open; WRONG_KEY, KEY_NEEDED, NO_DATABASE, NOT_OUR_DATABASE, INTEGRITY,
 * DISK_FULL, ENGINE, USAGE for an empty key. The old file is as it was then.
 */
export async function rekeySqlite(target: string, { oldKey, newKey, busyTimeoutMs }: RekeyOptions): Promise<Rekeyed> {
  if (newKey?.length === 0) throw new CrmError('USAGE', 'the new key of the database is empty', { hint: 'give a passphrase' });
  checkFile(target, false);
  const path = realpathSync(target);
  removeKilledRekeys(path);
  const copy = `${path}.rekey-${process.pid}`;
  const { db: old, isKeyed } = await openWhenFree(busyTimeoutMs, () => holdAlone(path, oldKey));
  try {
    makeCopy(old, path, copy);
    changeKey(copy, isKeyed ? oldKey : null, newKey);
    keepLog(copy, newKey);
    const counted = verify(old, copy, newKey, target);
    const bytesBefore = statSync(path).size;
    putInPlace(copy, path);
    const bytesAfter = statSync(path).size;
    return { wasEncrypted: isKeyed, isEncrypted: newKey !== null, ...counted, bytesBefore, bytesAfter };
  } catch (error) {
    throw rekeyError(error, target);
  } finally {
    old.close();
    remove(copy);
  }
}

/** Removes what a process left that was killed while it gave a database another key: it is as large as that. */
export function removeKilledRekeys(path: string): void {
  removeStale(dirname(path), /\.rekey-(\d+)(-journal|-wal|-shm)?$/, `${basename(path)}.rekey-`);
}

/** The copy has the key, the permissions and all rows of the old file. */
function makeCopy(db: Database.Database, path: string, copy: string): void {
  remove(copy);
  const { mode } = statSync(path);
  closeSync(openSync(copy, 'wx', 0o600));
  db.prepare('VACUUM INTO ?').run(copy);
  chmodSync(copy, mode & 0o777);
}

function changeKey(copy: string, oldKey: Uint8Array | null, newKey: Uint8Array | null): void {
  if (oldKey === null && newKey === null) return;
  const { db } = connect(copy, { key: oldKey, timeout: 0 });
  try {
    // Nothing of it is of use until all is done: it need not survive anything.
    db.pragma('journal_mode = OFF');
    db.pragma('synchronous = OFF');
    setCipher(db);
    db.rekey(newKey === null ? Buffer.alloc(0) : newFileKey(newKey));
  } finally {
    db.close();
  }
}

/**
 * Has the file written through a log from the first moment on: whoever reads it once then keeps a lock, and nobody replaces
 * it under him.
 */
function keepLog(copy: string, key: Uint8Array | null): void {
  const { db } = connect(copy, { key, timeout: 0 });
  try {
    db.pragma('journal_mode = WAL');
  } finally {
    db.close();
  }
}

/** Opens the copy as the next command will, and looks whether everything is in it. @throws {CrmError} INTEGRITY */
function verify(old: Database.Database, copy: string, key: Uint8Array | null, label: string): Pick<Rekeyed, 'tables' | 'rows'> {
  const { db } = connect(copy, { key, timeout: 0, readonly: true });
  try {
    const problems = db.pragma('integrity_check(1)', { simple: true });
    const before = rowCounts(old);
    const after = rowCounts(db);
    const isWhole = problems === 'ok' && before.size === after.size && [...before].every(([table, rows]) => after.get(table) === rows);
    if (!isWhole) {
      throw new CrmError('INTEGRITY', `${label}: what was written under the new key is not what was read; the old file stays`, {
        hint: 'check the disk, and the database with: crm maintain',
      });
    }
    return { tables: before.size, rows: [...before.values()].reduce((sum, rows) => sum + rows, 0) };
  } finally {
    db.close();
  }
}

function rowCounts(db: Database.Database): Map<string, number> {
  const names = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").pluck().all() as string[];
  return new Map(
    names.map((name) => [
      name,
      db
        .prepare(`SELECT count(*) FROM "${name.replaceAll('"', '""')}"`)
        .pluck()
        .get() as number,
    ]),
  );
}

function remove(copy: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${copy}${suffix}`, { force: true });
}

function rekeyError(error: unknown, label: string): unknown {
  if (isBusy(error)) return inUse(label);
  if (!(error instanceof CrmError) && isDiskFull(error)) {
    return new CrmError('DISK_FULL', `no space left beside ${label} for a copy of it; nothing was changed`, {
      cause: error,
      hint: 'free as much space as the file takes, and try again',
    });
  }
  return sqliteError(error, label);
}
