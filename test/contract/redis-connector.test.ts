import { describe, expect, it } from 'vitest';
import { RefusedRows, type ReadRequest, type TableStore } from '../../src/connectors/connector.ts';
import { openStore } from '../../src/connectors/index.ts';
import { compareKeys } from '../../src/model/key-order.ts';
import type { Row, TableSchema } from '../../src/model/table-schema.ts';
import { column, nastyTable, table } from '../support/nasty-tables.ts';
import { freshPrefixUrl, keysBehind, redisClient } from '../support/redis.ts';

const OPTIONS = { create: true, busyTimeoutMs: 1000 };
const TEXT = { kind: 'text', length: null, fixed: false } as const;
const INTEGER = { kind: 'integer', bits: 64, unsigned: false } as const;

async function withStore<T>(url: string, work: (store: TableStore) => Promise<T>): Promise<T> {
  const store = await openStore(url, OPTIONS);
  return work(store).finally(() => store.close());
}

async function readAll(store: TableStore, schema: TableSchema, request: Partial<ReadRequest> = {}): Promise<Row[]> {
  const snapshot = await store.snapshot();
  const rows: Row[] = [];
  const columns = schema.columns.map(({ name }) => name);
  for await (const batch of snapshot.read({ table: schema, columns, ordered: false, batch: 7, ...request })) rows.push(...batch);
  return rows;
}

async function writeTable(store: TableStore, schema: TableSchema, rows: readonly Row[]): Promise<void> {
  const target = await store.target();
  await target.create(schema);
  const writer = await target.writer();
  await writer.begin();
  const columns = schema.columns.map(({ name }) => name);
  await writer.write(schema, columns, rows, 'insert');
  await writer.record({ copy: 'c', table: schema.name, part: 0, content: '{}' });
  await writer.commit();
  await writer.close();
  await target.finish(schema);
  await target.connect(schema);
  await target.close();
}

const prefixOf = (url: string): string => new URL(url).searchParams.get('prefix') as string;

