import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { BSON, type Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/connectors/index.ts';
import type { Row } from '../../src/model/table-schema.ts';
import { columnOf, makeTable, rowsOf, storeAt, tableOf } from '../support/connectors.ts';
import { copied, failure, rowsAt } from '../support/copied-tables.ts';
import { FakeMongo } from '../support/fake-mongo.ts';
import { dumpSqlite, makeHostile } from '../support/hostile-tables.ts';
import { tempDir } from '../support/temp-dir.ts';

const INTEGER = { kind: 'integer', bits: 64, unsigned: false } as const;
const TEXT = { kind: 'text', length: null, fixed: false } as const;
const OID = 'aaaaaaaaaaaaaaaaaaaaaaa1';

async function serverWith(collection: string, documents: readonly Document[], replicaSet = true): Promise<FakeMongo> {
  const fake = await FakeMongo.start({ replicaSet });
  // As they come over the wire.
  for (const document of documents)
    fake.store.insert(collection, BSON.deserialize(BSON.serialize(document), { promoteValues: false, bsonRegExp: true }));
  return fake;
}

describe.each([
  ['a replica set', true],
  ['one server', false],
] as const)('MongoDB, %s', (_, replicaSet) => {
  it('takes tables of every kind of value, and gives them back', { timeout: 60_000 }, async () => {
    const fake = await FakeMongo.start({ replicaSet });
    const folder = tempDir();
    makeHostile(join(folder, 'from.db'), { rows: 60 });
    const there = await copied(join(folder, 'from.db'), fake.url());
    expect(there.differences).toEqual([]);
    expect(there.notes.filter((note) => note.includes('the reference'))).toHaveLength(3);
    const back = await copied(fake.url(), join(folder, 'to.db'));
    expect([back.differences, back.tables.every(({ verified }) => verified === true)]).toEqual([[], true]);
    const [from, to] = [dumpSqlite(join(folder, 'from.db')), dumpSqlite(join(folder, 'to.db'))];
    for (const table of ['composite', 'no key', 'we"ird na\'me; -- 表']) expect(to[table]).toEqual(from[table]);
    expect(there.conversions.every(({ reason }) => reason === 'PRECISION_REDUCED')).toBe(true);
  });

  it('goes on after it was broken off anywhere: every row is there once', { timeout: 120_000 }, async () => {
    const folder = tempDir();
    const from = join(folder, 'from.db');
    const store = await storeAt(from);
    const table = tableOf('t', [columnOf('id', INTEGER, { nullable: false }), columnOf('v', TEXT)], { primaryKey: ['id'] });
    const rows = Array.from({ length: 25 }, (_, id): Row => [id, `v${id}`]);
    await makeTable(store, table, rows);
    let isThrough = false;
    for (let last = 4; !isThrough; last += 1) {
      const fake = await FakeMongo.start({ replicaSet });
      let writes = 0;
      fake.meanwhile = (_, name) =>
        /^(?:insert|update|delete|commitTransaction|createIndexes)$/.test(name) && ++writes > last ? 'break' : null;
      const error = await failure(copied(from, fake.url()));
      isThrough = error === null;
      fake.meanwhile = undefined;
      if (!isThrough) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(?:CONNECTION|BUSY)$/) });
        const hasLedger = fake.store.find('_crm_copy', {}, {}).length > 0;
        const result = await copied(from, fake.url(), hasLedger ? { resume: true } : { mode: 'truncate' });
        expect(result.differences).toEqual([]);
      }
      expect((await rowsAt(fake.url(), 't')).rows).toEqual(rows);
      for (const hidden of ['_crm_copy', '_crm_undo']) expect(fake.store.find(hidden, {}, {})).toEqual([]);
    }
  });

  it('refuses twins of unique keys before the server does, and goes on', async () => {
    const fake = await FakeMongo.start({ replicaSet });
    const store = await storeAt(fake.url());
    const schema = tableOf('t', [columnOf('id', INTEGER, { nullable: false }), columnOf('mail', TEXT)], {
      primaryKey: ['id'],
      indexes: [{ name: 'mails', columns: [{ name: 'mail', descending: false }], unique: true, special: null }],
    });
    await makeTable(store, schema, [
      [1, 'a'],
      [2, null],
      [3, null],
    ]);
    const target = await store.target();
    const writer = await target.writer();
    await writer.begin();
    const write = (rows: readonly Row[], mode: 'insert' | 'upsert'): Promise<unknown> =>
      failure(writer.write(schema, ['id', 'mail'], rows, mode));
    expect(await write([[4, 'a']], 'insert')).toMatchObject({ reason: 'duplicate key' });
    expect(
      await write(
        [
          [4, 'x'],
          [5, 'x'],
        ],
        'insert',
      ),
    ).toMatchObject({ reason: 'duplicate key' });
    expect(await write([[2, 'a']], 'upsert')).toMatchObject({ reason: 'duplicate key' });
    expect(await write([[4, '\ud800']], 'insert')).toMatchObject({ column: 'mail' });
    expect(await write([[4, 'x'.repeat(17 * 1024 * 1024)]], 'insert')).toMatchObject({ reason: 'row too large' });
    expect(
      await write(
        [
          [1, 'a'],
          [4, null],
        ],
        'upsert',
      ),
    ).toBeNull();
    await writer.commit();
    await writer.close();
    expect((await rowsAt(fake.url(), 't')).rows).toEqual([
      [1, 'a'],
      [2, null],
      [3, null],
      [4, null],
    ]);
  });
});

