import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, it } from 'vitest';
import { RefusedRows, type TableStore } from '../../src/connectors/connector.ts';
import { openStore } from '../../src/connectors/index.ts';
import type { Cell, Column, ColumnType, Row, TableSchema } from '../../src/model/table-schema.ts';
import { tempDir } from '../support/temp-dir.ts';

const OPTIONS = { create: true, busyTimeoutMs: 1000 };
const opened: TableStore[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

async function store(path = join(tempDir(), 'x.duckdb'), create = true): Promise<TableStore> {
  const one = await openStore(path, { ...OPTIONS, create });
  opened.push(one);
  return one;
}

const column = (name: string, type: ColumnType, more: Partial<Column> = {}): Column => ({
  name,
  type,
  declared: '',
  nullable: true,
  default: null,
  generated: null,
  identity: false,
  nextIdentity: null,
  comment: null,
  collation: null,
  ...more,
});
const ID = column('id', { kind: 'integer', bits: 64, unsigned: false }, { nullable: false });
const table = (columns: readonly Column[], more: Partial<TableSchema> = {}): TableSchema => ({
  name: 'things',
  columns,
  primaryKey: ['id'],
  indexes: [],
  foreignKeys: [],
  comment: null,
  ...more,
});

async function written(one: TableStore, schema: TableSchema, rows: readonly Row[]): Promise<void> {
  const target = await one.target();
  await target.create(schema);
  const writer = await target.writer();
  await writer.begin();
  await writer.write(
    schema,
    schema.columns.map(({ name }) => name),
    rows,
    'insert',
  );
  await writer.commit();
  await writer.close();
  await target.finish(schema);
  await target.close();
}

/** Bytes as bytes, whatever class the driver has for them. */
function plainBytes(cell: Cell): Cell {
  return cell instanceof Uint8Array ? Uint8Array.from(cell) : cell;
}

async function readBack(
  one: TableStore,
  options: { readonly after?: Row; readonly upTo?: Row; readonly batch?: number } = {},
): Promise<Row[]> {
  const snapshot = await one.snapshot();
  const schema = await snapshot.schema('things');
  const rows: Row[] = [];
  const columns = schema.columns.map(({ name }) => name);
  for await (const batch of snapshot.read({ table: schema, columns, ordered: true, batch: 2, ...options }))
    rows.push(...batch.map((row) => row.map(plainBytes)));
  await snapshot.close();
  return rows;
}

const KINDS: readonly (readonly [ColumnType, readonly Cell[]])[] = [
  [{ kind: 'boolean' }, [true, false]],
  [{ kind: 'integer', bits: 8, unsigned: false }, [-128, 127]],
  [{ kind: 'integer', bits: 64, unsigned: false }, [9223372036854775807n, -9223372036854775808n, 9007199254740993n, 0]],
  [{ kind: 'integer', bits: 64, unsigned: true }, [18446744073709551615n]],
  [{ kind: 'decimal', precision: 38, scale: 10 }, ['1234567890123456789012345678.0123456789', '-0.5000000000']],
  [{ kind: 'float', bits: 64 }, [0.1, 1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, -0]],
  [{ kind: 'float', bits: 32 }, [Math.fround(0.1)]],
  [{ kind: 'text', length: null, fixed: false }, ['', ' x ', '王芳', '👍🏽', 'a\u0000b', 'it\'s "so"']],
  [{ kind: 'bytes', length: null, fixed: false }, [Uint8Array.from([0, 1, 255]), new Uint8Array()]],
  [{ kind: 'bits', length: null, fixed: false }, ['0101']],
  [{ kind: 'date' }, ['2026-02-28', '0001-01-01', '9999-12-31', '-0043-03-15', 'infinity', '12026-01-01']],
  [{ kind: 'time', precision: 6, zone: false }, ['00:00:00', '23:59:59.5', '12:00:00.123456']],
  [{ kind: 'timestamp', precision: 6, zone: false }, ['2026-01-31 18:00:00', '2026-01-31 18:00:00.12', '-0043-03-15 01:00:00', 'infinity']],
  [{ kind: 'timestamp', precision: 6, zone: true }, ['2026-01-31 18:00:00Z', '1900-01-01 00:00:00.000001Z']],
  [{ kind: 'interval' }, ['P1Y2M3DT4H5M6.5S', 'PT0S', 'P-1M', 'PT-5H']],
  [{ kind: 'json', binary: false }, ['{"a": 1, "a": 12345678901234567890}', 'null', '[]']],
  [{ kind: 'uuid' }, ['00000000-0000-0000-0000-0000000000ff']],
  [{ kind: 'enum', name: null, values: ['a', "b'c"] }, ['a', "b'c"]],
  [{ kind: 'array', of: { kind: 'text', length: null, fixed: false } }, [['a', null, "x'y"], []]],
  [{ kind: 'array', of: { kind: 'integer', bits: 32, unsigned: false } }, [[1, null, -5]]],
];

describe('DuckDB', () => {
  it.each(KINDS.map(([type, cells]) => [JSON.stringify(type), type, cells] as const))('keeps %s', async (_, type, cells) => {
    const one = await store();
    expect(one.facts.hold(type, { isKey: false })).toEqual(type);
    const rows: Row[] = [...cells, null].map((cell, i) => [i, cell]);
    await written(one, table([ID, column('v', type)]), rows);
    expect(await readBack(one)).toEqual(rows);
    const snapshot = await one.snapshot();
    expect((await snapshot.schema('things')).columns[1]?.type).toEqual(type);
    await snapshot.close();
  });

  it('keeps keys, indexes, defaults and comments', async () => {
    const one = await store();
    const schema = table(
      [
        { ...ID, comment: 'the number' },
        column('code', { kind: 'text', length: null, fixed: false }, { nullable: false, default: { value: "it's" } }),
        column('n', { kind: 'integer', bits: 32, unsigned: false }, { default: { value: 7 } }),
      ],
      {
        indexes: [
          { name: 'by_code', columns: [{ name: 'code', descending: false }], unique: true, special: null },
          {
            name: 'by_both',
            columns: [
              { name: 'n', descending: false },
              { name: 'code', descending: false },
            ],
            unique: false,
            special: null,
          },
        ],
        comment: 'things of all kinds',
      },
    );
    await written(one, schema, [[1, 'a', 1]]);
    const snapshot = await one.snapshot();
    const read = await snapshot.schema('things');
    await snapshot.close();
    expect({
      ...read,
      columns: read.columns.map((one) => ({ ...one, declared: '' })),
      indexes: [...read.indexes].sort((a, b) => (a.name < b.name ? 1 : -1)),
    }).toEqual(schema);
  });

  it('reads in the order of the key, from and to a key, at one moment', async () => {
    const one = await store();
    const text: ColumnType = { kind: 'text', length: null, fixed: false };
    const schema = table([column('a', text, { nullable: false }), column('b', ID.type, { nullable: false })], { primaryKey: ['a', 'b'] });
    const rows: Row[] = [
      ['B', 1],
      ['a', 1],
      ['a', 2],
      ['z', -1],
      ['\uffee', 1],
      ['👍', 1],
    ];
    await written(one, schema, [...rows].reverse());
    expect(await readBack(one)).toEqual(rows);
    expect(await readBack(one, { after: ['a', 1], upTo: ['\uffee', 1] })).toEqual(rows.slice(2, 5));
    const snapshot = await one.snapshot();
    const target = await one.target();
    await target.truncate([schema]);
    await target.close();
    expect(await snapshot.count(schema)).toBe(6);
    await snapshot.close();
    expect(await readBack(one)).toEqual([]);
  });

  it('refuses rows without losing the transaction, and the ledger goes with the rows', async () => {
    const one = await store();
    const schema = table([ID, column('v', { kind: 'integer', bits: 8, unsigned: false })]);
    await written(one, schema, [[1, 1]]);
    const target = await one.target();
    const writer = await target.writer();
    const write = (rows: readonly Row[], mode: 'insert' | 'upsert' = 'insert'): Promise<void> =>
      writer.write(schema, ['id', 'v'], rows, mode);
    await writer.begin();
    await expect(
      write([
        [2, 1],
        [1, 1],
      ]),
    ).rejects.toThrow(RefusedRows);
    await expect(write([[2, 500]])).rejects.toMatchObject({ column: 'v' });
    await expect(
      write([
        [2, 1],
        [2, 2],
      ]),
    ).rejects.toThrow(RefusedRows);
    await expect(write([[null, 2]])).rejects.toMatchObject({ column: 'id' });
    await write([[2, 2]]);
    await writer.record({ copy: 'c', table: 'things', part: 0, content: '{}' });
    await writer.rollback();
    expect(await target.ledger('c')).toEqual([]);
    await writer.begin();
    await write(
      [
        [1, 5],
        [3, 3],
      ],
      'upsert',
    );
    await writer.record({ copy: 'c', table: 'things', part: 0, content: '{}' });
    await writer.commit();
    await writer.begin();
    await writer.remove(schema, [[3]]);
    await writer.commit();
    await writer.close();
    expect(await target.ledger('c')).toEqual([{ copy: 'c', table: 'things', part: 0, content: '{}' }]);
    await target.forget('c');
    expect((await target.tables()).map(({ name }) => name)).toEqual(['things']);
    await target.close();
    expect(await readBack(one)).toEqual([[1, 5]]);
  });

  it('reads a Parquet file', async () => {
    const path = join(tempDir(), 'things.parquet');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`COPY (SELECT range AS id, 'n' || range AS name FROM range(3)) TO '${path}' (FORMAT parquet)`);
    connection.closeSync();
    instance.closeSync();
    const snapshot = await (await store(path, false)).snapshot();
    const schema = await snapshot.schema('things');
    const rows: Row[] = [];
    for await (const batch of snapshot.read({ table: schema, columns: ['id', 'name'], ordered: false, batch: 10 })) rows.push(...batch);
    await snapshot.close();
    expect(rows).toEqual([
      [0, 'n0'],
      [1, 'n1'],
      [2, 'n2'],
    ]);
  });

  it('says what is wrong with a file', async () => {
    await expect(store(join(tempDir(), 'none.duckdb'), false)).rejects.toMatchObject({ code: 'NO_DATABASE' });
    await expect(store(join(tempDir(), 'none.parquet'), false)).rejects.toMatchObject({ code: 'NO_DATABASE' });
  });
});
