import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, copyFileSync, existsSync, openSync, readFileSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { DatabaseCheck } from '../../src/engines/snapshot.ts';
import { openSqliteSnapshot, SqliteFileCheck } from '../../src/engines/sqlite-snapshot.ts';
import { openRepository } from '../../src/repository/repository.ts';
import { tempDir } from '../support/temp-dir.ts';

const OPTIONS = { rowHashes: true, key: null, busyTimeoutMs: 5000 };
const WRITER = fileURLToPath(new URL('../support/snapshot-writer.mjs', import.meta.url));

/** A database of ours with accounts whose amounts make up 0. */
async function database(): Promise<string> {
  const path = join(tempDir(), 'crm.db');
  await (await openRepository(path, { create: true })).close();
  const db = new Database(path);
  db.exec(`CREATE TABLE accounts (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL) STRICT;
    CREATE TABLE moves (id INTEGER PRIMARY KEY, note TEXT NOT NULL) STRICT;
    CREATE TABLE state (moves INTEGER NOT NULL) STRICT;
    CREATE TABLE odd (a, b BLOB, PRIMARY KEY (b, a)) WITHOUT ROWID;
    CREATE INDEX moves_note ON moves (note);
    INSERT INTO state VALUES (0);
    INSERT INTO odd VALUES ('x', x'00ff'), (1.5, 'text'), (x'61', 9), ('', '');
    WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 39) INSERT INTO accounts SELECT i, 0 FROM n`);
  db.close();
  return path;
}

interface Copy {
  readonly path: string;
  readonly tables: unknown;
  readonly check: DatabaseCheck;
}

/** Takes a snapshot into a new file, and looks that through. */
async function copyOf(path: string, meanwhile: () => void = () => undefined): Promise<Copy> {
  const copy = join(tempDir(), 'copy.db');
  const snapshot = await openSqliteSnapshot(path, OPTIONS);
  const file = openSync(copy, 'w');
  try {
    meanwhile();
    for await (const piece of snapshot.pieces()) writeSync(file, piece);
    expect(statSync(copy).size).toBe(snapshot.totalBytes);
    return { path: copy, tables: await snapshot.tables(), check: await looked(copy) };
  } finally {
    closeSync(file);
    await snapshot.close();
  }
}

async function looked(path: string): Promise<DatabaseCheck> {
  const checking = new SqliteFileCheck();
  try {
    checking.begin(path, { integrity: true, rowHashes: true, key: null });
    return await checking.result();
  } finally {
    await checking.end();
  }
}

function expectSound({ path, tables, check }: Copy): { readonly moves: number } {
  expect(check.problems).toEqual([]);
  // Counted and hashed in the transaction that was held, and again in the copy.
  expect(check.tables).toEqual(tables);
  const db = new Database(path, { readonly: true });
  try {
    const sums = db
      .prepare(
        'SELECT (SELECT sum(amount) FROM accounts) AS amount, (SELECT count(*) FROM moves) AS moves, (SELECT moves FROM state) AS told',
      )
      .get();
    expect(sums).toMatchObject({ amount: 0, told: (sums as { moves: number }).moves });
    return sums as { moves: number };
  } finally {
    db.close();
  }
}

/** States of the file and its log that a snapshot may meet; the connection stays open meanwhile. */
const STATES: Readonly<Record<string, (db: Database.Database) => void>> = {
  'all in the log': (db) => fill(db, 300),
  'in the log and again in the log': (db) => {
    fill(db, 100);
    fill(db, 200);
    db.exec('UPDATE moves SET note = note || 1');
  },
  'all in the file': (db) => {
    fill(db, 300);
    db.pragma('wal_checkpoint(TRUNCATE)');
  },
  'in the file, and the log not yet emptied': (db) => {
    fill(db, 300);
    db.pragma('wal_checkpoint(PASSIVE)');
  },
  'a log that began anew over an older one': (db) => {
    fill(db, 300);
    db.pragma('wal_checkpoint(RESTART)');
    fill(db, 20);
  },
  'a file that became smaller': (db) => {
    fill(db, 400);
    db.pragma('wal_checkpoint(FULL)');
    db.exec('DELETE FROM moves WHERE id > 20; UPDATE state SET moves = 20');
    db.exec('VACUUM');
  },
  'no log at all': (db) => {
    fill(db, 300);
    db.pragma('journal_mode = DELETE');
  },
  'small pages': (db) => {
    db.pragma('journal_mode = DELETE');
    db.pragma('page_size = 512');
    db.exec('VACUUM');
    db.pragma('journal_mode = WAL');
    fill(db, 200);
  },
  'the largest pages': (db) => {
    db.pragma('journal_mode = DELETE');
    db.pragma('page_size = 65536');
    db.exec('VACUUM');
    db.pragma('journal_mode = WAL');
    fill(db, 200);
  },
};

