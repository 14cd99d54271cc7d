/**
 * A process that holds a read transaction on a SQLite file, or looks a file through, for `sqlite-snapshot.ts`. It reads one
 * request from standard input, answers by lines of JSON on standard output, and ends when its input does: with its parent.
 *
 * It is a process and not a thread because of POSIX locks: they belong to the process, and closing any descriptor of a
 * file drops all locks of the process on it. The parent opens and closes the database file as a plain file.
 */
import { createInterface } from 'node:readline';
import type Database from 'better-sqlite3';
import { CrmError, toCrmError } from '../errors.ts';
import type { WorkerAnswer, WorkerRequest } from './sqlite-snapshot.ts';
import { connect } from './sqlite-connect.ts';
import { sqliteOpenError } from './sqlite-errors.ts';
import { APPLICATION_ID, identity, replaced } from './sqlite-file.ts';
import { tableFacts } from './sqlite-table-facts.ts';
import { WalIndex } from './sqlite-wal-index.ts';

/** How often a moment is looked for in which nobody commits. Each attempt takes far less than a millisecond. */
const MAX_ATTEMPTS = 10_000;

const lines = createInterface({ input: process.stdin });
lines.once('line', (line) => {
  const request = JSON.parse(line) as WorkerRequest;
  work(request).catch((error: unknown) => {
    const { code, message, hint } = toCrmError(sqliteOpenError(error, request.path, keyOf(request)));
    answer({ kind: 'error', code, message, hint: hint ?? '' });
  });
});
// Whatever is being done: who asked for it has gone.
lines.once('close', () => {
  process.exitCode = 0;
  process.kill(process.pid, 'SIGKILL');
});

type Begun = WorkerAnswer & { readonly kind: 'begun' };

function keyOf({ key }: WorkerRequest): Buffer | null {
  return key === null ? null : Buffer.from(key, 'hex');
}

function answer(message: WorkerAnswer): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function work(request: WorkerRequest): Promise<void> {
  const file = identity(request.path);
  const { db, isKeyed } = connect(request.path, { key: keyOf(request), readonly: true, timeout: request.busyTimeoutMs });
  const begun = hold(db, request.path, request.label);
  // From here on nobody puts another file in its place; before, somebody may have.
  if (identity(request.path) !== file) throw replaced(request.label);
  answer({ ...begun, isEncrypted: isKeyed });
  const tables = await tableFacts(db, request.rowHashes);
  answer({ kind: 'tables', tables });
  if (request.kind === 'hold') return;
  const problems = request.integrity ? problemsOf(db) : [];
  db.close();
  answer({ kind: 'checked', check: { problems, schemaVersion: begun.schemaVersion, tables } });
}

/** Begins to read. @returns which state of the database that is */
function hold(db: Database.Database, path: string, label: string): Omit<Begun, 'isEncrypted'> {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new CrmError('NOT_OUR_DATABASE', `${label} is a SQLite database, but not one of crm`, { hint: 'name another file with --db' });
  }
  const wal = db.pragma('journal_mode', { simple: true }) === 'wal' ? holdLog(db, `${path}-shm`) : beginReading(db);
  return {
    kind: 'begun',
    wal,
    pageBytes: db.pragma('page_size', { simple: true }) as number,
    pageCount: db.pragma('page_count', { simple: true }) as number,
    schemaVersion: (db.prepare('SELECT max(version) FROM schema_migrations').pluck().get() as number | null) ?? 0,
  };
}

/**
 * Begins to read at a moment in which the index of the log is the same before and after: that is the state that is read.
 * A reader whose frames are all in the database file does not keep the log from beginning anew; it needs no log.
 */
function holdLog(db: Database.Database, indexPath: string): Begun['wal'] {
  const index = new WalIndex(indexPath);
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const before = index.read();
    beginReading(db);
    const after = index.read();
    if (before !== null && after !== null && before.header.equals(after.header)) {
      return after.backfilled >= after.mark.lastFrame ? null : after.mark;
    }
    db.exec('ROLLBACK');
  }
  throw new CrmError('BUSY', 'others write to the database without a pause', { hint: 'try again when less is going on' });
}

/** A transaction reads from its first query on. */
function beginReading(db: Database.Database): null {
  db.exec('BEGIN');
  db.prepare('SELECT count(*) FROM sqlite_master').get();
  return null;
}

/** What SQLite complains about: at most a hundred lines. */
function problemsOf(db: Database.Database): string[] {
  const found = db.prepare('SELECT * FROM pragma_integrity_check').pluck().all() as string[];
  const orphans = db.prepare('SELECT DISTINCT "table" FROM pragma_foreign_key_check').pluck().all() as string[];
  return [...found.filter((line) => line !== 'ok'), ...orphans.map((table) => `rows of ${table} refer to rows that do not exist`)];
}
