import type Database from 'better-sqlite3';

/** What FTS5 does where nobody has set anything else. */
const DEFAULT_AUTOMERGE = 4;

/**
 * Changes the full-text index without merging its pieces, inside a transaction. The setting is one of the database, not of the handle: it is
 * taken back here, in the same transaction, so that no commit and no crash leaves it behind.
 * @throws what `change` throws; then the transaction has to be rolled back, and the setting with it
 */
export function withoutWordMerges(db: Database.Database, change: () => void): void {
  const before = db.prepare("SELECT v FROM customer_search_config WHERE k = 'automerge'").pluck().get() as number | undefined;
  setAutomerge(db, 0);
  change();
  // What waits in memory would be written, and merged, only when the transaction ends: with the setting of then.
  db.exec("INSERT INTO customer_search (customer_search) VALUES ('flush')");
  setAutomerge(db, before ?? DEFAULT_AUTOMERGE);
}

/** A number in the statement itself: the driver binds every number as a fraction, which FTS5 refuses here. */
function setAutomerge(db: Database.Database, segments: number): void {
  db.exec(`INSERT INTO customer_search (customer_search, rank) VALUES ('automerge', ${Math.trunc(segments)})`);
}
