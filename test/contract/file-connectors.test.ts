import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReadRequest, TableStore } from '../../src/connectors/connector.ts';
import { openStore } from '../../src/connectors/index.ts';
import { compareKeys } from '../../src/model/key-order.ts';
import type { Row, TableSchema } from '../../src/model/table-schema.ts';
import { column, nastyTable, table } from '../support/nasty-tables.ts';
import { tempDir } from '../support/temp-dir.ts';
import { workbook } from '../support/workbook.ts';

const OPTIONS = { create: false, busyTimeoutMs: 1000 };
const TEXT = { kind: 'text', length: null, fixed: false } as const;
const INTEGER = { kind: 'integer', bits: 64, unsigned: false } as const;

async function readAll(store: TableStore, schema: TableSchema, request: Partial<ReadRequest> = {}): Promise<Row[]> {
  const snapshot = await store.snapshot();
  const rows: Row[] = [];
  const columns = schema.columns.map(({ name }) => name);
  for await (const batch of snapshot.read({ table: schema, columns, ordered: false, batch: 7, ...request })) {
    expect(batch.length).toBeLessThanOrEqual(7);
    rows.push(...batch);
  }
  await snapshot.close();
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

async function schemaOf(store: TableStore, name: string): Promise<TableSchema> {
  return (await store.snapshot()).schema(name);
}

describe.each(['csv', 'ndjson'])('a folder of %s files', (kind) => {
  it('gives back every kind of value, and the schema, as they were', async () => {
    const address = `${kind}:${join(tempDir(), 'out')}`;
    const { schema, rows } = nastyTable('nasty ../table:ü');
    const store = await openStore(address, { ...OPTIONS, create: true });
    await writeTable(store, schema, rows);
    const again = await openStore(address, OPTIONS);
    expect(await schemaOf(again, schema.name)).toEqual(schema);
    expect(await (await again.snapshot()).count(schema)).toBe(rows.length);
    expect(await readAll(again, schema)).toEqual(rows);
  });

  it('reads in key order, behind one key and up to another, and since a value', async () => {
    const store = await openStore(`${kind}:${join(tempDir(), 'out')}`, { ...OPTIONS, create: true });
    const schema = table(
      't',
      [column('a', TEXT, { nullable: false }), column('b', INTEGER, { nullable: false }), column('c', TEXT)],
      ['a', 'b'],
    );
    const rows: Row[] = ['ü', '😀', 'Z', '', 'a', '\uffff'].flatMap((a) => [9007199254740993n, 10, 9, -1].map((b): Row => [a, b, 'x']));
    await writeTable(store, schema, rows);
    const sorted = [...rows].sort((x, y) => compareKeys(x.slice(0, 2), y.slice(0, 2)));
    expect(await readAll(store, schema, { ordered: true })).toEqual(sorted);
    const part = await readAll(store, schema, { ordered: true, columns: ['b'], after: ['Z', 9], upTo: ['ü', 9] });
    const expected = sorted.filter((row) => compareKeys(row, ['Z', 9]) > 0 && compareKeys(row.slice(0, 2), ['ü', 9]) <= 0);
    expect(part).toEqual(expected.map((row) => [row[1]]));
    expect(part.length).toBeGreaterThan(2);
    expect(await readAll(store, schema, { since: { column: 'b', value: 10 } })).toHaveLength(12);
  });

  it('appends, replaces and removes rows, and takes back what was not committed', async () => {
    const folder = join(tempDir(), 'out');
    const store = await openStore(`${kind}:${folder}`, { ...OPTIONS, create: true });
    const schema = table('t', [column('id', INTEGER, { nullable: false }), column('name', TEXT, { default: { value: 'none' } })], ['id']);
    await writeTable(store, schema, [
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ]);
    const target = await store.target();
    const writer = await target.writer();
    await writer.begin();
    await writer.write(schema, ['id', 'name'], [[9, 'lost']], 'insert');
    await writer.rollback();
    await writer.begin();
    await writer.write(schema, ['id'], [[4]], 'insert');
    await writer.write(
      schema,
      ['name', 'id'],
      [
        ['TWO', 2],
        ['five', 5],
      ],
      'upsert',
    );
    await writer.remove(schema, [[1], [77]]);
    await writer.commit();
    expect(await readAll(store, schema)).toHaveLength(3);
    await target.close();
    expect(await readAll(store, schema, { ordered: true })).toEqual([
      [2, 'TWO'],
      [3, 'three'],
      [4, 'none'],
      [5, 'five'],
    ]);
    expect(readdirSync(folder).filter((name) => name.includes('part'))).toEqual([]);
    const last = await store.target();
    await last.truncate([schema]);
    await last.finish(schema);
    expect(await readAll(store, schema)).toEqual([]);
    await last.close();
  });

  it('keeps a ledger of the tables that are complete', async () => {
    const folder = join(tempDir(), 'out');
    const store = await openStore(`${kind}:${folder}`, { ...OPTIONS, create: true });
    const schema = table('t', [column('id', INTEGER, { nullable: false })], ['id']);
    await writeTable(store, schema, [[1]]);
    const target = await store.target();
    const other = { ...schema, name: 'T' };
    await target.create(other);
    const writer = await target.writer();
    await writer.begin();
    await writer.write(other, ['id'], [[1]], 'insert');
    await writer.record({ copy: 'c', table: 'T', part: 0, content: '{}' });
    await writer.commit();
    await target.close();
    expect(await (await store.target()).ledger('c')).toEqual([{ copy: 'c', table: 't', part: 0, content: '{}' }]);
    expect(await readAll(store, other)).toEqual([]);
    expect(await (await store.snapshot()).tables()).toEqual([
      { name: 'T', kind: 'table' },
      { name: 't', kind: 'table' },
    ]);
    const last = await store.target();
    await last.forget('c');
    expect(await last.ledger('c')).toEqual([]);
    expect(readdirSync(folder)).not.toContain('_crm_copy.json');
  });

  it('notices a file that changes while it is read', async () => {
    const folder = join(tempDir(), 'out');
    const store = await openStore(`${kind}:${folder}`, { ...OPTIONS, create: true });
    const schema = table('t', [column('id', INTEGER, { nullable: false })], ['id']);
    await writeTable(store, schema, [[1]]);
    const snapshot = await store.snapshot();
    writeFileSync(join(folder, `t.${kind}`), kind === 'csv' ? '"id"\n1\n2\n' : '{"id":1}\n{"id":2}\n');
    await expect(snapshot.count(schema)).rejects.toThrow(/changed while/);
  });

  it('refuses a cell that is not of the type of its column, by its line', async () => {
    const folder = join(tempDir(), 'out');
    const store = await openStore(`${kind}:${folder}`, { ...OPTIONS, create: true });
    const schema = table(
      't',
      [column('id', INTEGER, { nullable: false }), column('b', { kind: 'bytes', length: null, fixed: false })],
      ['id'],
    );
    await writeTable(store, schema, [[1, null]]);
    writeFileSync(join(folder, `t.${kind}`), kind === 'csv' ? '"id","b"\n1,\\N\n2,oops\n' : '{"id":1}\n{"id":2,"b":"oops"}\n');
    const error = await readAll(store, schema).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INPUT_UNREADABLE', message: expect.stringMatching(new RegExp(`t\\.${kind}: line [23]: `)) });
    expect(String(error)).not.toContain('oops');
  });
});

describe('CSV files of others', () => {
  it('are tables of texts, empty cells NULL, in any dialect', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'people.csv'), '\ufeffname;born\r\n"A ""b""";007\r\n;\r\nC;"x\r\ny"\r\n');
    writeFileSync(join(folder, 'empty.CSV'), 'a,b\n');
    const store = await openStore(folder, OPTIONS);
    const snapshot = await store.snapshot();
    expect(await snapshot.tables()).toEqual([
      { name: 'empty', kind: 'table' },
      { name: 'people', kind: 'table' },
    ]);
    const schema = await snapshot.schema('people');
    expect(schema.columns.map(({ name, type, nullable }) => [name, type.kind, nullable])).toEqual([
      ['name', 'text', true],
      ['born', 'text', true],
    ]);
    expect(await readAll(store, schema)).toEqual([
      ['A "b"', '007'],
      [null, null],
      ['C', 'x\r\ny'],
    ]);
    expect(await snapshot.count(await snapshot.schema('empty'))).toBe(0);
    await expect(snapshot.schema('other')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([
    ['a,a\n1,2\n', 'INPUT_NO_HEADER', /t\.csv: line 1: column 2/],
    ['a,\n1,2\n', 'INPUT_NO_HEADER', /t\.csv: line 1: column 2 has no name/],
    ['', 'INPUT_EMPTY', /t\.csv: /],
    ['a,b\n1,2\n1,2,3\n', 'INPUT_UNREADABLE', /t\.csv: line 3: .*3 cells/],
    ['a,b\n1,2\n1\n', 'INPUT_UNREADABLE', /t\.csv: line 3: .*1 of the 2 cells/],
    ['a,b\n1,2\n1,"2\n', 'INPUT_UNREADABLE', /t\.csv: line 3: a quote/],
    ['a,b\n1,\xff\n', 'INPUT_UNDECODABLE', /t\.csv: byte 6/],
  ])('are refused when broken: %j', async (content, code, message) => {
    const folder = tempDir();
    writeFileSync(join(folder, 't.csv'), Buffer.from(content, 'latin1'));
    const store = await openStore(`csv:${folder}`, OPTIONS);
    const read = schemaOf(store, 't').then((schema) => readAll(store, schema));
    await expect(read).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('NDJSON files of others', () => {
  it('have columns that hold all their values exactly', async () => {
    const folder = tempDir();
    const lines = [
      '{"id":9007199254740993,"price":1.10,"name":"a\\u0000","ok":true,"mixed":1,"nested":{"a": [1, 2.50]},"big":1e400}',
      '',
      '{"id":-1,"price":12345678901234567890.123,"name":null,"ok":false,"mixed":"x","nested":[1],"late":[]}\r',
    ];
    writeFileSync(join(folder, 'events.jsonl'), lines.join('\n'));
    const store = await openStore(folder, OPTIONS);
    const schema = await schemaOf(store, 'events');
    expect(schema.columns.map(({ name, type }) => `${name} ${type.kind}`)).toEqual([
      'id integer',
      'price decimal',
      'name text',
      'ok boolean',
      'mixed any',
      'nested json',
      'big json',
      'late json',
    ]);
    expect(await readAll(store, schema)).toEqual([
      [9007199254740993n, '1.10', 'a\0', true, 1, '{"a": [1, 2.50]}', '1e400', null],
      [-1, '12345678901234567890.123', null, false, 'x', '[1]', null, '[]'],
    ]);
  });

  it.each([
    ['{"a":1}\n[1]\n', /t\.ndjson: line 2: .*not an object/],
    ['{"a":1}\n{"a":1,"a":2}\n', /t\.ndjson: line 2: a key occurs twice/],
    ['{"a":1}\n{"a":\n', /t\.ndjson: line 2: /],
  ])('are refused when broken: %j', async (content, message) => {
    const folder = tempDir();
    writeFileSync(join(folder, 't.ndjson'), content);
    const store = await openStore(`ndjson:${folder}`, OPTIONS);
    await expect(schemaOf(store, 't')).rejects.toMatchObject({ code: 'INPUT_UNREADABLE', message: expect.stringMatching(message) });
  });
});
