import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { CrmError } from '../../src/errors.ts';
import { applyPlan } from '../../src/import/apply-plan.ts';
import { openPlan } from '../../src/import/plan-file.ts';
import type { PlanLine, PlannedRow } from '../../src/model/plan.ts';
import { countsOf, dump, importText, inconsistencies, testDatabase, type TestDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { wholeDatabase } from '../support/whole-database.ts';

afterEach(() => {
  vi.useRealTimers();
});

const BEFORE = 'id,name,email,city\n1,Ada King,ada@example.org,Rome\n2,Bob Ray,bob@example.org,Oslo\n3,Eve Moe,eve@example.org,Bern\n';
const FILE =
  'id,name,email,city,tags\n' +
  '1,Ada King,ada@example.org,Paris,vip\n' +
  '2,Bob Ray,bob@example.org,Oslo,\n' +
  '4,Dora Low,dora@example.org,Wien,\n' +
  '1,Ada King,ada@example.org,Lyon,\n' +
  '5,too,many,cells,here,and,here\n';

type Options = Parameters<typeof importText>[2];

/** Saves the plan of an import and returns its path. */
async function plan(database: TestDatabase, text: string, options: Options = {}): Promise<string> {
  const path = join(database.folder, 'plan.ndjson');
  let all = '';
  const save = (part: string): void => {
    all += part;
  };
  await importText(database, text, { source: 'shop', ...options, plan: save });
  writeFileSync(path, all);
  return path;
}

async function apply(database: TestDatabase, path: string, options: Parameters<typeof applyPlan>[2] = {}): ReturnType<typeof applyPlan> {
  const file = await openPlan(path);
  try {
    return await applyPlan(database.repository, file, { rejectsPath: join(database.folder, 'plan.rejects.csv'), ...options });
  } finally {
    file.dispose();
  }
}

async function refused(work: Promise<unknown>): Promise<CrmError> {
  const error: unknown = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CrmError);
  return error as CrmError;
}

function linesOf(path: string): PlanLine[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as PlanLine);
}

function rowsOf(path: string): PlannedRow[] {
  return linesOf(path).flatMap((line) => ('row' in line ? [line.row] : []));
}

async function withCustomers(target: Parameters<typeof testDatabase>[0]): Promise<TestDatabase> {
  const database = await testDatabase(target);
  await importText(database, BEFORE, { source: 'shop' });
  return database;
}

