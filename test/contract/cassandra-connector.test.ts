import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import cassandra from 'cassandra-driver';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/connectors/index.ts';
import type { Row } from '../../src/model/table-schema.ts';
import { columnOf, makeTable, storeAt, tableOf } from '../support/connectors.ts';
import { copied, failure, rowsAt } from '../support/copied-tables.ts';
import { FakeCassandra } from '../support/fake-cassandra.ts';
import { FakeCqlError } from '../support/fake-cassandra-store.ts';
import { dumpSqlite, makeHostile } from '../support/hostile-tables.ts';
import { tempDir } from '../support/temp-dir.ts';

const INTEGER = { kind: 'integer', bits: 64, unsigned: false } as const;
const TEXT = { kind: 'text', length: null, fixed: false } as const;

/** A SQLite file with a table `t` of so many rows. */
async function sqliteWith(rows: readonly Row[]): Promise<string> {
  const path = join(tempDir(), 'from.db');
  const table = tableOf('t', [columnOf('id', INTEGER, { nullable: false }), columnOf('v', TEXT)], { primaryKey: ['id'] });
  await makeTable(await storeAt(path), table, rows);
  return path;
}

describe('Cassandra', () => {
  it('takes tables of every kind of value, and gives them back', { timeout: 120_000 }, async () => {
    const fake = await FakeCassandra.start();
    const folder = tempDir();
    makeHostile(join(folder, 'from.db'), { rows: 60 });
    const there = await copied(join(folder, 'from.db'), fake.url());
    expect(there.differences).toEqual([]);
    expect(there.conversions.every(({ reason }) => reason === 'PRECISION_REDUCED')).toBe(true);
    const back = await copied(fake.url(), join(folder, 'to.db'));
    expect([back.differences, back.tables.every(({ verified }) => verified === true)]).toEqual([[], true]);
    expect(back.notes.join('\n')).toContain('times to live and times of writing are not carried');
    const [from, to] = [dumpSqlite(join(folder, 'from.db')), dumpSqlite(join(folder, 'to.db'))];
    for (const table of ['composite', 'no key', 'we"ird na\'me; -- 表']) expect(to[table]).toEqual(from[table]);
  });

  it('goes on after it was broken off anywhere: every row is there once', { timeout: 120_000 }, async () => {
    const rows = Array.from({ length: 17 }, (_, id): Row => [id, `v${id}`]);
    const from = await sqliteWith(rows);
    let isThrough = false;
    for (let last = 6; !isThrough; last += 3) {
      const fake = await FakeCassandra.start();
      let writes = 0;
      const trouble = last % 2 === 0 ? new FakeCqlError(0x1001, 'secret') : ('break' as const);
      fake.meanwhile = (cql) => (/^(?:INSERT|DELETE)/.test(cql) && ++writes > last ? trouble : null);
      const error = await failure(copied(from, fake.url()));
      isThrough = error === null;
      fake.meanwhile = null;
      if (!isThrough) {
        expect(error).toMatchObject({ code: last % 2 === 0 ? 'BUSY' : 'CONNECTION', exitCode: expect.any(Number) });
        expect(String(error)).not.toContain('secret');
        const hasLedger = fake.store.table('_crm_copy').rows.size > 0;
        const result = await copied(from, fake.url(), hasLedger ? { resume: true } : { mode: 'truncate' });
        expect(result.differences).toEqual([]);
      }
      expect((await rowsAt(fake.url(), 't')).rows).toEqual(rows);
      for (const hidden of ['_crm_copy', '_crm_undo']) expect(fake.store.table(hidden).rows.size).toBe(0);
    }
  });

  it('rejects rows whose key is there, and never replaces them', async () => {
    const fake = await FakeCassandra.start();
    await copied(
      await sqliteWith([
        [1, 'mine'],
        [2, null],
      ]),
      fake.url(),
    );
    const more = await copied(
      await sqliteWith([
        [1, 'theirs'],
        [3, 'new'],
      ]),
      fake.url(),
      { mode: 'append' },
    );
    expect(more.tables).toMatchObject([{ read: 2, written: 1, rejected: 1 }]);
    expect((await rowsAt(fake.url(), 't')).rows).toEqual([
      [1, 'mine'],
      [2, null],
      [3, 'new'],
    ]);
    const upserted = await copied(
      await sqliteWith([
        [1, null],
        [4, 'x'],
      ]),
      fake.url(),
      { mode: 'upsert' },
    );
    expect(upserted.differences).toEqual([]);
    expect((await rowsAt(fake.url(), 't')).rows).toEqual([
      [1, null],
      [2, null],
      [3, 'new'],
      [4, 'x'],
    ]);
  });

  it('rejects a key that is empty, which Cassandra does not take', async () => {
    const fake = await FakeCassandra.start();
    const path = join(tempDir(), 'a.db');
    const table = tableOf('t', [columnOf('k', TEXT, { nullable: false })], { primaryKey: ['k'] });
    await makeTable(await storeAt(path), table, [[''], ['a']]);
    expect((await copied(path, fake.url())).tables).toMatchObject([{ read: 2, written: 1, rejected: 1, verified: true }]);
  });

  it('reads many pages', async () => {
    const fake = await FakeCassandra.start();
    const rows = Array.from({ length: 2500 }, (_, id): Row => [id, `v${id}`]);
    await copied(await sqliteWith(rows), fake.url(), { batch: 2000 });
    expect((await rowsAt(fake.url(), 't')).rows).toEqual(rows);
    const snapshot = await (await storeAt(fake.url())).snapshot();
    expect(await snapshot.count(await snapshot.schema('t'))).toBe(2500);
  });
});

