import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type NormalizeOptions, normalizeCustomers } from '../../src/cleansing/normalize-customers.ts';
import { applyPlan } from '../../src/import/apply-plan.ts';
import { openPlan } from '../../src/import/plan-file.ts';
import { dump, importText, inconsistencies, testDatabase, type TestDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const MESSY = `id,name,company,email,phone,street,city,state,zip,country,website,notes
1,"SMITH, JOHN A.",Acme  Inc.,JOHN@ACME.com,(415) 555-2671,123 MAIN ST,SAN FRANCISCO,California,94105,USA,HTTP://Acme.com/,
2,张　伟,华为技术有限公司,zhang.wei@gmial.com,138 0013 8000,广东省深圳市南山区科技园路1号,,,518057,中国,,
3,ludwig van beethoven,AT&amp;T,l.vb@web.de,030 23125014,,BERLIN,,10115,Germany,,a  b
4,歐陽　娜娜,ＡＢＣ有限公司,info@abc.cn,,北京市朝阳区建国路88号,,,,,,
5,mary o'brien,,mary+x@googlemail.com,+44 20 7946 0018,10 downing street,LONDON,,sw1a1aa,UK,,
6,Anna Fine,Fine Ltd,anna@fine.example,+442079460017,1 High Street,Leeds,,LS1 1AA,GB,,
`;

describeEachEngine('normalize', (target) => {
  const messy = async (): Promise<TestDatabase> => {
    const database = await testDatabase(target);
    await importText(database, MESSY, { asWritten: true, source: 'shop' });
    return database;
  };
  const run = ({ repository }: TestDatabase, options: NormalizeOptions = {}) => normalizeCustomers(repository, options);
  const customer = async ({ repository }: TestDatabase, id: number) => (await repository.get(id))?.customer;

  it('brings every value to canonical form in one run, and a second time changes nothing', async () => {
    const database = await messy();
    const { run: number, result } = await run(database);
    expect(number).toBe(2);
    expect({ examined: result.examined, changed: result.changed, flagged: result.flagged }).toEqual({
      examined: 6,
      changed: 5,
      flagged: 2,
    });
    expect(await customer(database, 1)).toMatchObject({
      ...{ name: 'John A. Smith', company_name: 'Acme Inc.', street: '123 Main St', city: 'San Francisco', region: 'CA' },
      ...{ website: 'http://acme.com', given_name: null },
    });
    expect(await customer(database, 2)).toMatchObject({ name: '张伟', email: 'zhang.wei@gmial.com', city: null });
    expect(await customer(database, 3)).toMatchObject({ name: 'Ludwig van Beethoven', company_name: 'AT&T', notes: 'a  b' });
    expect(await customer(database, 5)).toMatchObject({ name: "Mary O'Brien", postal_code: 'SW1A 1AA' });
    expect(await customer(database, 6)).toMatchObject({ version: 1 });
    expect(result.byField.email?.flagSamples).toContainEqual({ id: 2, code: 'LIKELY_TYPO', suggestion: 'zhang.wei@gmail.com' });
    expect(await inconsistencies(database.engine)).toEqual([]);
    const again = await run(database);
    expect(again).toMatchObject({ run: null, result: { examined: 6, changed: 0 } });
    expect((await database.repository.runs({ limit: 10 })).length).toBe(2);
  });

  it('does what an import of the same rows does', async () => {
    const [stored, imported] = [await messy(), await testDatabase(target)];
    await run(stored);
    await importText(imported, MESSY, { source: 'shop' });
    const [left, right] = [await dump(stored.engine), await dump(imported.engine)];
    const withoutTimes = (tables: typeof left) => tables.customers?.map(({ created_at: _, ...row }) => row);
    expect(withoutTimes(left)).toEqual(withoutTimes(right));
    expect(await run(imported)).toMatchObject({ run: null, result: { changed: 0 } });
  });

  it('is undone, done again, and leaves what was changed since', async () => {
    const database = await messy();
    const before = await dump(database.engine);
    const { run: number } = await run(database, { fill: true });
    const { run: undo, value } = await database.repository.undo(number as number);
    expect(value.kept).toEqual([]);
    expect(await dump(database.engine)).toEqual(before);
    expect(await inconsistencies(database.engine)).toEqual([]);
    await database.repository.undo(undo as number);
    expect(await customer(database, 1)).toMatchObject({ name: 'John A. Smith', family_name: 'Smith' });
    await database.repository.edit(1, { values: { city: 'Oakland' } });
    const last = await database.repository.undo(number as number);
    expect(last.value.kept).toEqual([{ entity: 'customers', id: 1, field: 'city', reason: 'changed since' }]);
    expect(await customer(database, 1)).toMatchObject({ name: 'SMITH, JOHN A.', city: 'Oakland', given_name: null });
  });

  it('looks without a lock and without a trace', async () => {
    const database = await messy();
    const before = await dump(database.engine, { exact: true });
    const result = await database.engine.transaction(async () => (await run(database, { mode: 'look', fill: true })).result);
    expect(result.changed).toBe(6);
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    const written = (await run(database, { fill: true })).result;
    expect({ ...result, elapsedMs: 0 }).toEqual({ ...written, elapsedMs: 0 });
  });

  it('changes only the fields and customers that are named', async () => {
    const database = await messy();
    const { result } = await run(database, { fields: ['name', 'postal_code'], selection: { filter: 'id in (1, 5)' } });
    expect(result).toMatchObject({ examined: 2, changed: 2 });
    expect(Object.keys(result.byField)).toEqual(['name', 'postal_code']);
    expect(await customer(database, 5)).toMatchObject({ name: "Mary O'Brien", city: 'LONDON', postal_code: 'SW1A 1AA' });
    expect(await customer(database, 3)).toMatchObject({ name: 'ludwig van beethoven' });
    await expect(run(database, { selection: { filter: 'nmae = x' } })).rejects.toMatchObject({ code: 'UNKNOWN_FIELD' });
  });

  it('fills what follows from other values and records the rule', async () => {
    const database = await messy();
    await database.repository.addChild(6, { table: 'interactions', row: { kind: 'call', occurred_at: '2024-05-01T10:00:00.000Z' } });
    await database.repository.addChild(6, { table: 'interactions', row: { kind: 'email', occurred_at: '2025-05-01T10:00:00.000Z' } });
    const { run: number } = await run(database, { fill: true });
    expect(await customer(database, 2)).toMatchObject({ given_name: '伟', family_name: '张', region: '广东省', city: '深圳市' });
    expect(await customer(database, 4)).toMatchObject({ given_name: '娜娜', family_name: '歐陽', country: 'CN', region: '北京市' });
    expect(await customer(database, 6)).toMatchObject({
      first_contacted_at: '2024-05-01T10:00:00.000Z',
      last_contacted_at: '2025-05-01T10:00:00.000Z',
    });
    const changes = await database.repository.changes({ run: number as number, limit: 100 });
    expect(changes.find(({ id }) => id === 4)?.rules).toEqual({
      ...{ given_name: 'parts_from_name', family_name: 'parts_from_name' },
      ...{ country: 'place_from_chinese_address', region: 'place_from_chinese_address', city: 'place_from_chinese_address' },
    });
    expect(changes.find(({ id }) => id === 6)).toMatchObject({
      before: { given_name: null, first_contacted_at: null },
      rules: { first_contacted_at: 'contacts_from_interactions' },
    });
    expect((await run(database, { fill: true })).run).toBeNull();
  });

  it('applies the rules of the user, here and in an import', async () => {
    const rules = [
      { name: 'tiers', field: 'tier', map: { gold: 'Gold', 金: 'Gold' } },
      { name: 'seniors', field: 'job_title', pattern: '^sr\\.? ', flags: 'i', replace: 'Senior ' },
      { name: 'never at rest', field: 'owner', pattern: '$', replace: 'x' },
    ];
    const database = await testDatabase(target);
    const text = 'id,name,tier,title,owner\n1,Ada King,gold,Sr. Engineer,eve\n2,王伟,金,,eve\n';
    await importText(database, text, { asWritten: true });
    const { run: number, result } = await run(database, { rules });
    expect(result.byField.tier?.samples).toEqual([
      { id: 1, before: 'gold', after: 'Gold', rule: 'tiers' },
      { id: 2, before: '金', after: 'Gold', rule: 'tiers' },
    ]);
    expect(await customer(database, 1)).toMatchObject({ tier: 'Gold', job_title: 'Senior Engineer', owner: 'eve' });
    expect((await database.repository.changes({ run: number as number, limit: 9 })).map(({ rules: of }) => of)).toEqual([
      { tier: 'tiers', job_title: 'seniors' },
      { tier: 'tiers' },
    ]);
    const imported = await testDatabase(target);
    await importText(imported, text, { rules });
    expect(await customer(imported, 1)).toMatchObject({ tier: 'Gold', job_title: 'Senior Engineer', owner: 'eve' });
  });

  it('reads a phone by the country, else by the address, else by the usual country', async () => {
    const text =
      'name,phone,city,state,country\nA,138 0013 8000,,广东,\nB,138 0013 8000,深圳市,,\nC,030 23125014,,,\nD,030 23125014,上海,,DE\nE,2345 6789,,香港,\n';
    const phones = async ({ repository }: TestDatabase) =>
      Promise.all([1, 2, 3, 4, 5].map(async (id) => (await repository.get(id))?.customer.phone));
    const expected = ['+8613800138000', '+8613800138000', '+493023125014', '+493023125014', '+85223456789'];
    const imported = await testDatabase(target);
    await importText(imported, text, { region: 'DE', match: [] });
    expect(await phones(imported)).toEqual(expected);
    const stored = await testDatabase(target);
    await importText(stored, text, { region: null, match: [] });
    await run(stored, { region: 'DE' });
    expect(await phones(stored)).toEqual(expected);
  });

  it('normalises further addresses and numbers, but for a number with an extension', async () => {
    const database = await messy();
    const add = (row: Record<string, string>) => database.repository.addChild(6, { table: 'contact_points', row });
    await add({ kind: 'email', value: 'Anna@Home.example' });
    await add({ kind: 'phone', value: '020 7946 0018' });
    await add({ kind: 'phone', value: '020 7946 0018 ext. 5' });
    await add({ kind: 'url', value: 'HTTPS://Fine.example/' });
    const { result, run: number } = await run(database);
    expect(result.byField.contact_points).toMatchObject({ changed: 3 });
    const points = (await database.repository.get(6))?.contactPoints.map(({ value }) => value);
    expect(points).toEqual(['anna@home.example', '+442079460018', '020 7946 0018 ext. 5', 'https://fine.example']);
    await database.repository.undo(number as number);
    expect((await database.repository.get(6))?.contactPoints.map(({ value }) => value)[0]).toBe('Anna@Home.example');
  });

  it('saves a plan that is applied exactly, and refused when the data moved', async () => {
    const database = await messy();
    const before = await dump(database.engine, { exact: true });
    const path = join(database.folder, 'plan.ndjson');
    let text = '';
    const { run: none, result } = await run(database, {
      fill: true,
      plan: (part) => {
        text += part;
      },
    });
    writeFileSync(path, text);
    expect(none).toBeNull();
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    const apply = async () => {
      const plan = await openPlan(path);
      try {
        return await applyPlan(database.repository, plan);
      } finally {
        plan.dispose();
      }
    };
    const applied = await apply();
    expect(applied.result).toMatchObject({ planned: 'normalize', counts: { examined: 6, changed: result.changed } });
    expect((await database.repository.changes({ run: applied.run as number, limit: 100 })).find(({ id }) => id === 4)?.rules).toMatchObject(
      {
        country: 'place_from_chinese_address',
      },
    );
    const direct = await messy();
    await run(direct, { fill: true });
    const plain = (tables: Awaited<ReturnType<typeof dump>>) => tables.customers?.map(({ created_at: _, ...row }) => row);
    expect(plain(await dump(database.engine))).toEqual(plain(await dump(direct.engine)));
    await expect(apply()).rejects.toMatchObject({ code: 'GUARD_RAIL' });
  });

  it('stops before anything is written when too many would change, or the user wants it to', async () => {
    const database = await messy();
    const before = await dump(database.engine, { exact: true });
    await expect(run(database, { maxChanged: { customers: 4 } })).rejects.toMatchObject({ code: 'GUARD_RAIL', exitCode: 6 });
    await expect(run(database, { maxChanged: { share: 0.8 } })).rejects.toMatchObject({ code: 'GUARD_RAIL' });
    await expect(run(database, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    expect((await run(database, { maxChanged: { share: 0.9 } })).result.changed).toBe(5);
  });

  it('lets the same file find its customers again', async () => {
    const database = await messy();
    await run(database);
    const { result } = await importText(database, MESSY, { source: 'shop' });
    expect(result).toMatchObject({ created: 0, updated: 0, unchanged: 6 });
  });

  it('makes match keys again that are not what the rules say', async () => {
    const database = await messy();
    await database.engine.transaction(async (connection) => {
      await connection.run("UPDATE customers SET email_key = 'x', name_alt_key = NULL WHERE id = 1");
      await connection.run("UPDATE settings SET value = '1' WHERE name = 'match_keys'");
    });
    await expect(importText(database, MESSY)).rejects.toMatchObject({
      code: 'SCHEMA_OLDER',
      hint: expect.stringContaining('crm normalize --keys'),
    });
    const check = async (): Promise<void> => {};
    expect(await database.repository.rebuildKeys({ commit: false, check })).toEqual({ examined: 6, rebuilt: 1 });
    expect(await inconsistencies(database.engine)).not.toEqual([]);
    expect(await database.repository.rebuildKeys({ commit: true, check })).toEqual({ examined: 6, rebuilt: 1 });
    expect(await inconsistencies(database.engine)).toEqual([]);
    expect(await database.repository.rebuildKeys({ commit: true, check })).toEqual({ examined: 6, rebuilt: 0 });
    await importText(database, MESSY);
  });
});
