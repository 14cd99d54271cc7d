import { describe, expect, it } from 'vitest';
import type { SqlValue } from '../../src/engines/engine.ts';
import type { QueryOptions } from '../../src/repository/query-options.ts';
import type { Repository } from '../../src/repository/repository.ts';
import { dump, importText, inconsistencies, sharedDatabase, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const NOW = '2026-01-31T12:00:00.000Z';

async function rowsOf(repository: Repository, options: QueryOptions): Promise<SqlValue[][]> {
  const rows: SqlValue[][] = [];
  for await (const batch of (await repository.query(options)).rows) rows.push(...batch);
  return rows;
}

describeEachEngine('repository', (target) => {
  const fresh = () => testDatabase(target, { now: () => new Date(NOW) });
  const found = async (repository: Repository, search: string): Promise<SqlValue[]> =>
    (await rowsOf(repository, { search, select: ['id'] })).map(([id]) => id as SqlValue);

  it('hands out the same JavaScript values on every engine', async () => {
    const { repository, engine } = await fresh();
    const { value, run } = await repository.add({
      name: 'Ana "Sörensen"\\\tx',
      birthday: '1992-02-29',
      last_contacted_at: '2026-01-31T10:00:00.500Z',
      created_at: '1999-12-31T23:59:59.999Z',
      'attributes.渠道': '微信\n2',
      'attributes.__proto__': "it's",
      notes: '=cmd|😀',
    });
    expect(run).toBe(1);
    const details = await repository.get(value.id);
    expect(details?.customer).toEqual(value);
    expect(details?.customer).toEqual({
      ...{ id: 1, version: 1, kind: 'person', name: 'Ana "Sörensen"\\\tx', given_name: null, family_name: null, company_name: null },
      ...{ company_id: null, job_title: null, email: null, phone: null, phone_ext: null, website: null, street: null, city: null },
      ...{ region: null, postal_code: null, country: null, birthday: '1992-02-29', gender: null, language: null, tax_id: null },
      ...{ lifecycle_stage: null, tier: null, owner: null, notes: '=cmd|😀', first_contacted_at: null, accessed_at: null },
      ...{ last_contacted_at: '2026-01-31T10:00:00.500Z', created_at: '1999-12-31T23:59:59.999Z', updated_at: NOW },
      attributes: JSON.parse('{"__proto__":"it\'s","渠道":"微信\\n2"}'),
    });
    expect(await repository.run(1)).toEqual({
      ...{ id: 1, command: 'add', status: 'done', actor: 'tester', host: expect.any(String), counts: { created: 1 }, undoes_run: null },
      arguments: { fields: expect.arrayContaining(['name', 'attributes.渠道']) },
      ...{ source_name: null, source_sha256: null, started_at: NOW, finished_at: NOW },
    });
    const [row] = await engine.all('SELECT 9007199254740991 AS big, id, kind = ? AS same, NULL AS missing, attributes FROM customers', [
      'person',
    ]);
    expect({ ...row, attributes: null }).toEqual({ big: 9007199254740991, id: 1, same: 1, missing: null, attributes: null });
    expect(typeof row?.attributes).toBe('string');
    expect(await rowsOf(repository, { select: ['id', 'birthday', 'created_at', '渠道', 'orders.count', 'city'] })).toEqual([
      [1, '1992-02-29', '1999-12-31T23:59:59.999Z', '微信\n2', 0, null],
    ]);
  });

  it('knows when an import began and when it ended', async () => {
    let minutes = 0;
    const database = await testDatabase(target, { now: () => new Date(Date.parse(NOW) + 60_000 * minutes++) });
    await importText(database, 'name\nAda\n');
    expect(await database.repository.run(1)).toMatchObject({ started_at: NOW, finished_at: '2026-01-31T12:01:00.000Z' });
  });

  it('adds, edits and deletes, each as a run with its changes', async () => {
    const { repository, engine } = await fresh();
    await repository.add({ given_name: 'Ada', family_name: 'King', email: 'ada@x.org' }, { tags: ['a', 'b'] });
    expect(await repository.get(1)).toMatchObject({ customer: { name: 'Ada King', kind: 'person' }, tags: ['a', 'b'] });
    const edited = await repository.edit(1, {
      values: { family_name: 'Lovelace', city: 'London', 'attributes.x': '1' },
      addTags: ['c', 'a'],
      removeTags: ['b', 'z'],
    });
    expect(edited.value.changed.toSorted()).toEqual(['attributes.x', 'city', 'family_name', 'name', 'tags']);
    expect(await repository.get(1)).toMatchObject({
      customer: { name: 'Ada Lovelace', city: 'London', attributes: { x: '1' }, version: 2 },
      tags: ['a', 'c'],
    });
    const unchanged = await repository.edit(1, { values: { city: 'London' } });
    expect(unchanged.value).toMatchObject({ changed: [], customer: { version: 2 } });
    expect(await repository.changes({ run: 2, limit: 10 })).toMatchObject([
      { entity: 'tags', action: 'insert', after: { customer_id: 1, tag: 'c' } },
      { entity: 'tags', action: 'delete', before: { customer_id: 1, tag: 'b' } },
      {
        entity: 'customers',
        action: 'update',
        before: { name: 'Ada King', city: null, 'attributes.x': null },
        after: { name: 'Ada Lovelace', city: 'London', 'attributes.x': '1' },
      },
    ]);
    expect((await repository.runs({ limit: 10, customer: 1 })).map(({ id }) => id)).toEqual([2, 1]);
    await repository.remove([1]);
    expect([await repository.get(1), await repository.count()]).toEqual([null, 0]);
    expect((await repository.runs({ limit: 10 })).map(({ command, counts }) => [command, counts])).toEqual([
      ['delete', { deleted: 1 }],
      ['edit', { updated: 0 }],
      ['edit', { updated: 1 }],
      ['add', { created: 1 }],
    ]);
    expect(await inconsistencies(engine)).toEqual([]);
    expect((await repository.add({ name: 'New' })).value.id).toBe(2);
  });

  it('makes an organisation of a company without a person', async () => {
    const { repository } = await fresh();
    expect((await repository.add({ company_name: '上海某某有限公司' })).value).toMatchObject({
      kind: 'organisation',
      name: '上海某某有限公司',
    });
    expect((await repository.add({ company_name: 'Acme', name: 'Ada' })).value).toMatchObject({ kind: 'person', name: 'Ada' });
  });

  it('refuses what cannot be, and changes nothing', async () => {
    const { repository, engine } = await fresh();
    await repository.add({ name: 'Ada' });
    const before = await dump(engine, { exact: true });
    for (const refused of [
      () => repository.edit(9, { values: { city: 'Rome' } }),
      () => repository.remove([1, 9]),
      () => repository.run(7),
    ]) {
      await expect(refused()).rejects.toMatchObject({ code: 'NOT_FOUND', exitCode: 2 });
    }
    await expect(repository.addChild(9, { table: 'interactions', row: { kind: 'call', occurred_at: NOW } })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(repository.edit(1, { values: { kind: null } })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(repository.addChild(1, { table: 'interactions', row: { kind: 'call', occurred_at: 'soon' } })).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(await dump(engine, { exact: true })).toEqual(before);
    expect(await repository.runs({ limit: 10 })).toHaveLength(1);
  });

  it('changes nothing in a dry run, but says exactly what would happen', async () => {
    const { repository, engine } = await fresh();
    await repository.add({ name: 'Ada' });
    const before = await dump(engine, { exact: true });
    expect(await repository.add({ name: 'Bob' }, { commit: false })).toMatchObject({ run: null, value: { name: 'Bob' } });
    expect(await repository.edit(1, { values: { name: 'Eve' } }, { commit: false })).toMatchObject({
      run: null,
      value: { changed: ['name'], customer: { name: 'Eve' } },
    });
    expect(await repository.remove([1], { commit: false })).toEqual({ run: null, value: 1 });
    expect(await dump(engine, { exact: true })).toEqual(before);
    expect(await repository.runs({ limit: 10 })).toHaveLength(1);
    expect(await inconsistencies(engine)).toEqual([]);
  });

  it('shows a customer with all that hangs on it', async () => {
    const { repository } = await fresh();
    await repository.add({ name: 'Ada' });
    const company = (await repository.add({ kind: 'organisation', name: 'Acme' })).value.id;
    await repository.edit(1, { values: { company_id: company } });
    const order = await repository.addChild(1, {
      table: 'orders',
      row: { number: 'A', status: 'paid', ordered_at: '2026-01-02T03:04:05Z', total_minor: 4990, total_currency: 'EUR' },
    });
    await repository.addChild(1, {
      table: 'orders',
      row: { number: 'B', ordered_at: '2026-01-03T00:00:00Z', total_minor: -5, total_currency: 'JPY' },
    });
    await repository.addChild(1, {
      table: 'interactions',
      row: { kind: 'call', direction: 'in', subject: 'hello', occurred_at: '2026-01-02T03:04:05+02:00' },
    });
    await repository.addChild(1, { table: 'consents', row: { channel: 'email', status: 'in', ground: 'form', decided_at: NOW } });
    await repository.addChild(1, { table: 'contact_points', row: { kind: 'email', label: 'work', value: 'Ada@Work.example' } });
    expect(order.value).toBe(1);
    expect(await repository.get(1)).toMatchObject({
      company: { id: company, name: 'Acme' },
      orders: [
        { id: 2, number: 'B', status: null, total_minor: -5, total_currency: 'JPY' },
        { id: 1, number: 'A', status: 'paid', ordered_at: '2026-01-02T03:04:05.000Z', total_minor: 4990, total_currency: 'EUR' },
      ],
      interactions: [{ kind: 'call', direction: 'in', subject: 'hello', occurred_at: '2026-01-02T01:04:05.000Z', body: null }],
      consents: [{ channel: 'email', status: 'in', ground: 'form', decided_at: NOW }],
      contactPoints: [{ kind: 'email', label: 'work', value: 'Ada@Work.example' }],
      possibleDuplicates: [],
    });
    expect(await repository.get(99)).toBeNull();
  });

  it('finds customers by id, e-mail, phone and external id', async () => {
    const database = await fresh();
    await importText(database, 'id,name,email,phone\nK-7,Ada,ada@x.org,+49 30 123456\n8,Bob,,\n', { source: 'shop' });
    const { repository } = database;
    for (const reference of ['1', ' 1 ', 'ADA@x.org', '+4930123456', '+49 (30) 123-456', 'K-7'])
      expect([reference, await repository.find(reference)]).toEqual([reference, [1]]);
    expect(await repository.find('8')).toEqual([2]);
    expect(await repository.find('nobody')).toEqual([]);
  });

  it('keeps segments', async () => {
    const { repository } = await fresh();
    await repository.saveSegment('big', 'orders.total > 100');
    await repository.saveSegment('big', 'orders.total > 200');
    await repository.saveSegment('张', 'city = 上海');
    expect(await repository.segment('big')).toBe('orders.total > 200');
    expect(await repository.segments()).toEqual([
      { name: 'big', filter: 'orders.total > 200', created_at: NOW },
      { name: '张', filter: 'city = 上海', created_at: NOW },
    ]);
    await expect(repository.segment('bog')).rejects.toMatchObject({ code: 'NOT_FOUND', hint: expect.stringContaining('big') });
  });

  describe('search', () => {
    const PEOPLE =
      'name,email,phone,city,notes,渠道\nMax Müller,max@x.org,+491712345678,Köln,,\n张伟明,,,上海市,,微信\n欧阳娜,,,,vip ①,\nŁukasz Żółw,,,Łódź,,\nSiobhán O’Brien,,,,,\nＦｕｌｌ　Ｗｉｄｔｈ,,,,,\n';

    let people: Promise<TestDatabase> | undefined;
    const withPeople = async (): Promise<TestDatabase> => {
      const database = await sharedDatabase(target);
      await importText(database, PEOPLE);
      return database;
    };

    it.each([
      ['muller', [1]],
      ['MÜLLER', [1]],
      ['mül', [1]],
      ['x.org', [1]],
      ['koln max', [1]],
      ['max nobody', []],
      ['张伟', [2]],
      ['伟明', [2]],
      ['张', [2]],
      ['明', [2]],
      ['张明', []],
      ['微信', [2]],
      ['欧阳', [3]],
      ['阳娜', [3]],
      ['lukasz zolw', [4]],
      ['lodz', [4]],
      ['siobhan', [5]],
      ['brien', [5]],
      ['full width', [6]],
      ['vip 1', [3]],
    ])('finds %s', async (search, ids) => {
      people ??= withPeople();
      expect(await found((await people).repository, search)).toEqual(ids);
    });

    it('follows edits, deletes and undos', async () => {
      const { repository, engine } = await fresh();
      await repository.add({ name: 'Max Müller', 'attributes.note': '旧词' });
      const edit = await repository.edit(1, { values: { name: 'Eva Schmidt', 'attributes.note': null } });
      expect([await found(repository, 'muller'), await found(repository, '旧词'), await found(repository, 'schm')]).toEqual([[], [], [1]]);
      await repository.undo(edit.run as number);
      expect([await found(repository, 'muller'), await found(repository, '旧词'), await found(repository, 'schmidt')]).toEqual([
        [1],
        [1],
        [],
      ]);
      const removed = await repository.remove([1]);
      expect(await found(repository, 'muller')).toEqual([]);
      await repository.undo(removed.run as number);
      expect(await found(repository, 'muller')).toEqual([1]);
      await repository.undo(1);
      expect(await found(repository, 'muller')).toEqual([]);
      expect(await inconsistencies(engine)).toEqual([]);
    });

    it('refuses a search without a word', async () => {
      const { repository } = await fresh();
      await expect(repository.query({ search: '!?' })).rejects.toMatchObject({ code: 'USAGE' });
    });
  });
});
