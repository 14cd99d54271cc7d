import { describe, expect, it } from 'vitest';
import type { Cell, ColumnType, Row } from '../../src/model/table-schema.ts';
import { expectOrderOfKeys } from '../support/key-order.ts';
import { freshMysqlUrl, mysqlAvailable, mysqlRows, mysqlRun } from '../support/mysql.ts';
import { columnNames, openSnapshot, openTarget, openWriter, readAll, refusal, tableOf, writeRows } from '../support/table-stores.ts';

const INT: ColumnType = { kind: 'integer', bits: 32, unsigned: false };
const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };

describe.skipIf(!mysqlAvailable)('the connector of MySQL and MariaDB', () => {
  describe('values', () => {
    const cases: Readonly<Record<string, { readonly type: ColumnType; readonly cells: readonly Cell[] }>> = {
      boolean: { type: { kind: 'boolean' }, cells: [true, false] },
      int8: { type: { kind: 'integer', bits: 8, unsigned: false }, cells: [-128, 127, 0] },
      int16: { type: { kind: 'integer', bits: 16, unsigned: true }, cells: [65_535] },
      int24: { type: { kind: 'integer', bits: 24, unsigned: false }, cells: [-8_388_608] },
      int32: { type: { kind: 'integer', bits: 32, unsigned: true }, cells: [4_294_967_295] },
      int64: {
        type: { kind: 'integer', bits: 64, unsigned: false },
        cells: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n, 9_007_199_254_740_993n, Number.MAX_SAFE_INTEGER, -1],
      },
      uint64: { type: { kind: 'integer', bits: 64, unsigned: true }, cells: [18_446_744_073_709_551_615n, 0] },
      decimal: {
        type: { kind: 'decimal', precision: 65, scale: 30 },
        cells: [`-${'9'.repeat(35)}.${'9'.repeat(30)}`, `0.${'0'.repeat(29)}1`],
      },
      wide: { type: { kind: 'decimal', precision: 65, scale: 0 }, cells: ['9'.repeat(65), '-1'] },
      money: { type: { kind: 'decimal', precision: 10, scale: 2 }, cells: ['-12.50', '0.00'] },
      float: { type: { kind: 'float', bits: 32 }, cells: [Math.fround(0.1), Math.fround(16_777_217), Math.fround(3.4e38), -1.5] },
      double: {
        type: { kind: 'float', bits: 64 },
        cells: [0.1, 1 / 3, 5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, 123456789.12345679, 1e21, -1e-7, 2 ** 53],
      },
      text: {
        type: TEXT,
        cells: [
          '',
          ' ',
          'trailing  ',
          'a\0b',
          '\0',
          "it's",
          'back\\slash',
          '\\',
          '%_',
          '"',
          '\n\r\t\x1a',
          'é',
          '👩‍👩‍👧 😀',
          '\u{10ffff}',
          '\ufeff',
          'NULL',
          '\\N',
        ],
      },
      varchar: { type: { kind: 'text', length: 5, fixed: false }, cells: ['😀😀😀😀😀', 'ab   ', ''] },
      char: { type: { kind: 'text', length: 5, fixed: true }, cells: ['ab', '', ' x'] },
      blob: { type: { kind: 'bytes', length: null, fixed: false }, cells: [new Uint8Array(), new Uint8Array([0, 255, 39, 92, 10, 0xf0])] },
      binary: { type: { kind: 'bytes', length: 3, fixed: true }, cells: [new Uint8Array([1, 0, 0])] },
      varbinary: { type: { kind: 'bytes', length: 10, fixed: false }, cells: [new Uint8Array([32, 0, 32]), new Uint8Array([0])] },
      bit: { type: { kind: 'bits', length: 1, fixed: true }, cells: ['0', '1'] },
      bits: { type: { kind: 'bits', length: 64, fixed: true }, cells: ['1'.repeat(64), `1${'0'.repeat(63)}`, '0'.repeat(64)] },
      bits11: { type: { kind: 'bits', length: 11, fixed: true }, cells: ['00000000101'] },
      date: { type: { kind: 'date' }, cells: ['2026-11-26', '0001-01-01', '9999-12-31', '0000-00-00', '2026-00-00', '2026-02-00'] },
      time: {
        type: { kind: 'time', precision: 6, zone: false },
        cells: ['-838:59:59', '838:59:59', '00:00:00', '-00:00:00.5', '12:34:56.000001'],
      },
      seconds: { type: { kind: 'time', precision: 0, zone: false }, cells: ['23:59:59', '-01:00:00'] },
      moment: {
        type: { kind: 'timestamp', precision: 6, zone: false },
        cells: ['2026-11-26 07:00:00', '0001-01-01 00:00:00', '9999-12-31 23:59:59.999999', '0000-00-00 00:00:00', '2026-03-29 02:30:00.1'],
      },
      instant: { type: { kind: 'timestamp', precision: 3, zone: true }, cells: ['2026-11-26 07:00:00Z', '1970-01-01 00:00:01.001Z'] },
      json: { type: { kind: 'json', binary: false }, cells: ['{"a":1,"a":2}', '[12345678901234567890.10]', ' { "x" : null } ', '"😀"'] },
      uuid: { type: { kind: 'uuid' }, cells: ['123e4567-e89b-12d3-a456-426614174000', '00000000-0000-0000-0000-000000000000'] },
      enum: {
        type: { kind: 'enum', name: null, values: ['2', '1', "it's", 'a\\b', 'A', 'ä,b', ''] },
        cells: ['2', '1', "it's", 'a\\b', 'ä,b', ''],
      },
      set: { type: { kind: 'set', values: ['b', 'a', "c'"] }, cells: ['', 'b', "b,a,c'"] },
      point: { type: { kind: 'other', name: 'point' }, cells: ['000000000101000000000000000000F03F0000000000000040'] },
    };

    it.each(Object.entries(cases))('come back as they went: %s', async (_name, { type, cells }) => {
      const url = await freshMysqlUrl('CHARACTER SET latin1');
      const target = await openTarget(url);
      const table = tableOf('v', { id: INT, v: type });
      await target.create(table);
      await target.finish(table);
      const rows: Row[] = [...cells, null].map((cell, id) => [id, cell]);
      await writeRows(target, table, rows);
      const snapshot = await openSnapshot(url);
      expect(await readAll(snapshot, 'v')).toStrictEqual(rows);
      const schema = await snapshot.schema('v');
      expect(schema.columns[1]?.type).toEqual(type);
      expect(await readAll(snapshot, 'v', false)).toHaveLength(rows.length);
    });

    it.each([1, 120])('are written alike by both ways of writing: %i of each', async (times) => {
      const url = await freshMysqlUrl();
      const target = await openTarget(url);
      const kinds = Object.values(cases);
      const table = tableOf('v', { id: INT, ...Object.fromEntries(kinds.map(({ type }, i) => [`c${i}`, type])) });
      await target.create(table);
      const rows: Row[] = Array.from({ length: times }, (_row, id) => [id, ...kinds.map(({ cells }) => cells[id % cells.length] as Cell)]);
      await writeRows(target, table, rows);
      expect(await readAll(await openSnapshot(url), 'v')).toStrictEqual(rows);
    });

    it('of other character sets come as UTF-8, and a tinyint(1) of other numbers is no boolean', async () => {
      const url = await freshMysqlUrl('CHARACTER SET utf8mb4');
      await mysqlRun(
        url,
        'CREATE TABLE t (id int PRIMARY KEY, l varchar(20) CHARACTER SET latin1, g varchar(20) CHARACTER SET gbk, b tinyint(1), n tinyint(1), y year)',
        "INSERT INTO t VALUES (1, 'Größe €', '客户', 1, 2, 2026), (2, NULL, '', 0, 0, 0)",
      );
      const snapshot = await openSnapshot(url);
      expect(await readAll(snapshot, 't')).toEqual([
        [1, 'Größe €', '客户', true, 2, 2026],
        [2, null, '', false, 0, 0],
      ]);
      const types = (await snapshot.schema('t')).columns.map(({ type }) => type);
      expect(types.slice(3)).toEqual([
        { kind: 'boolean' },
        { kind: 'integer', bits: 8, unsigned: false },
        { kind: 'integer', bits: 16, unsigned: false },
      ]);
    });

    it('of a column without rows are none', async () => {
      const url = await freshMysqlUrl();
      await mysqlRun(url, 'CREATE TABLE t (id int PRIMARY KEY)');
      const snapshot = await openSnapshot(url);
      expect(await readAll(snapshot, 't')).toEqual([]);
      expect(await snapshot.count(await snapshot.schema('t'))).toBe(0);
    });
  });

  describe('refusals', () => {
    const refused: readonly (readonly [string, ColumnType, Cell, RegExp])[] = [
      ['a text that is too long', { kind: 'text', length: 2, fixed: false }, 'abc', /too long/],
      ['spaces beyond the length', { kind: 'text', length: 2, fixed: false }, 'ab ', /does not fit/],
      ['spaces that would be lost', { kind: 'text', length: 5, fixed: true }, 'ab ', /spaces/],
      ['a lone surrogate', TEXT, 'a\ud800', /Unicode/],
      ['a number out of range', { kind: 'integer', bits: 8, unsigned: true }, 256, /out of range/],
      ['a negative number', { kind: 'integer', bits: 64, unsigned: true }, -1, /out of range/],
      ['a fraction in an integer', INT, 1.5, /no value/],
      ['a decimal with more digits', { kind: 'decimal', precision: 5, scale: 2 }, '1.234', /does not fit/],
      ['a decimal out of range', { kind: 'decimal', precision: 5, scale: 2 }, '1000.00', /out of range/],
      ['NaN as a decimal', { kind: 'decimal', precision: 5, scale: 2 }, 'NaN', /no value/],
      ['NaN', { kind: 'float', bits: 64 }, Number.NaN, /out of range/],
      ['infinity', { kind: 'float', bits: 32 }, Number.POSITIVE_INFINITY, /out of range/],
      ['a float beyond its bits', { kind: 'float', bits: 32 }, 1e300, /out of range/],
      ['a date that is none', { kind: 'date' }, '2026-02-31', /no value/],
      ['an infinite date', { kind: 'date' }, 'infinity', /no value/],
      ['year 10000', { kind: 'date' }, '10000-01-01', /no value/],
      ['more digits of a second', { kind: 'timestamp', precision: 3, zone: false }, '2026-01-01 00:00:00.1234', /more digits/],
      ['an instant after 2038 or 2106', { kind: 'timestamp', precision: 0, zone: true }, '2300-01-01 00:00:00Z', /no value/],
      ['a time of too many hours', { kind: 'time', precision: 0, zone: false }, '839:00:00', /no value|out of range/],
      ['no JSON', { kind: 'json', binary: false }, '{a}', /JSON|check/],
      ['no member of an enum', { kind: 'enum', name: null, values: ['a', 'b'] }, '1', /no value/],
      ['no member of a set', { kind: 'set', values: ['a', 'b'] }, '3', /no value/],
      ['too many bits', { kind: 'bits', length: 3, fixed: true }, '1000', /too long|out of range/],
      ['bytes of another length', { kind: 'bytes', length: 3, fixed: true }, new Uint8Array([1]), /not as long/],
      ['no UUID', { kind: 'uuid' }, 'not-a-uuid', /no value/],
    ];

    it.each(refused)('tell of %s, with nothing of the call written', async (_name, type, cell, reason) => {
      const url = await freshMysqlUrl();
      const target = await openTarget(url);
      const table = tableOf('t', { id: INT, v: type });
      await target.create(table);
      const writer = await openWriter(target);
      await writer.write(table, columnNames(table), [[0, null]], 'insert');
      const many: Row[] = Array.from({ length: 150 }, (_row, id) => [id + 10, null]);
      for (const rows of [
        [
          [1, null],
          [2, cell],
        ],
        [...many, [500, cell]],
      ]) {
        const error = await refusal(writer.write(table, columnNames(table), rows as Row[], 'insert'));
        expect(error.reason).toMatch(reason);
        expect([null, 'v', 't.v']).toContain(error.column);
      }
      await writer.write(table, columnNames(table), [[3, null]], 'insert');
      await writer.commit();
      expect(await mysqlRows(url, 'SELECT id FROM t ORDER BY id')).toEqual([['0'], ['3']]);
    });

    it('name the column and no value', async () => {
      const url = await freshMysqlUrl();
      const target = await openTarget(url);
      const table = tableOf('t', { id: INT, 'na`me': { kind: 'text', length: 3, fixed: false } });
      await target.create(table);
      const writer = await openWriter(target);
      const long = await refusal(writer.write(table, columnNames(table), [[1, 'secret']], 'insert'));
      expect(long).toMatchObject({ reason: 'value too long', column: 'na`me', message: 'value too long', cause: undefined });
      const twice = await refusal(
        writer.write(
          table,
          columnNames(table),
          [
            [1, 'a'],
            [1, 'b'],
          ],
          'insert',
        ),
      );
      expect(twice.reason).toBe('duplicate key');
      const none = await refusal(writer.write(table, columnNames(table), [[null, 'a']], 'insert'));
      expect(none).toMatchObject({ reason: 'NULL is not allowed', column: 'id' });
    });

    it('of a row that would replace one with another key', async () => {
      const url = await freshMysqlUrl();
      const target = await openTarget(url);
      const unique = { name: 'u', columns: [{ name: 'v', descending: false }], unique: true, special: null };
      const table = tableOf('t', { id: INT, v: { kind: 'text', length: 9, fixed: false } }, { indexes: [unique] });
      await target.create(table);
      await target.finish(table);
      const writer = await openWriter(target);
      await writer.write(
        table,
        columnNames(table),
        [
          [1, 'a'],
          [2, 'b'],
        ],
        'upsert',
      );
      await writer.write(
        table,
        columnNames(table),
        [
          [2, 'c'],
          [3, 'd'],
        ],
        'upsert',
      );
      expect((await refusal(writer.write(table, columnNames(table), [[4, 'a']], 'upsert'))).reason).toBe('duplicate key');
      await writer.commit();
      expect(await readAll(await openSnapshot(url), 't')).toEqual([
        [1, 'a'],
        [2, 'c'],
        [3, 'd'],
      ]);
    });
  });

  describe('keys', () => {
    const texts = [
      '',
      ' ',
      'a',
      'A',
      'a ',
      'a  ',
      'a\0',
      'a\x01',
      'ä',
      'ab',
      'B',
      'b',
      'ß',
      'ss',
      '\uffee',
      '😀',
      '😀 ',
      '\u{10ffff}',
      'é',
      'e\u0301',
    ];
    const keys: Readonly<Record<string, { readonly type: ColumnType; readonly cells: readonly Cell[]; readonly also?: string }>> = {
      text: { type: { kind: 'text', length: 50, fixed: false }, cells: texts },
      bytes: {
        type: { kind: 'bytes', length: 10, fixed: false },
        cells: [[], [0], [0, 0], [255], [1], [127], [128]].map((one) => new Uint8Array(one)),
      },
      integer: {
        type: { kind: 'integer', bits: 64, unsigned: false },
        cells: [-9_223_372_036_854_775_808n, -5, 0, 10, 9, 9_223_372_036_854_775_807n],
      },
      decimal: { type: { kind: 'decimal', precision: 20, scale: 2 }, cells: ['-1.00', '-10.00', '9.00', '10.00', '0.50', '100.00'] },
      date: { type: { kind: 'date' }, cells: ['0000-00-00', '2026-01-01', '0001-01-01', '9999-12-31'] },
      time: {
        type: { kind: 'time', precision: 2, zone: false },
        cells: ['-01:00:00', '01:00:00', '100:00:00', '10:00:00', '10:00:00.5', '10:00:00.51'],
      },
      moment: {
        type: { kind: 'timestamp', precision: 2, zone: false },
        cells: ['2026-01-01 00:00:00', '2026-01-01 00:00:00.1', '2026-01-01 00:00:00.05'],
      },
      instant: {
        type: { kind: 'timestamp', precision: 2, zone: true },
        cells: ['2026-01-01 00:00:00Z', '2026-01-01 00:00:00.1Z', '2026-01-01 00:00:00.05Z'],
      },
      enum: { type: { kind: 'enum', name: null, values: ['z', 'a', 'B'] }, cells: ['z', 'a', 'B'] },
      boolean: { type: { kind: 'boolean' }, cells: [true, false] },
      double: { type: { kind: 'float', bits: 64 }, cells: [0.1, -0.1, 1e300, 1 / 3] },
      float: { type: { kind: 'float', bits: 32 }, cells: [0.1, -0.1, 1.5, 1 / 3].map(Math.fround) },
      bits: { type: { kind: 'bits', length: 9, fixed: true }, cells: ['100000000', '000000001', '011111111'] },
      uuid: {
        type: { kind: 'uuid' },
        cells: ['ffffffff-0000-1000-8000-000000000000', '00000000-0000-1fff-8000-000000000001', '123e4567-e89b-42d3-a456-426614174000'],
      },
    };

    it.each(Object.entries(keys))('are read in one order, from one to another: %s', async (_name, { type, cells }) => {
      await expectOrderOfKeys(await freshMysqlUrl(), type, cells);
    });

    it('of a collation that knows no case and no trailing spaces are sorted by bytes all the same', async () => {
      const url = await freshMysqlUrl('CHARACTER SET latin1 COLLATE latin1_swedish_ci');
      await mysqlRun(
        url,
        'CREATE TABLE t (k varchar(20) PRIMARY KEY, v text)',
        "INSERT INTO t VALUES ('b','1'),('A','2'),('a!','3'),('Z','4'),('ä','5'),('B1','6')",
      );
      const snapshot = await openSnapshot(url);
      const read = (await readAll(snapshot, 't')).map(([key]) => key);
      expect(read).toEqual(['A', 'B1', 'Z', 'a!', 'b', 'ä']);
      const target = await openTarget(url);
      const writer = await openWriter(target);
      await writer.remove(await target.schema('t'), [['Z'], ['a'], ['z']]);
      await writer.commit();
      expect((await readAll(await openSnapshot(url), 't')).map(([key]) => key)).toEqual(['A', 'B1', 'a!', 'b', 'ä']);
    });

    it('may be left aside for what changed since a value', async () => {
      const url = await freshMysqlUrl();
      await mysqlRun(
        url,
        'CREATE TABLE t (id int PRIMARY KEY, at timestamp(3) NOT NULL)',
        "SET time_zone='+02:00'",
        "INSERT INTO t VALUES (1,'2026-01-01 02:00:00'),(2,'2026-01-01 02:00:00.5')",
      );
      const snapshot = await openSnapshot(url);
      const table = await snapshot.schema('t');
      const read: Row[] = [];
      const since = { column: 'at', value: '2026-01-01 00:00:00.25Z' };
      for await (const rows of snapshot.read({ table, columns: ['id'], ordered: true, batch: 9, since })) read.push(...rows);
      expect(read).toEqual([[2]]);
    });
  });
});
