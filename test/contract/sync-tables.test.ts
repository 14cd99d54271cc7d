import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RefusedRows, type TableStore } from '../../src/connectors/connector.ts';
import { diffTables } from '../../src/migrate/diff-tables.ts';
import type { SyncResult } from '../../src/migrate/sync-options.ts';
import { syncTables } from '../../src/migrate/sync-tables.ts';
import type { ColumnType, Row, TableSchema } from '../../src/model/table-schema.ts';
import { columnOf, makeTable, namesOf, rowsNow, storeAt, tableOf } from '../support/connectors.ts';
import { SYNC_OPTIONS } from '../support/copied-tables.ts';
import { freshMysqlUrl, mysqlAvailable } from '../support/mysql.ts';
import { freshSchemaUrl, postgresAvailable } from '../support/postgres.ts';
import { freshPrefixUrl, redisClient } from '../support/redis.ts';
import { tempDir } from '../support/temp-dir.ts';

const INTEGER: ColumnType = { kind: 'integer', bits: 64, unsigned: false };
const TEXT: ColumnType = { kind: 'text', length: 60, fixed: false };
const FLOAT: ColumnType = { kind: 'float', bits: 64 };
const BYTES: ColumnType = { kind: 'bytes', length: null, fixed: false };
const DECIMAL: ColumnType = { kind: 'decimal', precision: 10, scale: 2 };

interface Place {
  readonly isThere: boolean;
  readonly address: () => string | Promise<string>;
}

const PLACES = {
  sqlite: { isThere: true, address: () => join(tempDir(), 'sync.db') },
  postgres: { isThere: postgresAvailable, address: freshSchemaUrl },
  mysql: { isThere: mysqlAvailable, address: () => freshMysqlUrl('CHARACTER SET utf8mb4') },
  duckdb: { isThere: true, address: () => join(tempDir(), 'sync.duckdb') },
  redis: { isThere: redisClient !== null, address: freshPrefixUrl },
} satisfies Record<string, Place>;

type PlaceName = keyof typeof PLACES;

const PEOPLE = tableOf(
  'people',
  [
    columnOf('id', INTEGER, { nullable: false }),
    columnOf('email', TEXT),
    columnOf('name', TEXT, { nullable: false }),
    columnOf('score', FLOAT),
    columnOf('photo', BYTES),
    columnOf('boss', INTEGER),
  ],
  { primaryKey: ['id'], indexes: [{ name: 'people_email', columns: [{ name: 'email', descending: false }], unique: true, special: null }] },
);
const LINES = tableOf(
  'lines',
  [columnOf('person', INTEGER, { nullable: false }), columnOf('nr', TEXT, { nullable: false }), columnOf('total', DECIMAL)],
  {
    primaryKey: ['person', 'nr'],
    foreignKeys: [
      { name: 'lines_person', columns: ['person'], table: 'people', references: ['id'], onDelete: 'no action', onUpdate: 'no action' },
    ],
  },
);
const CODES = tableOf('codes', [columnOf('code', TEXT, { nullable: false }), columnOf('title', TEXT)], { primaryKey: ['code'] });
const NOTES = tableOf('notes', [columnOf('text', TEXT), columnOf('weight', INTEGER)]);

const DIFF = { tables: null, limit: 1000, out: null, showValues: false, busyTimeoutMs: 2000, key: null };
const ROUNDS = Number(process.env.CRM_FAULT_ROUNDS ?? 3);

