import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PackedRows } from '../../src/connectors/connector.ts';
import type * as PostgresPacked from '../../src/connectors/postgres-packed.ts';
import type * as SqlitePacked from '../../src/connectors/sqlite-packed.ts';
import { copyTables } from '../../src/migrate/copy-tables.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { tempDir } from '../support/temp-dir.ts';

const ROWS = 3000;

/** A mistake in our own packing: makes other bytes of those that are right, in the piece of a part in the middle. */
const mistake: { make: ((text: string) => string) | null } = { make: null };

async function* spoilt<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const page of pages) {
    const { bytes } = page as PackedRows;
    const text = bytes === undefined ? '' : Buffer.from(bytes).toString();
    if (mistake.make === null || !/^1500\t/m.test(text)) yield page;
    else yield { ...page, bytes: Buffer.from(mistake.make(text)) };
  }
}

vi.mock('../../src/connectors/sqlite-packed.ts', async (original) => {
  const { readPacked } = await original<typeof SqlitePacked>();
  return {
    readPacked: (...request: Parameters<typeof readPacked>) => {
      const pages = readPacked(...request);
      return pages === null ? null : spoilt(pages);
    },
  };
});
vi.mock('../../src/connectors/postgres-packed.ts', async (original) => {
  const module = await original<typeof PostgresPacked>();
  return { ...module, packedPieces: (...pieces: Parameters<typeof module.packedPieces>) => spoilt(module.packedPieces(...pieces)) };
});

afterEach(() => {
  mistake.make = null;
});

function file(): string {
  const path = join(tempDir(), 'from.db');
  const db = new Database(path);
  db.exec('CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, name TEXT, n INTEGER, ok BOOLEAN, born DATE, size REAL, raw BLOB)');
  const insert = db.prepare('INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)');
  db.transaction(() => {
    for (let i = 1n; i <= BigInt(ROWS); i++)
      insert.run(i, `名字 ${i}`, i * 3n, i % 2n, '2024-02-29', Number(i) / 7e9, Buffer.from([Number(i % 256n)]));
    insert.run(5000n, 'a\b\t\n\v\f\r\\N', null, null, null, 1e21, null);
  })();
  db.exec(
    'CREATE TABLE plain AS SELECT 1; DROP TABLE plain; CREATE TABLE packed (id INTEGER NOT NULL PRIMARY KEY, name TEXT, n INTEGER, ok BOOLEAN, born DATE)',
  );
  db.exec('INSERT INTO packed SELECT id, name, n, ok, born FROM t WHERE id < 4000');
  db.close();
  return path;
}

async function copied(from: string, to: string, ...tables: string[]) {
  const rejectsPath = join(tempDir(), 'rejects.ndjson');
  const rest = { since: null, jobs: 1, resume: false, dryRun: false, strict: false, conversionsPath: null, verify: true, key: null };
  return copyTables(from, to, { tables, mode: 'create', batch: 500, rejectsPath, busyTimeoutMs: 5000, ...rest });
}

const MISTAKES = [
  ['a text', (text: string) => text.replace('名字 1500', '名字 150O'), 'name'],
  ['a number', (text: string) => text.replace('\t4500\t', '\t4501\t'), 'n'],
  ['NULL', (text: string) => text.replace('\t4500\t', '\t\\N\t'), 'n'],
  ['a boolean', (text: string) => text.replace('\t4500\tf', '\t4500\tt'), 'ok'],
  ['a date', (text: string) => text.replace('\t4500\tf\t2024-02-29', '\t4500\tf\t2024-02-28'), 'born'],
] as const;

describe.skipIf(!postgresAvailable)('a mistake of ours in packing rows of a later part', { timeout: 60_000 }, () => {
  it.each(MISTAKES)('from SQLite to PostgreSQL is found and named: %s', async (_, make, column) => {
    mistake.make = make;
    const { differences, tables } = await copied(file(), freshSchemaUrl(), 'packed');
    expect(differences).toMatchObject([{ table: 'packed', kind: 'different', key: { id: 1500 }, column }]);
    expect(tables).toMatchObject([{ read: ROWS, written: ROWS, verified: false }]);
  });

  it('from PostgreSQL to PostgreSQL is found and named, and so is a row that is left out', async () => {
    const from = freshSchemaUrl();
    await copied(file(), from, 'packed');
    mistake.make = (text) => text.replace('名字 1500', '名字 150O').replace(/^1502\t.*\n/m, '');
    const { differences } = await copied(from, freshSchemaUrl(), 'packed');
    expect(differences).toHaveLength(2);
    expect(differences).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ table: 'packed', kind: 'different', key: { id: 1500 }, column: 'name' }),
        expect.objectContaining({ table: 'packed', kind: 'missing', key: { id: 1502 } }),
      ]),
    );
  });

  it('is none where there is no mistake, whatever cells hold', async () => {
    const [path, first, second, back] = [file(), freshSchemaUrl(), freshSchemaUrl(), join(tempDir(), 'back.db')];
    for (const [from, to] of [
      [path, first],
      [first, second],
      [second, back],
      [back, join(tempDir(), 'again.db')],
    ] as const) {
      const { differences, tables } = await copied(from, to, 'packed', 't');
      expect(differences).toEqual([]);
      expect(tables.map(({ verified, written }) => [verified, written])).toEqual([
        [true, ROWS],
        [true, ROWS + 1],
      ]);
    }
  });
});
