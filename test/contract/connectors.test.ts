import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { RefusedRows, type TableStore } from '../../src/connectors/connector.ts';
import { compareKeys } from '../../src/model/key-order.ts';
import type { Cell, ColumnType, Row, TableSchema } from '../../src/model/table-schema.ts';
import { canHold, CELL_CASES } from '../support/cell-cases.ts';
import {
  columnOf,
  describeEachStore,
  freshStore,
  heldBy,
  makeTable,
  namesOf,
  rowsNow,
  rowsOf,
  storeAt,
  tableOf,
  writeRows,
} from '../support/connectors.ts';

const INTEGER: ColumnType = { kind: 'integer', bits: 64, unsigned: false };
const TEXT: ColumnType = { kind: 'text', length: 60, fixed: false };

describeEachStore('a place of tables', (kind) => {
  test('that was just made has no tables', async () => {
    const store = await freshStore(kind);
    const snapshot = await store.snapshot();
    expect(await snapshot.tables()).toEqual([]);
    await expect(snapshot.schema('customers')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await snapshot.close();
  });

  test.each(CELL_CASES.map((one) => [JSON.stringify(one.type), one] as const))('keeps cells of %s', async (_, { type, cells }) => {
    const store = await freshStore(kind);
    const held = heldBy(store, type);
    expect(heldBy(store, held)).toEqual(held);
    const isSame = isDeepStrictEqual(held, type);
    const kept = isSame
      ? [null, ...cells.filter((cell) => canHold(store.facts.limits, type, cell) && kind.differs?.(type, cell) !== true)]
      : [null];
    const table = tableOf('cells', [columnOf('id', heldBy(store, INTEGER, true), { nullable: false }), columnOf('cell', held)], {
      primaryKey: ['id'],
    });
    const rows = kept.map((cell, id): Row => [id, cell]);
    const schema = await makeTable(store, table, rows);
    expect(schema.columns[1]?.type).toEqual(held);
    expect(await rowsNow(store, schema)).toEqual(rows);
  });

  test('tells the schema that it was given', async () => {
    const store = await freshStore(kind);
    const [parent, child] = familyOf(store);
    await makeTable(store, parent);
    const schema = await makeTable(store, child);
    if (!store.facts.constraints) return expect(namesOf(schema)).toEqual(namesOf(child));
    expect(plain(schema)).toEqual(plain(child));
    // A second time nothing changes.
    expect(plain(await makeTable(store, child))).toEqual(plain(child));
    const snapshot = await store.snapshot();
    expect((await snapshot.tables()).map(({ name }) => name)).toEqual(['child', 'parent']);
    expect(plain(await snapshot.schema('child'))).toEqual(plain(child));
    await snapshot.close();
  });

  test('tells the next number of an identity column', async () => {
    const store = await freshStore(kind);
    if (!store.facts.constraints) return;
    const id = columnOf('id', heldBy(store, INTEGER, true), { nullable: false, identity: true, nextIdentity: 500n });
    const table = tableOf('numbered', [id, columnOf('name', heldBy(store, TEXT))], { primaryKey: ['id'] });
    const schema = await makeTable(store, table, [[7, 'x']]);
    expect(schema.columns[0]).toMatchObject({ identity: true, nextIdentity: 500n });
  });

  test('finds rows that point to nothing', async () => {
    const store = await freshStore(kind);
    if (!(store.facts.references ?? store.facts.constraints)) return;
    const [parent, child] = familyOf(store);
    await makeTable(store, parent, [[1, 'one']]);
    await makeTable(store, child, [[1, 'a', 1, true, '1.00', dayIn(store, '2026-01-01')]]);
    const target = await store.target();
    await target.truncate([parent, child]);
    await expect(makeTable(store, child, [[1, 'a', 99, true, '1.00', dayIn(store, '2026-01-01')]])).rejects.toThrow();
    await target.close();
  });

  test.each([
    ['numbers', INTEGER, [3, -1, 2n ** 62n, 0, -(2n ** 63n), 10, 9, 2]],
    ['texts', TEXT, ['b', 'a', 'B', '😀', '\uffff', 'é', 'zz', '', 'a b', 'ab']],
  ] as const)('reads by a key of %s, between two of them', async (_, type, cells) => {
    const store = await freshStore(kind);
    const keys = cells.filter((cell) => cell !== '' || !(store.facts.limits.emptyIsNull || kind.noEmptyKeys === true));
    const table = tableOf('ordered', [columnOf('k', heldBy(store, type, true), { nullable: false })], { primaryKey: ['k'] });
    const schema = await makeTable(
      store,
      table,
      keys.map((key) => [key]),
    );
    const sorted = keys.map((key): Row => [key]).sort(compareKeys);
    await expectOrdered(store, schema, sorted);
  });

  test('reads by a key of several columns, between two of them', async () => {
    const store = await freshStore(kind);
    const key = [
      columnOf('a', heldBy(store, TEXT, true), { nullable: false }),
      columnOf('b', heldBy(store, INTEGER, true), { nullable: false }),
    ];
    const table = tableOf('ordered', [columnOf('x', heldBy(store, INTEGER)), ...key], { primaryKey: ['b', 'a'] });
    const rows = ['x', 'y', '😀'].flatMap((a) => [2, 1, 30].map((b): Row => [b * 7, a, b]));
    const schema = await makeTable(store, table, rows);
    const sorted = rows.map((row): Row => [row[2] as Cell, row[1] as Cell]).sort(compareKeys);
    await expectOrdered(store, schema, sorted, ['b', 'a']);
  });

  test('reads what was changed since', async () => {
    const [store, schema] = await keyed([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    const snapshot = await store.snapshot();
    expect(await rowsOf(snapshot, schema, { ordered: true, since: { column: 'k', value: 2 } })).toEqual([
      [2, 'b'],
      [3, 'c'],
    ]);
    await snapshot.close();
  });

  if (kind.noSnapshots !== true) {
    test('keeps what a snapshot sees, for two readings at once', async () => {
      const first = Array.from({ length: 20 }, (_, k): Row => [k, `row ${k}`]);
      const [store, schema] = await keyed(first);
      const snapshot = await store.snapshot();
      const target = await store.target();
      await writeRows(target, schema, [[100, 'later']]);
      await target.close();
      const [one, other] = await Promise.all([rowsOf(snapshot, schema, { ordered: true }), rowsOf(snapshot, schema, { ordered: true })]);
      expect(one).toEqual(first);
      expect(other).toEqual(first);
      expect(await snapshot.count(schema)).toBe(20);
      await snapshot.close();
      expect(await rowsNow(store, schema)).toHaveLength(21);
    });
  }

  test('keeps the ledger with the rows, or neither', async () => {
    const [store, schema] = await keyed([]);
    const target = await store.target();
    const writer = await target.writer();
    if (store.facts.transactions) {
      await writer.begin();
      await writer.write(schema, ['k', 'v'], [[1, 'a']], 'insert');
      await writer.record({ copy: 'c1', table: 't', part: 0, content: '{}' });
      await writer.rollback();
      expect(await target.ledger('c1')).toEqual([]);
      expect(await rowsNow(store, schema)).toEqual([]);
    }
    await writer.begin();
    await writer.write(schema, ['k', 'v'], [[1, 'a']], 'insert');
    await writer.record({ copy: 'c1', table: 't', part: 1, content: '{"n":1}' });
    await writer.record({ copy: 'c1', table: 't', part: 0, content: '{"é":"😀"}' });
    await writer.record({ copy: 'c2', table: 't', part: 0, content: '{}' });
    await writer.commit();
    await writer.rollback();
    await writer.close();
    expect(await target.ledger('c1')).toEqual([
      { copy: 'c1', table: 't', part: 0, content: '{"é":"😀"}' },
      { copy: 'c1', table: 't', part: 1, content: '{"n":1}' },
    ]);
    expect((await target.tables()).map(({ name }) => name)).toEqual(['keyed']);
    await target.forget('c1');
    expect([await target.ledger('c1'), (await target.ledger('c2')).length]).toEqual([[], 1]);
    await target.forget('c2');
    await target.forget('c3');
    await target.close();
  });

  test('refuses rows and goes on', async () => {
    const [store, schema] = await keyed([[1, 'a']]);
    if (!store.facts.constraints || !store.facts.transactions) return;
    const target = await store.target();
    const writer = await target.writer();
    await writer.begin();
    await writer.write(schema, ['k', 'v'], [[2, 'b']], 'insert');
    const refused = await writer
      .write(
        schema,
        ['k', 'v'],
        [
          [3, 'c'],
          [1, 'secret'],
        ],
        'insert',
      )
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(RefusedRows);
    expect((refused as RefusedRows).reason).not.toContain('secret');
    await expect(writer.write(schema, ['k', 'v'], [[null, 'c']], 'insert')).rejects.toBeInstanceOf(RefusedRows);
    await writer.write(schema, ['k', 'v'], [[4, 'd']], 'insert');
    await writer.commit();
    await writer.close();
    await target.close();
    expect(await rowsNow(store, schema)).toEqual([
      [1, 'a'],
      [2, 'b'],
      [4, 'd'],
    ]);
  });

  test('updates rows by their key, removes rows, removes all', async () => {
    const [store, schema] = await keyed([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    if (!store.facts.constraints) return;
    const target = await store.target();
    await writeRows(
      target,
      schema,
      [
        [2, 'B'],
        [4, 'd'],
        [5, null],
      ],
      'upsert',
    );
    expect(await rowsNow(store, schema)).toEqual([
      [1, 'a'],
      [2, 'B'],
      [3, 'c'],
      [4, 'd'],
      [5, null],
    ]);
    const writer = await target.writer();
    await writer.begin();
    await writer.remove(schema, [[1], [4], [77]]);
    await writer.commit();
    await writer.close();
    expect(await rowsNow(store, schema)).toEqual([
      [2, 'B'],
      [3, 'c'],
      [5, null],
    ]);
    await target.truncate([schema]);
    expect(await rowsNow(store, schema)).toEqual([]);
    await target.close();
  });

  test('keeps rows without a key, the same ones as often as they are', async () => {
    const store = await freshStore(kind);
    const table = tableOf('bag', [columnOf('v', heldBy(store, TEXT))]);
    const rows: Row[] = [['a'], ['a'], [null], ['b'], [null], ['a'], ['c']];
    const schema = await makeTable(store, table, rows);
    const byText = (found: readonly Row[]): string[] => found.map((row) => JSON.stringify(row)).sort();
    expect(byText(await rowsNow(store, schema))).toEqual(byText(rows));
  });

  test('is found again when it is opened again', async () => {
    const address = await kind.freshAddress();
    const store = await storeAt(address);
    const table = tableOf('kept', [columnOf('k', heldBy(store, INTEGER, true), { nullable: false })], { primaryKey: ['k'] });
    const schema = await makeTable(store, table, [[1]]);
    await store.close();
    expect(await rowsNow(await storeAt(address), schema)).toEqual([[1]]);
  });

  async function keyed(rows: readonly Row[]): Promise<[TableStore, TableSchema]> {
    const store = await freshStore(kind);
    const columns = [columnOf('k', heldBy(store, INTEGER, true), { nullable: false }), columnOf('v', heldBy(store, TEXT))];
    return [store, await makeTable(store, tableOf('keyed', columns, { primaryKey: ['k'] }), rows)];
  }
});

/** Reads all rows, those behind each key, and those up to it. */
async function expectOrdered(store: TableStore, schema: TableSchema, sorted: readonly Row[], columns = namesOf(schema)): Promise<void> {
  const snapshot = await store.snapshot();
  expect(await rowsOf(snapshot, schema, { ordered: true, columns })).toEqual(sorted);
  for (const [at, key] of sorted.entries()) {
    expect(await rowsOf(snapshot, schema, { ordered: true, columns, after: key })).toEqual(sorted.slice(at + 1));
    expect(await rowsOf(snapshot, schema, { ordered: true, columns, upTo: key })).toEqual(sorted.slice(0, at + 1));
  }
  const [after, upTo] = [sorted[0] as Row, sorted.at(-2) as Row];
  expect(await rowsOf(snapshot, schema, { ordered: true, columns, after, upTo })).toEqual(sorted.slice(1, -1));
  await snapshot.close();
}

/** A day, where days have a time. */
function dayIn(store: TableStore, day: string): string {
  return heldBy(store, { kind: 'date' }).kind === 'date' ? day : `${day} 00:00:00`;
}

/** Two tables with everything that schemas have in every database. */
function familyOf(store: TableStore): [TableSchema, TableSchema] {
  const key = heldBy(store, INTEGER, true);
  const text = heldBy(store, TEXT, true);
  const parent = tableOf('parent', [columnOf('id', key, { nullable: false }), columnOf('code', text, { nullable: false })], {
    primaryKey: ['id'],
    indexes: [{ name: 'parent_code', columns: [{ name: 'code', descending: false }], unique: true, special: null }],
  });
  const columns = [
    columnOf('id', key, { nullable: false, comment: 'the child\'s */ "number"' }),
    columnOf('name', text, { nullable: false, default: { value: "it's" } }),
    columnOf('parent_id', key),
    columnOf('active', heldBy(store, { kind: 'boolean' }), { nullable: false, default: { value: true } }),
    columnOf('price', heldBy(store, { kind: 'decimal', precision: 12, scale: 2 }), { default: { value: '1.50' } }),
    columnOf('born', heldBy(store, { kind: 'date' }), { default: { value: dayIn(store, '2026-01-31') } }),
  ];
  const child = tableOf('child', columns, {
    primaryKey: ['id', 'name'],
    indexes: [
      {
        name: 'child_name',
        columns: [
          { name: 'name', descending: false },
          { name: 'born', descending: false },
        ],
        unique: true,
        special: null,
      },
      { name: 'child_parent', columns: [{ name: 'parent_id', descending: false }], unique: false, special: null },
    ],
    foreignKeys: [
      { name: 'child_of', columns: ['parent_id'], table: 'parent', references: ['id'], onDelete: 'cascade', onUpdate: 'no action' },
    ],
    comment: 'children, "all" of them',
  });
  return [parent, child];
}

/** A schema without what each database writes in its own way. */
function plain({ reading: _, ...schema }: TableSchema): TableSchema {
  const columns = schema.columns.map((column) => ({ ...column, declared: '' }));
  return { ...schema, columns, indexes: [...schema.indexes].sort((a, b) => (a.name < b.name ? -1 : 1)) };
}
