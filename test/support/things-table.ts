import { expect, it } from 'vitest';
import { RefusedRows, type TableStore, type TableTarget } from '../../src/connectors/connector.ts';
import type { Cell, Column, ColumnType, Row, TableSchema } from '../../src/model/table-schema.ts';
import { columnOf, rowsOf, tableOf, writeRows } from './connectors.ts';

/** A kind of place that keeps the types and schemas below as they are. */
export interface ThingsPlace {
  /** An empty one. */
  readonly open: () => Promise<TableStore>;
  /** Types that it holds as they are, with values. */
  readonly kinds: readonly (readonly [ColumnType, readonly Cell[]])[];
  /** Its smallest integer, and one too large for that. */
  readonly narrow: { readonly bits: 8 | 16; readonly tooLarge: number };
  /** Removes all rows in a way that a snapshot does not see. */
  readonly clear: (target: TableTarget, table: TableSchema, rows: readonly Row[]) => Promise<void>;
}

/** A key of whole numbers. */
export const ID = columnOf('id', { kind: 'integer', bits: 64, unsigned: false }, { nullable: false });

/** A table `things`, with the key `id` where nothing else is said. */
export function things(columns: readonly Column[], more: Partial<TableSchema> = {}): TableSchema {
  return tableOf('things', columns, { primaryKey: ['id'], ...more });
}

/** Makes a table with its rows; cells are in the form of the schema that is asked for. */
export async function written(store: TableStore, schema: TableSchema, rows: readonly Row[]): Promise<void> {
  const target = await store.target();
  await target.create(schema);
  await writeRows(target, schema, rows);
  await target.finish(schema);
  await target.close();
}

async function readBack(store: TableStore, more: { readonly after?: Row; readonly upTo?: Row } = {}): Promise<Row[]> {
  const snapshot = await store.snapshot();
  const rows = await rowsOf(snapshot, await snapshot.schema('things'), { ordered: true, batch: 2, ...more });
  await snapshot.close();
  return rows;
}

/** Declares what each of these places must do. */
export function itKeepsThings(place: ThingsPlace): void {
  it.each(place.kinds.map(([type, cells]) => [JSON.stringify(type), type, cells] as const))('keeps %s', async (_, type, cells) => {
    const one = await place.open();
    expect(one.facts.hold(type, { isKey: false })).toEqual(type);
    const rows: Row[] = [...cells, null].map((cell, i) => [i, cell]);
    await written(one, things([ID, columnOf('v', type)]), rows);
    expect(await readBack(one)).toEqual(rows);
    const snapshot = await one.snapshot();
    expect((await snapshot.schema('things')).columns[1]?.type).toEqual(type);
    await snapshot.close();
  });

  it('keeps keys, indexes, defaults and comments', async () => {
    const one = await place.open();
    const schema = things(
      [
        { ...ID, comment: 'the number' },
        columnOf('code', { kind: 'text', length: null, fixed: false }, { nullable: false, default: { value: "it's" } }),
        columnOf('n', { kind: 'integer', bits: 32, unsigned: false }, { default: { value: 7 } }),
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
    const one = await place.open();
    const text: ColumnType = { kind: 'text', length: null, fixed: false };
    const schema = things([columnOf('a', text, { nullable: false }), columnOf('b', ID.type, { nullable: false })], {
      primaryKey: ['a', 'b'],
    });
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
    await place.clear(target, schema, rows);
    await target.close();
    expect(await snapshot.count(schema)).toBe(6);
    await snapshot.close();
    expect(await readBack(one)).toEqual([]);
  });

  it('refuses rows without losing the transaction, and the ledger goes with the rows', async () => {
    const one = await place.open();
    const schema = things([ID, columnOf('v', { kind: 'integer', bits: place.narrow.bits, unsigned: false })]);
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
    await expect(write([[2, place.narrow.tooLarge]])).rejects.toMatchObject({ column: 'v' });
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
}