describeEachEngine('a plan', (target) => {
  it('says of each row what becomes of it, and why', async () => {
    const database = await withCustomers(target);
    const rows = rowsOf(await plan(database, FILE));
    expect(rows.sort((a, b) => a.line - b.line).map(({ file: _, ...row }) => row)).toEqual([
      {
        line: 2,
        outcome: 'update',
        customer: 1,
        changes: { city: { before: 'Rome', after: 'Paris' } },
        children: [{ table: 'tags', before: null, after: { customer_id: 1, tag: 'vip' } }],
      },
      { line: 3, outcome: 'unchanged', customer: 2 },
      { line: 4, outcome: 'create', customer: -1 },
      { line: 5, outcome: 'update', customer: 1, changes: { city: { before: 'Paris', after: 'Lyon' } } },
      expect.objectContaining({
        line: 6,
        outcome: 'rejected',
        code: 'TOO_MANY_CELLS',
        cells: ['5', 'too', 'many', 'cells', 'here', 'and', 'here'],
      }),
    ]);
  });

  it('changes nothing itself, and applied gives what it says', async () => {
    const database = await withCustomers(target);
    const before = await dump(database.engine, { exact: true });
    const path = await plan(database, FILE);
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    const { run, result } = await apply(database, path);
    expect(countsOf({ result: result.counts as never })).toBe('5 = 1 + 2 + 1 + 0 + 1');
    expect(result.rejects).not.toBeNull();
    const direct = await withCustomers(target);
    const imported = await importText(direct, FILE, { source: 'shop' });
    expect(readFileSync(result.rejects as string, 'utf8')).toBe(readFileSync(imported.result.rejects as string, 'utf8'));
    const customers = await database.engine.all('SELECT name, city FROM customers ORDER BY id');
    expect(customers).toEqual([
      { name: 'Ada King', city: 'Lyon' },
      { name: 'Bob Ray', city: 'Oslo' },
      { name: 'Eve Moe', city: 'Bern' },
      { name: 'Dora Low', city: 'Wien' },
    ]);
    expect(await inconsistencies(database.engine)).toEqual([]);
    expect(countsOf(await importText(database, FILE, { source: 'shop' }))).toBe('5 = 0 + 0 + 4 + 0 + 1');
    expect(await database.repository.run(run as number)).toMatchObject({
      command: 'apply',
      status: 'done',
      counts: { created: 1, updated: 2 },
    });
  });

  it('is taken back and done again as any run', async () => {
    const database = await withCustomers(target);
    const before = await dump(database.engine);
    const { run } = await apply(database, await plan(database, FILE));
    const after = await dump(database.engine);
    const undo = await database.repository.undo(run as number);
    expect(undo.value.kept).toEqual([]);
    expect(await dump(database.engine)).toEqual(before);
    await database.repository.undo(undo.run as number);
    expect(await dump(database.engine)).toEqual(after);
  });

  it('is not applied twice', async () => {
    const database = await withCustomers(target);
    const path = await plan(database, FILE);
    const { run } = await apply(database, path);
    const after = await dump(database.engine, { exact: true });
    const error = await refused(apply(database, path));
    expect([error.code, error.exitCode]).toEqual(['GUARD_RAIL', 6]);
    expect(error.message).toContain(`run ${run} (apply)`);
    expect(error.details).toMatchObject({
      runs: [{ id: run, command: 'apply' }],
      first: expect.arrayContaining([{ entity: 'customers', id: 1, field: 'city' }]),
    });
    expect(await dump(database.engine, { exact: true })).toEqual(after);
  });

  it('is refused after any other run, even one that was undone', async () => {
    const database = await withCustomers(target);
    const path = await plan(database, FILE);
    const { run } = await database.repository.edit(3, { values: { city: 'Genf' } });
    const error = await refused(apply(database, path));
    expect(error).toMatchObject({ code: 'GUARD_RAIL', details: { places: 0, runs: [{ id: run, command: 'edit' }] } });
    await database.repository.undo(run as number);
    expect((await refused(apply(database, path))).code).toBe('GUARD_RAIL');
    expect(await database.engine.all('SELECT id FROM customers WHERE id > 3')).toEqual([]);
  });

  it.each([
    ['a field that it changes has another value', "UPDATE customers SET city = 'Nowhere' WHERE id = 1", { id: 1, field: 'city' }],
    ['a tag that it adds is there', "INSERT INTO tags (customer_id, tag) VALUES (1, 'vip')", { entity: 'tags', id: 1, field: '*' }],
    [
      'a customer has the e-mail of one to be made',
      "UPDATE customers SET email_key = 'dora@example.org' WHERE id = 3",
      { id: 3, field: 'email' },
    ],
    [
      'a customer has the external id of one to be made',
      "INSERT INTO external_ids (source, external_id, customer_id) VALUES ('shop', '4', 3)",
      { entity: 'external_ids', id: 3 },
    ],
  ])('is refused when %s, whoever did it', async (_, sql, place) => {
    const database = await withCustomers(target);
    const path = await plan(database, FILE);
    await database.engine.transaction((connection) => connection.run(sql));
    const before = await dump(database.engine, { exact: true });
    const error = await refused(apply(database, path));
    expect(error).toMatchObject({ code: 'GUARD_RAIL', details: { places: 1, first: [place] } });
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    expect(await database.engine.all('SELECT id FROM runs WHERE id > 1')).toEqual([]);
  });

  it('stops when it is told to, and writes nothing', async () => {
    const database = await withCustomers(target);
    const path = await plan(database, FILE);
    const before = await dump(database.engine, { exact: true });
    const error = await refused(apply(database, path, { signal: AbortSignal.abort() }));
    expect(error.code).toBe('INTERRUPTED');
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    expect(existsSync(join(database.folder, 'plan.rejects.csv'))).toBe(false);
  });

  it('is refused by another database, unless neither has a history', async () => {
    const [one, other, empty] = [await withCustomers(target), await withCustomers(target), await testDatabase(target)];
    const path = await plan(one, FILE);
    expect((await refused(apply(other, path))).message).toContain('not the database');
    expect((await refused(apply(empty, path))).message).toContain('not the database');
    const fresh = await plan(await testDatabase(target), BEFORE);
    expect((await apply(empty, fresh)).result.counts).toMatchObject({ created: 3 });
  });

  it('applied as a dry run says whether it holds, and writes nothing', async () => {
    const database = await withCustomers(target);
    const path = await plan(database, FILE);
    const before = await dump(database.engine, { exact: true });
    const { run, result } = await apply(database, path, { dryRun: true });
    expect([run, result.counts.created]).toEqual([null, 1]);
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    expect((await apply(database, path)).run).not.toBeNull();
  });

  it.each<[string, string, string, Options]>([
    [
      'contact points and consents',
      'id,name,email,consent.email\n1,Ada,ada@example.org,in\n',
      'id,name,email,contact.email.work,contact.phone.home,consent.email,consent.sms\n' +
        '1,Ada,ada@example.org,ada@work.example.org,+4930123456,out,in\n2,Bob,bob@example.org,b@w.example.org,+4930654321,out,\n',
      {},
    ],
    [
      'companies that stand after their people, are made, or were there',
      'id,name,kind,company\n1,Old GmbH,organisation,\n2,Carl,person,New Ltd\n',
      'id,name,kind,company\n3,Ada,person,Later AG\n4,Bob,person,Old GmbH\n5,Later AG,organisation,\n6,Dora,person,Made Inc\n2,Carl,person,New Ltd\n',
      { createCompanies: true },
    ],
    ['rows of one new customer', '', 'id,name,city,tags\n1,Ada,Rome,a\n1,Ada,Oslo,b\n2,Bob,,\n1,Ada,Oslo,\n', {}],
    ['a customer without anything but a custom field', '', 'name,Colour,__proto__\n,red,x\n', {}],
    ['nothing at all', 'id,name\n1,Ada\n', 'id,name\n1,Ada\n', {}],
    ['fields that are emptied', 'id,name,city,Colour\n1,Ada,Rome,red\n', 'id,name,city,Colour\n1,Ada,,\n', { blank: 'clear' }],
  ])('applied leaves what the import leaves: %s', async (_, before, text, options) => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-04T05:06:07.000Z') });
    const [direct, planned] = [await testDatabase(target), await testDatabase(target)];
    for (const database of before === '' ? [] : [direct, planned]) await importText(database, before, { source: 'shop' });
    // PostgreSQL gives the ids of a dry run to nobody else: so there is one on either side.
    await importText(direct, text, { source: 'shop', ...options, dryRun: true });
    const imported = await importText(direct, text, { source: 'shop', ...options });
    const { result } = await apply(planned, await plan(planned, text, options));
    expect(result.counts).toMatchObject(
      Object.fromEntries(Object.keys(result.counts).map((name) => [name, imported.result[name as 'read']])),
    );
    expect(await wholeDatabase(planned.engine)).toEqual(await wholeDatabase(direct.engine));
    expect(await inconsistencies(planned.engine)).toEqual([]);
  });

  it('of data that hangs on customers leaves what its import leaves, and is taken back', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-03-04T05:06:07.000Z') });
    const [direct, planned] = [await withCustomers(target), await withCustomers(target)];
    const files = [
      ['products', 'sku,name,price,currency\nT1,Tea,12.25,EUR\nC1,Cup,8,EUR\n'],
      ['products', 'sku,name,price,currency\nT1,Green tea,12.25,EUR\nP1,Pot,30,EUR\n'],
      [
        'orders',
        'number,customer id,date,total,currency,coupon\nA-1,1,2026-01-31,10.50,EUR,SPRING\nA-2,2,2026-02-01,5,EUR,\nA-3,9,2026-02-01,5,EUR,\n',
      ],
      ['orders', 'number,customer id,date,total,currency,coupon\nA-1,1,2026-01-31,11.50,EUR,AUTUMN\n'],
      ['order-items', 'order,sku,product,qty,price,currency\nA-1,T1,Tea,2,12.25,EUR\nA-1,,Wrapping,1,0.5,EUR\n'],
      ['interactions', 'type,customer id,date,subject,mood\ncall,1,2026-03-01,Offer,good\ncall,1,2026-03-01,Offer,good\n'],
      ['consents', 'customer id,channel,status,date\n1,email,out,2026-01-05\n2,sms,in,\n'],
    ] as const;
    for (const [type, text] of files) {
      const options: Options = { type, source: 'shop', name: `${type}.csv` };
      await importText(direct, text, { ...options, dryRun: true });
      const imported = await importText(direct, text, options);
      const before = await dump(planned.engine);
      const path = await plan(planned, text, options);
      const { run, result } = await apply(planned, path);
      expect(countsOf({ result: result.counts as never })).toBe(countsOf(imported));
      expect(rowsOf(path)).toHaveLength(imported.result.read);
      const after = await wholeDatabase(planned.engine);
      expect(after).toEqual(await wholeDatabase(direct.engine));
      const undo = await planned.repository.undo(run as number);
      expect(undo.value.kept).toEqual([]);
      expect(await dump(planned.engine)).toEqual(before);
      expect((await planned.repository.undo(undo.run as number)).value.kept).toEqual([]);
      const same = await direct.repository.undo(imported.run as number);
      await direct.repository.undo(same.run as number);
    }
  });

  it.each([
    [
      'products',
      'sku,name\nT1,Tea\n',
      "INSERT INTO products (sku, sku_key, name) VALUES ('t1', 't1', 'Other')",
      { entity: 'products', field: 'sku' },
    ],
    [
      'consents',
      'customer id,channel,status\n1,sms,out\n',
      "INSERT INTO consents (customer_id, channel, status, decided_at) VALUES (1, 'sms', 'in', '2026-01-01T00:00:00.000Z')",
      { entity: 'consents', id: 1, field: '*' },
    ],
  ] as const)('of %s is refused when they moved', async (type, text, sql, place) => {
    const database = await withCustomers(target);
    const path = await plan(database, text, { type });
    await database.engine.transaction((connection) => connection.run(sql));
    const before = await dump(database.engine, { exact: true });
    expect(await refused(apply(database, path))).toMatchObject({ code: 'GUARD_RAIL', details: { places: 1, first: [place] } });
    expect(await dump(database.engine, { exact: true })).toEqual(before);
  });
});
