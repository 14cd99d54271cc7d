import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { type TableStore, RefusedRows } from '../../src/connectors/connector.ts';
import { openStore } from '../../src/connectors/index.ts';
import { connect } from '../../src/engines/sqlite-connect.ts';
import type { ColumnType, Row, TableSchema } from '../../src/model/table-schema.ts';
import {
  columnOf,
  freshStore,
  makeTable,
  rowsNow,
  rowsOf,
  STORE_KINDS,
  type StoreKind,
  storeAt,
  tableOf,
  writeRows,
} from '../support/connectors.ts';
import { tempDir } from '../support/temp-dir.ts';

const SQLITE = STORE_KINDS.find(({ name }) => name === 'sqlite') as StoreKind;
const INTEGER: ColumnType = { kind: 'integer', bits: 64, unsigned: false };
const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };

test('reads a schema that another program made', async () => {
  const { album, artist, store } = await shop();
  expect(album.columns.map(({ name, type, nullable }) => [name, type, nullable])).toEqual([
    ['id', INTEGER, false],
    ['Title', TEXT, false],
    ['price', { kind: 'decimal', precision: 10, scale: 2 }, true],
    ['made', { kind: 'timestamp', precision: 6, zone: false }, true],
    ['raw', { kind: 'any' }, true],
    ['tags', { kind: 'json', binary: false }, true],
    ['artist', INTEGER, true],
    ['upper', TEXT, true],
  ]);
  expect(album.columns[0]).toMatchObject({ identity: true, nextIdentity: 91n });
  expect(album.columns[1]).toMatchObject({ collation: 'NOCASE', default: { value: 'a, (b) "c"' }, declared: 'NVARCHAR(160)' });
  expect(album.columns.map((column) => column.default).slice(2, 6)).toEqual([
    { value: '9.99' },
    { expression: 'CURRENT_TIMESTAMP' },
    { value: Uint8Array.of(0, 255) },
    null,
  ]);
  expect(album.columns[7]?.generated).toEqual({ expression: "upper(Title || ', ')", stored: true });
  expect(album.foreignKeys).toEqual([
    { name: 'by', columns: ['artist'], table: 'Artist', references: ['id'], onDelete: 'set null', onUpdate: 'no action' },
    { name: null, columns: ['id'], table: 'album', references: ['id'], onDelete: 'no action', onUpdate: 'cascade' },
  ]);
  expect(album.indexes).toEqual([
    {
      name: 'album_Title_artist_key',
      columns: [
        { name: 'Title', descending: false },
        { name: 'artist', descending: false },
      ],
      unique: true,
      special: null,
    },
    { name: 'dear', columns: [{ name: 'price', descending: true }], unique: false, special: expect.stringContaining('WHERE price > 5') },
    { name: 'low', columns: [], unique: false, special: expect.stringContaining('lower(Title)') },
  ]);
  expect(artist).toMatchObject({ primaryKey: ['id'], columns: [{ identity: true, nextIdentity: 4n, nullable: false }, {}] });
  const snapshot = await store.snapshot();
  expect((await snapshot.tables()).filter(({ kind }) => kind === 'table').map(({ name }) => name)).toEqual(['Artist', 'album', 'pairs']);
  expect((await snapshot.tables()).find(({ name }) => name === 'words')?.kind).toBe('view');
  await expect(snapshot.schema('words_data')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await snapshot.schema('PAIRS')).toMatchObject({
    name: 'pairs',
    primaryKey: ['b', 'a'],
    columns: [{ nullable: false }, { nullable: false }],
  });
});

test('reads cells as their columns mean them, and others as they are', async () => {
  const { album, store } = await shop();
  expect((await rowsNow(store, album)).map((row) => row.slice(1))).toEqual([
    ['One', '0.99', '2009-01-01 00:00:00', 5, '[1]', 1],
    ['Two', '12345', '2009-01-01 10:20:00.5', '5', '7', null],
    ['Three', 'free', 'yesterday', Uint8Array.of(1), null, 'x'],
  ]);
});

