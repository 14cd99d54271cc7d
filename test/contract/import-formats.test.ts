import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { importFiles, type ImportReport } from '../../src/import/import-files.ts';
import { exportCustomers } from '../../src/query/export-customers.ts';
import { ROOT } from '../support/cli.ts';
import { countsOf, dump, inconsistencies, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { describeEachEngine } from '../support/engines.ts';
import { workbook } from '../support/workbook.ts';

const FIXTURES = ['contacts.json', 'contacts.vcf', 'contacts.xlsx', 'contacts.ndjson', 'contacts.csv'] as const;
const fixture = (name: string): string => join(ROOT, 'fixtures', name);
const codesOf = ({ warnings }: ImportReport): string[] => warnings.map(({ code, field }) => (field === null ? code : `${code} ${field}`));

async function put(database: TestDatabase, name: string, content: string | Uint8Array): Promise<ImportReport> {
  const path = join(database.folder, name);
  writeFileSync(path, content);
  return importFiles(database.repository, { paths: [path], region: 'CN', rejectsPath: join(database.folder, 'rejects.csv') });
}

async function column(database: TestDatabase, name: string): Promise<unknown[]> {
  return (await database.engine.all(`SELECT ${name} FROM customers ORDER BY id`)).map((row) => row[name]);
}

describeEachEngine('files of every format', (target) => {
  test.each(FIXTURES)('%s is imported, and the second time nothing changes, packed or not', async (name) => {
    const database = await testDatabase(target);
    const path = join(database.folder, name);
    copyFileSync(fixture(name), path);
    const first = await importFiles(database.repository, { paths: [path], region: 'CN' });
    const { read, created, rejected } = first.result;
    expect({ hasRows: read > 0, all: created > 0, rejected }).toEqual({ hasRows: true, all: true, rejected: 0 });
    expect(await inconsistencies(database.engine)).toEqual([]);
    const before = await dump(database.engine, { exact: true });
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    for (const again of [path, `${path}.gz`]) {
      const { result } = await importFiles(database.repository, { paths: [again], region: 'CN' });
      expect(result).toMatchObject({ read, created: 0, updated: 0, unchanged: read });
      expect(result.detected.format).toBe(first.result.detected.format);
      expect(await dump(database.engine, { exact: true })).toEqual(before);
    }
  });

  test('an export as JSON comes back without a change', async () => {
    const database = await testDatabase(target);
    for (const name of ['contacts.csv', 'contacts.vcf', 'contacts.json'])
      await importFiles(database.repository, { paths: [fixture(name)], region: 'CN' });
    const before = await dump(database.engine);
    for (const name of ['all.json', 'all.ndjson']) {
      const path = join(database.folder, name);
      await exportCustomers(database.repository, { path, selection: {} });
      const { result } = await importFiles(database.repository, { paths: [path] });
      expect(result).toMatchObject({ created: 0, updated: 0, rejected: 0, unchanged: result.read });
      expect(await dump(database.engine)).toEqual(before);
    }
  });

  test('cards: what the customers look like', async () => {
    const database = await testDatabase(target);
    const report = await importFiles(database.repository, { paths: [fixture('contacts.vcf')], region: 'CN' });
    expect(countsOf(report)).toBe('4 = 4 + 0 + 0 + 0 + 0');
    expect(codesOf(report)).toEqual(expect.arrayContaining(['MEDIA_LEFT_OUT', 'NOT_UNDERSTOOD birthday']));
    expect(await column(database, 'name')).toEqual(['Dr. Mira Kovač', '欧阳明月', 'Nordlicht Example GmbH', 'Sam Rivera']);
    expect(await column(database, 'kind')).toEqual(['person', 'person', 'organisation', 'person']);
    expect(await column(database, 'email')).toEqual(['mira.card@example.hr', 'mingyue@example.cn', 'hallo@nordlicht.example', null]);
    expect(await column(database, 'birthday')).toEqual(['1984-04-09', '1990-11-03', null, null]);
    expect(await column(database, 'job_title')).toEqual(['Head of sales', '销售经理', null, null]);
  });

  test('a workbook: what the customers look like', async () => {
    const database = await testDatabase(target);
    const report = await importFiles(database.repository, { paths: [fixture('contacts.xlsx')], region: 'CN' });
    expect(countsOf(report)).toBe('3 = 3 + 0 + 0 + 0 + 0');
    expect(codesOf(report)).toEqual(expect.arrayContaining(['LINES_ABOVE_HEADER', 'OTHER_SHEETS About, Archive', 'HIDDEN_SHEETS Lists']));
    expect(report.result.detected).toMatchObject({ format: 'xlsx', headerRow: 3 });
    expect(await column(database, 'name')).toEqual(['许知远', 'Grace Tan', 'Tom Hale']);
    expect(await column(database, 'phone')).toEqual(['+8613800138003', '+65 5550 1234', expect.stringContaining('555')]);
    expect(await column(database, 'birthday')).toEqual(['1990-11-03', '1987-01-01', null]);
  });

  test('cards and JSON are read in the encoding that they are in', async () => {
    const database = await testDatabase(target);
    const people = ['张伟', '王秀英', '李娜', '刘洋', '陈静'];
    const cards = people.map(
      (name, i) => `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${name}\r\nTEL:1380013800${i}\r\nORG:北京示例科技有限公司\r\nEND:VCARD\r\n`,
    );
    const report = await put(database, 'people.vcf', iconv.encode(cards.join(''), 'gb18030'));
    expect(report.result).toMatchObject({ read: 5, created: 5, detected: { format: 'vcard', encoding: 'gb18030' } });
    const json = JSON.stringify(people.map((name) => ({ name: `${name}先生`, notes: '从北京来的客户' })));
    expect((await put(database, 'people.json', iconv.encode(json, 'gb18030'))).result).toMatchObject({ read: 5, created: 5 });
    expect(await column(database, 'name')).toEqual([...people, ...people.map((name) => `${name}先生`)]);
  });

  test('content goes before the name, and that is told', async () => {
    const database = await testDatabase(target);
    const sheet = workbook([
      {
        name: 'A',
        rows: [
          ['name', 'email'],
          ['Ada', 'ada@example.org'],
        ],
      },
    ]);
    const cases: readonly (readonly [name: string, content: string | Uint8Array, format: string, warning: string])[] = [
      ['a.csv', sheet, 'xlsx', 'FORMAT_BY_CONTENT csv'],
      ['b.xls', 'name\temail\nAda\tada@example.org\n', 'csv', 'FORMAT_BY_CONTENT xls'],
      ['c.txt', 'BEGIN:VCARD\nFN:Ada\nEMAIL:ada@example.org\nEND:VCARD\n', 'vcard', 'FORMAT_BY_CONTENT txt'],
    ];
    for (const [name, content, format, warning] of cases) {
      const report = await put(database, name, content);
      expect(report.result).toMatchObject({ read: 1, detected: { format } });
      expect(codesOf(report)).toContain(warning);
    }
    expect(await column(database, 'name')).toEqual(['Ada']);
  });

  test('what is broken is saved with all its text', async () => {
    const database = await testDatabase(target);
    const cards = await put(database, 'people.vcf', 'BEGIN:VCARD\nFN:Ada\nEND:VCARD\nBEGIN:VCARD\nFN:Bob\nNOTE\nEND:VCARD\n');
    expect(countsOf(cards)).toBe('2 = 1 + 0 + 0 + 0 + 1');
    expect(readFileSync(cards.result.rejects as string, 'utf8')).toContain('"BEGIN:VCARD\nFN:Bob\nNOTE\nEND:VCARD"');
    const json = await put(database, 'people.json', '[{"name":"Cy"},{"name":},{"name":"Di"}]');
    expect(countsOf(json)).toBe('3 = 2 + 0 + 0 + 0 + 1');
    const sheet = await put(
      database,
      'people.xlsx',
      workbook([
        {
          name: 'A',
          rows: [
            ['name', 'email'],
            ['Eve', 'eve@example.org', 'beside'],
            ['Fay', ''],
          ],
        },
      ]),
    );
    expect(countsOf(sheet)).toBe('2 = 1 + 0 + 0 + 0 + 1');
  });

  test('a file that breaks off leaves nothing behind', async () => {
    const database = await testDatabase(target);
    const rows = Array.from({ length: 3000 }, (_, i) => `{"name":"P${i}","email":"p${i}@example.org"}`).join(',\n');
    const packed = gzipSync('name,email\nAda,ada@example.org\n');
    const sheet = Buffer.from(
      workbook([
        {
          name: 'A',
          rows: [
            ['name', 'email'],
            ['Ada', 'ada@example.org'],
          ],
        },
      ]),
    );
    sheet[sheet.indexOf('xl/worksheets/sheet1.xml') + 40] = 0xff;
    const cases: readonly (readonly [name: string, content: string | Uint8Array, code: string])[] = [
      ['people.json', `[${rows}`, 'INPUT_UNREADABLE'],
      ['people.csv.gz', packed.subarray(0, packed.length - 6), 'INPUT_UNREADABLE'],
      ['people.xlsx', sheet, 'INPUT_UNREADABLE'],
      ['several.json', '{"a":[{"name":"Ada"}],"b":[{"name":"Bob"}]}', 'INPUT_UNREADABLE'],
    ];
    for (const [name, content, code] of cases)
      await expect(put(database, name, content)).rejects.toThrow(expect.objectContaining({ code, exitCode: 4 }));
    expect(await column(database, 'name')).toEqual([]);
  });
});
