import { expect, it } from 'vitest';
import { mergeClusters } from '../../src/dedupe/merge-clusters.ts';
import type { StatePart } from '../../src/repository/state-restore.ts';
import { STATE_TABLES } from '../../src/repository/customer-states.ts';
import { editCustomer } from '../../src/import/edit-customer.ts';
import { dump, importText, inconsistencies, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { describeEachEngine } from '../support/engines.ts';

const PEOPLE = `id,name,email,phone,city,notes,tags,Colour,created_at
1,Ada Lovelace,ada@x.org,+4930123456,London,first,vip,green,2026-01-01
2,王小明,wang@x.org,+8613800138000,深圳,second,new,red,2026-01-01
3,A. Lovelace,countess@x.org,,London,third,vip,,2026-01-01
4,Max Müller,max@x.org,,Berlin,fourth,,,2026-01-01
`;
const ALL: ReadonlySet<StatePart> = new Set<StatePart>(['customers', ...STATE_TABLES]);

describeEachEngine('customers brought to the state of another database', (target) => {
  const filled = async (): Promise<TestDatabase> => {
    const database = await testDatabase(target);
    await importText(database, PEOPLE, { source: 'shop' });
    for (const id of [1, 2]) {
      await database.repository.addChild(id, { table: 'interactions', row: { kind: 'call', occurred_at: '2026-02-01T08:30:00Z' } });
      await database.repository.addChild(id, {
        table: 'consents',
        row: { channel: 'email', status: 'out', decided_at: '2026-02-01T08:30:00Z' },
      });
      await database.repository.addChild(id, {
        table: 'orders',
        row: { number: `A-${id}`, ordered_at: '2026-02-01T08:30:00Z', total_minor: 1250, total_currency: 'EUR' },
      });
    }
    return database;
  };
  async function* pages(ids: readonly number[]): AsyncGenerator<readonly number[]> {
    yield ids.slice(0, 2);
    yield ids.slice(2);
  }
  const restore = (live: TestDatabase, source: TestDatabase, ids = [1, 2, 3, 4], parts = ALL, commit = true) =>
    live.repository.restoreStates(source.repository, { ids: pages(ids), parts, commit, check: async () => {} }, { ids });
  const differences = async (live: TestDatabase, source: TestDatabase): Promise<unknown[]> => {
    const found: unknown[] = [];
    for await (const { id, kind, fields } of source.repository.differencesFrom(live.repository)) found.push([id, kind, fields.join()]);
    return found;
  };
  /** What undo and redo do not bring back to the letter: how often a customer was written, and when. */
  const lasting = async ({ engine }: TestDatabase): Promise<unknown> =>
    (await dump(engine)).customers?.map(({ version: _, row_hash: __, ...row }) => row);

  it('come back whole, changed back, or stay; their run can be undone', async () => {
    const [source, live] = [await filled(), await filled()];
    expect(await differences(live, source)).toEqual([]);
    await editCustomer(live.repository, 1, {
      assignments: ['city=Paris', 'attributes.Colour='],
      addTags: ['x'],
      removeTags: ['vip'],
      region: null,
    });
    await live.repository.addChild(1, { table: 'contact_points', row: { kind: 'email', value: 'late@x.org' } });
    await live.repository.remove([2]);
    const { run: added } = await live.repository.add({ name: 'New' });
    expect(added).not.toBeNull();
    expect(await differences(live, source)).toEqual([
      [1, 'changed', 'city,attributes.Colour,contact_points,tags'],
      [2, 'removed', ''],
      [5, 'added', ''],
    ]);
    const before = await dump(live.engine);
    const dry = await restore(live, source, [1, 2, 3, 4], ALL, false);
    expect(await dump(live.engine)).toEqual(before);
    const { run, outcome } = await restore(live, source);
    expect([dry.run, dry.outcome]).toEqual([null, outcome]);
    expect(outcome).toEqual({ created: 1, updated: 1, unchanged: 2, conflicts: [] });
    expect(await differences(live, source)).toEqual([[5, 'added', '']]);
    expect(await inconsistencies(live.engine)).toEqual([]);
    expect(await restore(live, source)).toEqual({ run: null, outcome: { created: 0, updated: 0, unchanged: 4, conflicts: [] } });
    const previous = before.customers?.map(({ version: _, row_hash: __, ...row }) => row);
    expect((await live.repository.undo(run as number)).value.kept).toEqual([]);
    expect(await inconsistencies(live.engine)).toEqual([]);
    expect(((await lasting(live)) as { id: number; city: string | null }[]).map(({ id, city }) => [id, city])).toEqual(
      previous?.map(({ id, city }) => [id, city]),
    );
    expect((await dump(live.engine)).tags).toEqual(before.tags);
  });

  it('keep what is not asked for', async () => {
    const [source, live] = [await filled(), await filled()];
    await editCustomer(live.repository, 1, { assignments: ['city=Paris'], addTags: ['x'], removeTags: [], region: null });
    await live.repository.remove([2]);
    const { outcome } = await restore(live, source, [1, 2], new Set<StatePart>(['tags']));
    expect(outcome).toEqual({
      created: 0,
      updated: 1,
      unchanged: 0,
      conflicts: [{ id: 2, reason: 'is not there, and only some of its tables were asked for' }],
    });
    expect(await differences(live, source)).toEqual([
      [1, 'changed', 'city'],
      [2, 'removed', ''],
    ]);
  });

  it('are left alone where somebody else has what is theirs', async () => {
    const [source, live] = [await filled(), await filled()];
    await setClusters(live.engine, [[1, 3]]);
    await mergeClusters(live.repository, { clusters: 'auto' });
    const survivor = (await live.repository.get(3))?.customer.id as number;
    await live.repository.remove([2]);
    await live.repository.add({ name: 'Thief' }, { externalIds: [{ source: 'shop', id: '2' }] });
    const { outcome } = await restore(live, source, [survivor === 1 ? 3 : 1, 2]);
    expect(outcome).toMatchObject({ created: 0, updated: 0 });
    expect(outcome.conflicts.map(({ reason }) => reason).sort()).toEqual([
      'an external id belongs to another customer now',
      'merged into another customer since',
    ]);
    expect(await inconsistencies(live.engine)).toEqual([]);
  });
});