test('takes types by the names that programs give them', async () => {
  const decimal = (precision: number | null, scale: number | null): ColumnType => ({ kind: 'decimal', precision, scale });
  const time = (kind: 'time' | 'timestamp', precision: number, zone: boolean): ColumnType => ({ kind, precision, zone });
  const types: readonly (readonly [string, ColumnType])[] = [
    ['TINYINT', INTEGER],
    ['unsigned big int', INTEGER],
    ['INT(11)', INTEGER],
    ['Boolean', { kind: 'boolean' }],
    ['VARYING CHARACTER(255)', TEXT],
    ['CLOB', TEXT],
    ['DOUBLE PRECISION', { kind: 'float', bits: 64 }],
    ['DECIMAL(10)', decimal(10, 0)],
    ['NUMERIC', decimal(null, null)],
    ['NUMBER(5, -2)', decimal(null, null)],
    ['VARBINARY(16)', { kind: 'bytes', length: null, fixed: false }],
    ['TIMESTAMP WITH TIME ZONE', time('timestamp', 6, true)],
    ['DATETIME(3)', time('timestamp', 3, false)],
    ['TIME', time('time', 6, false)],
    ['GUID', { kind: 'uuid' }],
    ['POINT', { kind: 'any' }],
    ['ANY', { kind: 'any' }],
    ['STRING', { kind: 'any' }],
  ];
  const store = await fileWith(`CREATE TABLE t (${types.map(([name], i) => `c${i} ${name}`).join(', ')})`);
  const snapshot = await store.snapshot();
  const { columns } = await snapshot.schema('t');
  expect(columns.map(({ type }, i) => [types[i]?.[0], type])).toEqual(types);
});

test('tells of tables whose module is not there', async () => {
  const store = await fileWith('CREATE TABLE t (k)', (db) => {
    db.unsafeMode();
    db.pragma('writable_schema = ON');
    db.exec("INSERT INTO sqlite_schema VALUES ('table', 'places', 'places', 0, 'CREATE VIRTUAL TABLE places USING spatial(x)')");
  });
  const snapshot = await store.snapshot();
  expect(await snapshot.tables()).toEqual([
    { name: 'places', kind: 'view' },
    { name: 't', kind: 'table' },
  ]);
  expect(await snapshot.schema('t')).toMatchObject({ name: 't', primaryKey: [] });
});

test('copies a schema of its own into another file', async () => {
  const { album, artist, store } = await shop();
  const other = await freshStore(SQLITE);
  await makeTable(other, artist, await rowsNow(store, artist));
  const copied = await makeTable(
    other,
    album,
    (await rowsNow(store, album)).map((row) => row.map((cell) => (cell === 'x' ? 3 : cell))),
  );
  const plain = (table: TableSchema): unknown => ({ ...table, columns: table.columns.map((column) => ({ ...column, declared: '' })) });
  expect(plain(copied)).toEqual(plain(album));
});

test('gives whole numbers beyond 2^53 and texts that are no UTF-8 exactly, on whatever page they are', async () => {
  const store = await fileWith(`CREATE TABLE t (k TEXT PRIMARY KEY NOT NULL, n, x TEXT);
    INSERT INTO t VALUES ('a', 1, 'é'), ('b', 2, '\ufffd'), ('c', 3, CAST(x'61ff' AS TEXT)), ('d', 9007199254740993, CAST(x'00' AS TEXT)),
      ('e', 1e300, x'ff'), (CAST(x'ff61' AS TEXT), 6, ''), (CAST(x'ff62' AS TEXT), -9223372036854775808, NULL);`);
  const snapshot = await store.snapshot();
  const table = await snapshot.schema('t');
  const expected: Row[] = [
    ['a', 1, 'é'],
    ['b', 2, '\ufffd'],
    ['c', 3, Uint8Array.of(0x61, 0xff)],
    ['d', 2n ** 53n + 1n, '\0'],
    ['e', 1e300, Uint8Array.of(0xff)],
    [Uint8Array.of(0xff, 0x61), 6, ''],
    [Uint8Array.of(0xff, 0x62), -(2n ** 63n), null],
  ];
  for (const batch of [1, 2, 3, 100]) {
    expect(await rowsOf(snapshot, table, { batch, ordered: false })).toEqual(expected);
    expect(await rowsOf(snapshot, table, { batch, ordered: true })).toEqual(expected);
    expect(await rowsOf(snapshot, table, { batch, ordered: true, after: ['d'], columns: ['n'] })).toEqual(
      expected.slice(4).map((row) => [row[1]]),
    );
    expect(await rowsOf(snapshot, table, { batch, ordered: true, after: [Uint8Array.of(0xff, 0x61)] })).toEqual(expected.slice(6));
  }
});

