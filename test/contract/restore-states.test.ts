import { expect, it } from 'vitest';
import { archiveCustomers } from '../../src/archive/archive-customers.ts';
import { mergeClusters } from '../../src/dedupe/merge-clusters.ts';
import type { SqlRow } from '../../src/engines/engine.ts';
import { STATE_TABLES } from '../../src/repository/customer-states.ts';
import { openRepository, type Repository } from '../../src/repository/repository.ts';
import type { StateRestored } from '../../src/repository/state-restore.ts';
import { dump, importText, inconsistencies, type TestDatabase, sharedDatabase, testDatabase } from '../support/customer-database.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { describeEachEngine } from '../support/engines.ts';
import { wholeDatabase } from '../support/whole-database.ts';

const EVERYTHING = new Set(['customers', ...STATE_TABLES] as const);
const NOW = () => new Date('2026-01-31T10:00:00Z');

/** Six persons and their company (7), with rows of every kind; the same in each database. */
async function fill(database: TestDatabase): Promise<void> {
  const { repository } = database;
  const rows = ['id,name,email,phone,city,Colour', 'A1,Ada Lovelace,ada@x.org,+4930111111,Berlin,red', 'A2,Bob Müller,bob@x.org,,Ulm,'];
  rows.push(
    'A3,王小明,wang@x.org,+8613800138000,上海,',
    'A4,Dora Day,dora@x.org,,Rome,blue',
    'A5,Dora Day,day@x.org,,Rome,',
    'A6,Fay,,,Oslo,',
  );
  await importText(database, `${rows.join('\n')}\n`, { source: 'shop', tags: ['vip'] });
  await repository.add({ name: 'Analytical Ltd', kind: 'organisation' });
  await importText(database, 'sku,name,price\nP-1,Engine,24.95\n', { type: 'products', name: 'products.csv', source: 'shop' });
  for (const id of [1, 2]) await repository.edit(id, { values: { company_id: 7, notes: `note ${id}` } });
  const [product] = await database.engine.all<{ id: number }>('SELECT id FROM products');
  for (const id of [1, 2, 3]) {
    const { value: order } = await repository.addChild(id, {
      table: 'orders',
      row: { number: `O-${id}`, ordered_at: '2020-01-31T10:00:00Z', total_minor: 4990, total_currency: 'EUR' },
    });
    const item = { order_id: order, line: 1, quantity: 2, price_minor: 2495, price_currency: 'EUR', product_id: product?.id ?? null };
    await repository.addChild(id, { table: 'order_items', row: item });
    await repository.addChild(id, { table: 'interactions', row: { kind: 'call', subject: 'hello', occurred_at: '2020-02-01T08:30:00Z' } });
    await repository.addChild(id, { table: 'consents', row: { channel: 'email', status: 'out', decided_at: '2020-03-01T00:00:00Z' } });
    await repository.addChild(id, {
      table: 'contact_points',
      row: { kind: 'email', value: `second${id}@x.org`, created_at: '2020-01-01T00:00:00Z' },
    });
  }
}

