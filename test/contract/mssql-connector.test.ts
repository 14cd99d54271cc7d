import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openStore } from '../../src/connectors/index.ts';
import type { Cell, Column, ColumnType, Row } from '../../src/model/table-schema.ts';
import { expectOrderOfKeys } from '../support/key-order.ts';
import { freshMssqlUrl, startTdsServer, tdsServer } from '../support/mssql.ts';
import {
  columnNames,
  openedStore,
  openSnapshot,
  openTarget,
  openWriter,
  readAll,
  refusal,
  tableOf,
  writeRows,
} from '../support/table-stores.ts';
import { ServerError } from '../support/tsql-session.ts';

const INT: ColumnType = { kind: 'integer', bits: 32, unsigned: false };
const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A table that somebody else made, in the common server. */
async function foreignTable(columns: string, ...rows: readonly string[]): Promise<string> {
  const url = await freshMssqlUrl();
  (await tdsServer()).run(url, `CREATE TABLE [dbo].[t] (${columns})`, ...rows.map((row) => `INSERT INTO [dbo].[t] ${row}`));
  return url;
}

describe('tables of SQL Server', () => {
  const types: readonly (readonly [string, string, ColumnType, Cell])[] = [
    ['bit', '1', { kind: 'boolean' }, true],
    ['tinyint', '255', { kind: 'integer', bits: 8, unsigned: true }, 255],
    ['smallint', '-32768', { kind: 'integer', bits: 16, unsigned: false }, -32_768],
    ['int', '-2147483648', INT, -2_147_483_648],
    ['bigint', '9223372036854775807', { kind: 'integer', bits: 64, unsigned: false }, 9_223_372_036_854_775_807n],
    [
      'decimal(38,10)',
      "CONVERT(decimal(38,10), '-1234567890123456789012345678.0123456789')",
      { kind: 'decimal', precision: 38, scale: 10 },
      '-1234567890123456789012345678.0123456789',
    ],
    ['money', "CONVERT(money, '922337203685477.5807')", { kind: 'decimal', precision: 19, scale: 4 }, '922337203685477.5807'],
    ['smallmoney', "CONVERT(smallmoney, '-0.5')", { kind: 'decimal', precision: 10, scale: 4 }, '-0.5000'],
    ['float', '0.1', { kind: 'float', bits: 64 }, 0.1],
    ['real', '0.5', { kind: 'float', bits: 32 }, 0.5],
    ['char(5)', "CONVERT(char(5), 'ab')", { kind: 'text', length: 5, fixed: true }, 'ab'],
    ['varchar(5)', "'ab  '", { kind: 'text', length: 5, fixed: false }, 'ab  '],
    ['nchar(5)', "CONVERT(nchar(5), N'客')", { kind: 'text', length: 5, fixed: true }, '客'],
    ['nvarchar(9)', "N'it''s 😀 '", { kind: 'text', length: 9, fixed: false }, "it's 😀 "],
    ['nvarchar(max)', "N''", TEXT, ''],
    ['text', "'x'", TEXT, 'x'],
    ['ntext', "N'客'", TEXT, '客'],
    ['binary(2)', '0x00ff', { kind: 'bytes', length: 2, fixed: true }, Uint8Array.of(0, 255)],
    ['varbinary(4)', '0x', { kind: 'bytes', length: 4, fixed: false }, new Uint8Array()],
    ['image', '0x0100', { kind: 'bytes', length: null, fixed: false }, Uint8Array.of(1, 0)],
    [
      'uniqueidentifier',
      "CONVERT(uniqueidentifier, '6f9619ff-8b86-4d01-b42d-00cf4fc964ff')",
      { kind: 'uuid' },
      '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
    ],
    ['date', "'0001-01-01'", { kind: 'date' }, '0001-01-01'],
    ['time(7)', "'23:59:59.9999999'", { kind: 'time', precision: 7, zone: false }, '23:59:59.9999999'],
    ['datetime2(7)', "'9999-12-31 23:59:59.9999999'", { kind: 'timestamp', precision: 7, zone: false }, '9999-12-31 23:59:59.9999999'],
    ['datetime2(0)', "'2026-03-29 02:30:00'", { kind: 'timestamp', precision: 0, zone: false }, '2026-03-29 02:30:00'],
    ['datetime', "'2026-11-26 07:00:00.997'", { kind: 'timestamp', precision: 3, zone: false }, '2026-11-26 07:00:00.997'],
    ['smalldatetime', "'2026-11-26 07:01:00'", { kind: 'timestamp', precision: 0, zone: false }, '2026-11-26 07:01:00'],
    [
      'datetimeoffset(7)',
      "'2026-11-26 00:30:00.0000001 +05:30'",
      { kind: 'timestamp', precision: 7, zone: true },
      '2026-11-25 19:00:00.0000001Z',
    ],
    ['xml', "N'<a>1</a>'", { kind: 'other', name: 'xml' }, '<a>1</a>'],
  ];

  it.each(types)('have columns of %s, whose values come over whole', async (declared, sql, type, cell) => {
    const url = await foreignTable(
      `[id] int NOT NULL, [v] ${declared} NULL, PRIMARY KEY ([id])`,
      `([id], [v]) VALUES (1, ${sql})`,
      '([id]) VALUES (2)',
    );
    const snapshot = await openSnapshot(url);
    expect((await snapshot.schema('t')).columns[1]).toMatchObject({ declared, type });
    expect(await readAll(snapshot, 't')).toEqual([
      [1, cell],
      [2, null],
    ]);
    // The same column takes them back.
    const target = await openTarget(url);
    const writer = await openWriter(target);
    await writer.write(await target.schema('t'), ['id', 'v'], [[3, cell]], 'insert');
    await writer.write(await target.schema('t'), ['id', 'v'], [[2, cell]], 'upsert');
    await writer.commit();
    expect((await readAll(await openSnapshot(url), 't')).slice(1)).toEqual([
      [2, cell],
      [3, cell],
    ]);
  });

  it('have computed and numbered columns, defaults, collations, filtered indexes, schemas and views', async () => {
    const url = await freshMssqlUrl();
    (await tdsServer()).run(
      url,
      `CREATE TABLE [sales].[o'r]]ders] ([id] bigint IDENTITY(10,5) NOT NULL, [a] int NULL DEFAULT ((7)), [b] AS ([a] * 2) PERSISTED, [v] rowversion, [c] varchar(9) COLLATE French_CI_AS NULL DEFAULT ('it''s'), [at] datetime2(3) NULL DEFAULT (sysutcdatetime()), [ok] bit NOT NULL DEFAULT ((1)), PRIMARY KEY ([id]))`,
      "CREATE INDEX [by a] ON [sales].[o'r]]ders] ([a] DESC, [id]) WHERE [a] IS NOT NULL",
      "CREATE UNIQUE INDEX [u] ON [sales].[o'r]]ders] ([c]) WHERE [c] IS NOT NULL",
      'CREATE VIEW [dbo].[seen] AS SELECT 1',
      'CREATE TABLE [dbo].[dotted.name] ([id] int NOT NULL)',
    );
    const snapshot = await openSnapshot(url);
    expect(await snapshot.tables()).toEqual([
      { name: 'dotted.name', kind: 'table' },
      { name: "sales.o'r]ders", kind: 'table' },
      { name: 'seen', kind: 'view' },
    ]);
    const schema = await snapshot.schema("sales.o'r]ders");
    expect(schema.columns).toMatchObject([
      { identity: true, nextIdentity: 10n, default: null },
      { default: { value: 7 } },
      { generated: { expression: '[a] * 2', stored: true } },
      { type: { kind: 'bytes', length: 8, fixed: true }, declared: 'rowversion', generated: { expression: 'rowversion' } },
      { default: { value: "it's" }, collation: 'French_CI_AS' },
      { default: { expression: 'sysutcdatetime()' } },
      { default: { value: true }, nullable: false, collation: null },
    ]);
    expect(schema.indexes).toMatchObject([
      { name: 'by a', special: "CREATE INDEX [by a] ON [sales].[o'r]]ders] ([a] DESC, [id]) WHERE [a] IS NOT NULL" },
      { name: 'u', unique: true, special: null },
    ]);
    const copy = await openTarget(await freshMssqlUrl());
    await copy.create(schema);
    await copy.finish(schema);
    const unicode = schema.columns.map((column) => (column.name === 'c' ? { ...column, declared: 'nvarchar(9)' } : column));
    expect(await copy.schema("sales.o'r]ders")).toEqual({ ...schema, columns: unicode });
    expect((await snapshot.schema('dotted.name')).columns).toHaveLength(1);
  });

  it('are not read where the server keeps the words of defaults from the user', async () => {
    const url = await foreignTable('[id] int NOT NULL, [a] int NULL DEFAULT 7, PRIMARY KEY ([id])');
    const snapshot = await openSnapshot(url);
    expect((await snapshot.schema('t')).columns[1]?.default).toEqual({ value: 7 });
    (await tdsServer()).hideDefinitions(url);
    await expect((await openSnapshot(url)).schema('t')).rejects.toMatchObject({ code: 'PERMISSION', hint: /VIEW DEFINITION/ });
  });

  it('have keys and numbered columns that are never NULL', async () => {
    const target = await openTarget(await freshMssqlUrl());
    const column = { ...(tableOf('t', { id: INT }).columns[0] as Column), nullable: true, identity: true, nextIdentity: 7n };
    await target.create({ ...tableOf('t', { id: INT }), columns: [column] });
    expect((await target.schema('t')).columns).toMatchObject([{ nullable: false, identity: true, nextIdentity: 7n }]);
  });

  it('of a code page refuse signs that would become question marks', async () => {
    const url = await foreignTable('[id] int NOT NULL, [v] varchar(9) NULL, PRIMARY KEY ([id])');
    const target = await openTarget(url);
    const table = await target.schema('t');
    const writer = await openWriter(target);
    await writer.write(table, ['id', 'v'], [[1, 'Größe']], 'insert');
    const rows: Row[] = [
      [2, 'x'],
      [3, '客户'],
    ];
    expect(await refusal(writer.write(table, ['id', 'v'], rows, 'insert'))).toMatchObject({ reason: /code page/, column: 'v' });
    await writer.commit();
    expect(await readAll(await openSnapshot(url), 't')).toEqual([[1, 'Größe']]);
  });

  it('of a type that no other place knows are told of, and not read', async () => {
    const snapshot = await openSnapshot(await foreignTable('[id] int NOT NULL, [place] geometry NULL, PRIMARY KEY ([id])'));
    expect((await snapshot.schema('t')).columns[1]?.type).toEqual({ kind: 'other', name: 'geometry' });
    await expect(readAll(snapshot, 't')).rejects.toMatchObject({ code: 'USAGE', message: /t\.place is of the type geometry/ });
  });

  it('may have unique columns with several NULLs, as everywhere else', async () => {
    const url = await freshMssqlUrl();
    const target = await openTarget(url);
    const unique = { name: 'u', columns: [{ name: 'v', descending: false }], unique: true, special: null };
    const table = tableOf('t', { id: INT, v: { kind: 'text', length: 9, fixed: false } }, { indexes: [unique] });
    await target.create(table);
    await target.finish(table);
    await writeRows(target, table, [
      [1, null],
      [2, null],
    ]);
    expect((await target.schema('t')).indexes).toEqual([unique]);
  });
});