test.each([
  ['a collation of its own', 'CREATE TABLE t (k TEXT COLLATE NOCASE PRIMARY KEY NOT NULL)', ['B', 'a', '\uff5e', '😀']],
  ['UTF-16', "PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (k TEXT PRIMARY KEY NOT NULL)", ['B', 'a', '\uff5e', '😀']],
  ['NULL in it', 'CREATE TABLE t (k TEXT PRIMARY KEY)', [null, 'B', 'a', '\uff5e', '😀']],
  ['decimals', 'CREATE TABLE t (k NUMERIC(10, 2) PRIMARY KEY NOT NULL)', ['-1', '0.5', '10', '2', '9.25']],
  ['names that hide its row numbers', 'CREATE TABLE t (rowid TEXT PRIMARY KEY NOT NULL, oid, _rowid_)', ['B', 'a', '\uff5e', '😀']],
  ['values of any kind', 'CREATE TABLE t (k PRIMARY KEY NOT NULL)', [-1, 0.5, 2, '10', '2', Uint8Array.of(0)]],
])('reads in the order of a key with %s', async (_, sql, keys) => {
  const store = await fileWith(sql, (db) => {
    const insert = db.prepare(`INSERT INTO t (${(db.pragma('table_info(t)') as { name: string }[])[0]?.name}) VALUES (?)`);
    for (const key of keys.toReversed()) insert.run(key);
  });
  const snapshot = await store.snapshot();
  const table = await snapshot.schema('t');
  const columns = [table.primaryKey[0] as string];
  expect(await rowsOf(snapshot, table, { columns, ordered: false })).toHaveLength(keys.length);
  expect(await rowsOf(snapshot, table, { columns, ordered: true })).toEqual(keys.map((key) => [key]));
  for (const [at, key] of keys.entries()) {
    expect(await rowsOf(snapshot, table, { columns, ordered: true, after: [key] })).toEqual(keys.slice(at + 1).map((one) => [one]));
    expect(await rowsOf(snapshot, table, { columns, ordered: true, upTo: [key] })).toEqual(keys.slice(0, at + 1).map((one) => [one]));
  }
});

test('numbers rows by an unsigned key, and refuses numbers that SQLite does not have', async () => {
  const store = await freshStore(SQLITE);
  const type: ColumnType = { kind: 'integer', bits: 64, unsigned: true };
  const id = columnOf('id', type, { nullable: false, identity: true, nextIdentity: 3n });
  const schema = await makeTable(store, tableOf('t', [id], { primaryKey: ['id'] }), [[1], [2n ** 60n]]);
  expect(schema.columns[0]).toMatchObject({ declared: 'INTEGER', type, identity: true, nextIdentity: 2n ** 60n + 1n });
  const target = await store.target();
  const writer = await target.writer();
  await writer.begin();
  await expect(writer.write(schema, ['id'], [[5], [2n ** 64n - 1n]], 'insert')).rejects.toBeInstanceOf(RefusedRows);
  await writer.commit();
  expect(await rowsNow(store, schema)).toEqual([[1], [2n ** 60n]]);
});

test('names the column and the reason of refused rows', async () => {
  const store = await fileWith('CREATE TABLE t (a INTEGER NOT NULL, b TEXT UNIQUE, c INT CHECK (c > 0)); INSERT INTO t VALUES (1, 2, 3)');
  const target = await store.target();
  const schema = await target.schema('t');
  const writer = await target.writer();
  await writer.begin();
  const refusal = (row: Row): Promise<unknown> => writer.write(schema, ['a', 'b', 'c'], [row], 'insert').catch((error: unknown) => error);
  expect(await refusal([null, 'x', 1])).toMatchObject({ reason: 'NULL where a value is required', column: 'a' });
  expect(await refusal([1, '2', 1])).toMatchObject({ reason: 'duplicate key', column: 'b' });
  expect(await refusal([1, '3', 0])).toMatchObject({ reason: 'against a check of the table', column: null });
  expect(await refusal([2n ** 64n, '3', 1])).toMatchObject({ reason: 'value out of range', column: null });
  expect(await refusal([1, '3', ['x']])).toMatchObject({ reason: 'a value of another type', column: null });
  await writer.rollback();
});

test('lets writers take turns', async () => {
  const store = await freshStore(SQLITE);
  const schema = await makeTable(store, tableOf('t', [columnOf('k', INTEGER, { nullable: false })], { primaryKey: ['k'] }));
  const target = await store.target();
  await Promise.all([1, 2, 3, 4].map((k) => writeRows(target, schema, [[k]])));
  expect(await rowsNow(store, schema)).toEqual([[1], [2], [3], [4]]);
});

test('gives an index another name where the file has one of that name', async () => {
  const store = await freshStore(SQLITE);
  const index = { name: 'by_v', columns: [{ name: 'v', descending: false }], unique: false, special: null };
  const [one, two] = ['one', 'two'].map((name) => tableOf(name, [columnOf('v', TEXT)], { indexes: [index] })) as [TableSchema, TableSchema];
  expect((await makeTable(store, one)).indexes).toEqual([index]);
  expect((await makeTable(store, two)).indexes).toEqual([{ ...index, name: 'two_by_v' }]);
  expect((await makeTable(store, two)).indexes).toHaveLength(1);
});

