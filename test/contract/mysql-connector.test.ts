import { afterEach, describe, expect, it } from 'vitest';
import { type Connector, RefusedRows, type Snapshot, type TableStore, type TableTarget } from '../../src/connectors/connector.ts';
import { mysqlConnector } from '../../src/connectors/mysql.ts';
import { compareKeys } from '../../src/model/key-order.ts';
import type { Cell, Column, ColumnType, Row, TableSchema } from '../../src/model/table-schema.ts';
import { freshMysqlUrl, mysqlAvailable, mysqlDatabaseUrl, mysqlRows, mysqlRun, mysqlUrl } from '../support/mysql.ts';

const connector: Connector = mysqlConnector;
const closing: { close(): Promise<void> }[] = [];
const PLAIN: Omit<Column, 'name' | 'type'> = {
  declared: '',
  nullable: true,
  default: null,
  generated: null,
  identity: false,
  nextIdentity: null,
  comment: null,
  collation: null,
};
const INT: ColumnType = { kind: 'integer', bits: 32, unsigned: false };
const TEXT: ColumnType = { kind: 'text', length: null, fixed: false };

afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function openStore(url: string, create = false): Promise<TableStore> {
  const store = await connector.open(url, { create, busyTimeoutMs: 1000 });
  closing.push(store);
  return store;
}

async function openTarget(url: string): Promise<TableTarget> {
  const target = await (await openStore(url)).target();
  closing.push(target);
  return target;
}

async function openSnapshot(url: string): Promise<Snapshot> {
  const snapshot = await (await openStore(url)).snapshot();
  closing.push(snapshot);
  return snapshot;
}

async function readAll(snapshot: Snapshot, name: string, ordered = true, batch = 100): Promise<readonly Row[]> {
  const table = await snapshot.schema(name);
  const rows: Row[] = [];
  const columns = table.columns.map((column) => column.name);
  for await (const some of snapshot.read({ table, columns, ordered, batch })) rows.push(...some);
  return rows;
}

function tableOf(name: string, columns: Readonly<Record<string, ColumnType>>, more: Partial<TableSchema> = {}): TableSchema {
  const primaryKey = more.primaryKey ?? [Object.keys(columns)[0] as string];
  return {
    name,
    columns: Object.entries(columns).map(([column, type]) => ({ ...PLAIN, name: column, type, nullable: !primaryKey.includes(column) })),
    primaryKey,
    indexes: [],
    foreignKeys: [],
    comment: null,
    ...more,
  };
}

async function writeRows(target: TableTarget, table: TableSchema, rows: readonly Row[]): Promise<void> {
  const writer = await target.writer();
  closing.push(writer);
  await writer.begin();
  await writer.write(table, names(table), rows, 'insert');
  await writer.commit();
}

const names = (table: TableSchema): readonly string[] => table.columns.map(({ name }) => name);

async function refusal(work: Promise<unknown>): Promise<RefusedRows> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RefusedRows);
  return error as RefusedRows;
}

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
        cells: [0.1, -0, 1 / 3, 5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, 123456789.12345679, 1e21, -1e-7, 2 ** 53],
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
  });
});
