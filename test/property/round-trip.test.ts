import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CrmError } from '../../src/errors.ts';
import { addCustomer, editCustomer } from '../../src/import/edit-customer.ts';
import { type ImportFilesOptions, importFiles } from '../../src/import/import-files.ts';
import { exportCustomers } from '../../src/query/export-customers.ts';
import { type TestDatabase, dump, inconsistencies, openTestDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';

/** What people and programs put into cells: quotes, line ends, zeros, formulas, other scripts, blanks, decomposed text. */
const NASTY = [
  '"',
  '""',
  ',',
  ';',
  'a;b',
  "O'Brien",
  'He said "hi"',
  'two\nlines',
  'two\r\nlines',
  'cr\rcr',
  '\ttab',
  ' padded ',
  '\u00a0',
  '   ',
  '',
  '007',
  '+4930123456',
  '=cmd|/c calc',
  '-1',
  '@x',
  'sep=;',
  '#N/A',
  'NULL',
  'null',
  '0',
  '1e5',
  '🙂',
  '👨‍👩‍👧',
  '王小明',
  '张三；李四',
  'Müller',
  'Mu\u0308ller',
  '\ufeffbom',
  '\u200bzero',
  'x\u2028y',
  '%3B',
  '100%',
  'a:b',
  '\u0301x',
  'ﬁ',
  '１２３',
  '\\',
  '\\n',
  "'quoted'",
  '{"a":1}',
  '[1]',
  '\u0001',
  'ß',
  'İ',
];
const text = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 8 }), fc.string({ maxLength: 12 }));
const NAMES = ['Ada Lovelace', 'A Lovelace', 'Ada', 'Acme GmbH', '王小明', '王 小明', 'Smith, John', 'John Smith', 'N/A', '-', ''];
const name = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...NAMES) }, text);
const email = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a@example.com', 'A@Example.com', 'b@example.com', '', 'n/a', 'info@') },
  text,
);
const phone = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '13800138000',
      '+86 138 0013 8000',
      '030 123456',
      '+4930123456',
      '+49 30 123456 ext. 5',
      '010-12345678-801',
      '',
      'call me',
      '00',
      '13800138000/13900139000',
      '8 (912) 345-67-89',
    ),
  },
  text,
);
const date = fc.oneof(fc.constantFrom('2024-02-29', '29.02.2024', '2024/3/5', 'soon', '', '20240305', '2024-01-01T10:00:00+08:00'), text);
const country = fc.constantFrom('DE', 'Germany', '中国', 'cn', 'RU', 'Atlantis', '', 'XX', 'Congo', 'US');

/** Cells by header; headers are aliases, odd custom ones, and our own. */
const FIELDS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  id: fc.oneof(fc.constantFrom('1', '2', '3', '01', 'a;b', 'x:y', '50%', ''), text),
  external_ids: fc.constantFrom('shop:1', 'shop:2; crm:1', 'x', ';', 'a%3Ab:c%3Bd', ''),
  'Full Name': name,
  'first name': name,
  nachname: name,
  company: name,
  kind: fc.constantFrom('person', 'company', '公司', 'alien', ''),
  'E-Mail': email,
  email_2: email,
  Telefon: phone,
  ext: fc.constantFrom('5', '007', '', 'x'),
  land: country,
  dob: date,
  created: date,
  'last contact': date,
  gender: fc.constantFrom('f', '女', 'unknown', ''),
  notes: text,
  city: text,
  tags: fc.constantFrom('a', 'b; a', 'c,d', '甲、乙', ' a ;; b ', '["x; y","z, w"]', '[1]', '100%', '|', 'e\u0301;\u200bz', ''),
  'Lead source': text,
  'attributes.email': text,
  'attributes.birthday': text,
  Mobile: phone,
  phone: phone,
  _line: text,
  'a;b': text,
  'x,y': text,
  ' padded ': text,
  __proto__: text,
  constructor: text,
  'Email (2)': email,
  external_id: text,
  'contact.email.work': email,
  'contact.phone': phone,
  'contact.address.home': text,
  'contact.url': fc.oneof(fc.constantFrom('x.org ::: https://y.org/a;b', ':::', 'x :::', '["a"] ::: ', 'a:b'), text),
  'contact.social.We.Chat: 1': text,
  'contact.messenger.QQ%3B;': text,
  'consent.email': fc.oneof(fc.constantFrom('in', 'out', 'yes', '是', 'unsubscribed', ''), text),
  'consent.sms.out': fc.constantFrom('true', 'no', '1', 'perhaps', ''),
  '\u200b': text,
  版本: text,
  '"': text,
};
const row = fc
  .record(Object.fromEntries(Object.entries(FIELDS).map(([header, cell]) => [`_${header}`, cell])), { requiredKeys: [] })
  .chain((cells) => fc.dictionary(fc.string({ maxLength: 6 }), text, { maxKeys: 1 }).map((odd) => ({ known: cells, odd })))
  .map(({ known, odd }) =>
    jsonObject([...Object.entries(known).map(([key, value]) => [key.slice(1), value as string] as const), ...Object.entries(odd)]),
  );

