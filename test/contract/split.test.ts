import { expect, it } from 'vitest';
import { mergeClusters } from '../../src/dedupe/merge-clusters.ts';
import { splitCustomer } from '../../src/dedupe/split-customer.ts';
import type { SqlRow } from '../../src/engines/engine.ts';
import { dump, importText, inconsistencies, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { setClusters } from '../support/duplicate-clusters.ts';
import { describeEachEngine } from '../support/engines.ts';

const PEOPLE = `id,name,email,city,notes,tags,Colour
1,Ada Lovelace,ada@x.org,,first,vip,
2,Ada King,king@x.org,Berlin,second,new,red
3,A. Lovelace,countess@x.org,,third,vip,
`;

/** Everything but what a search for duplicates derives. */
async function lasting(database: TestDatabase): Promise<Record<string, SqlRow[]>> {
  const { duplicate_pairs: _, ...tables } = await dump(database.engine);
  return tables;
}

describeEachEngine('taking merged customers apart', (target) => {
  const merged = async (): Promise<{ database: TestDatabase; before: Record<string, SqlRow[]>; survivor: number; losers: number[] }> => {
    const database = await testDatabase(target);
    await importText(database, PEOPLE, { source: 'shop' });
    for (const id of [1, 2, 3]) {
      await database.repository.addChild(id, { table: 'interactions', row: { kind: 'call', occurred_at: '2026-02-01T08:30:00Z' } });
      await database.repository.addChild(id, {
        table: 'consents',
        row: { channel: 'email', status: id === 2 ? 'out' : 'in', decided_at: '2026-02-01T08:30:00Z' },
      });
    }
    const before = await lasting(database);
    await setClusters(database.engine, [[1, 2, 3]]);
    await mergeClusters(database.repository, { clusters: 'auto' });
    const survivor = (await database.repository.get(1))?.customer.id as number;
    return { database, before, survivor, losers: [1, 2, 3].filter((id) => id !== survivor) };
  };

  it('brings back all that were merged into a customer, and remembers that they are different', async () => {
    const { database, before, survivor, losers } = await merged();
    const { repository, engine } = database;
    const after = await lasting(database);
    const dry = await splitCustomer(repository, survivor, { dryRun: true });
    expect(dry).toEqual({ run: null, result: { restored: losers, survivor, kept: [] } });
    expect(await lasting(database)).toEqual(after);
    const { run, result } = await splitCustomer(repository, survivor);
    expect(result).toEqual(dry.result);
    expect(await lasting(database)).toEqual(before);
    expect(await inconsistencies(engine)).toEqual([]);
    const decisions = await (await repository.duplicates()).decisions();
    expect(decisions.map(({ decision, ground, decidedBy }) => `${decision} ${ground} ${decidedBy}`)).toEqual(
      losers.map(() => 'distinct split tester'),
    );
    await setClusters(engine, [[1, 2, 3]]);
    expect((await mergeClusters(repository, { clusters: 'auto' })).result.skipped).toEqual([{ cluster: 1, reason: 'distinct' }]);
    expect((await repository.undo(run as number)).value.kept).toEqual([]);
    expect(await lasting(database)).toEqual(after);
  });

  it('brings back one of several by its old id, and the others stay merged', async () => {
    const { database, before, survivor, losers } = await merged();
    const { repository, engine } = database;
    const [gone, staying] = losers as [number, number];
    const { result } = await splitCustomer(repository, gone);
    expect(result).toEqual({ restored: [gone], survivor, kept: [] });
    expect(await inconsistencies(engine)).toEqual([]);
    expect((await repository.get(staying))?.customer.id).toBe(survivor);
    const now = await lasting(database);
    const of = (state: Record<string, SqlRow[]>, table: string, id: number): SqlRow[] | undefined =>
      state[table]?.filter((row) => (row.customer_id ?? row.id) === id);
    for (const table of ['customers', 'tags', 'interactions', 'consents', 'external_ids', 'contact_points'])
      expect(of(now, table, gone), table).toEqual(of(before, table, gone));
    const notes = (await repository.get(survivor))?.customer.notes;
    const own = { 1: 'first', 2: 'second', 3: 'third' }[gone];
    expect(notes).not.toContain(own);
    expect(notes?.split('\n\n')).toHaveLength(2);
    // The other one can be taken out after it, and all is as it was.
    await splitCustomer(repository, staying);
    expect(await lasting(database)).toEqual(before);
  });

  it('leaves what became of others in the same run, and gives them their company back', async () => {
    const database = await testDatabase(target);
    const { repository, engine } = database;
    for (const name of ['Acme Ltd', 'Acme']) await repository.add({ name, kind: 'organisation' });
    await repository.add({ name: 'Ada', company_id: 2, city: 'Ulm', tier: 'x' });
    await repository.add({ name: 'Ada Lovelace', company_id: 2, city: 'Bern' });
    await setClusters(engine, [
      [1, 2],
      [3, 4],
    ]);
    await mergeClusters(repository, { clusters: 'auto' });
    expect((await repository.get(3))?.customer).toMatchObject({ id: 3, name: 'Ada Lovelace', city: 'Bern', company_id: 1 });
    expect((await splitCustomer(repository, 1)).result).toEqual({ restored: [2], survivor: 1, kept: [] });
    expect((await repository.get(3))?.customer).toMatchObject({ id: 3, name: 'Ada Lovelace', city: 'Bern', company_id: 2 });
    expect((await repository.get(4))?.customer.id).toBe(3);
  });

  it('keeps what was changed since', async () => {
    const { database, survivor, losers } = await merged();
    const { repository } = database;
    await repository.edit(survivor, { values: { notes: 'rewritten', city: 'Bern' } });
    const { result } = await splitCustomer(repository, survivor);
    expect(result.restored).toEqual(losers);
    expect(result.kept.map(({ id, field }) => `${id} ${field}`)).toContain(`${survivor} notes`);
    expect((await repository.get(survivor))?.customer).toMatchObject({ notes: 'rewritten', city: 'Bern' });
  });

  it('says what to do where there is nothing to take apart, or a later merge is in the way', async () => {
    const { database, survivor, losers } = await merged();
    const { repository, engine } = database;
    const { value } = await repository.add({
      name: 'Ada',
      city: 'a',
      street: 'b',
      tier: 'c',
      owner: 'd',
      gender: 'e',
      language: 'f',
      website: 'g',
      job_title: 'h',
      company_name: 'i',
      email: 'j@x.org',
    });
    await expect(splitCustomer(repository, value.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(splitCustomer(repository, 99)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const before = await lasting(database);
    await setClusters(engine, [[survivor, value.id]]);
    await mergeClusters(repository, { clusters: 'auto' });
    const top = (await repository.get(survivor))?.customer.id as number;
    expect(top).toBe(value.id);
    await expect(splitCustomer(repository, losers[0] as number)).rejects.toMatchObject({
      code: 'USAGE',
      hint: expect.stringContaining(`crm dedupe split ${survivor}`),
    });
    expect((await splitCustomer(repository, top)).result.restored).toEqual([survivor]);
    expect(await lasting(database)).toEqual(before);
  });
});