describe('refusals of SQL Server', () => {
  const refused: readonly (readonly [string, string, Cell, RegExp])[] = [
    ['a text that is too long', 'nvarchar(2)', 'abc', /too long/],
    ['an emoji that takes two signs', 'nvarchar(1)', '😀', /too long/],
    ['spaces that would be cut off', 'nvarchar(2)', 'ab ', /too long/],
    ['spaces that would be lost', 'nchar(5)', 'ab ', /spaces/],
    ['a number out of range', 'tinyint', 256, /out of range/],
    ['a negative number', 'tinyint', -1, /out of range/],
    ['a fraction in an integer', 'int', 1.5, /no value/],
    ['a decimal with more digits', 'decimal(5,2)', '1.234', /more digits/],
    ['a decimal out of range', 'decimal(5,2)', '1000.00', /no value/],
    ['NaN as a decimal', 'decimal(5,2)', 'NaN', /no value/],
    ['NaN', 'float', Number.NaN, /out of range/],
    ['a float beyond its bits', 'real', 1e300, /out of range/],
    ['a date that is none', 'date', '2026-02-31', /no value/],
    ['an infinite date', 'date', 'infinity', /no value/],
    ['more digits of a second', 'datetime2(3)', '2026-01-01 00:00:00.1234', /more digits/],
    ['what an old type rounds', 'datetime', '2026-01-01 00:00:00.001', /more digits/],
    ['seconds in an old type', 'smalldatetime', '2026-01-01 00:00:30', /more digits/],
    ['a year before an old type', 'datetime', '1600-01-01 00:00:00', /no value/],
    ['hour 24', 'time(0)', '24:00:00', /no value/],
    ['no XML', 'xml', '<a', /no value/],
    ['bytes of another length', 'binary(3)', new Uint8Array([1]), /not as long/],
    ['no UUID', 'uniqueidentifier', 'not-a-uuid', /no value/],
  ];

  it.each(refused)('tell of %s, with nothing of the call written', async (_name, declared, cell, reason) => {
    const url = await foreignTable(`[id] int NOT NULL, [v] ${declared} NULL, PRIMARY KEY ([id])`);
    const target = await openTarget(url);
    const table = await target.schema('t');
    const writer = await openWriter(target);
    await writer.write(table, columnNames(table), [[0, null]], 'insert');
    const rows: Row[] = [
      [1, null],
      [2, cell],
    ];
    const error = await refusal(writer.write(table, columnNames(table), rows, 'insert'));
    expect(error.reason).toMatch(reason);
    expect(error.column).toBe('v');
    await writer.write(table, columnNames(table), [[3, null]], 'insert');
    await writer.commit();
    expect((await readAll(await openSnapshot(url), 't')).map(([id]) => id)).toEqual([0, 3]);
  });

  it('of two rows with one key, of NULL and of a key that is there name no value', async () => {
    const url = await foreignTable('[id] int NOT NULL, [v] nvarchar(9) NULL, PRIMARY KEY ([id])');
    const target = await openTarget(url);
    const table = await target.schema('t');
    const writer = await openWriter(target);
    const twice: Row[] = [
      [1, 'secret'],
      [1, 'b'],
    ];
    for (const mode of ['insert', 'upsert'] as const) {
      const error = await refusal(writer.write(table, ['id', 'v'], twice, mode));
      expect(error).toMatchObject({ reason: 'duplicate key', cause: undefined });
    }
    expect(await refusal(writer.write(table, ['id', 'v'], [[null, 'a']], 'insert'))).toMatchObject({
      reason: 'NULL is not allowed',
      column: 'id',
    });
    await writer.commit();
    expect(await readAll(await openSnapshot(url), 't')).toEqual([]);
  });
});

