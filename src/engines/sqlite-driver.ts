import Database from 'better-sqlite3';

/** Loads the native part of the driver. @returns the version of SQLite in it @throws what node says when it does not fit this one */
export function sqliteVersion(): string {
  const db = new Database(':memory:');
  try {
    return db.prepare('SELECT sqlite_version()').pluck().get() as string;
  } finally {
    db.close();
  }
}
