import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportCustomers } from '../../src/query/export-customers.ts';
import { queryCustomers } from '../../src/query/query-customers.ts';
import type { Selection } from '../../src/query/selected-customers.ts';
import { countsOf, dump, importText, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

const FILE = [
  'email,name,contact.email.work,contact.phone,contact.address.home,contact.social.We.Chat,consent.email,consent.sms',
  'a@x.org,Ada,c@x.org ::: b@x.org,+4930123456,"Main St 1; Berlin, 100%",ada:wx,in,out',
  'b@x.org,Bob,,,,,out,',
  'c@x.org,Cy,,,,,,',
  '',
].join('\n');

async function rowsOf({ repository }: TestDatabase, selection: Selection): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for await (const batch of (await queryCustomers(repository, selection)).rows) rows.push(...batch);
  return rows;
}

describeEachEngine('export of contact points and consents', (target) => {
  it('has a column for each kind, label and channel in use, and importing it again changes nothing', async () => {
    const database = await testDatabase(target);
    await importText(database, FILE);
    const path = join(database.folder, 'out.csv');
    const { columns } = await exportCustomers(database.repository, { path, selection: {} });
    const [header = '', ada, bob] = readFileSync(path, 'utf8').split('\n');
    expect(
      header.endsWith(',tags,consent.email,consent.sms,contact.address.home,contact.email.work,contact.phone,contact.social.We.Chat'),
    ).toBe(true);
    expect(columns).toBe(header.split(',').length);
    expect(ada?.endsWith(',,in,out,"Main St 1; Berlin, 100%",b@x.org ::: c@x.org,+4930123456,ada:wx')).toBe(true);
    expect(bob?.endsWith(',,out,,,,,')).toBe(true);
    const before = await dump(database.engine, { exact: true });
    expect(countsOf(await importText(database, readFileSync(path), { name: 'out.csv' }))).toBe('3 = 0 + 0 + 3 + 0 + 0');
    expect(await dump(database.engine, { exact: true })).toEqual(before);
    const other = await testDatabase(target);
    await importText(other, readFileSync(path));
    const kept = (one: Awaited<ReturnType<typeof dump>>): unknown[] =>
      (one.contact_points ?? []).map(({ kind, label, value, key }) => [kind, label, value, key]).sort();
    expect(kept(await dump(other.engine))).toEqual(kept(before));
  });

  it.each([
    ['a value like the separator', {}, [{ 'contact.url': 'x :::' }, { 'contact.url': 'y' }]],
    ['a text like a JSON array', {}, [{ 'contact.url': '["a"] ::: ' }]],
    ['a number whose country came later', {}, [{ 'contact.phone': '010-12345678-801' }, { country: 'CN' }]],
    ['a number with a trunk prefix', {}, [{ 'contact.phone': '8 (912) 345-67-89' }, { country: 'RU' }]],
    ['several numbers whose country came later', {}, [{ 'contact.phone': '13800138000/13900139000' }, { country: 'CN' }]],
    ['several numbers where one is expected', { onMatch: 'fill' as const }, [{ phone: '13800138000/13900139000' }, { country: 'CN' }]],
  ])('imported again changes nothing: %s', async (_what, options, rows) => {
    const database = await testDatabase(target);
    const text = rows.map((row) => JSON.stringify({ id: 'K1', name: 'Ada', ...row })).join('\n');
    await importText(database, text, { name: 'in.ndjson', source: 'shop', ...options });
    for (const name of ['out.csv', 'out.ndjson']) {
      const path = join(database.folder, name);
      await exportCustomers(database.repository, { path, selection: {} });
      const before = await dump(database.engine);
      expect(countsOf(await importText(database, readFileSync(path), { name }))).toBe('1 = 0 + 0 + 1 + 0 + 0');
      expect(await dump(database.engine)).toEqual(before);
    }
  });

  it('has no such column where nobody has any', async () => {
    const database = await testDatabase(target);
    await importText(database, 'email,name,Colour\na@x.org,Ada,red\n');
    const path = join(database.folder, 'out.csv');
    await exportCustomers(database.repository, { path, selection: {} });
    expect(readFileSync(path, 'utf8')).toMatch(/,tags,Colour\n.*,,red\n$/);
  });

  it('shows, sorts and filters by them in queries', async () => {
    const database = await testDatabase(target);
    await importText(database, FILE);
    expect(await rowsOf(database, { select: ['id', 'contact.email', 'consent.email'], limit: 2 })).toEqual([
      [1, 'b@x.org ::: c@x.org', 'in'],
      [2, null, 'out'],
    ]);
    expect(await rowsOf(database, { select: ['contact_points'], filter: 'contact.phone is not empty' })).toEqual([
      ['address.home:Main St 1%3B Berlin, 100%25; email.work:b@x.org; email.work:c@x.org; phone:+4930123456; social.We.Chat:ada:wx'],
    ]);
    expect(await rowsOf(database, { select: ['id'], filter: "contact.email = 'c@x.org' or contact.address ~ berlin" })).toEqual([[1]]);
    expect(await rowsOf(database, { select: ['id'], filter: 'contact.url is empty and contact.email is empty' })).toEqual([[2], [3]]);
    expect(await rowsOf(database, { groupBy: ['contact.email'] })).toEqual([
      [null, 2],
      ['b@x.org', 1],
      ['c@x.org', 1],
    ]);
  });
});
