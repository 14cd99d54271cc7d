import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type ImportFilesOptions, importFiles } from '../../src/import/import-files.ts';
import { inspectFile } from '../../src/import/inspect-file.ts';
import { countsOf, dump, importText, inconsistencies, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { type PresetFixture, presetFixtures } from '../support/preset-fixtures.ts';
import { workbook } from '../support/workbook.ts';

const SHOP = {
  title: 'Our shop',
  source: 'shop',
  signature: [['Kd.-Nr.', 'Info']],
  columns: { 'Kd.-Nr.': 'external_id', Info: 'notes', Wer: 'name' },
};
const HUBSPOT = 'Record ID,First Name,Last Name,Email,Contact owner,Create Date\n';

/** Samples of related data, what customers they need, and what an import of them does. */
const RELATED_SAMPLES = [
  ['shopify-orders', 'orders', '3 = 2 + 0 + 0 + 1 + 0'],
  ['shopify-order-items', 'order-items', '3 = 3 + 0 + 0 + 0 + 0'],
  ['woocommerce-orders', 'orders', '3 = 2 + 0 + 1 + 0 + 0'],
  ['woocommerce-orders.plugin', 'orders', '1 = 1 + 0 + 0 + 0 + 0'],
  ['woocommerce-order-items', 'order-items', '3 = 3 + 0 + 0 + 0 + 0'],
  ['stripe-payments', 'orders', '2 = 2 + 0 + 0 + 0 + 0'],
  ['stripe-payments.export', 'orders', '1 = 1 + 0 + 0 + 0 + 0'],
  ['pipedrive-activities', 'interactions', '3 = 3 + 0 + 0 + 0 + 0'],
  ['hubspot-calls', 'interactions', '2 = 2 + 0 + 0 + 0 + 0'],
] as const;
const RELATED: ReadonlySet<string> = new Set(RELATED_SAMPLES.map(([name]) => name));
const THEIR_CUSTOMERS = `external_ids,name,email
,Wren Abbot,wren@abbot.example
,Ash Cole,ash@cole.example
,Lin Moor,lin@moor.example
,Ode Park,ode@park.example
stripe:cus_Pq7Na1,Iris Vale,iris@vale.example
stripe:cus_Pq7Na2,Odin Fell,
pipedrive:301,Nils Dahl,nils@dahl.example
pipedrive:302,Mia Lund,
hubspot:101,Ada Berg,
`;

describeEachEngine('presets', (target) => {
  const fresh = () => testDatabase(target);

  it('nothing of the samples is rejected, and importing one again changes nothing', async () => {
    const { repository } = await fresh();
    const fixtures = presetFixtures().filter((fixture) => !RELATED.has(fixture.name));
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

  it('orders and interactions of other programs are what their layouts say, and change nothing the second time', async () => {
    const database = await fresh();
    expect(presetFixtures().filter(({ name }) => RELATED.has(name))).toHaveLength(RELATED_SAMPLES.length);
    await importText(database, THEIR_CUSTOMERS);
    for (const [name, type, counts] of RELATED_SAMPLES) {
      const { path, preset } = presetFixtures().find((fixture) => fixture.name === name) as PresetFixture;
      const options = { paths: [path], ...(name === 'woocommerce-order-items' ? { type } : {}) };
      const before = await dump(database.engine);
      expect(countsOf(await importFiles(database.repository, { ...options, dryRun: true })), name).toBe(counts);
      expect(await dump(database.engine)).toEqual(before);
      const report = await importFiles(database.repository, options);
      expect([countsOf(report), report.type, report.result.detected.preset], name).toEqual([counts, type, preset]);
      const after = await dump(database.engine);
      const again = await importFiles(database.repository, { ...options, ...(name.startsWith('shopify') ? { blank: 'clear' } : {}) });
      expect(again.result).toMatchObject({ created: 0, updated: 0, rejected: 0 });
      expect(await dump(database.engine), name).toEqual(after);
    }
    const items = await database.engine.all(
      'SELECT line, description, quantity, price_minor, price_currency FROM order_items ORDER BY order_id, line',
    );
    expect(items.map((row) => Object.values(row))).toEqual([
      [1, 'Oak tray', 2, 1450, 'USD'],
      [2, 'Beeswax', 1, 1000, 'USD'],
      [1, 'Beeswax', 1, 800, 'EUR'],
      [1, 'Tin lamp', 1, 1500, 'GBP'],
      [2, 'Wick', 3, 200, 'GBP'],
      [1, 'Tin lamp', 1, 1500, 'GBP'],
    ]);
    const orders = await database.engine.all('SELECT number, status, total_minor, total_currency FROM orders ORDER BY number');
    expect(orders.map((row) => Object.values(row).join(' '))).toEqual([
      '#1001 paid 4644 USD',
      '#1002 pending 800 EUR',
      '3041 Completed 2500 GBP',
      '3042 Refunded 1900 GBP',
      '3043 processing 1250 GBP',
      'ch_3Ka01 Paid 12000 EUR',
      'ch_3Ka02 Refunded 1500 JPY',
      'pi_3Kb01 Failed 4990 USD',
    ]);
    const kinds = await database.engine.all('SELECT subject, kind FROM interactions ORDER BY subject');
    expect(kinds.map((row) => Object.values(row).join(' '))).toEqual([
      'Asked back call',
      'Eat together meeting',
      'First talk call',
      'Send papers note',
      'Talk about the roof call',
    ]);
    expect(await inconsistencies(database.engine)).toEqual([]);
  });

  it('a further line of an order does nothing to it, and is rejected with it', async () => {
    const database = await fresh();
    await importText(database, 'name,email,phone\nAda,ada@x.org,+12025550143\n');
    const header = 'Name,Email,Phone,Financial Status,Currency,Total,Created at,Lineitem name,Lineitem quantity,Lineitem price\n';
    const rows = [
      "#1,,'+12025550143,paid,USD,9.50,2026-01-31,Cup,1,9.50",
      '#1,,,,,,2026-01-31,Lid,1,0.00',
      '#2,eve@x.org,,paid,USD,7.00,2026-01-31,Cup,1,7.00',
      '#2,eve@x.org,,,,,2026-01-31,Lid,1,0.00',
      '#3,ada@x.org,,,,,2026-01-31,Lid,1,0.00',
      '#1,ada@x.org,,,,,2026-01-31,Pot,1,0.00',
    ];
    const report = await importText(database, header + rows.join('\n'), { name: 'orders.csv', blank: 'clear' });
    expect(countsOf(report)).toBe('6 = 1 + 0 + 0 + 2 + 3');
    expect(report.warnings).toEqual([{ code: 'ITEMS_LEFT_OUT', field: null, count: 6, lines: [2, 3, 4, 5, 6] }]);
    expect(await database.engine.all('SELECT number, status, total_minor FROM orders')).toEqual([
      { number: '#1', status: 'paid', total_minor: 950 },
    ]);
    const mended = readFileSync(report.result.rejects as string, 'utf8').replaceAll('eve@x.org', 'ada@x.org');
    expect(countsOf(await importText(database, mended, { name: 'mended.csv' }))).toBe('3 = 1 + 0 + 0 + 1 + 1');
  });

  it('what the rows are is said by --type, --preset or the layout, and never guessed', async () => {
    const database = await fresh();
    await importText(database, THEIR_CUSTOMERS);
    const pathOf = (name: string) => presetFixtures().find((fixture) => fixture.name === name)?.path as string;
    const tried = (options: Partial<ImportFilesOptions>, ...names: string[]) =>
      importFiles(database.repository, { paths: names.map(pathOf), dryRun: true, ...options });
    expect(await tried({ type: 'customers' }, 'pipedrive-activities')).toMatchObject({
      type: 'customers',
      preset: { name: 'pipedrive-persons' },
    });
    expect(await tried({ type: 'customers' }, 'shopify-orders')).toMatchObject({ type: 'customers', preset: null });
    expect(await tried({ preset: 'none' }, 'stripe-payments')).toMatchObject({ type: 'customers', preset: null });
    expect(await tried({ type: 'orders', preset: 'none' }, 'stripe-payments')).toMatchObject({ type: 'orders', preset: null });
    expect(await tried({ type: 'order-items' }, 'woocommerce-orders')).toMatchObject({ preset: { name: 'woocommerce-order-items' } });
    expect(await tried({ preset: 'stripe-payments' }, 'stripe-payments.export')).toMatchObject({ type: 'orders' });
    expect(await tried({}, 'stripe-payments', 'stripe-payments.export')).toMatchObject({ type: 'orders', result: { created: 3 } });
    expect(await tried({ source: 'shop' }, 'shopify-orders', 'woocommerce-orders')).toMatchObject({
      type: 'orders',
      result: { created: 4 },
    });
    for (const [options, ...names] of [
      [{ type: 'customers', preset: 'shopify-orders' }, 'shopify-orders'],
      [{ type: 'orders', preset: 'hubspot-contacts' }, 'shopify-orders'],
      [{ tags: ['vip'] }, 'shopify-orders'],
      [{ match: ['email'] }, 'shopify-orders'],
      [{ createCompanies: true }, 'shopify-orders'],
      [{ onMatch: 'create' }, 'shopify-orders'],
      [{}, 'shopify-orders', 'shopify-customers'],
      [{}, 'shopify-customers', 'hubspot-calls'],
      [{}, 'shopify-orders', 'woocommerce-orders'],
    ] as [Partial<ImportFilesOptions>, ...string[]][]) {
      await expect(tried(options, ...names), JSON.stringify([options, names])).rejects.toMatchObject({ code: 'USAGE' });
    }
  });

  it('other formats than CSV are recognised too, and an inspection says the same', async () => {
    const database = await fresh();
    await importText(database, THEIR_CUSTOMERS);
    const payment = {
      id: 'ch_9',
      'Created (UTC)': '2026-02-03 09:12',
      Amount: '1.50',
      'Amount Refunded': '0',
      Currency: 'eur',
      'Customer ID': 'cus_Pq7Na1',
    };
    for (const [name, text] of [
      ['pay.ndjson', JSON.stringify(payment)],
      ['pay.json', JSON.stringify([payment])],
    ] as const) {
      const report = await importText(database, text, { name, dryRun: true });
      expect([report.type, report.preset?.name, countsOf(report)]).toEqual(['orders', 'stripe-payments', '1 = 1 + 0 + 0 + 0 + 0']);
    }
    const book = workbook([{ name: 'Payments', rows: [Object.keys(payment), Object.values(payment)] }]);
    const refused = importText(database, book, { name: 'pay.xlsx' });
    await expect(refused).rejects.toMatchObject({ code: 'INPUT_AMBIGUOUS', hint: expect.stringContaining('--type orders') });
    const said = await importText(database, book, { name: 'pay.xlsx', type: 'orders', dryRun: true });
    expect([said.preset?.name, countsOf(said)]).toEqual(['stripe-payments', '1 = 1 + 0 + 0 + 0 + 0']);
    expect((await inspectFile({ path: join(database.folder, 'pay.xlsx') })).result.detected.preset).toBe('stripe-payments');
    const path = presetFixtures().find(({ name }) => name === 'hubspot-calls')?.path as string;
    const { result } = await inspectFile({ path });
    expect(result).toMatchObject({ rows: 2, rejected: 0, detected: { preset: 'hubspot-calls' } });
    expect(result.mapping.find(({ header }) => header === 'Activity date')).toMatchObject({ field: 'occurred_at', how: 'preset' });
  });

  it('an order file of the user is recognised, with what is the same for all rows', async () => {
    const database = await fresh();
    await importText(database, 'name,email\nAda,ada@x.org\n');
    const tills = {
      type: 'orders',
      signature: [['Bon', 'Wann', 'Summe']],
      columns: { Bon: 'number', Wann: 'ordered_at', Summe: 'total', Wer: 'customer.email' },
      constants: { currency: 'EUR', status: 'paid' },
    };
    const report = await importText(database, 'Bon,Wann,Summe,Wer\n1,2026-01-31,"9,50",ada@x.org\n', { ownPresets: { tills } });
    expect(countsOf(report)).toBe('1 = 1 + 0 + 0 + 0 + 0');
    expect(await database.engine.all('SELECT number, status, total_minor, total_currency FROM orders')).toEqual([
      { number: '1', status: 'paid', total_minor: 950, total_currency: 'EUR' },
    ]);
    const wrong = { ...tills, constants: { currency: 'gold' } };
    const failing = importText(database, 'Bon,Wann,Summe,Wer\n', { ownPresets: { wrong } });
    await expect(failing).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    const both = {
      tills,
      tally: { ...tills, type: 'customers', columns: { Bon: 'tags', Wann: '', Summe: '', Wer: 'email' }, constants: undefined },
    };
    await expect(importText(database, 'Bon,Wann,Summe,Wer\n1,,,\n', { ownPresets: both })).rejects.toMatchObject({
      code: 'INPUT_AMBIGUOUS',
    });
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