describe('MongoDB, collections of others', () => {
  const { ObjectId, Long, Double, Int32, Decimal128, Binary, UUID, Timestamp, BSONRegExp, MinKey } = BSON;

  it('tells columns by what all documents hold', async () => {
    const fake = await serverWith('things', [
      {
        _id: new ObjectId(OID),
        text: 'ü',
        int: new Int32(1),
        long: Long.fromString('9007199254740993'),
        float: new Double(1),
        exact: Decimal128.fromString('1E+3'),
        at: new Date('2026-01-31T10:00:00.500Z'),
        raw: new Binary(Buffer.from([0, 255])),
        uuid: new UUID('6f9619ff-8b86-4d01-b42d-00cf4fc964ff'),
        nested: { a: [new Int32(1), Long.fromNumber(1), new Double(1), { $deep: new ObjectId(OID) }], at: new Date(5) },
        special: new Timestamp({ t: 1, i: 2 }),
        mixed: 'x',
        mix2: true,
        gone: null,
        only: null,
      },
      {
        _id: new ObjectId('bbbbbbbbbbbbbbbbbbbbbbbb'),
        mixed: new Double(0.5),
        mix2: 'x',
        special: new BSONRegExp('a', 'i'),
        late: 1,
        only: null,
      },
      { _id: new ObjectId('cccccccccccccccccccccccc'), special: new MinKey(), only: null },
    ]);
    const { names, rows } = await rowsAt(fake.url(), 'things');
    const [first, second, third] = rows.map((row) => Object.fromEntries(names.map((name, at) => [name, row[at]])));
    expect(first).toEqual({
      _id: OID,
      text: 'ü',
      int: 1,
      long: 9007199254740993n,
      float: 1,
      exact: '1000',
      at: '2026-01-31 10:00:00.5Z',
      raw: Uint8Array.of(0, 255),
      uuid: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
      nested: `{"a":[1,{"$numberLong":"1"},{"$numberDouble":"1.0"},{"$deep":{"$oid":"${OID}"}}],"at":{"$date":{"$numberLong":"5"}}}`,
      special: '{"$timestamp":{"t":1,"i":2}}',
      mixed: 'x',
      mix2: 'true',
      gone: null,
      only: null,
      late: null,
    });
    expect(second).toMatchObject({ mixed: 0.5, mix2: '"x"', late: 1, special: '{"$regularExpression":{"pattern":"a","options":"i"}}' });
    expect(third).toMatchObject({ text: null, special: '{"$minKey":1}' });
  });

  it('are the same again, in another MongoDB, and in SQLite and back as far as that knows them', async () => {
    const documents = [
      {
        _id: new ObjectId(OID),
        a: null,
        n: { deep: [new Int32(5), { x: new ObjectId(OID) }] },
        d: Decimal128.fromString('1.50'),
        at: new Date(1500),
      },
      { _id: new ObjectId('bbbbbbbbbbbbbbbbbbbbbbbb'), a: null, d: Decimal128.fromString('9'.repeat(34)) },
    ];
    const [fake, other, last] = [await serverWith('things', documents), await serverWith('empty', []), await serverWith('empty', [])];
    expect((await copied(fake.url(), other.url())).differences).toEqual([]);
    const stored = (one: FakeMongo): unknown[] =>
      one.store.find('things', {}, {}).map((document) => BSON.EJSON.serialize(document, { relaxed: false }));
    expect(stored(other)).toEqual(stored(fake));
    const path = join(tempDir(), 'things.db');
    expect((await copied(fake.url(), path)).differences).toEqual([]);
    expect((await copied(path, last.url())).differences).toEqual([]);
    const back = last.store.find('things', {}, {});
    expect(back.map(({ _id: id }) => id)).toEqual(documents.map(({ _id: id }) => id));
    expect(back[0]?.n).toEqual(documents[0]?.n);
    expect(Object.keys(back[1] as Document)).toEqual(['_id', 'd', ...('at' in (back[1] as Document) ? ['at'] : [])]);
  });

  it('count what becomes another value: null where others are absent, types that only MongoDB has', async () => {
    const fake = await serverWith('things', [
      { _id: 1, a: null, t: new Timestamp({ t: 1, i: 2 }) },
      { _id: 2 },
      { _id: 3, a: 'x' },
      { _id: 4, a: null },
    ]);
    const path = join(tempDir(), 'a.db');
    expect(await failure(copied(fake.url(), path, { strict: true }))).toMatchObject({ code: 'GUARD_RAIL' });
    expect((await copied(fake.url(), path)).conversions).toEqual([
      { table: 'things', column: 'a', reason: 'NULL_OR_ABSENT', cells: 2 },
      { table: 'things', column: 't', reason: 'BSON_TO_JSON', cells: 1 },
    ]);
  });

  it('stop a reading when a field comes that was not there before; with a snapshot none comes', async () => {
    for (const replicaSet of [true, false]) {
      const fake = await serverWith(
        'things',
        [
          { _id: 1, a: 'x' },
          { _id: 2, a: 'y' },
        ],
        replicaSet,
      );
      const snapshot = await (await storeAt(fake.url())).snapshot();
      const schema = await snapshot.schema('things');
      fake.store.insert('things', { _id: 3, b: 'new' });
      const reading = rowsOf(snapshot, schema, { ordered: true });
      if (replicaSet)
        expect(await reading).toEqual([
          [1, 'x'],
          [2, 'y'],
        ]);
      else await expect(reading).rejects.toMatchObject({ code: 'BUSY' });
      await snapshot.close();
    }
  });

  it('tell their indexes, and list those that cannot be made elsewhere', async () => {
    const fake = await serverWith('t', [{ _id: 1, a: 'x', b: 1 }]);
    fake.store.createIndex('t', { name: 'plain', key: { b: -1, a: 1 }, unique: true });
    fake.store.createIndex('t', { name: 'near', key: { a: '2dsphere' } });
    fake.store.createIndex('t', { name: 'some', key: { a: 1 }, partialFilterExpression: { a: { $exists: true } } });
    const [path, other] = [join(tempDir(), 'a.db'), await FakeMongo.start({ replicaSet: true })];
    for (const to of [path, other.url()]) {
      const result = await copied(fake.url(), to);
      expect(result.differences).toEqual([]);
      for (const index of ['near', 'some']) expect(result.notes.join('\n')).toContain(`index ${index} is not kept`);
    }
    const columns = [
      { name: 'b', descending: true },
      { name: 'a', descending: false },
    ];
    const snapshot = await (await storeAt(path)).snapshot();
    expect((await snapshot.schema('t')).indexes).toMatchObject([{ name: 'plain', unique: true, columns }]);
    await snapshot.close();
    expect(other.store.indexes.get('t')).toMatchObject([
      { name: 'plain', key: { b: expect.anything(), a: expect.anything() }, unique: true },
    ]);
  });

  it('take rows of others beside theirs, their own fields untouched', async () => {
    const fake = await serverWith('t', [{ _id: new ObjectId(OID), v: 'mine', more: 1 }]);
    const path = join(tempDir(), 'a.db');
    const schema = tableOf('t', [columnOf('_id', { kind: 'text', length: 24, fixed: true }, { nullable: false }), columnOf('v', TEXT)], {
      primaryKey: ['_id'],
    });
    await makeTable(await storeAt(path), schema, [
      [OID, 'theirs'],
      ['cccccccccccccccccccccccc', 'new'],
    ]);
    expect((await copied(path, fake.url(), { mode: 'upsert' })).differences).toEqual([]);
    const stored = fake.store.find('t', {}, {}).map(({ _id: id, v, more }) => [String(id), v, Number(more)]);
    expect(stored.sort()).toEqual([
      [OID, 'theirs', 1],
      ['cccccccccccccccccccccccc', 'new', Number.NaN],
    ]);
    expect(fake.store.find('t', { _id: new ObjectId('cccccccccccccccccccccccc') }, {})).toHaveLength(1);
  });
});

