import Database from 'better-sqlite3';
import { fold } from '../model/fold.ts';
import { fileKey, unlock } from './sqlite-cipher.ts';

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
  const unlocking = key === null ? null : fileKey(path, key);
  const db = new Database(path, options);
  try {
    if (unlocking !== null) unlock(db, unlocking);
    db.function('crm_fold', { deterministic: true }, (text) => (typeof text === 'string' ? fold(text) : text));
  } catch (error) {
    db.close();
    throw error;
  }
  return { db, isKeyed: unlocking !== null };
}