/** Numbers below a bound, the same for the same seed. */
function randomFrom(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const SIGNS = ['a', 'B', '王芳', "it's", '\\', '"', ' x', '👍🏽', 'é', '%'];
type Random = (bound: number) => number;
const textOf = (random: Random): string => Array.from({ length: 1 + random(4) }, () => SIGNS[random(SIGNS.length)]).join('');
const maybe = <T>(random: Random, value: T): T | null => (random(4) === 0 ? null : value);

function personOf(random: Random, id: number, ids: number): Row {
  const bytes = Uint8Array.from([random(256), 0, random(256)]);
  const email = maybe(random, `u${id}-${random(9)}@x.cn`);
  return [id, email, textOf(random), maybe(random, random(1000) / 7), maybe(random, bytes), maybe(random, random(ids))];
}
const lineOf = (random: Random, person: number, nr: number): Row => [person, `${nr}`, maybe(random, `${random(999)}.${10 + random(90)}`)];
const noteOf = (random: Random): Row => [maybe(random, SIGNS[random(3)] as string), maybe(random, random(3))];

async function filled(random: Random, address: string, tables: readonly TableSchema[]): Promise<void> {
  const store = await storeAt(address);
  const ids = 60;
  const rows: Record<string, readonly Row[]> = {
    people: Array.from({ length: ids }, (_, id) => personOf(random, id, ids)),
    lines: Array.from({ length: ids * 2 }, (_, i) => lineOf(random, i % ids, i)),
    codes: Array.from({ length: 40 }, (_, i) => [`${SIGNS[i % SIGNS.length]}-${i}`, maybe(random, textOf(random))]),
    notes: Array.from({ length: 50 }, () => noteOf(random)),
  };
  for (const table of tables) {
    const held = {
      ...table,
      columns: table.columns.map((one) => ({ ...one, type: store.facts.hold(one.type, { isKey: isKey(table, one.name) }) })),
    };
    await makeTable(store, held, rows[table.name]);
  }
  await store.close();
}

function isKey({ primaryKey, indexes }: TableSchema, name: string): boolean {
  return primaryKey.includes(name) || indexes.some(({ columns }) => columns.some((one) => one.name === name));
}

/** Changes some rows of each table by all the ways in which rows change. */
async function mutated(random: Random, address: string, tables: readonly TableSchema[]): Promise<void> {
  const store = await storeAt(address, false);
  const target = await store.target();
  const writer = await target.writer();
  for (const { name } of [...tables].reverse()) {
    const table = await target.schema(name);
    const rows = await rowsNow(store, table, false);
    const some = rows.filter(() => random(5) === 0);
    await writer.begin();
    const columns = namesOf(table);
    if (name === 'notes') await writer.removeWhole?.(table, columns, some);
    else {
      const keyAt = table.primaryKey.map((one) => columns.indexOf(one));
      const [gone, changed] = [some.filter((_, i) => i % 2 === 0), some.filter((_, i) => i % 2 === 1)];
      // People are referred to.
      const free = name === 'people' ? [] : gone;
      await writer.remove(
        table,
        free.map((row) => keyAt.map((at) => row[at] ?? null)),
      );
      const last = columns.length - 1;
      const names = [...table.primaryKey, columns[last] as string];
      const other = name === 'lines' ? '0.07' : name === 'people' ? 1 : 'other';
      await writer.update?.(
        table,
        names,
        changed.map((row) => [...keyAt.map((at) => row[at] ?? null), other]),
      );
    }
    await writer.commit();
    await writer.begin();
    const fresh: Record<string, readonly Row[]> = {
      people: Array.from({ length: random(4) }, (_, i) => personOf(random, 900 + i, 60)),
      lines: [lineOf(random, 3, 5000 + random(99))],
      codes: [[`new ${random(99)}`, null]],
      notes: [noteOf(random), noteOf(random)],
    };
    await writer.write(table, columns, fresh[name] ?? [], 'insert');
    await writer.commit();
  }
  await writer.close();
  await target.close();
  await store.close();
}

/** DuckDB keeps no references, which is a difference of the schema. */
const differingRows = async (a: string, b: string): Promise<readonly unknown[]> =>
  (await diffTables(a, b, DIFF)).differences.filter(({ kind }) => kind !== 'schema');

const changesOf = ({ tables }: SyncResult): number => tables.reduce((sum, one) => sum + one.inserted + one.updated + one.deleted, 0);

const ROUTES: readonly (readonly [PlaceName, PlaceName])[] = [
  ['sqlite', 'sqlite'],
  ['sqlite', 'postgres'],
  ['postgres', 'sqlite'],
  ['sqlite', 'mysql'],
  ['mysql', 'sqlite'],
  ['postgres', 'mysql'],
  ['sqlite', 'duckdb'],
  ['duckdb', 'postgres'],
  ['sqlite', 'redis'],
  ['redis', 'sqlite'],
];

describe.each(ROUTES)('bringing tables up to date, from %s to %s', { timeout: 60_000 }, (from, to) => {
  const isThere = PLACES[from].isThere && PLACES[to].isThere;

  it.skipIf(!isThere)('ends the same whatever was changed, and finds nothing the second time', async () => {
    const random = randomFrom(7 + from.length * 31 + to.length);
    const tables = to === 'redis' || from === 'redis' ? [PEOPLE, LINES, CODES] : [PEOPLE, LINES, CODES, NOTES];
    const [a, b] = [await PLACES[from].address(), await PLACES[to].address()];
    await filled(random, a, tables);
    await storeAt(b).then((store) => store.close());
    const first = await syncTables(a, b, { ...SYNC_OPTIONS, create: true });
    expect(first.tables.map(({ verified }) => verified)).toEqual(tables.map(() => true));
    for (let round = 0; round < ROUNDS; round++) {
      await mutated(random, b, tables);
      const before = await diffTables(a, b, DIFF);
      expect(before.identical).toBe(false);
      const result = await syncTables(a, b, SYNC_OPTIONS);
      expect(result.tables.map(({ name, verified, rejected }) => [name, verified, rejected])).toEqual(
        result.tables.map(({ name }) => [name, true, 0]),
      );
      expect(changesOf(result)).toBeGreaterThan(0);
      expect(await differingRows(a, b)).toEqual([]);
    }
    expect(changesOf(await syncTables(a, b, SYNC_OPTIONS))).toBe(0);
    // And back: what was the target is the source.
    await mutated(random, a, tables);
    const back = await syncTables(b, a, SYNC_OPTIONS);
    expect(back.tables.every(({ verified }) => verified === true)).toBe(true);
    expect(await differingRows(a, b)).toEqual([]);
  });
});

describe.each(Object.keys(PLACES) as PlaceName[])('changing single rows [%s]', (name) => {
  const isThere = PLACES[name].isThere;

  async function placed(table: TableSchema, rows: readonly Row[]): Promise<readonly [TableStore, TableSchema]> {
    const store = await storeAt(await PLACES[name].address());
    const columns = table.columns.map((one) => ({ ...one, type: store.facts.hold(one.type, { isKey: isKey(table, one.name) }) }));
    return [store, await makeTable(store, { ...table, columns }, rows)];
  }

  it.skipIf(!isThere)('sets the named cells and no others', async () => {
    const [store, table] = await placed(CODES, [
      ['a', 'one'],
      ['A', 'two'],
    ]);
    const target = await store.target();
    const writer = await target.writer();
    await writer.begin();
    await writer.update?.(table, ['code', 'title'], [['a', null]]);
    await writer.commit();
    expect(await rowsNow(store, table)).toEqual([
      ['A', 'two'],
      ['a', null],
    ]);
    if (name !== 'redis') {
      await writer.begin();
      await expect(
        writer.update?.(
          table,
          ['code', 'title'],
          [
            ['A', 'x'],
            ['gone', 'x'],
          ],
        ),
      ).rejects.toBeInstanceOf(RefusedRows);
      await writer.commit();
      expect((await rowsNow(store, table))[0]).toEqual(['A', 'two']);
    }
    await writer.close();
    await target.close();
  });

  it.skipIf(!isThere)('deletes one of several equal rows, or cannot delete by them at all', async () => {
    const [store, table] = await placed(NOTES, [
      ['x', 1],
      ['x', 1],
      ['x', 1],
      [null, 2],
      ['', null],
    ]);
    const target = await store.target();
    const writer = await target.writer();
    if (name === 'redis') {
      expect(writer.removeWhole).toBeUndefined();
      await writer.close();
      await target.close();
      return;
    }
    await writer.begin();
    await writer.removeWhole?.(
      table,
      ['text', 'weight'],
      [
        ['x', 1],
        [null, 2],
        ['x', 1],
      ],
    );
    await writer.commit();
    const left = await rowsNow(store, table);
    expect(left).toHaveLength(2);
    expect(left).toEqual(
      expect.arrayContaining([
        ['x', 1],
        ['', null],
      ]),
    );
    await writer.begin();
    await expect(
      writer.removeWhole?.(
        table,
        ['text', 'weight'],
        [
          ['x', 1],
          ['x', 1],
        ],
      ),
    ).rejects.toBeInstanceOf(RefusedRows);
    await writer.commit();
    expect(await rowsNow(store, table)).toHaveLength(2);
    await writer.close();
    await target.close();
  });
});