/** The second is named like the source of the customers: its ids decide only where names agree. */
const FILES = ['export.csv', 'load0.csv', 'excel.tsv', 'export.ndjson'];

interface Load {
  readonly rows: readonly string[];
  readonly options: Partial<ImportFilesOptions>;
}

const load: fc.Arbitrary<Load> = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 6 }),
  options: fc.record(
    {
      source: fc.constantFrom('shop', 'a:b', 'x;y', '50%', ' e\u0301 '),
      onMatch: fc.constantFrom('update', 'fill', 'skip', 'create'),
      match: fc.constantFrom([], ['external_id'], ['email', 'phone'], ['phone']),
      blank: fc.constantFrom('keep', 'clear'),
      tags: fc.constantFrom(['fair'], ['fair|web', '展会', 'fair']),
      createCompanies: fc.boolean(),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Partial<ImportFilesOptions>>,
});
const assignment = fc.oneof(
  fc.constantFrom(
    'name=',
    'email=',
    'phone=',
    'country=CN',
    'country=',
    'phone=13800138000',
    'attributes.x=',
    'given_name=Ada',
    'kind=organisation',
    'birthday=soon',
    'email=a@example.com; b@example.com',
  ),
  fc
    .tuple(fc.constantFrom('name', 'notes', 'attributes. y ', 'attributes.tags', 'company_name', 'city'), text)
    .map(([field, value]) => `${field}=${value}`),
);
const edits = fc.array(fc.uniqueArray(assignment, { selector: (each) => each.split('=')[0] as string, minLength: 1, maxLength: 3 }), {
  maxLength: 3,
});

function jsonObject(entries: readonly (readonly [string, string])[]): string {
  const seen = new Map(entries.filter(([key]) => key !== ''));
  return `{${[...seen].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
}

async function fill(
  database: TestDatabase,
  loads: readonly Load[],
  changes: readonly (readonly string[])[],
  region: string | null,
): Promise<void> {
  const { repository, folder } = database;
  for (const [i, { rows, options }] of loads.entries()) {
    const path = join(folder, `load${i % 2}.ndjson`);
    writeFileSync(path, rows.join('\n'));
    await importFiles(repository, { ...options, region, paths: [path], rejectsPath: join(folder, 'rejects.csv') }).catch(ignoreUnusable);
  }
  const ids = await repository.query({ select: ['id'] });
  const known: number[] = [];
  for await (const batch of ids.rows) known.push(...batch.map(([id]) => id as number));
  for (const [i, assignments] of changes.entries()) {
    const id = known[i];
    if (assignments.some((each) => each.includes('\0'))) continue;
    if (id !== undefined) await editCustomer(repository, id, { assignments, addTags: [], removeTags: [], region });
    else if (assignments.some((each) => !each.endsWith('='))) {
      await addCustomer(repository, { assignments, tags: [], externalIds: [], region }).catch(() => undefined);
    }
  }
}

/** A file of which no row can be read is refused as a whole. */
function ignoreUnusable(error: unknown): void {
  if (!(error instanceof CrmError) || !error.code.startsWith('INPUT_')) throw error;
}

/** Exports, imports the file again, and tells what that did. */
async function roundTrip(database: TestDatabase, file: string, region: string | null): Promise<string> {
  const path = join(database.folder, file);
  const exported = await exportCustomers(database.repository, { path, selection: {}, excel: file.includes('excel') });
  if (exported.rows === 0) return 'all unchanged';
  const { result } = await importFiles(database.repository, {
    paths: [path],
    region,
    rejectsPath: join(database.folder, 'again.rejects.csv'),
  });
  return result.unchanged === exported.rows && result.read === exported.rows
    ? 'all unchanged'
    : JSON.stringify(result, ['read', 'created', 'updated', 'unchanged', 'skipped', 'rejected']);
}

describeEachEngine('export, then import', (target) => {
  test('changes nothing', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(load, { minLength: 1, maxLength: 2 }),
        edits,
        fc.constantFrom(null, 'CN', 'DE'),
        fc.constantFrom(...FILES),
        async (loads, changes, region, file) => {
          const { database, close } = await openTestDatabase(target);
          try {
            await fill(database, loads, changes, region);
            const before = await dump(database.engine);
            expect(await roundTrip(database, file, region)).toBe('all unchanged');
            expect(await dump(database.engine)).toEqual(before);
            expect(await inconsistencies(database.engine)).toEqual([]);
          } finally {
            await close();
          }
        },
      ),
      {
        numRuns: target.name === 'sqlite' ? 60 : 8,
        interruptAfterTimeLimit: target.name === 'sqlite' ? 9_000 : 5_000,
      },
    );
  });
});
