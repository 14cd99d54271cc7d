import { expect, it } from 'vitest';
import type { SqlRow } from '../../src/engines/engine.ts';
import { type MergeOptions, mergeClusters } from '../../src/dedupe/merge-clusters.ts';
import { dump, importText, inconsistencies, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { describeEachEngine } from '../support/engines.ts';

const AUTO: MergeOptions = { clusters: 'auto' };

/** Three customers of two files, the first two of them one person, the third their company. */
async function people(database: TestDatabase): Promise<void> {
  const { repository } = database;
  await importText(database, 'id,name,email,phone,city\nA1,Ada Lovelace,ada@x.org,+4930111111,Berlin\n', { source: 'shop', tags: ['vip'] });
  await importText(database, 'id,name,email,phone,city,notes\nB7,Ada King,ada.king@y.org,+4930222222,,called\n', {
    source: 'erp',
    tags: ['vip', 'new'],
  });
  await repository.add({ name: 'Analytical Ltd', kind: 'organisation' });
  for (const id of [1, 2]) {
    await repository.addChild(id, {
      table: 'orders',
      row: { number: `O-${id}`, ordered_at: '2026-01-31T10:00:00Z', total_minor: 4990, total_currency: 'EUR' },
    });
    await repository.addChild(id, {
      table: 'order_items',
      row: { order_id: id, line: 1, quantity: 2, price_minor: 2495, price_currency: 'EUR' },
    });
    await repository.addChild(id, { table: 'interactions', row: { kind: 'call', occurred_at: '2026-02-01T08:30:00Z' } });
  }
  await repository.addChild(1, { table: 'consents', row: { channel: 'email', status: 'in', decided_at: '2026-03-01T00:00:00Z' } });
  await repository.addChild(2, { table: 'consents', row: { channel: 'email', status: 'out', decided_at: '2026-01-01T00:00:00Z' } });
  await repository.addChild(2, { table: 'consents', row: { channel: 'sms', status: 'in', decided_at: '2026-01-01T00:00:00Z' } });
  await repository.addChild(2, { table: 'contact_points', row: { kind: 'email', value: 'ada@x.org' } });
  await repository.addChild(2, { table: 'contact_points', row: { kind: 'phone', value: '+4930333333' } });
}

async function counts({ engine }: TestDatabase): Promise<Record<string, number>> {
  const tables = ['external_ids', 'interactions', 'orders', 'order_items'];
  const all = await Promise.all(tables.map(async (table) => [table, (await engine.all(`SELECT count(*) AS n FROM ${table}`))[0]?.n]));
  return Object.fromEntries(all);
}

/** Everything but what a search for duplicates derives. */
async function lasting(database: TestDatabase): Promise<Record<string, SqlRow[]>> {
  const { duplicate_pairs: _, ...tables } = await dump(database.engine);
  return tables;
}

describeEachEngine('merging', (target) => {
  const fresh = async (): Promise<TestDatabase> => {
    const database = await testDatabase(target);
    await people(database);
    await setClusters(database.engine, [[1, 2]]);
    return database;
  };

  it('makes one customer of two: fields by rules, children of both, nothing lost', async () => {
    const database = await fresh();
    const { repository, engine } = database;
    const before = await counts(database);
    const { run, result } = await mergeClusters(repository, AUTO);
    expect(result).toMatchObject({ clusters: 1, merged: 1, skipped: [], dryRun: false });
    expect(await repository.run(run as number)).toMatchObject({
      command: 'dedupe merge',
      status: 'done',
      counts: { clusters: 1, merged: 1 },
    });
    expect(await repository.count()).toBe(2);
    const merged = await repository.get(2);
    const survivor = merged?.customer.id as number;
    expect(await repository.get(1)).toEqual(merged);
    expect(merged?.customer).toMatchObject({ name: 'Ada King', email: 'ada.king@y.org', city: 'Berlin', notes: 'called' });
    expect(merged?.tags).toEqual(['new', 'vip']);
    expect(merged?.externalIds).toEqual([
      { source: 'erp', external_id: 'B7' },
      { source: 'shop', external_id: 'A1' },
    ]);
    expect(merged?.consents.map(({ channel, status }) => `${channel} ${status}`)).toEqual(['email out', 'sms in']);
    expect(merged?.contactPoints.map(({ value }) => value).sort()).toEqual(['+4930111111', '+4930333333', 'ada@x.org']);
    expect(merged?.orders.map(({ number }) => number).sort()).toEqual(['O-1', 'O-2']);
    expect(await counts(database)).toEqual(before);
    expect(await engine.all('SELECT customer_id FROM order_items')).toEqual([{ customer_id: survivor }, { customer_id: survivor }]);
    expect(await engine.all('SELECT * FROM duplicate_clusters')).toEqual([]);
    expect(await engine.all('SELECT * FROM duplicate_pairs')).toEqual([]);
    const update = (await repository.changes({ run: run as number, limit: 100 })).find(
      ({ entity, action }) => entity === 'customers' && action === 'update',
    );
    expect(update?.rules).toMatchObject({ name: 'newest #2' });
    expect(await inconsistencies(engine)).toEqual([]);
  });

  it('is undone exactly, done again by undoing that, and undone once more', async () => {
    const database = await fresh();
    const { repository, engine } = database;
    const before = await lasting(database);
    const { run } = await mergeClusters(repository, AUTO);
    const after = await lasting(database);
    for (let i = 0, last = run as number; i < 4; i++) {
      const undo = await repository.undo(last);
      expect(undo.value.kept).toEqual([]);
      expect(await lasting(database)).toEqual(i % 2 === 0 ? before : after);
      expect(await inconsistencies(engine)).toEqual([]);
      last = undo.run as number;
    }
  });

  it('moves what leads to a merged customer on when it is merged itself, and back', async () => {
    const database = await fresh();
    const { repository, engine } = database;
    await repository.add({
      name: 'Ada',
      email: 'third@z.org',
      phone: '+4930444444',
      city: 'Bern',
      street: 'X 1',
      job_title: 'x',
      owner: 'o',
      tier: 't',
      language: 'de',
      gender: 'f',
      tax_id: 'DE1',
      website: 'x.org',
    });
    const states = [await lasting(database)];
    const first = await mergeClusters(repository, AUTO);
    states.push(await lasting(database));
    const survivor = (await repository.get(1))?.customer.id as number;
    await setClusters(engine, [[survivor, 4]]);
    const second = await mergeClusters(repository, AUTO);
    for (const id of [1, 2, 4]) expect((await repository.get(id))?.customer.id).toBe(4);
    expect(await inconsistencies(engine)).toEqual([]);
    const wrongOrder = await repository.undo(first.run as number, { commit: false });
    expect(wrongOrder.value.kept.map(({ reason }) => reason)).toContain('merged again since');
    expect((await repository.undo(second.run as number)).value.kept).toEqual([]);
    expect(await lasting(database)).toEqual(states[1]);
    expect((await repository.undo(first.run as number)).value.kept).toEqual([]);
    expect(await lasting(database)).toEqual(states[0]);
    expect(await inconsistencies(engine)).toEqual([]);
  });

  it('leaves customers alone when an older merge of a chain is undone', async () => {
    const database = await fresh();
    const { repository, engine } = database;
    await repository.add({
      name: 'Ada',
      email: 'third@z.org',
      phone: '+4930444444',
      city: 'Bern',
      street: 'X 1',
      job_title: 'x',
      owner: 'o',
      tier: 't',
      language: 'de',
      gender: 'f',
      tax_id: 'DE1',
      website: 'x.org',
    });
    const first = await mergeClusters(repository, AUTO);
    await setClusters(engine, [[(await repository.get(1))?.customer.id as number, 4]]);
    await mergeClusters(repository, AUTO);
    const before = await lasting(database);
    await repository.undo(first.run as number);
    expect(await lasting(database)).toEqual(before);
    expect(await inconsistencies(engine)).toEqual([]);
  });
});
