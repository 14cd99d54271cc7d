import { CrmError } from '../errors.ts';

interface DriverError extends Error {
  readonly code: string;
}

function isDriverError(thrown: unknown): thrown is DriverError {
  return thrown instanceof Error && typeof (thrown as { code?: unknown }).code === 'string' && thrown.name === 'SqliteError';
}

/** Turns an error of the SQLite driver into a CrmError; anything else passes through unchanged. */
export function sqliteError(thrown: unknown, label: string): unknown {
  if (!isDriverError(thrown)) return thrown;
  const { code } = thrown;
  const cause = thrown;
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new CrmError('BUSY', `another run is writing to ${label}`, { cause, hint: 'wait until it has ended and try again' });
  }
  if (code.startsWith('SQLITE_CORRUPT')) {
    return new CrmError('INTEGRITY', `the database ${label} is damaged`, {
      cause,
      hint: 'do not write to it; restore a backup, or copy it and run sqlite3 .recover on the copy',
    });
  }
  if (code === 'SQLITE_NOTADB') {
    return new CrmError('NOT_OUR_DATABASE', `${label} is not a crm database`, {
      cause,
      hint: 'name another file with --db, or make a database with: crm init',
    });
  }
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
      hint: 'check it with: sqlite3 FILE "PRAGMA integrity_check"; restore a backup, or report it when the check is fine',
    });
  }
  return new CrmError('INTERNAL', `SQLite: ${thrown.message} (${code})`, { cause, hint: 'this is a defect of crm: report it' });
}