describeEachEngine('bringing customers back to an earlier state', (target) => {
  let shared: Promise<TestDatabase> | undefined;

  /** A database, and another one with the state that it had; that one nobody changes. */
  async function databases(): Promise<{ readonly live: TestDatabase; readonly earlier: TestDatabase }> {
    shared ??= sharedDatabase(target, { now: NOW }).then(async (database) => {
      await fill(database);
      return database;
    });
    const [earlier, live] = [await shared, await testDatabase(target, { now: NOW })];
    await fill(live);
    expect(await dump(live.engine, { exact: true })).toEqual(await dump(earlier.engine, { exact: true }));
    return { live, earlier };
  }

  async function restore(
    { live, earlier }: { readonly live: TestDatabase; readonly earlier: TestDatabase },
    ids: readonly number[],
    options: {
      readonly parts?: Parameters<Repository['restoreStates']>[1]['parts'];
      readonly commit?: boolean;
      readonly atOnce?: number;
    } = {},
  ): Promise<{ readonly run: number | null; readonly outcome: StateRestored; readonly checks: number[] }> {
    const checks: number[] = [];
    const { atOnce = 1000, parts = EVERYTHING, commit = true } = options;
    async function* pages(): AsyncIterable<readonly number[]> {
      for (let at = 0; at < ids.length; at += atOnce) yield ids.slice(at, at + atOnce);
    }
    const check = async (done: number): Promise<void> => void checks.push(done);
    const request = { ids: pages(), parts, commit, check };
    return { ...(await live.repository.restoreStates(earlier.repository, request, { id: ids })), checks };
  }

  /** Rows of some customers in all tables, without what is counted up. */
  async function rowsOf(database: TestDatabase, ids: readonly number[]): Promise<Record<string, SqlRow[]>> {
    const tables = Object.entries(await dump(database.engine)).filter(
      ([name]) => !['redirects', 'duplicate_pairs', 'segments'].includes(name),
    );
    const isMeant = (row: SqlRow): boolean => ids.includes((row.customer_id ?? row.id) as number);
    return Object.fromEntries(tables.map(([name, rows]) => [name, name === 'products' ? rows : rows.filter(isMeant)]));
  }

  async function damage({ repository }: TestDatabase): Promise<void> {
    await repository.remove([2, 7]);
    await repository.edit(1, {
      values: { name: 'Countess', city: null, 'attributes.Colour': 'green' },
      addTags: ['new'],
      removeTags: ['vip'],
    });
    await repository.addChild(1, {
      table: 'orders',
      row: { number: 'O-9', ordered_at: '2021-01-31T10:00:00Z', total_minor: 1, total_currency: 'EUR' },
    });
    await repository.addChild(3, {
      table: 'contact_points',
      row: { kind: 'phone', value: '+4930222222', created_at: '2021-01-01T00:00:00Z' },
    });
    await repository.addChild(3, { table: 'consents', row: { channel: 'email', status: 'in', decided_at: '2021-03-01T00:00:00Z' } });
  }

  it('gives them their fields, their rows and their ids again; undo takes all of it back; a second time nothing is to do', async () => {
    const both = await databases();
    const { live, earlier } = both;
    await damage(live);
    const before = await wholeDatabase(live.engine);
    const damaged = await dump(live.engine);
    const ids = [1, 2, 3, 6, 7];

    const dry = await restore(both, ids, { commit: false });
    expect(dry).toMatchObject({ run: null, outcome: { created: 2, updated: 2, unchanged: 1, conflicts: [] } });
    expect(await wholeDatabase(live.engine)).toEqual(before);

    const { run, outcome, checks } = await restore(both, ids, { atOnce: 2 });
    expect(outcome).toEqual(dry.outcome);
    expect(checks).toEqual([2, 4, 5]);
    expect(await rowsOf(live, [1, 2, 3, 4, 5, 6, 7])).toEqual(await rowsOf(earlier, [1, 2, 3, 4, 5, 6, 7]));
    expect(await inconsistencies(live.engine)).toEqual([]);
    expect(await live.repository.run(run as number)).toMatchObject({
      command: 'restore',
      status: 'done',
      arguments: { id: ids },
      counts: { created: 2, updated: 2, unchanged: 1, conflicts: 0 },
    });

    const whole = await wholeDatabase(live.engine);
    expect(await restore(both, ids)).toMatchObject({ run: null, outcome: { created: 0, updated: 0, unchanged: 5, conflicts: [] } });
    expect(await wholeDatabase(live.engine)).toEqual(whole);

    expect((await live.repository.undo(run as number)).value.kept).toEqual([]);
    expect(await dump(live.engine)).toEqual(damaged);
    expect(await inconsistencies(live.engine)).toEqual([]);
  });

  it('brings back only the tables that are asked for, and orders with their items', async () => {
    const both = await databases();
    await damage(both.live);
    const now = await rowsOf(both.live, [1, 3]);
    const then = await rowsOf(both.earlier, [1, 3]);
    const { run, outcome } = await restore(both, [1, 2, 3], { parts: new Set(['tags', 'orders', 'order_items']) });
    expect(outcome).toEqual({
      created: 0,
      updated: 1,
      unchanged: 1,
      conflicts: [{ id: 2, reason: 'is not there, and only some of its tables were asked for' }],
    });
    const { tags, orders, order_items } = then;
    expect(await rowsOf(both.live, [1, 3])).toEqual({ ...now, tags, orders, order_items });
    await both.live.repository.undo(run as number);
    expect(await rowsOf(both.live, [1, 3])).toEqual(now);
  });

  it('links customers to a company that comes back after them', async () => {
    const both = await databases();
    await both.live.repository.remove([1, 7]);
    await restore(both, [1, 7], { atOnce: 1 });
    expect(await rowsOf(both.live, [1, 7])).toEqual(await rowsOf(both.earlier, [1, 7]));
    // The company that is not asked for stays away, and so does the link to it.
    await both.live.repository.remove([1, 7]);
    await restore(both, [1]);
    expect((await both.live.repository.get(1))?.customer.company_id).toBeNull();
    expect(await inconsistencies(both.live.engine)).toEqual([]);
  });

  it('leaves alone and names who was merged, is in the archive, or whose external id somebody else has now', async () => {
    const both = await databases();
    const { repository, engine } = both.live;
    await setClusters(engine, [[4, 5]]);
    await mergeClusters(repository, { clusters: 'auto' });
    await archive(both.live, 'id = 2');
    await repository.remove([3]);
    await importText(both.live, 'id,name,email\nA3,Somebody Else,else@x.org\n', { source: 'shop' });
    const conflicts = [
      { id: 5, reason: 'merged into another customer since' },
      { id: 2, reason: 'is in the archive' },
      { id: 3, reason: 'an external id belongs to another customer now' },
    ];
    const before = await wholeDatabase(engine);
    expect(await restore(both, [2, 3, 5])).toMatchObject({ run: null, outcome: { created: 0, updated: 0, unchanged: 0, conflicts } });
    expect(await wholeDatabase(engine)).toEqual(before);
    // They keep no other from coming back.
    await repository.edit(6, { values: { city: 'Bergen' } });
    expect((await restore(both, [2, 3, 5, 6])).outcome).toMatchObject({ created: 0, updated: 1, unchanged: 0, conflicts });
    expect((await repository.get(6))?.customer.city).toBe('Oslo');
    expect(await inconsistencies(engine)).toEqual([]);
  });

  async function archive({ repository }: TestDatabase, filter: string): Promise<void> {
    const [archives, url] = [[] as Repository[], target.freshUrl()];
    const openArchive = async (): Promise<Repository> => {
      archives.push(await openRepository(url, { create: true, actor: 'tester', busyTimeoutMs: 500 }));
      return archives.at(-1) as Repository;
    };
    await archiveCustomers(repository, { policies: [{ name: null, selection: { filter } }], openArchive });
    for (const opened of archives) await opened.close();
  }

  it('changes nothing where nobody is meant or known, or where it is broken off', async () => {
    const both = await databases();
    await damage(both.live);
    const { engine, repository } = both.live;
    const before = [await wholeDatabase(engine), await engine.all('SELECT count(*) AS n FROM runs')];
    for (const ids of [[], [98, 99]]) {
      expect(await restore(both, ids)).toMatchObject({ run: null, outcome: { created: 0, updated: 0, unchanged: 0, conflicts: [] } });
    }
    async function* ids(): AsyncIterable<readonly number[]> {
      yield [1, 2];
      throw new Error('broken off');
    }
    const request = { ids: ids(), parts: EVERYTHING, commit: true, check: async () => undefined };
    await expect(repository.restoreStates(both.earlier.repository, request, {})).rejects.toThrow('broken off');
    expect([await wholeDatabase(engine), await engine.all('SELECT count(*) AS n FROM runs')]).toEqual(before);
  });

  it('states are compared field by field and table by table', async () => {
    const { live, earlier } = await databases();
    await damage(live);
    await live.repository.add({ name: 'Newcomer' });
    const found: unknown[] = [];
    for await (const difference of earlier.repository.differencesFrom(live.repository)) found.push(difference);
    expect(found).toEqual([
      { id: 1, kind: 'changed', fields: expect.arrayContaining(['name', 'city', 'attributes.Colour', 'tags', 'orders']) },
      { id: 2, kind: 'removed', fields: [] },
      { id: 3, kind: 'changed', fields: expect.arrayContaining(['contact_points', 'consents']) },
      { id: 7, kind: 'removed', fields: [] },
      { id: 8, kind: 'added', fields: [] },
    ]);
    for await (const difference of live.repository.differencesFrom(live.repository)) expect(difference).toBeNull();
  });
});
