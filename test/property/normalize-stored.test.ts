import fc from 'fast-check';
import { expect, it } from 'vitest';
import { normalizeCustomers } from '../../src/cleansing/normalize-customers.ts';
import { dump, importText, inconsistencies, openTestDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

/** Cells of each column, canonical, messy and hostile. */
const CELLS = {
  name: [
    'SMITH, JOHN',
    'john smith',
    'Ada King',
    '张　伟',
    '歐陽　娜娜',
    '王总',
    'Smith, Jr., John',
    'a@b',
    'O’BRIEN',
    'İNCİ',
    '\ud83d',
    '',
  ],
  given_name: ['JOHN', 'anna-maria', '伟', '', ' '],
  family_name: ['VAN DER BERG', "o'brien", '张', ''],
  kind: ['person', 'organisation', ''],
  company: ['Acme  Inc.', '华为（深圳）有限公司', 'AT&amp;amp;T', 'ＡＢＣ', ''],
  email: ['A@Example.ORG', 'info@gmial.com', 'mailto:x@y.org', 'none', ''],
  phone: ['138 0013 8000', '030 123456', '+44 20 7946 0018 ext. 5', '1.38E+10', '020 7946 0018', ''],
  street: ['123 MAIN ST', '广东省深圳市南山区科技园路1号', 'a\tb', ''],
  city: ['NEW YORK', '深圳', 'sao paulo', ''],
  state: ['California', '广东', 'Guangdong', 'x', ''],
  zip: ['sw1a1aa', '94105', '１２３', '1012', ''],
  country: ['US', 'Germany', '中国', 'UK', 'nowhere', ''],
  website: ['HTTP://A.com/?utm_source=x', 'a b', 'example.cn', ''],
  language: ['zh_cn', 'English', 'xx-yy-zz', ''],
  tax_id: ['91350100m000100y43', 'de 136,695 976', '110101199003074514', '?', ''],
  notes: ['a  b\r\n c', '&lt;b&gt;', 'x\u0000', ''],
} as const;
const NAMES = Object.keys(CELLS) as (keyof typeof CELLS)[];
const row = fc.tuple(...NAMES.map((name) => fc.constantFrom<string>(...CELLS[name])));
const quoted = (cell: string): string => `"${cell.replaceAll('"', '""').replaceAll('\0', '')}"`;
const file = fc
  .array(row, { minLength: 1, maxLength: 4 })
  .map((rows) => `${NAMES.join(',')}\n${rows.map((cells) => `${cells.map(quoted).join(',')}\n`).join('')}`);
const region = fc.constantFrom(null, 'CN', 'DE');

describeEachEngine('normalising stored customers', (target) => {
  const numRuns = target.name === 'sqlite' ? 60 : 8;

  it('changes nothing of what an import without a match has made', { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(file, region, async (text, country) => {
      const { database, close } = await openTestDatabase(target);
      try {
        await importText(database, text, { match: [], region: country });
        const { result } = await normalizeCustomers(database.repository, { mode: 'look', region: country });
        expect(result.byField).toEqual(Object.fromEntries(Object.entries(result.byField).filter(([, { changed }]) => changed === 0)));
      } finally {
        await close();
      }
    });
    await fc.assert(property, { numRuns, interruptAfterTimeLimit: 20_000 });
  });

  it('does the same twice as once, empties nothing, and is taken back whole', { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(file, region, fc.boolean(), async (text, country, fill) => {
      const { database, close } = await openTestDatabase(target);
      try {
        await importText(database, text, { match: [], asWritten: true });
        const before = await dump(database.engine);
        const { run } = await normalizeCustomers(database.repository, { region: country, fill });
        expect(await inconsistencies(database.engine)).toEqual([]);
        expect((await normalizeCustomers(database.repository, { region: country, fill })).run).toBeNull();
        const after = await dump(database.engine);
        for (const [i, customer] of (before.customers ?? []).entries()) {
          const id = customer.id;
          const now = after.customers?.find((other) => other.id === id) ?? after.customers?.[i];
          for (const [field, value] of Object.entries(customer))
            if (value !== null) expect([field, now?.[field]]).not.toEqual([field, null]);
        }
        if (run !== null) await database.repository.undo(run);
        expect(await dump(database.engine)).toEqual(before);
        expect(await inconsistencies(database.engine)).toEqual([]);
      } finally {
        await close();
      }
    });
    await fc.assert(property, { numRuns, interruptAfterTimeLimit: 20_000 });
  });
});