describe.skipIf(redisClient === null)('Redis', () => {
  const client = redisClient as NonNullable<typeof redisClient>;

  it('gives back every kind of value, and the schema, as they were', async () => {
    const url = freshPrefixUrl();
    const { schema, rows: all } = nastyTable('_nasty:%ü');
    // Half of a surrogate pair is no text: refused, as the next test says.
    const isText = (cell: unknown): boolean => cell !== '\ud800';
    const rows = all.map((row) => row.map((cell, index) => (schema.columns[index]?.type.kind === 'text' && !isText(cell) ? null : cell)));
    await withStore(url, (store) => writeTable(store, schema, rows));
    await withStore(url, async (store) => {
      const snapshot = await store.snapshot();
      expect(await snapshot.tables()).toEqual([{ name: schema.name, kind: 'table' }]);
      expect(await snapshot.schema(schema.name)).toEqual(schema);
      expect(await snapshot.count(schema)).toBe(rows.length);
      expect(await readAll(store, schema, { ordered: true })).toEqual(rows);
    });
  });

  it('reads in key order, behind one key and up to another; keys of any characters', async () => {
    await withStore(freshPrefixUrl(), async (store) => {
      const schema = table('t', [column('a', TEXT, { nullable: false }), column('b', INTEGER, { nullable: false })], ['a', 'b']);
      const rows: Row[] = ['ü', '😀', ':', '', '%3a', 'a:1', '\0', '\\N'].flatMap((a) =>
        [9007199254740993n, 10, 9].map((b): Row => [a, b]),
      );
      await writeTable(store, schema, rows);
      const sorted = [...rows].sort(compareKeys);
      expect(await readAll(store, schema, { ordered: true })).toEqual(sorted);
      const part = await readAll(store, schema, { ordered: true, after: [':', 9], upTo: ['ü', 9] });
      expect(part).toEqual(sorted.filter((row) => compareKeys(row, [':', 9]) > 0 && compareKeys(row, ['ü', 9]) <= 0));
      expect(part.length).toBeGreaterThan(2);
    });
  });

  it('writes all of a transaction or nothing, with its ledger, and refuses what cannot be', async () => {
    await withStore(freshPrefixUrl(), async (store) => {
      const schema = table(
        't',
        [column('id', INTEGER, { nullable: false }), column('a', TEXT, { default: { value: 'x' } }), column('b', TEXT)],
        ['id'],
      );
      await writeTable(store, schema, [
        [1, 'one', 'b'],
        [2, null, null],
      ]);
      const target = await store.target();
      const writer = await target.writer();
      await writer.begin();
      await writer.write(schema, ['id'], [[3]], 'insert');
      const refused = (rows: readonly Row[]): Promise<unknown> =>
        writer.write(schema, ['id', 'a'], rows, 'insert').catch((error: unknown) => error);
      expect(
        await refused([
          [4, ''],
          [1, ''],
        ]),
      ).toBeInstanceOf(RefusedRows);
      expect(await refused([[3, '']])).toBeInstanceOf(RefusedRows);
      expect(
        await refused([
          [5, ''],
          [5, ''],
        ]),
      ).toBeInstanceOf(RefusedRows);
      expect(await refused([[6, '\ud800']])).toMatchObject({ column: 'a' });
      await writer.write(schema, ['a', 'id'], [[null, 1]], 'upsert');
      await writer.remove(schema, [[2]]);
      await writer.record({ copy: 'c', table: 't', part: 1, content: '{"n":1}' });
      expect(await readAll(store, schema)).toHaveLength(2);
      await writer.commit();
      expect(await readAll(store, schema, { ordered: true })).toEqual([
        [1, null, 'b'],
        [3, 'x', null],
      ]);
      expect((await target.ledger('c')).map(({ part }) => part)).toEqual([0, 1]);
      await writer.begin();
      await writer.remove(schema, [[1]]);
      await writer.rollback();
      await writer.commit();
      expect(await (await store.snapshot()).count(schema)).toBe(2);
      await target.truncate([schema]);
      await target.forget('c');
      expect(await target.ledger('c')).toEqual([]);
      expect(await readAll(store, schema)).toEqual([]);
    });
  });

  it('keeps rows without a key, and rows of NULLs', async () => {
    const url = freshPrefixUrl();
    await withStore(url, async (store) => {
      const schema = table('t', [column('a', TEXT), column('b', TEXT)], []);
      await writeTable(store, schema, [
        [null, null],
        ['', null],
        ['', null],
      ]);
      const rows = await readAll(store, schema);
      expect(rows.map((row) => JSON.stringify(row)).sort()).toEqual(['["",null]', '["",null]', '[null,null]']);
      await client.sendCommand(['DEL', `${prefixOf(url)}t:1`]);
      await expect(readAll(store, schema)).rejects.toMatchObject({ code: 'INTEGRITY' });
    });
  });

  it('reads keys of others as tables, and tells of what is none', async () => {
    const url = freshPrefixUrl();
    const at = (key: string): string => prefixOf(url) + key;
    await client.sendCommand(['HSET', at('user:1'), 'name', 'Ä', 'mail', '']);
    await client.sendCommand([
      'HSET',
      Buffer.from(at('user:2')),
      Buffer.from('name'),
      Buffer.from([255]),
      Buffer.from('_key'),
      Buffer.from('k'),
    ]);
    await client.sendCommand(['HSET', at('alone'), 'f', '1']);
    await client.sendCommand(['SET', at('s:1'), 'text']);
    await client.sendCommand(['RPUSH', at('l'), 'b', 'a']);
    await client.sendCommand(['SADD', at('m'), 'x']);
    await client.sendCommand(['ZADD', at('z'), '-inf', 'low', '0.1', 'mid']);
    await client.sendCommand(['XADD', at('events'), '*', 'a', 'b']);
    await withStore(url, async (store) => {
      await writeTable(store, table('ours', [column('id', INTEGER, { nullable: false })], ['id']), [[1]]);
      const snapshot = await store.snapshot();
      expect(await snapshot.tables()).toEqual([
        ...['_hashes', '_lists', '_sets'].map((name) => ({ name, kind: 'table' })),
        { name: '_stream', kind: 'view' },
        ...['_strings', '_zsets', 'ours', 'user'].map((name) => ({ name, kind: 'table' })),
      ]);
      const rowsOf = async (name: string): Promise<Row[]> => readAll(store, await snapshot.schema(name), { ordered: true });
      const user = await snapshot.schema('user');
      expect(user.columns.map(({ name }) => name)).toEqual(['__key', '_key', 'mail', 'name']);
      expect(await rowsOf('user')).toEqual([
        [at('user:1'), null, '', 'Ä'],
        [at('user:2'), 'k', null, new Uint8Array([255])],
      ]);
      expect(await snapshot.count(user)).toBe(2);
      expect(await rowsOf('_hashes')).toEqual([[at('alone'), '1']]);
      expect(await rowsOf('_strings')).toEqual([[at('s:1'), 'text']]);
      expect(await rowsOf('_lists')).toEqual([
        [at('l'), 0, 'b'],
        [at('l'), 1, 'a'],
      ]);
      expect(await rowsOf('_sets')).toEqual([[at('m'), 'x']]);
      expect(await rowsOf('_zsets')).toEqual([
        [at('z'), 'low', Number.NEGATIVE_INFINITY],
        [at('z'), 'mid', 0.1],
      ]);
    });
    expect((await keysBehind(prefixOf(url))).length).toBeGreaterThan(8);
  });

  it('says when there is no server, without the password', async () => {
    const error = await openStore('redis://user:secret@127.0.0.1:1/0', OPTIONS).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CONNECTION' });
    expect(String(error)).not.toContain('secret');
    const login = await openStore(freshPrefixUrl().replace('redis://', 'redis://user:secret@'), OPTIONS).catch((thrown: unknown) => thrown);
    expect(login).toMatchObject({ code: 'LOGIN' });
  });
});