describe('MongoDB that does not do as it should', () => {
  const OPEN = { create: true, busyTimeoutMs: 1000 };
  const opened = (address: string): Promise<unknown> => failure(openStore(address, OPEN));

  it('is told of without the password', { timeout: 60_000 }, async () => {
    const fake = await FakeMongo.start({ replicaSet: false });
    const found = await Promise.all([
      opened('mongodb://user:secret@127.0.0.1:1/shop'),
      opened(`mongodb://user:secret@${fake.host}/shop`),
      opened(`mongodb://user:secret@${fake.host}`),
      opened('mongodb+srv://user:secret@nowhere.invalid/shop'),
      failure(openStore(fake.url(), { ...OPEN, create: false })),
    ]);
    expect(found).toMatchObject([
      { code: 'CONNECTION' },
      { code: expect.any(String) },
      { code: 'USAGE' },
      { code: 'CONNECTION' },
      { code: 'NO_DATABASE' },
    ]);
    expect(found.map(String).join(' ')).not.toContain('secret');
  });

  it('refuses the login, or a right', async () => {
    const fake = await FakeMongo.start({
      replicaSet: false,
      meanwhile: (_, name) => (name === 'saslStart' ? { ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'secret' } : null),
    });
    expect(await opened(`mongodb://user:secret@${fake.host}/shop`)).toMatchObject({ code: 'LOGIN' });
    fake.meanwhile = (_, name) =>
      /hello|ismaster|ping/i.test(name) ? null : { ok: 0, code: 13, codeName: 'Unauthorized', errmsg: 'secret' };
    const store = await storeAt(fake.url());
    expect(await failure(store.snapshot())).toMatchObject({ code: 'PERMISSION', exitCode: 16 });
    expect(await failure((await store.target()).tables())).toMatchObject({ code: 'PERMISSION' });
  });

  it('says nothing at all', { timeout: 30_000 }, async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const start = performance.now();
    expect(await opened(`mongodb://127.0.0.1:${port}/shop`)).toMatchObject({ code: 'CONNECTION', exitCode: 15 });
    expect(performance.now() - start).toBeLessThan(25_000);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});

describe('the lock of a MongoDB database', { timeout: 30_000 }, () => {
  /** A lock as a process has written it. */
  function lockText(owner: object): string {
    const json = JSON.stringify({ host: hostname(), pid: process.pid, boot: null, started: null, ...owner });
    return `${json} ${createHash('sha256').update(json).digest('hex').slice(0, 16)}\nsome-id`;
  }

  it('keeps others off until it is given back', async () => {
    const fake = await FakeMongo.start({ replicaSet: true });
    const [first, second] = [await storeAt(fake.url()), await storeAt(fake.url())];
    const lock = await first.lock?.();
    await expect(second.lock?.()).rejects.toMatchObject({
      code: 'BUSY',
      message: expect.stringContaining(`process ${process.pid} on ${hostname()}`),
    });
    await lock?.release();
    await lock?.release();
    await (await second.lock?.())?.release();
  });

  it.each([
    ['of a living process of another machine', { host: 'other' }, 0, false],
    ['of another machine that has said nothing for long', { host: 'other' }, 120_000, true],
    ['of a dead process of this machine', { pid: 2 ** 22 + 1 }, 0, true],
    ['of a living process of this machine, however silent', { pid: process.ppid }, 120_000, false],
  ])('%s', async (_, owner, silentMs, isFree) => {
    const fake = await serverWith('_crm_lock', [{ _id: 'lock', owner: lockText(owner), seen: Date.now() - silentMs }]);
    const store = await storeAt(fake.url());
    if (isFree) await (await store.lock?.())?.release();
    else await expect(store.lock?.()).rejects.toMatchObject({ code: 'BUSY' });
  });

  it('is no table', async () => {
    const fake = await FakeMongo.start({ replicaSet: true });
    const store = await storeAt(fake.url());
    const lock = await store.lock?.();
    const target = await store.target();
    expect(await target.tables()).toEqual([]);
    await target.close();
    await lock?.release();
  });
});
