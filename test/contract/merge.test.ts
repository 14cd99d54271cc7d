import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { SqlRow } from '../../src/engines/engine.ts';
import { type MergeOptions, mergeClusters } from '../../src/dedupe/merge-clusters.ts';
import { applyPlan } from '../../src/import/apply-plan.ts';
import { openPlan } from '../../src/import/plan-file.ts';
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

/** A database that rolls back does not give the number of a run back. */
function withoutRuns({ redirects, ...tables }: Record<string, SqlRow[]>): unknown {
  return { ...tables, redirects: redirects?.map(({ run_id: _, ...row }) => row) };
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

  it('changes nothing in a dry run, and counts as the real one', async () => {
    const database = await fresh();
    const before = await dump(database.engine, { exact: true });
    const dry = await mergeClusters(database.repository, { ...AUTO, dryRun: true });
    expect(dry).toMatchObject({ run: null, result: { clusters: 1, merged: 1, dryRun: true } });
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    const real = await mergeClusters(database.repository, AUTO);
    expect({ ...real.result, elapsedMs: 0, dryRun: true }).toEqual({ ...dry.result, elapsedMs: 0 });
  });

  it('as a plan that is applied leaves what the merge leaves, and is undone', async () => {
    const now = (): Date => new Date('2026-05-05T05:05:05.000Z');
    const [direct, planned] = [await testDatabase(target, { now }), await testDatabase(target, { now })];
    for (const database of [direct, planned]) {
      await people(database);
      await database.repository.edit(3, { values: { tier: 'x' } });
      await database.repository.add({ name: 'Analytical Ltd', kind: 'organisation', tier: 'gold', city: 'Ulm' });
      await database.repository.edit(1, { values: { company_id: 3 } });
      await setClusters(database.engine, [
        [1, 2],
        [3, 4],
      ]);
    }
    const before = await lasting(planned);
    await mergeClusters(direct.repository, AUTO);
    const path = join(planned.folder, 'merge.plan');
    mkdirSync(planned.folder, { recursive: true });
    await mergeClusters(planned.repository, { ...AUTO, plan: path });
    expect(await lasting(planned)).toEqual(before);
    const plan = await openPlan(path);
    const { run } = await applyPlan(planned.repository, plan);
    expect(withoutRuns(await dump(planned.engine))).toEqual(withoutRuns(await dump(direct.engine)));
    expect(await planned.engine.all('SELECT * FROM duplicate_clusters')).toEqual([]);
    expect(await inconsistencies(planned.engine)).toEqual([]);
    expect((await planned.repository.undo(run as number)).value.kept).toEqual([]);
    expect(await lasting(planned)).toEqual(before);
  });

  it('as a plan is refused when a customer of it was changed in between', async () => {
    const database = await fresh();
    const path = join(database.folder, 'merge.plan');
    mkdirSync(database.folder, { recursive: true });
    await mergeClusters(database.repository, { ...AUTO, plan: path });
    await database.engine.transaction((connection) => connection.run("UPDATE customers SET city = 'Rome' WHERE id = 2"));
    const before = await dump(database.engine);
    await expect(applyPlan(database.repository, await openPlan(path))).rejects.toMatchObject({ code: 'GUARD_RAIL' });
    expect(await dump(database.engine)).toEqual(before);
  });

  it('stops before anything is written when more would be merged away than allowed', async () => {
    const database = await fresh();
    const before = await dump(database.engine, { exact: true });
    for (const maxMerges of [{ customers: 0 }, { share: 0.1 }])
      await expect(mergeClusters(database.repository, { ...AUTO, maxMerges })).rejects.toMatchObject({ code: 'GUARD_RAIL' });
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    expect((await mergeClusters(database.repository, { ...AUTO, maxMerges: { share: 0.5 } })).result.merged).toBe(1);
  });

  it('leaves clusters apart that contradict themselves, and says why', async () => {
    const database = await testDatabase(target);
    const { repository, engine } = database;
    const add = (values: Record<string, string>): Promise<unknown> => repository.add({ name: 'Ada', ...values });
    for (const values of [{}, {}, { kind: 'organisation' }, {}, { tax_id: 'DE 1' }, { tax_id: 'DE2' }, {}, {}, { tax_id: 'de-1' }])
      await add(values);
    await setClusters(engine, [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 99],
      [8, 9],
    ]);
    await (await repository.duplicates()).decide([{ left: 1, right: 2, decision: 'distinct', ground: 'review' }]);
    const { result } = await mergeClusters(repository, AUTO);
    expect(result).toMatchObject({ clusters: 1, merged: 1 });
    expect(result.skipped).toEqual([
      { cluster: 1, reason: 'distinct' },
      { cluster: 3, reason: 'kind' },
      { cluster: 5, reason: 'tax_id' },
      { cluster: 7, reason: 'gone' },
    ]);
    expect((await mergeClusters(repository, AUTO)).run).toBeNull();
  });

  it('merges one cluster of its own, by its number or a customer of it, and what people decided', async () => {
    const database = await testDatabase(target);
    const { repository, engine } = database;
    for (let i = 0; i < 8; i++) await repository.add({ name: 'Ada' });
    await setClusters(engine, [[1, 2]], 'review');
    expect((await mergeClusters(repository, AUTO)).result.clusters).toBe(0);
    await expect(mergeClusters(repository, { clusters: { id: 5 } })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await mergeClusters(repository, { clusters: { id: 2 } })).result).toMatchObject({ clusters: 1, merged: 1 });
    const store = await repository.duplicates();
    const pair = (left: number, right: number, decision: 'same' | 'distinct') => ({ left, right, decision, ground: 'review' }) as const;
    await store.decide([pair(2, 3, 'same'), pair(3, 4, 'same'), pair(5, 6, 'same'), pair(6, 7, 'same'), pair(5, 7, 'distinct')]);
    const { result } = await mergeClusters(repository, { clusters: 'reviewed' });
    expect(result).toMatchObject({ clusters: 1, merged: 2, skipped: [{ cluster: 5, reason: 'distinct' }] });
    for (const id of [2, 3, 4]) expect((await repository.get(id))?.customer.id).toBe(1);
  });

  it('links people to the company that theirs was merged into, and back', async () => {
    const database = await testDatabase(target);
    const { repository, engine } = database;
    for (const name of ['Acme Ltd', 'Acme', 'Acme Inc']) await repository.add({ name, kind: 'organisation' });
    for (const company_id of [1, 2, 3, 2]) await repository.add({ name: 'Ada', company_id });
    await repository.edit(3, { values: { company_id: 2 } });
    const before = await lasting(database);
    await setClusters(engine, [
      [1, 2, 3],
      [4, 5],
    ]);
    const { run } = await mergeClusters(repository, AUTO);
    const companies = await engine.all('SELECT id, company_id FROM customers ORDER BY id');
    expect(new Set(companies.filter(({ company_id }) => company_id !== null).map(({ company_id }) => company_id)).size).toBe(1);
    expect(companies).toHaveLength(4);
    expect(await inconsistencies(engine)).toEqual([]);
    const after = await lasting(database);
    const undo = await repository.undo(run as number);
    expect(undo.value.kept).toEqual([]);
    expect(await lasting(database)).toEqual(before);
    await repository.undo(undo.run as number);
    expect(await lasting(database)).toEqual(after);
  });

  it('leads later imports of the same rows to the customer that is left; twice changes nothing', async () => {
    const database = await testDatabase(target);
    const { repository, engine } = database;
    const files = [
      ['a.csv', 'id,name,email\nA1,Ada Lovelace,ada@x.org\n', { source: 'shop' }],
      ['b.csv', 'name,email\nAugusta King,augusta@y.org\n', {}],
      ['c.csv', 'name,Colour\nThe Countess,red\n', {}],
    ] as const;
    const importAll = async (): Promise<number[]> => {
      const created = [];
      for (const [name, text, options] of files) created.push((await importText(database, text, { ...options, name })).result.created);
      return created;
    };
    expect(await importAll()).toEqual([1, 1, 1]);
    await setClusters(engine, [[1, 2, 3]]);
    await mergeClusters(repository, AUTO);
    expect(await importAll()).toEqual([0, 0, 0]);
    const before = await dump(engine);
    expect(await importAll()).toEqual([0, 0, 0]);
    expect(await dump(engine)).toEqual(before);
    expect(await repository.count()).toBe(1);
  });

  it('undone leads imports of the same rows to the customers that came back', async () => {
    const database = await testDatabase(target);
    const { repository, engine } = database;
    const text = 'name,Colour\nAda,red\nAugusta,\n';
    await importText(database, text);
    const before = await dump(engine);
    await setClusters(engine, [[1, 2]]);
    await repository.undo((await mergeClusters(repository, AUTO)).run as number);
    expect((await importText(database, text)).result).toMatchObject({ created: 0, updated: 0 });
    expect((await dump(engine)).customers).toEqual(before.customers);
  });

  it('undone keeps what was changed since, and says so', async () => {
    const database = await fresh();
    const { repository, engine } = database;
    const { run } = await mergeClusters(repository, AUTO);
    const survivor = (await repository.get(1))?.customer.id as number;
    const loser = survivor === 1 ? 2 : 1;
    await repository.edit(loser, { values: { name: 'Countess', tier: 'gold' } });
    await repository.addChild(loser, { table: 'interactions', row: { kind: 'note', occurred_at: '2026-04-01T00:00:00Z' } });
    await engine.transaction((connection) => connection.run("UPDATE orders SET status = 'paid'"));
    const { value } = await repository.undo(run as number);
    expect(value.kept.map(({ entity, field }) => `${entity} ${field}`).sort()).toEqual(
      ['orders status', ...(survivor === 2 ? [] : ['customers name'])].sort(),
    );
    expect((await repository.get(survivor))?.customer).toMatchObject({ name: 'Countess', tier: 'gold' });
    expect((await repository.get(loser))?.orders).toMatchObject([{ number: `O-${loser}`, status: 'paid' }]);
    expect((await repository.get(survivor))?.interactions).toHaveLength(2);
    expect(await inconsistencies(engine)).toEqual([]);
  });

  it('of a merge that was redone keeps a customer that was changed meanwhile', async () => {
    const database = await fresh();
    const { repository, engine } = database;
    const { run } = await mergeClusters(repository, AUTO);
    const loser = (await repository.get(1))?.customer.id === 1 ? 2 : 1;
    const undo = await repository.undo(run as number);
    await repository.edit(loser, { values: { tier: 'gold' } });
    const before = await counts(database);
    const redo = await repository.undo(undo.run as number);
    expect(redo.value.kept).toContainEqual({ entity: 'customers', id: loser, field: '*', reason: 'changed since' });
    expect((await repository.get(loser))?.customer).toMatchObject({ id: loser, tier: 'gold' });
    expect(await counts(database)).toEqual(before);
    expect(await inconsistencies(engine)).toEqual([]);
  });

  it('keeps old ids alive when the customer they lead to is deleted and comes back', async () => {
    const database = await fresh();
    const { repository } = database;
    await mergeClusters(repository, AUTO);
    const before = await lasting(database);
    const { run } = await repository.remove([1]);
    expect(await repository.get(1)).toBeNull();
    expect(await repository.get(2)).toBeNull();
    await repository.undo(run as number);
    expect(await lasting(database)).toEqual(before);
  });

  it('leads everything that takes the id of a customer to the one that is left', async () => {
    const database = await fresh();
    const { repository, engine } = database;
    await mergeClusters(repository, AUTO);
    const survivor = (await repository.get(1))?.customer.id as number;
    const old = survivor === 1 ? 2 : 1;
    expect(await repository.find(`#${old}`)).toEqual([survivor]);
    expect((await repository.edit(old, { values: { tier: 'gold' } })).value.customer.id).toBe(survivor);
    await repository.addChild(old, { table: 'interactions', row: { kind: 'note', occurred_at: '2026-04-01T00:00:00Z' } });
    const { value } = await repository.add({ name: 'Bob', company_id: old });
    expect(value.company_id).toBe(survivor);
    await repository.edit(3, { values: { company_id: old } });
    expect((await repository.get(3))?.customer.company_id).toBe(survivor);
    const file = `customer.id,kind,occurred_at\n${old},call,2026-05-01T00:00:00Z\n`;
    const { result } = await importText(database, file, { type: 'interactions', name: 'calls.csv' });
    expect(result.rejected).toBe(0);
    expect(await engine.all('SELECT DISTINCT customer_id FROM interactions')).toEqual([{ customer_id: survivor }]);
    await repository.remove([old]);
    expect(await repository.get(survivor)).toBeNull();
  });

  it('shows the history of a customer with that of those merged into it', async () => {
    const database = await fresh();
    const { repository } = database;
    await repository.edit(1, { values: { tier: 'a' } });
    await repository.edit(2, { values: { tier: 'b' } });
    await mergeClusters(repository, AUTO);
    const survivor = (await repository.get(1))?.customer.id as number;
    const runs = await repository.runs({ limit: 100, customer: survivor });
    expect(runs.filter(({ command }) => command === 'edit')).toHaveLength(2);
    expect(runs[0]?.command).toBe('dedupe merge');
  });
});
