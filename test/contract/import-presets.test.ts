import { expect, it } from 'vitest';
import { importFiles } from '../../src/import/import-files.ts';
import { countsOf, importText, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { presetFixtures } from '../support/preset-fixtures.ts';

const SHOP = {
  title: 'Our shop',
  source: 'shop',
  signature: [['Kd.-Nr.', 'Info']],
  columns: { 'Kd.-Nr.': 'external_id', Info: 'notes', Wer: 'name' },
};
const HUBSPOT = 'Record ID,First Name,Last Name,Email,Contact owner,Create Date\n';

describeEachEngine('presets', (target) => {
  const fresh = () => testDatabase(target);

  it('nothing of the samples is rejected, and importing one again changes nothing', async () => {
    const { repository } = await fresh();
    const fixtures = presetFixtures();
    const rows = fixtures.reduce((sum, fixture) => sum + fixture.rows.length, 0);
    const report = await importFiles(repository, { paths: fixtures.map(({ path }) => path), match: [], region: 'CN' });
    expect(countsOf(report)).toBe(`${rows} = ${rows} + 0 + 0 + 0 + 0`);
    expect(report.warnings.map(({ code, field }) => `${code} ${field}`)).not.toContain('NOT_UNDERSTOOD created_at');
    const database = await fresh();
    for (const name of ['hubspot-contacts', 'zoho-accounts', 'shopify-customers', 'brevo-contacts']) {
      const paths = fixtures.filter((fixture) => fixture.name === name).map(({ path }) => path);
      expect((await importFiles(database.repository, { paths })).result.detected.preset).toBe(name);
      expect(countsOf(await importFiles(database.repository, { paths })), name).toMatch(/^2 = 0 \+ 0 \+ 2 /);
    }
  });

  it('ids belong to the system of the preset and decide alone, whatever the file is called', async () => {
    const database = await fresh();
    await importText(database, `${HUBSPOT}7,Ada,Berg,,Sam,2024-01-01\n`, { name: 'hubspot.csv' });
    const again = await importText(database, `${HUBSPOT}7,Grace,Dorn,,Sam,2024-01-01\n`, { name: 'other.csv' });
    expect(countsOf(again)).toBe('1 = 0 + 1 + 0 + 0 + 0');
    expect(await database.repository.get(1)).toMatchObject({
      customer: { kind: 'person', name: 'Grace Dorn' },
      externalIds: [{ source: 'hubspot', external_id: '7' }],
    });
    const plain = await importText(database, 'Record ID,First Name,Last Name\n7,Eve,Frank\n', { name: 'hubspot.csv' });
    expect(countsOf(plain)).toBe('1 = 1 + 0 + 0 + 0 + 0');
  });

  it('--source goes before the source of the preset', async () => {
    const database = await fresh();
    await importText(database, `${HUBSPOT}7,Ada,Berg,,Sam,2024-01-01\n`, { source: 'old' });
    expect((await database.repository.get(1))?.externalIds).toMatchObject([{ source: 'old', external_id: '7' }]);
  });

  it('a preset may be named, or none', async () => {
    const database = await fresh();
    const none = await importText(database, `${HUBSPOT}7,Ada,Berg,,Sam,2024-01-01\n`, { preset: 'none' });
    expect(none.result.detected.preset).toBeNull();
    expect(none.result.mapping.map(({ how }) => how)).not.toContain('preset');
    const named = await importText(database, 'Record ID,First Name\n8,Eve\n', { preset: 'hubspot-contacts' });
    expect(named.result.detected.preset).toBe('hubspot-contacts');
    expect(named.result.mapping).toEqual([
      { header: 'Record ID', field: 'external_id', how: 'preset' },
      { header: 'First Name', field: 'given_name', how: 'preset' },
    ]);
    await expect(importText(database, 'a,b\n1,2\n', { preset: 'hubspot-contacts' })).rejects.toMatchObject({ code: 'INPUT_NO_HEADER' });
    await expect(importText(database, 'a,b\n1,2\n', { preset: 'hubspott' })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('a preset of the user is recognised', async () => {
    const database = await fresh();
    const report = await importText(database, 'Kd.-Nr.,Wer,Info\n7,Ada,hello\n', { ownPresets: { 'our-shop': SHOP } });
    expect(report.result.detected.preset).toBe('our-shop');
    expect(await database.repository.get(1)).toMatchObject({
      customer: { name: 'Ada', notes: 'hello' },
      externalIds: [{ source: 'shop', external_id: '7' }],
    });
  });

  it('two presets that fit equally well are reported, and neither is used', async () => {
    const database = await fresh();
    const ownPresets = { one: SHOP, two: { ...SHOP, source: 'two' } };
    const report = await importText(database, 'Kd.-Nr.,Info,Name\n7,hello,Ada\n', { ownPresets });
    expect(report.result.detected.preset).toBeNull();
    expect(report.warnings).toEqual([{ code: 'AMBIGUOUS_PRESET', field: 'one, two', count: 1, lines: [1] }]);
  });

  it('NDJSON is recognised by the members of its first object', async () => {
    const database = await fresh();
    const lines = [
      { 'Record ID': '7', Email: 'a@x.org', 'Create Date': '2024-01-01' },
      { 'Record ID': '8', Email: 'b@x.org', 'Mobile Phone Number': '+12025550143' },
    ];
    const report = await importText(database, lines.map((line) => JSON.stringify(line)).join('\n'), { name: 'people.ndjson' });
    expect(report.result.detected.preset).toBe('hubspot-contacts');
    expect((await database.repository.get(2))?.customer).toMatchObject({ email: 'b@x.org', phone: '+12025550143' });
  });
});
