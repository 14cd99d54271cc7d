import { expect, it } from 'vitest';
import { CrmError } from '../../src/errors.ts';
import { measureQuality, type MeasureOptions } from '../../src/quality/measure-quality.ts';
import type { QualityReport } from '../../src/quality/quality-report.ts';
import { keepMeasured, trendOf } from '../../src/quality/quality-trend.ts';
import { queryCustomers, querySql } from '../../src/query/query-customers.ts';
import { dump, importText, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const NOW = new Date('2026-06-15T12:00:00.000Z');
const OPTIONS: MeasureOptions = { scope: {}, by: null, freshDays: 365, examples: 5, normalizing: { region: null } };
/** Eight customers: 1 and 8 are one, 2 was born tomorrow, 4 has a phone of another country, 5 has no e-mail, 6 nothing but a name. */
const PEOPLE = `id,name,email,phone,city,country,birthday,owner,tags
1,Ada Lovelace,ada@example.com,+442079460018,London,GB,1990-01-01,Grace,vip
2,Max Power,max@example.com,+493023125014,Berlin,DE,2026-06-16,Grace,vip; cold
3,王小明,wang@example.cn,+8613800138000,上海,CN,1985-05-05,李雷,
4,Zoe Brown,zoe@example.com,+8613800138001,Paris,FR,1991-01-01,,cold
5,Bob Stone,,+493023125015,Berlin,DE,1992-02-02,Grace,
6,Nina Simone,,,,,,,
7,Eve Green,eve@example.com,+493023125016,Berlin,DE,1993-03-03,Grace,
8,A Lovelace,ada@example.com,,London,GB,,,
`;

async function people(target: Parameters<typeof testDatabase>[0]): Promise<TestDatabase> {
  const database = await testDatabase(target, { now: () => NOW });
  await importText(database, PEOPLE, { source: 'shop' });
  return database;
}

async function measure({ repository }: TestDatabase, options: Partial<MeasureOptions> = {}): Promise<QualityReport> {
  return (await measureQuality(await repository.quality(), { ...OPTIONS, ...options })).report;
}

const found = ({ findings }: QualityReport): Record<string, readonly number[]> =>
  Object.fromEntries(findings.map(({ id, examples }) => [id, examples]));

describeEachEngine('measuring quality', (target) => {
  it('counts fields, findings, duplicates and ages', async () => {
    const database = await people(target);
    const before = await dump(database.engine, { exact: true });
    const report = await measure(database);
    expect(report).toMatchObject({ customers: 8, measured_at: NOW.toISOString(), filter: null, by: null, groups: [], previous: null });
    const email = report.fields.find(({ field }) => field === 'email');
    expect(email).toMatchObject({ applicable: 8, filled: 6, completeness: 0.75, validity: 1, conformity: 1, uniqueness: 5 / 6 });
    expect(found(report)).toMatchObject({
      birthday_future: [2],
      country_phone: [4],
      unreachable: [6],
      duplicates: [1, 8],
      'empty.email': [5, 6],
      'empty.owner': [4, 6, 8],
    });
    expect(report.duplicates).toEqual({ groups: 1, customers: 2, share: 0.25 });
    expect(report.dimensions).toMatchObject({ uniqueness: 7 / 8, consistency: 5 / 8, freshness: 1, validity: 1, conformity: 1 });
    expect(report.freshness.histogram[0]).toEqual({ fromDays: 0, toDays: 30, customers: 8 });
    expect(report.fields.at(-1)?.filled).toBe(0);
    expect(await dump(database.engine, { exact: true })).toEqual(before);
  });

  it('measures the customers of a filter', async () => {
    const database = await people(target);
    const report = await measure(database, { scope: { filter: 'city = Berlin' } });
    expect(report).toMatchObject({ customers: 3, filter: 'city = Berlin', duplicates: { groups: 0, customers: 0, share: 0 } });
    expect(found(report)).toMatchObject({ birthday_future: [2], 'empty.email': [5] });
    expect(report.findings.find(({ id }) => id === 'empty.email')?.command).toBe('crm query "(city = Berlin) and (email is empty)"');
    await expect(measure(database, { scope: { filter: 'citty = Berlin' } })).rejects.toMatchObject({ code: 'UNKNOWN_FIELD' });
  });

  it.each([
    [
      'owner',
      [
        ['Grace', 4],
        [null, 3],
        ['李雷', 1],
      ],
    ],
    [
      'tag',
      [
        [null, 5],
        ['cold', 2],
        ['vip', 2],
      ],
    ],
    ['source', [['shop', 8]]],
    [
      '标签',
      [
        [null, 5],
        ['cold', 2],
        ['vip', 2],
      ],
    ],
    [
      'country',
      [
        ['DE', 3],
        ['GB', 2],
        ['CN', 1],
        ['FR', 1],
        [null, 1],
      ],
    ],
  ])('by %s', async (by, expected) => {
    const report = await measure(await people(target), { by });
    expect(report.groups.map(({ value, customers }) => [value, customers])).toEqual(expected);
    for (const { score } of report.groups) expect(score).toBeGreaterThan(0);
    expect(report).toMatchObject({ by, otherGroups: 0 });
  });

  it('by a custom field, and not by one that nobody has', async () => {
    const database = await people(target);
    await database.repository.edit(1, { values: { 'attributes.Lead source': 'web' } });
    const { groups } = await measure(database, { by: 'Lead source' });
    expect(groups.map(({ value, customers }) => [value, customers])).toEqual([
      [null, 7],
      ['web', 1],
    ]);
    await expect(measure(database, { by: 'nothing' })).rejects.toBeInstanceOf(CrmError);
  });

  it('leaves small groups out', async () => {
    const database = await testDatabase(target);
    await importText(database, `name,owner\n${Array.from({ length: 60 }, (_, i) => `N${i},O${i}`).join('\n')}\n`);
    const { groups, otherGroups } = await measure(database, { by: 'owner' });
    expect([groups.length, otherGroups]).toEqual([50, 10]);
  });

  it('sees consents, tags, companies and identity cards', async () => {
    const database = await people(target);
    const { repository } = database;
    const consent = { channel: 'email', status: 'out', decided_at: '2026-01-01T00:00:00.000Z' };
    await repository.addChild(1, { table: 'consents', row: consent });
    await repository.addChild(2, { table: 'consents', row: consent });
    await repository.edit(2, { values: {}, addTags: ['newsletter'] });
    await repository.addChild(6, {
      table: 'contact_points',
      row: { kind: 'phone', value: '+442079460019', created_at: NOW.toISOString() },
    });
    await repository.edit(3, { values: { 'attributes.身份证号': '11010519491231002X' } });
    await database.engine.transaction((connection) => connection.run('UPDATE customers SET company_id = ? WHERE id IN (4, 8)', [4]));
    const report = await measure(database);
    expect(found(report)).toMatchObject({ opt_out_subscribed: [2], resident_id_birthday: [3], company_self: [4], company_is_person: [8] });
    expect(found(report).unreachable).toBeUndefined();
  });

  it('each command lists the cases of its finding', async () => {
    const database = await people(target);
    const { repository } = database;
    await repository.edit(1, {
      values: { first_contacted_at: '2026-05-01T00:00:00.000Z', last_contacted_at: '2026-04-01T00:00:00.000Z', birthday: '1850-01-01' },
    });
    await database.engine.transaction((connection) => connection.run('UPDATE customers SET company_id = ? WHERE id IN (4, 8)', [4]));
    for (const { id, command, count, examples } of (await measure(database)).findings) {
      const [, isSql, text = ''] = /^crm query (--sql )?"(.*)"$/.exec(command) ?? [];
      if (command.startsWith('crm normalize')) continue;
      const { rows } =
        isSql === undefined ? await queryCustomers(repository, { filter: text, select: ['id'] }) : await querySql(repository, text);
      const ids: unknown[] = [];
      for await (const batch of rows) for (const row of batch) ids.push(row[0]);
      expect([id, ids.length, examples.every((example) => ids.includes(example))]).toEqual([id, count, true]);
    }
  });

  it('is stopped by a signal', async () => {
    const database = await people(target);
    await expect(measure(database, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  it('of no customers has no score', async () => {
    const database = await testDatabase(target);
    expect(await measure(database)).toMatchObject({ customers: 0, score: null, findings: [], duplicates: { share: null } });
  });
});

describeEachEngine('measurements', (target) => {
  it('are kept, each beside those of the same filter, and are no runs', async () => {
    const database = await people(target);
    const store = await database.repository.quality();
    const runs = (await database.repository.runs({ limit: 10 })).length;
    const keep = async (options: Partial<MeasureOptions>): Promise<void> =>
      keepMeasured(store, await measureQuality(store, { ...OPTIONS, ...options }));
    await keep({});
    await keep({ scope: { filter: 'country = DE' } });
    await keep({ by: 'owner' });
    const all = await trendOf(store, null, 10);
    expect(all.map(({ measured_at, customers }) => [measured_at, customers])).toEqual([
      [NOW.toISOString(), 8],
      [NOW.toISOString(), 8],
    ]);
    expect(await trendOf(store, 'country = DE', 10)).toHaveLength(1);
    expect(await trendOf(store, null, 1)).toHaveLength(1);
    const { score, previous } = await measure(database);
    expect(previous).toEqual({ measured_at: NOW.toISOString(), customers: 8, score });
    expect(await database.repository.runs({ limit: 10 })).toHaveLength(runs);
    const [row] = await database.engine.all<{ report: string; score: number; group_by: string | null }>(
      'SELECT report, score, group_by FROM quality_reports ORDER BY id DESC LIMIT 1',
    );
    expect(JSON.parse(row?.report ?? '')).toMatchObject({ customers: 8, by: 'owner' });
    expect(row?.score).toBeLessThanOrEqual(1);
    expect(row?.group_by).toBe('owner');
  });

  it('hold no value of a customer', async () => {
    const database = await people(target);
    const text = JSON.stringify(await measure(database));
    for (const value of ['Ada', 'ada@', '442079460018', 'London', '上海', '1990-01-01', 'Stone']) expect(text).not.toContain(value);
  });
});
