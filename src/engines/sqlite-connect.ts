import Database from 'better-sqlite3';
import { fold } from '../model/fold.ts';
import { fileKey, setCipher, unlock } from './sqlite-cipher.ts';

/** How one handle on a SQLite file is opened. */
export interface ConnectOptions {
  /** The passphrase, null where there is none; a plain file does not take it. */
  readonly key: Uint8Array | null;
  /** How long to wait for somebody else's lock, in milliseconds. */
  readonly timeout: number;
  readonly readonly?: boolean;
}

/**
 * Opens a handle on a SQLite file, unlocked: the one way to a database of customers. Nothing of the file is read yet,
 * so that a wrong key shows with the first statement only.
 */
export function connect(path: string, { key, ...options }: ConnectOptions): { readonly db: Database.Database; readonly isKeyed: boolean } {
  const db = new Database(path, options);
  try {
    const isKeyed = key !== null && unlock(db, key);
    if (key === null || isKeyed) return { db: withFunctions(db), isKeyed };
  } catch (error) {
    db.close();
    throw error;
  }
  // A handle that has been given a key writes with it: a plain file needs another one.
  db.close();
  return { db: withFunctions(new Database(path, options)), isKeyed: false };
}

/** Lets a handle reach another file as well, under a name. */
export function attach(
  db: Database.Database,
  { path, key, name }: { readonly path: string; readonly key: Uint8Array | null; readonly name: string },
): void {
  const statement = `ATTACH DATABASE ? AS ${name} KEY ?`;
  // Without a key of its own it would be taken for a file with that of the first one.
  if (key === null) {
    db.prepare(statement).run(path, '');
    return;
  }
  const reader = new Database(path, { readonly: true });
  try {
    setCipher(db);
    db.prepare(statement).run(path, fileKey(reader, key));
  } finally {
    reader.close();
  }
  // Nothing of it goes into temporary files.
  db.pragma('temp_store = MEMORY');
}

function withFunctions(db: Database.Database): Database.Database {
  db.function('crm_fold', { deterministic: true }, (text) => (typeof text === 'string' ? fold(text) : text));
  return db;
}
