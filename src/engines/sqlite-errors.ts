import { CrmError } from '../errors.ts';
import { fileState, isKeyOfLaterPage } from './sqlite-cipher.ts';

interface DriverError extends Error {
  readonly code: string;
}

function isDriverError(thrown: unknown): thrown is DriverError {
  return thrown instanceof Error && typeof (thrown as { code?: unknown }).code === 'string' && thrown.name === 'SqliteError';
}

/**
 * Whether an error of the driver says that somebody else has the file. "Locking protocol" is said where one who was stopped holds
 * the index of the log for longer than SQLite tries.
 */
export function isBusy(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code);
}

/** Turns an error of the SQLite driver into a CrmError; anything else passes through unchanged. */
export function sqliteError(thrown: unknown, label: string): unknown {
  if (!isDriverError(thrown)) return thrown;
  const { code } = thrown;
  const cause = thrown;
  if (isBusy(thrown)) {
    return new CrmError('BUSY', `another run is writing to ${label}`, { cause, hint: 'wait until it has ended and try again' });
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    return damaged(label, cause);
  }
  if (code === 'SQLITE_NOTADB') return notOurs(label, cause);
  if (code === 'SQLITE_FULL') {
    return new CrmError('DISK_FULL', `no space left on the disk of ${label}; nothing was changed`, {
      cause,
      hint: 'free some space and try again',
    });
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return new CrmError('PERMISSION', `${label} cannot be written`, { cause, hint: 'check the permissions of the file and its folder' });
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_PERM') || code.startsWith('SQLITE_AUTH')) {
    return new CrmError('ENGINE', `${label} cannot be opened`, { cause, hint: 'check that its folder exists and may be written' });
  }
  if (code.startsWith('SQLITE_IOERR')) {
    return new CrmError('ENGINE', `reading or writing ${label} failed (${code})`, { cause, hint: 'check the disk and its free space' });
  }
  // Every JSON column is checked when it is written, and keys are looked up before they are: only damage breaks these.
  if (/malformed JSON/.test(thrown.message) || /^SQLITE_CONSTRAINT_(PRIMARYKEY|UNIQUE|FOREIGNKEY|ROWID)$/.test(code)) {
    return new CrmError('INTEGRITY', `the data in ${label} contradict each other (${thrown.message}); nothing was changed`, {
      cause,
      hint: 'check it with: crm maintain --check; restore a backup, or report it when the check is fine',
    });
  }
  return new CrmError('INTERNAL', `SQLite: ${thrown.message} (${code})`, { cause, hint: 'this is a defect of crm: report it' });
}

/**
 * What is wrong with a file that cannot be opened. An encrypted one cannot be told from noise without its key, so that the
 * words leave open what nobody can know.
 * @param key the passphrase that was tried, null where there was none
 */
export function sqliteOpenError(thrown: unknown, path: string, key: Uint8Array | null): unknown {
  if (!isDriverError(thrown) || thrown.code !== 'SQLITE_NOTADB') return sqliteError(thrown, path);
  const state = fileState(path);
  if (state === 'plain' || (key !== null && isKeyOfLaterPage(path, key))) return damaged(path, thrown);
  if (state !== 'noise') return notOurs(path, thrown);
  if (key === null) {
    return new CrmError('KEY_NEEDED', `${path} is encrypted, or damaged: it cannot be read without a key`, {
      cause: thrown,
      hint: 'name the file with its key: CRM_KEY_FILE=FILE crm …; where it was never encrypted, restore a backup',
    });
  }
  return new CrmError('WRONG_KEY', `the key does not open ${path}`, {
    cause: thrown,
    hint: 'check the key (CRM_KEY_FILE, CRM_KEY); where it is certainly the right one, the file is damaged: restore a backup',
  });
}

function damaged(label: string, cause: Error): CrmError {
  return new CrmError('INTEGRITY', `the database ${label} is damaged`, {
    cause,
    hint: 'do not write to it; restore a backup, or save what can be read: crm maintain --salvage NEW.db',
  });
}

function notOurs(label: string, cause: Error): CrmError {
  return new CrmError('NOT_OUR_DATABASE', `${label} is not a crm database`, {
    cause,
    hint: 'name another file with --db, or make a database with: crm init',
  });
}