describe('Cassandra, tables of others', () => {
  it('are read, whatever the types of their columns', async () => {
    const fake = await FakeCassandra.start();
    fake.store.userTypes.set('place', [
      ['street', 'text'],
      ['no', 'int'],
    ]);
    const types: readonly (readonly [string, string, unknown, unknown])[] = [
      ['a_ascii', 'ascii', 'x', 'x'],
      ['b_big', 'bigint', 9007199254740993n, 9007199254740993n],
      ['c_blob', 'blob', Buffer.from([0, 255]), Uint8Array.of(0, 255)],
      ['d_date', 'date', cassandra.types.LocalDate.fromString('2026-01-31'), '2026-01-31'],
      ['e_decimal', 'decimal', cassandra.types.BigDecimal.fromString('-0.050'), '-0.050'],
      ['f_large', 'decimal', new cassandra.types.BigDecimal(12, -3), '12000'],
      ['g_duration', 'duration', new cassandra.types.Duration(1, 2, cassandra.types.Long.fromString('-1500000000').negate()), 'P1M2DT1.5S'],
      ['h_float', 'float', 0.5, 0.5],
      ['i_inet', 'inet', cassandra.types.InetAddress.fromString('::1'), '::1'],
      ['j_small', 'smallint', -5, -5],
      ['k_time', 'time', cassandra.types.LocalTime.fromString('12:30:00.5'), '12:30:00.5'],
      ['l_at', 'timestamp', new Date('2026-01-31T10:00:00.050Z'), '2026-01-31 10:00:00.05Z'],
      ['m_varint', 'varint', -(2n ** 70n), String(-(2n ** 70n))],
      ['n_list', 'list<bigint>', [1n, 9007199254740993n], '[1,"9007199254740993"]'],
      ['o_set', 'set<text>', ['a', 'b"'], '["a","b\\""]'],
      ['p_map', 'map<int, frozen<list<double>>>', new Map([[1, [0.5, Number.NaN]]]), '{"1":[0.5,"NaN"]}'],
      ['q_tuple', 'frozen<tuple<int, text>>', new cassandra.types.Tuple(1, null), '[1,null]'],
      ['r_place', 'frozen<place>', { street: 'Hauptstraße', no: 5 }, '{"street":"Hauptstraße","no":5}'],
      ['s_static', 'int', 7, 7],
      ['t_null', 'text', null, null],
    ];
    fake.store.add('things', [
      { name: 'id', type: 'uuid', kind: 'partition_key', position: 0 },
      { name: 'when', type: 'timeuuid', kind: 'clustering', position: 0 },
      ...types.map(([name, type]) => ({
        name,
        type,
        kind: name === 's_static' ? ('static' as const) : ('regular' as const),
        position: -1,
      })),
    ]);
    fake.store.views.push('things_by_day');
    fake.store.indexes.push(['things', 'by_ascii']);
    const client = new cassandra.Client({
      contactPoints: [fake.host],
      localDataCenter: 'dc1',
      isMetadataSyncEnabled: false,
      protocolOptions: { maxVersion: 4 },
      encoding: { map: Map, useBigIntAsLong: true, useBigIntAsVarint: true },
    });
    const names = ['id', 'when', ...types.map(([name]) => name)];
    const id = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';
    const when = String(cassandra.types.TimeUuid.now());
    await client.execute(
      `INSERT INTO "shop"."things" (${names.map((name) => `"${name}"`).join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
      [id, when, ...types.map(([, , value]) => value)],
      { prepare: true },
    );
    await client.shutdown();
    const { names: columns, rows } = await rowsAt(fake.url(), 'things');
    expect([...columns].sort()).toEqual([...names].sort());
    const found = Object.fromEntries(columns.map((name, at) => [name, rows[0]?.[at]]));
    expect(found).toEqual({ id, when, ...Object.fromEntries(types.map(([name, , , cell]) => [name, cell])) });
    const path = join(tempDir(), 'a.db');
    const result = await copied(fake.url(), path);
    expect([result.differences, result.views]).toEqual([[], ['things_by_day']]);
    for (const said of ['index by_ascii is not carried', 's_static', 'frozen<place> becomes JSON'])
      expect(result.notes.join('\n')).toContain(said);
  });

  it('take rows into columns of simple types; others are only read', async () => {
    const fake = await FakeCassandra.start();
    fake.store.add('t', [
      { name: 'id', type: 'bigint', kind: 'partition_key', position: 0 },
      { name: 'v', type: 'list<text>', kind: 'regular', position: -1 },
    ]);
    const result = await copied(
      await sqliteWith([
        [1, null],
        [2, '["a"]'],
      ]),
      fake.url(),
      { mode: 'append' },
    );
    expect(result.tables).toMatchObject([{ read: 2, written: 1, rejected: 1 }]);
  });
});

describe('Cassandra that does not do as it should', () => {
  const OPEN = { create: true, busyTimeoutMs: 1000 };
  const opened = (address: string): Promise<unknown> => failure(openStore(address, OPEN));

  it('is told of without the password', { timeout: 60_000 }, async () => {
    const fake = await FakeCassandra.start();
    fake.login = { user: 'crm', password: 'right' };
    const at = (login: string, rest: string): string => `cassandra://${login}@${fake.host}/${rest}`;
    const found = await Promise.all([
      opened('cassandra://user:secret@127.0.0.1:1/shop?localDataCenter=dc1'),
      opened(at('crm:secret', 'shop?localDataCenter=dc1')),
      opened(at('crm:secret', 'shop')),
      opened(at('crm:secret', '?localDataCenter=dc1')),
      opened(at('crm:right', 'shop?localDataCenter=elsewhere')),
      opened(at('crm:right', 'other?localDataCenter=dc1')),
    ]);
    expect(found).toMatchObject([
      { code: 'CONNECTION' },
      { code: 'LOGIN' },
      { code: 'USAGE' },
      { code: 'USAGE' },
      { code: 'USAGE' },
      { code: 'NO_DATABASE' },
    ]);
    expect(found.map(String).join(' ')).not.toMatch(/secret|right/);
    expect(await opened(at('crm:right', 'shop?localDataCenter=dc1'))).toBeNull();
  });

  it('refuses a right', async () => {
    const fake = await FakeCassandra.start();
    const store = await storeAt(fake.url());
    fake.meanwhile = () => new FakeCqlError(0x2100, 'secret');
    expect(await failure((await store.snapshot()).tables())).toMatchObject({ code: 'PERMISSION', exitCode: 16 });
  });

  it('says nothing at all', { timeout: 40_000 }, async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const start = performance.now();
    expect(await opened(`cassandra://127.0.0.1:${port}/shop?localDataCenter=dc1`)).toMatchObject({ code: 'CONNECTION', exitCode: 15 });
    expect(performance.now() - start).toBeLessThan(25_000);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
});