function fill(db: Database.Database, rows: number): void {
  db.transaction(() => {
    for (let row = 0; row < rows; row++) db.prepare('INSERT INTO moves (note) VALUES (?)').run('y'.repeat(row * 7));
    db.exec('UPDATE state SET moves = (SELECT count(*) FROM moves)');
  })();
}

/** Ranges of bytes of a file that this process has locked, as Linux says. */
function locksOn(path: string): string[] {
  const { ino } = statSync(path);
  const lines = readFileSync('/proc/locks', 'utf8').split('\n');
  return lines
    .map((line) => line.split(/\s+/))
    .flatMap(([, , , , pid, file, ...range]) => (Number(pid) === process.pid && file?.endsWith(`:${ino}`) ? [range.join('-')] : []));
}

describe('a snapshot of a SQLite file', () => {
  test.each(Object.entries(STATES))('is what the database says: %s', async (_name, prepare) => {
    const path = await database();
    const db = new Database(path);
    db.pragma('wal_autocheckpoint = 0');
    try {
      prepare(db);
      const expected = db.prepare('SELECT count(*) AS moves FROM moves').get();
      expect(expectSound(await copyOf(path))).toMatchObject(expected as object);
    } finally {
      db.close();
    }
  });

  test('is of the moment when it was taken, whatever is written and checkpointed while it is read', async () => {
    const path = await database();
    const db = new Database(path);
    try {
      fill(db, 200);
      const copy = await copyOf(path, () => {
        fill(db, 500);
        db.pragma('wal_checkpoint(PASSIVE)');
        fill(db, 100);
      });
      expect(expectSound(copy).moves).toBe(200);
      expect(expectSound(await copyOf(path)).moves).toBe(800);
    } finally {
      db.close();
    }
  });

  test('is of one committed state while another process writes and checkpoints without a pause', async () => {
    const path = await database();
    const writer = spawn(process.execPath, [WRITER, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      await once(writer.stdout, 'data');
      const seen = new Set<number>();
      for (let round = 0; round < 8; round++) seen.add(expectSound(await copyOf(path)).moves);
      expect(seen.size, 'the writer went on between the snapshots').toBeGreaterThan(4);
    } finally {
      writer.stdin.end();
      await once(writer, 'close');
    }
    expectSound(await copyOf(path));
  });

  test.skipIf(!existsSync('/proc/locks'))('drops no lock that this process holds on the database', async () => {
    const path = await database();
    const db = new Database(path);
    try {
      db.exec('UPDATE state SET moves = 0');
      const held = locksOn(path);
      expect(held).not.toEqual([]);
      expectSound(await copyOf(path));
      expectSound(await copyOf(path));
      expect(locksOn(path)).toEqual(held);
      // What the test is about: a plain look at the file is enough to lose them.
      closeSync(openSync(path, 'r'));
      expect(locksOn(path)).toEqual([]);
    } finally {
      db.close();
    }
  });

  test('refuses a log that is not as the database wrote it', async () => {
    const path = await database();
    const db = new Database(path);
    db.pragma('wal_autocheckpoint = 0');
    fill(db, 300);
    const log = openSync(`${path}-wal`, 'r+');
    const byte = Buffer.alloc(1);
    const at = 32 + 24 + 4096 + 24 + 100; // in the second frame
    readSync(log, byte, 0, 1, at);
    writeSync(log, Buffer.of((byte[0] as number) ^ 1), 0, 1, at);
    await expect(openSqliteSnapshot(path, OPTIONS)).rejects.toMatchObject({
      code: 'INTEGRITY',
      message: expect.stringContaining('frame 2'),
    });
    closeSync(log);
    db.close();
  });

  test('refuses what is no database of ours, and what is none', async () => {
    const folder = tempDir();
    const foreign = new Database(join(folder, 'foreign.db'));
    foreign.exec('CREATE TABLE t (a)');
    foreign.close();
    copyFileSync(WRITER, join(folder, 'text.db'));
    await expect(openSqliteSnapshot(join(folder, 'foreign.db'), OPTIONS)).rejects.toMatchObject({ code: 'NOT_OUR_DATABASE' });
    await expect(openSqliteSnapshot(join(folder, 'text.db'), OPTIONS)).rejects.toMatchObject({ code: 'NOT_OUR_DATABASE' });
    await expect(openSqliteSnapshot(join(folder, 'none.db'), OPTIONS)).rejects.toMatchObject({ code: 'NO_DATABASE' });
  });
});