describe('keys of SQL Server', () => {
  const keys: Readonly<Record<string, { readonly type: ColumnType; readonly cells: readonly Cell[] }>> = {
    text: {
      type: { kind: 'text', length: 50, fixed: false },
      cells: ['', ' ', 'a', 'A', 'a ', 'a  ', 'a\0', 'a\x01', 'ä', 'ab', 'B', 'ß', 'ss', '\uffee', '😀', '😀 ', 'é', 'e\u0301', "it's"],
    },
    bytes: {
      type: { kind: 'bytes', length: 10, fixed: false },
      cells: [[], [0], [0, 0], [255], [1], [127]].map((one) => new Uint8Array(one)),
    },
    bigint: { type: { kind: 'integer', bits: 64, unsigned: false }, cells: [-9_223_372_036_854_775_808n, -5, 0, 10, 9] },
    decimal: { type: { kind: 'decimal', precision: 20, scale: 2 }, cells: ['-1.00', '-10.00', '9.00', '10.00', '0.50'] },
    date: { type: { kind: 'date' }, cells: ['2026-01-01', '0001-01-01', '9999-12-31'] },
    time: { type: { kind: 'time', precision: 7, zone: false }, cells: ['01:00:00', '10:00:00', '10:00:00.5', '10:00:00.0000001'] },
    moment: {
      type: { kind: 'timestamp', precision: 7, zone: false },
      cells: ['2026-01-01 00:00:00', '2026-01-01 00:00:00.1', '2026-01-01 00:00:00.0500001'],
    },
    instant: {
      type: { kind: 'timestamp', precision: 7, zone: true },
      cells: ['2026-01-01 00:00:00Z', '2026-01-01 00:00:00.1Z', '2026-01-01 00:00:00.15Z'],
    },
    boolean: { type: { kind: 'boolean' }, cells: [true, false] },
    float: { type: { kind: 'float', bits: 64 }, cells: [0.1, -0.1, 1e300, 1 / 3] },
    uuid: { type: { kind: 'uuid' }, cells: ['ffffffff-0000-1000-8000-000000000000', '00000000-0000-1fff-8000-000000000001'] },
  };

  it.each(Object.entries(keys))('are read in one order, from one to another: %s', async (_name, { type, cells }) => {
    await expectOrderOfKeys(await freshMssqlUrl(), type, cells);
  });

  it('of servers before 2019 are sorted by units of UTF-16', async () => {
    const server = await startTdsServer({ version: '13.0.5026.0' });
    const target = await openTarget(server.freshUrl());
    const table = tableOf('t', { a: { kind: 'text', length: 9, fixed: false } });
    await target.create(table);
    await writeRows(target, table, [['b'], ["a'"], ['a'], ['A']]);
    expect(server.statements.join()).not.toContain('UTF8');
  });

  it('may be left aside for what changed since a value', async () => {
    const url = await foreignTable(
      '[id] int NOT NULL, [at] datetimeoffset(3) NULL, [price] money NULL, PRIMARY KEY ([id])',
      "([id], [at], [price]) VALUES (1, '2026-01-01 02:00:00.000 +00:00', CONVERT(money, '9'))",
      "([id], [at], [price]) VALUES (2, '2026-01-01 02:00:00.500 +00:00', CONVERT(money, '10'))",
    );
    const snapshot = await openSnapshot(url);
    const table = await snapshot.schema('t');
    const read: Row[] = [];
    const since = { column: 'at', value: '2026-01-01 02:00:00.25Z' };
    for await (const rows of snapshot.read({ table, columns: ['id'], ordered: true, batch: 9, since })) read.push(...rows);
    expect(read).toEqual([[2]]);
  });
});

