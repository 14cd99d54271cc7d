import { expect, it } from 'vitest';
import type { NewChild } from '../../src/repository/editing.ts';
import { dump, importText, inconsistencies, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { countsOf } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const ORDER: NewChild = {
  table: 'orders',
  row: { number: 'A-1', ordered_at: '2026-01-31T10:00:00Z', total_minor: 4990, total_currency: 'EUR' },
};
const CHANGED = (id: number) => ({ entity: 'customers', id, field: '*', reason: 'changed since' });

describeEachEngine('undo', (target) => {
  const fresh = (): Promise<TestDatabase> => testDatabase(target);

  it('takes back an import, and an undo of the undo brings it again', async () => {
    const database = await fresh();
    const { repository, engine } = database;
    await importText(database, 'id,name,email,渠道\n1,Ada,ada@x.org,微信\n2,张伟,,\n', { source: 'shop', tags: ['vip'] });
    const after = await dump(engine);
    const undone = await repository.undo(1);
    expect(undone).toEqual({ run: 2, value: { reverted: 2, kept: [] } });
    expect((await dump(engine)).customers).toEqual([]);
    expect(await repository.run(1)).toMatchObject({ status: 'undone' });
    expect((await repository.undo(2)).value).toMatchObject({ kept: [] });
    expect(await dump(engine)).toEqual(after);
    expect(await repository.run(1)).toMatchObject({ status: 'done' });
    expect(await inconsistencies(engine)).toEqual([]);
    await repository.undo(1);
    expect((await dump(engine)).customers).toEqual([]);
  });

  it('takes back updates field by field and keeps what was changed since', async () => {
    const database = await fresh();
    const { repository } = database;
    await importText(database, 'email,name,city,phone\na@x.org,Ada,Rome,\n');
    await importText(database, 'email,name,city,phone\na@x.org,Ada L,Oslo,+39061234567\n', { tags: ['new'] });
    await repository.edit(1, { values: { city: 'Bern' } });
    const { value } = await repository.undo(2);
    expect(value.kept).toEqual([{ entity: 'customers', id: 1, field: 'city', reason: 'changed since' }]);
    expect(await repository.get(1)).toMatchObject({ customer: { name: 'Ada', city: 'Bern', phone: null }, tags: [] });
    expect(await inconsistencies(database.engine)).toEqual([]);
  });

  it('refuses to undo twice and says how to do it again', async () => {
    const database = await fresh();
    await importText(database, 'email,name\na@x.org,Ada\n');
    await database.repository.undo(1);
    await expect(database.repository.undo(1)).rejects.toMatchObject({ code: 'USAGE', hint: expect.stringContaining('crm undo 2') });
    await expect(database.repository.undo(99)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('does nothing in a dry run, and says the same as the real one', async () => {
    const database = await fresh();
    await importText(database, 'email,name\na@x.org,Ada\nb@x.org,Bob\n');
    await database.repository.edit(2, { values: { city: 'Bern' } });
    const before = await dump(database.engine, { exact: true });
    const dry = await database.repository.undo(1, { commit: false });
    expect(dry).toEqual({ run: null, value: { reverted: 1, kept: [CHANGED(2)] } });
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    expect((await database.repository.undo(1)).value).toEqual(dry.value);
  });

  it('keeps a customer made by the run when something was hung on it since', async () => {
    const database = await fresh();
    await importText(database, 'email,name\na@x.org,Ada\nb@x.org,Bob\n', { tags: ['x'] });
    await database.repository.addChild(1, ORDER);
    const { value } = await database.repository.undo(1);
    expect(value).toEqual({ reverted: 1, kept: [CHANGED(1)] });
    expect(await database.repository.get(1)).toMatchObject({ tags: ['x'], orders: [{ number: 'A-1' }] });
  });

  it('keeps a customer brought back by an undo when something was hung on it since', async () => {
    const database = await fresh();
    await importText(database, 'email,name\na@x.org,Ada\n', { tags: ['x'] });
    await database.repository.undo(1);
    await database.repository.undo(2);
    await database.repository.addChild(1, ORDER);
    const before = await dump(database.engine);
    expect((await database.repository.undo(3)).value).toEqual({ reverted: 0, kept: [CHANGED(1)] });
    expect(await dump(database.engine)).toEqual(before);
  });

  it('does not count changes that were themselves undone', async () => {
    const database = await fresh();
    await importText(database, 'email,name\na@x.org,Ada\n');
    const edit = await database.repository.edit(1, { values: { city: 'Bern' }, addTags: ['x'] });
    await database.repository.undo(edit.run as number);
    expect((await database.repository.undo(1)).value).toEqual({ reverted: 1, kept: [] });
  });

  it('brings a deleted customer back with all that hung on it', async () => {
    const database = await fresh();
    const { repository, engine } = database;
    await importText(database, 'id,email,name,Lead source\n7,a@x.org,Ada,web\n', { source: 'shop', tags: ['vip'] });
    await repository.addChild(1, ORDER);
    await repository.addChild(1, {
      table: 'order_items',
      row: { order_id: 1, line: 1, quantity: 2, price_minor: 2495, price_currency: 'EUR' },
    });
    await repository.addChild(1, { table: 'interactions', row: { kind: 'call', occurred_at: '2026-02-01T08:30:00+01:00' } });
    await repository.addChild(1, { table: 'consents', row: { channel: 'email', status: 'in', decided_at: '2026-02-01T08:30:00Z' } });
    await repository.addChild(1, { table: 'contact_points', row: { kind: 'phone', value: '+4930123456' } });
    const before = await dump(engine);
    const { run, value } = await repository.remove([1]);
    expect(value).toBe(1);
    expect(Object.values(await dump(engine)).flat()).toEqual([]);
    await repository.undo(run as number);
    expect(await dump(engine)).toEqual(before);
    expect(await inconsistencies(engine)).toEqual([]);
  });

  it('takes back rows added to a customer, however their instants were written', async () => {
    const database = await fresh();
    const { repository, engine } = database;
    await repository.add({ name: 'Ada' });
    const before = await dump(engine);
    const order = await repository.addChild(1, ORDER);
    const consent = (status: string): NewChild => ({
      table: 'consents',
      row: { channel: 'email', status, decided_at: '2026-01-31T10:00:00Z' },
    });
    const first = await repository.addChild(1, consent('in'));
    const withFirst = await dump(engine);
    const second = await repository.addChild(1, consent('out'));
    await repository.undo(second.run as number);
    expect(await dump(engine)).toEqual(withFirst);
    await repository.undo(first.run as number);
    expect((await repository.undo(order.run as number)).value).toEqual({ reverted: 1, kept: [] });
    expect({ ...(await dump(engine)) }).toEqual(before);
  });

  it('gives customers their company back, and says when it is gone', async () => {
    const database = await fresh();
    const { repository, engine } = database;
    const company = (await repository.add({ kind: 'organisation', name: 'Acme' })).value.id;
    const person = (await repository.add({ name: 'Ada' })).value.id;
    await repository.edit(person, { values: { company_id: company } });
    const before = await dump(engine);
    for (const ids of [[company], [company, person], [person, company]]) {
      const { run } = await repository.remove(ids);
      await repository.undo(run as number);
      expect(await dump(engine)).toEqual(before);
    }
    const removed = await repository.remove([person]);
    await repository.remove([company]);
    const { value } = await repository.undo(removed.run as number);
    expect(value.kept).toEqual([{ entity: 'customers', id: person, field: 'company_id', reason: 'its company was deleted since' }]);
    expect(await repository.get(person)).toMatchObject({ customer: { name: 'Ada', company_id: null } });
  });

  it('leaves no trace that would make the next import overlook what was undone', async () => {
    const database = await fresh();
    const file = 'id,email,name\n1,a@x.org,Ada\n';
    await importText(database, 'email,name\na@x.org,Ada\n');
    await importText(database, file, { source: 'shop', tags: ['x'] });
    await database.repository.undo(2);
    expect(await database.repository.get(1)).toMatchObject({ tags: [], externalIds: [] });
    expect(countsOf(await importText(database, file, { source: 'shop', tags: ['x'] }))).toBe('1 = 0 + 1 + 0 + 0 + 0');
    expect(await database.repository.get(1)).toMatchObject({ tags: ['x'], externalIds: [{ source: 'shop', external_id: '1' }] });
  });

  it('leaves no trace that would lead the rows to the same customers again', async () => {
    const database = await fresh();
    await importText(database, 'name,phone\n,+4930123456\n');
    const file = 'email,name,phone,city\na@x.org,Ada,+4930123456,Rome\n';
    expect(countsOf(await importText(database, file, { match: ['email', 'phone'] }))).toBe('1 = 0 + 1 + 0 + 0 + 0');
    await database.repository.undo(2);
    expect(countsOf(await importText(database, file, { match: ['email'] }))).toBe('1 = 1 + 0 + 0 + 0 + 0');
    expect(await database.repository.get(1)).toMatchObject({ customer: { name: null, city: null } });
  });

  it('does not take an external id from the customer that has it now', async () => {
    const database = await fresh();
    await importText(database, 'id,name\nK1,Ada\n', { source: 'shop' });
    const { run } = await database.repository.remove([1]);
    await importText(database, 'id,name\nK1,Bob\n', { source: 'shop' });
    const { value } = await database.repository.undo(run as number);
    expect(value.kept).toEqual([{ entity: 'external_ids', id: 1, field: '*', reason: 'changed since' }]);
    expect(await database.repository.find('K1')).toEqual([2]);
    expect((await dump(database.engine)).external_ids).toMatchObject([{ external_id: 'K1', source: 'shop' }]);
    expect(await inconsistencies(database.engine)).toEqual([]);
  });

  it('works across many pages of changes', async () => {
    const database = await fresh();
    const rows = (city: string): string => Array.from({ length: 1200 }, (_, i) => `p${i}@x.org,P${i},${city}`).join('\n');
    await importText(database, `email,name,city\n${rows('Rome')}\n`);
    const before = await dump(database.engine);
    await importText(database, `email,name,city\n${rows('Oslo')}\n`, { tags: ['x'] });
    const after = await dump(database.engine);
    expect((await database.repository.undo(2)).value.kept).toEqual([]);
    expect(await dump(database.engine)).toEqual(before);
    await database.repository.undo(3);
    expect(await dump(database.engine)).toEqual(after);
    await database.repository.undo(2);
    await database.repository.undo(1);
    expect((await dump(database.engine)).customers).toEqual([]);
    await database.repository.undo(6);
    expect(await dump(database.engine)).toEqual(before);
    expect(await inconsistencies(database.engine)).toEqual([]);
  });
});