test('leaves a file that keeps no log as it was', async () => {
  const path = join(tempDir(), 'shop.bin');
  new Database(path).exec('CREATE TABLE t (k INTEGER PRIMARY KEY)').close();
  const store = await storeAt(path);
  const snapshotFirst = await store.snapshot();
  const table = await snapshotFirst.schema('t');
  await snapshotFirst.close();
  const target = await store.target();
  const snapshot = await store.snapshot();
  await writeRows(target, table, [[1]]);
  expect(await snapshot.count(table)).toBe(0);
  await store.close();
  const db = new Database(path, { readonly: true });
  expect([db.pragma('journal_mode', { simple: true }), db.prepare('SELECT count(*) FROM t').pluck().get()]).toEqual(['delete', 1]);
  db.close();
});

test('opens what is there, makes what is not, and says what cannot be opened', async () => {
  const folder = tempDir();
  const open = (name: string, create = false, key?: string): Promise<TableStore> =>
    openStore(name, { create, busyTimeoutMs: 100, ...(key === undefined ? {} : { key: Buffer.from(key) }) });
  const [missing, text, secret] = ['missing.db', 'text.sqlite', 'secret.db3'].map((name) => join(folder, name)) as [string, string, string];
  await expect(open(missing)).rejects.toMatchObject({ code: 'NO_DATABASE' });
  await (await open(`sqlite:${missing}`, true)).close();
  expect(existsSync(missing)).toBe(true);
  await (await open(missing)).close();
  writeFileSync(text, 'name,email\n'.repeat(100));
  await expect(open(text)).rejects.toMatchObject({
    code: 'NOT_OUR_DATABASE',
    message: expect.stringContaining('is not a SQLite database'),
  });
  connect(secret, { key: Buffer.from('right'), timeout: 0 })
    .db.exec('CREATE TABLE t (k)')
    .close();
  await expect(open(secret)).rejects.toMatchObject({ code: 'KEY_NEEDED', exitCode: 16 });
  await expect(open(secret, false, 'wrong')).rejects.toMatchObject({ code: 'WRONG_KEY', exitCode: 16 });
  const store = await open(secret, false, 'right');
  expect(await (await store.snapshot()).tables()).toEqual([{ name: 't', kind: 'table' }]);
  await store.close();
  await expect(open(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'USAGE' });
});

/** Opens a file that somebody else made. */
async function fileWith(sql: string, fill: (db: Database.Database) => void = () => undefined): Promise<TableStore> {
  const path = join(tempDir(), 'other.db');
  const db = new Database(path);
  db.pragma('foreign_keys = OFF');
  db.exec(sql);
  fill(db);
  db.close();
  return storeAt(path);
}

async function shop(): Promise<{ store: TableStore; album: TableSchema; artist: TableSchema }> {
  const store = await fileWith(`
    CREATE TABLE Artist (id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO Artist VALUES (1, 'x'), (3, 'y');
    CREATE TABLE [album] ( -- what is sold, with (brackets
      \`id\` INTEGER PRIMARY KEY AUTOINCREMENT,
      "Title" NVARCHAR(160) NOT NULL DEFAULT 'a, (b) "c"' COLLATE NOCASE /* a comment, */,
      price NUMERIC(10,2) DEFAULT 9.99,
      made DATETIME DEFAULT CURRENT_TIMESTAMP,
      raw DEFAULT x'00FF',
      tags JSON DEFAULT NULL,
      artist INTEGER CONSTRAINT "by" REFERENCES artist ON DELETE SET NULL,
      upper TEXT GENERATED ALWAYS AS (upper(Title || ', ')) STORED,
      UNIQUE (Title, artist),
      FOREIGN KEY (id) REFERENCES album (id) ON UPDATE CASCADE
    );
    INSERT INTO album (id, Title, price, made, raw, tags, artist) VALUES
      (1, 'One', 0.99, '2009-01-01 00:00:00', 5, '[1]', 1),
      (2, 'Two', 12345, '2009-01-01T10:20:00.500', '5', 7, NULL),
      (90, 'Three', 'free', 'yesterday', x'01', NULL, 'x');
    CREATE INDEX dear ON album (price DESC) WHERE price > 5;
    CREATE INDEX low ON album (lower(Title));
    CREATE TABLE pairs (a TEXT, b INT, PRIMARY KEY (b, a)) WITHOUT ROWID;
    CREATE VIEW seen AS SELECT * FROM album;
    CREATE VIRTUAL TABLE words USING fts5(title);`);
  const snapshot = await store.snapshot();
  return { store, album: await snapshot.schema('album'), artist: await snapshot.schema('Artist') };
}