describe('connections to SQL Server', () => {
  const open = async (url: string): Promise<unknown> => {
    const store = await openStore(url, { create: false, busyTimeoutMs: 300 });
    return store.close();
  };

  it('that are refused, not let in, or lead to no database say so without the password', async () => {
    const server = await startTdsServer();
    const { port } = new URL(server.url('x'));
    const cases = [
      [`mssql://crm:wr%40ng@127.0.0.1:${port}/x?encrypt=false`, 'LOGIN'],
      [server.url('nowhere'), 'NO_DATABASE'],
      ['mssql://crm:wr%40ng@127.0.0.1:1/x', 'CONNECTION'],
      ['mssql://crm:wr%40ng@no-such-host.invalid/x', 'CONNECTION'],
      ['mssql://crm:wr%40ng@127.0.0.1', 'USAGE'],
      [`mssql://crm:${server.password}@127.0.0.1:${port}/x`, 'CONNECTION'],
    ] as const;
    for (const [url, code] of cases) {
      const error = await open(url).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code });
      const { message, hint } = error as { message: string; hint: string };
      expect(message + hint).not.toMatch(new RegExp(`wr.*ng|${server.password}`));
    }
  });

  it('that shall be encrypted are cut off before the password is sent in the clear', async () => {
    const server = await startTdsServer();
    const url = server.freshUrl().replace('encrypt=false', '');
    await expect(open(url)).rejects.toMatchObject({ code: 'CONNECTION', message: /encrypted/ });
    expect(server.logins).toBe(0);
    await open(`${url}encrypt=false`);
    expect(server.logins).toBe(1);
  });

  it('to a server that says nothing end after ten seconds', async () => {
    const server = await startTdsServer({ isSilent: true });
    const start = Date.now();
    await expect(open(server.url('x'))).rejects.toMatchObject({ code: 'CONNECTION', message: /no answer/ });
    expect(Date.now() - start).toBeLessThan(12_000);
  }, 20_000);

  it('to something that is no SQL Server are told apart', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    closing.push(() => void server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await expect(open(`mssql://crm@127.0.0.1:${port}/x?encrypt=false`)).rejects.toMatchObject({ code: 'CONNECTION' });
  });

  it('make a database where that is wanted', async () => {
    const server = await startTdsServer();
    const store = await openedStore(server.url('brand_new'), true);
    expect(await (await store.snapshot()).tables()).toEqual([]);
    expect(server.statements).toContain('ALTER DATABASE [brand_new] SET ALLOW_SNAPSHOT_ISOLATION ON');
  });

  it('see one moment, or say that they cannot', async () => {
    const server = await startTdsServer({ keepsVersions: false });
    const url = server.freshUrl();
    await expect(openSnapshot(url)).rejects.toMatchObject({ code: 'ENGINE', hint: /ALLOW_SNAPSHOT_ISOLATION ON.*snapshot=off/ });
    expect(await (await openSnapshot(`${url}&snapshot=off`)).tables()).toEqual([]);
    expect(await (await (await openedStore(url, true)).snapshot()).tables()).toEqual([]);
  });

  it('fetch no more than is taken, and can be left in the middle', async () => {
    const server = await startTdsServer();
    const url = server.freshUrl();
    const target = await openTarget(url);
    const table = tableOf('t', { id: INT, v: TEXT });
    await target.create(table);
    const rows = Array.from({ length: 20_000 }, (_row, id): Row => [id, 'x'.repeat(1000)]);
    await writeRows(target, table, rows);
    const snapshot = await openSnapshot(url);
    const schema = await snapshot.schema('t');
    let taken = 0;
    for await (const some of snapshot.read({ table: schema, columns: ['id', 'v'], ordered: true, batch: 100 })) {
      taken += some.length;
      await new Promise((resolve) => setTimeout(resolve, 30));
      if (taken >= 500) break;
    }
    expect(server.attentions).toBe(1);
    expect(server.sent).toBeLessThan(15_000);
    expect(await snapshot.count(schema)).toBe(20_000);
    expect(await readAll(snapshot, 't')).toHaveLength(20_000);
  }, 60_000);

  it('that are lost while rows are written or read end with an error, and nothing of the part is there', async () => {
    let isLost = false;
    const server = await startTdsServer({
      disturb: (sql) => (isLost && /^(INSERT INTO \[dbo\]\.\[t\]|SELECT \[id\])/.test(sql) ? 'hang up' : null),
    });
    const url = server.freshUrl();
    const target = await openTarget(url);
    const table = tableOf('t', { id: INT });
    await target.create(table);
    await writeRows(target, table, [[1]]);
    isLost = true;
    const writer = await openWriter(target);
    await expect(writer.write(table, ['id'], [[2]], 'insert')).rejects.toMatchObject({ code: 'CONNECTION' });
    await writer.rollback();
    await expect(readAll(await openSnapshot(url), 't')).rejects.toMatchObject({ code: 'CONNECTION' });
    isLost = false;
    expect(await readAll(await openSnapshot(url), 't')).toEqual([[1]]);
  });

  it.each([
    [229, 'PERMISSION'],
    [1222, 'BUSY'],
    [1105, 'DISK_FULL'],
    [3906, 'PERMISSION'],
    [999, 'ENGINE'],
  ])('tell what error %i of the server means', async (number, code) => {
    const server = await startTdsServer({
      disturb: (sql) => (sql.startsWith('CREATE TABLE [dbo].[t]') ? new ServerError(number, "no rights on 'secret'") : null),
    });
    const target = await openTarget(server.freshUrl());
    const error = await target.create(tableOf('t', { id: INT })).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect((error as Error).message).not.toContain('secret');
  });

  it('of writers wait for each other', async () => {
    const url = await foreignTable('[id] int NOT NULL, PRIMARY KEY ([id])');
    const target = await openTarget(url);
    const table = await target.schema('t');
    const [one, other] = [await openWriter(target), await target.writer()];
    closing.push(() => other.close());
    await one.write(table, ['id'], [[1]], 'insert');
    const waiting = other.begin().then(() => other.write(table, ['id'], [[2]], 'insert'));
    await one.commit();
    await waiting;
    await other.commit();
    expect(await readAll(await openSnapshot(url), 't')).toEqual([[1], [2]]);
  });
});

describe('a lock on a database of SQL Server', () => {
  it('keeps a second one off until it is given back', async () => {
    const url = await freshMssqlUrl();
    const [first, second] = [await openedStore(url), await openedStore(url)];
    const held = await first.lock?.();
    await expect(second.lock?.()).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringMatching(/^another process is writing to mssql:.*: another session of the server$/),
    });
    await held?.release();
    await (await second.lock?.())?.release();
    const elsewhere = await openedStore(await freshMssqlUrl());
    const again = await first.lock?.();
    await (await elsewhere.lock?.())?.release();
    await again?.release();
  });
});
