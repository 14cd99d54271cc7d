import { describe, expect, test } from 'vitest';
import { XlsxReader } from '../../../src/formats/xlsx-reader.ts';
import { workbook, type WorkbookOptions, type WorkbookSheet } from '../../support/workbook.ts';
import { readTable } from './read-table.ts';

const sheet = (rows: WorkbookSheet['rows'], more: Partial<WorkbookSheet> = {}): WorkbookSheet => ({ name: 'Sheet1', rows, ...more });
const cell = (xml: string): { readonly xml: string } => ({ xml });

describe('cells', () => {
  test.each<readonly [name: string, cell: WorkbookSheet['rows'][number][number], text: string]>([
    ['a shared text', ' 张伟 & <co> ', ' 张伟 & <co> '],
    ['an inline text', cell('<c t="inlineStr"><is><t>Ada</t></is></c>'), 'Ada'],
    ['rich text', cell('<c t="inlineStr"><is><r><rPr><b/></rPr><t>A</t></r><r><t xml:space="preserve">da </t></r></is></c>'), 'Ada '],
    [
      'phonetic text is not part of it',
      cell('<c t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>'),
      '東京',
    ],
    ['a text from a formula', cell('<c t="str"><f>A1&amp;B1</f><v>Ada King</v></c>'), 'Ada King'],
    ['a number from a formula', cell('<c><f>1+1</f><v>2</v></c>'), '2'],
    ['true', true, 'true'],
    ['false', false, 'false'],
    ['an error', cell('<c t="e"><f>B9</f><v>#REF!</v></c>'), '#REF!'],
    ['a date of ISO 8601', cell('<c t="d"><v>2024-02-29</v></c>'), '2024-02-29'],
    ['a phone', 13800138000, '13800138000'],
    ['a large number', cell('<c><v>1.38123456789E+11</v></c>'), '138123456789'],
    ['a carriage return', 'a_x000D_\nb_x005F_x', 'a\r\nb_x'],
    ['a text in CDATA', cell('<c t="inlineStr"><is><t><![CDATA[a<b]]></t></is></c>'), 'a<b'],
  ])('%s', async (_name, value, text) => {
    const { rows, error, bad } = await readTable(
      'xlsx',
      workbook([
        sheet([
          ['name', 'x'],
          ['Bob', value],
        ]),
      ]),
    );
    expect({ rows, error, bad }).toEqual({ rows: [{ name: 'Bob', x: text }], error: null, bad: [] });
  });

  test('shared rich and phonetic texts', async () => {
    const strings =
      '<sst><si><t>name</t></si><si><r><t>A</t></r><r><t>da</t></r><rPh sb="0" eb="1"><t>x</t></rPh><phoneticPr fontId="1"/></si></sst>';
    const file = workbook([sheet([['name'], ['Ada']])], { parts: { 'xl/sharedStrings.xml': strings } });
    expect(await readTable('xlsx', file)).toMatchObject({ rows: [{ name: 'Ada' }], error: null });
  });

  test('dates and numbers by their formats', async () => {
    const formats = [14, 'yyyy"年"m"月"d"日"', '00000', '0.00'];
    const styled = [1, 2, 3, 4].map((style) => ({ value: 33180, style }));
    const table = sheet([
      ['a', 'b', 'c', 'd'],
      styled,
      [
        { value: 0.5, style: 1 },
        { value: 33180.25, style: 2 },
        { value: 7, style: 3 },
        { value: 7.5, style: 4 },
      ],
    ]);
    expect((await readTable('xlsx', workbook([table], { formats }))).rows).toEqual([
      { a: '1990-11-03', b: '1990-11-03', c: '33180', d: '33180.00' },
      { a: '12:00:00', b: '1990-11-03T06:00:00', c: '00007', d: '7.50' },
    ]);
    expect((await readTable('xlsx', workbook([table], { formats, date1904: true }))).rows[0]).toMatchObject({
      a: '1994-11-04',
      c: '33180',
    });
  });

  test('a formula that was never calculated is told', async () => {
    const file = workbook([
      sheet([
        ['name', 'x'],
        ['Ada', cell('<c><f>1+1</f></c>')],
        ['Bob', 1],
      ]),
    ]);
    expect(await readTable('xlsx', file)).toMatchObject({
      rows: [{ name: 'Ada' }, { name: 'Bob', x: '1' }],
      notes: ['2 FORMULA_WITHOUT_VALUE'],
    });
  });

  test('without places of rows and cells, with prefixes, without styles and shared texts', async () => {
    const rows =
      '<x:row><x:c t="inlineStr"><x:is><x:t>name</x:t></x:is></x:c><x:c t="inlineStr"><x:is><x:t>n</x:t></x:is></x:c></x:row><x:row><x:c/><x:c><x:v>5</x:v></x:c></x:row>';
    const parts = {
      'xl/worksheets/sheet1.xml': `<x:worksheet xmlns:x="m"><x:sheetData>${rows}</x:sheetData></x:worksheet>`,
      'xl/styles.xml': null,
      'xl/sharedStrings.xml': null,
    };
    expect(await readTable('xlsx', workbook([sheet([])], { parts }))).toMatchObject({ rows: [{ n: '5' }], lines: [2], error: null });
  });
});

describe('the table', () => {
  test.each<readonly [name: string, sheet: WorkbookSheet, header: readonly string[], lines: readonly number[], notes: readonly string[]]>([
    [
      'at the top',
      sheet([
        ['name', 'email'],
        ['Ada', 'a'],
        ['Bob', 'b'],
      ]),
      ['name', 'email'],
      [2, 3],
      [],
    ],
    ['with blank rows', sheet([[], ['name', 'email'], [], ['Ada', 'a'], [' ', ''], ['Bob', 'b']]), ['name', 'email'], [4, 6], []],
    [
      'below a title',
      sheet([['Customers'], ['as of January'], [], ['name', 'email'], ['Ada', 'a']]),
      ['name', 'email'],
      [5],
      ['1 LINES_ABOVE_HEADER', '2 LINES_ABOVE_HEADER'],
    ],
    [
      'below a merged title',
      sheet([['Customers'], ['name', 'email', 'phone'], ['Ada', 'a', 1]], { merges: ['A1:C1'] }),
      ['name', 'email', 'phone'],
      [3],
      ['1 LINES_ABOVE_HEADER'],
    ],
    [
      'below a title of two cells',
      sheet([['Report', 'May'], [], ['name', 'email', 'phone'], ['Ada', 'a', 1]]),
      ['name', 'email', 'phone'],
      [4],
      ['1 LINES_ABOVE_HEADER'],
    ],
    [
      'not in the first column',
      sheet([
        [null, 'name', 'email'],
        [null, 'Ada', 'a'],
      ]),
      ['name', 'email'],
      [2],
      [],
    ],
    ['of one column', sheet([['name'], ['Ada'], ['Bob']]), ['name'], [2, 3], []],
    [
      'with a column without name',
      sheet([
        ['name', null, 'email'],
        ['Ada', 'x', 'a'],
      ]),
      ['name', '', 'email'],
      [2],
      [],
    ],
    [
      'with rows that say little',
      sheet([['name', 'email', 'phone', 'city'], ['Ada'], ['Bob', 'b']]),
      ['name', 'email', 'phone', 'city'],
      [2, 3],
      [],
    ],
    [
      'with groups of columns',
      sheet(
        [
          ['Name', 'Address', null, 'Note'],
          [null, 'Street', 'City'],
          ['Ada', 's', 'c', 'n'],
        ],
        { merges: ['A1:A2', 'B1:C1', 'D1:D2'] },
      ),
      ['Name', 'Address Street', 'Address City', 'Note'],
      [3],
      [],
    ],
    [
      'with groups and nothing else merged',
      sheet(
        [
          ['Person', null, 'Address', null],
          ['Given', 'Family', 'Street', 'City'],
          ['Ada', 'K', 's', 'c'],
        ],
        { merges: ['A1:B1', 'C1:D1'] },
      ),
      ['Person Given', 'Person Family', 'Address Street', 'Address City'],
      [3],
      [],
    ],
    [
      'with names over two columns',
      sheet(
        [
          ['Name', 'Price', null],
          ['Ada', 1, 2],
        ],
        { merges: ['B1:C1'] },
      ),
      ['Name', 'Price', 'Price'],
      [2],
      [],
    ],
    [
      'with merged cells in the data',
      sheet(
        [
          ['name', 'email', 'city'],
          ['Ada', 'a', 'Rome'],
          [null, 'b', null],
        ],
        { merges: ['A2:A3', 'C2:C3'] },
      ),
      ['name', 'email', 'city'],
      [2, 3],
      [],
    ],
  ])('%s', async (_name, table, header, lines, notes) => {
    const read = await readTable('xlsx', workbook([table]));
    expect({ header: read.header, lines: read.lines, notes: read.notes, bad: read.bad, error: read.error }).toEqual({
      header,
      lines,
      notes,
      bad: [],
      error: null,
    });
  });

  test('merged cells of the data keep their value in the first one', async () => {
    const file = workbook([
      sheet(
        [
          ['name', 'city'],
          ['Ada', 'Rome'],
          ['Bob', null],
        ],
        { merges: ['B2:B3'] },
      ),
    ]);
    expect((await readTable('xlsx', file)).rows).toEqual([{ name: 'Ada', city: 'Rome' }, { name: 'Bob' }]);
  });

  test('cells beside the table make a bad record', async () => {
    const file = workbook([
      sheet([
        [null, 'name', 'email'],
        [null, 'Ada', 'a', 'x'],
        ['y', 'Bob', 'b'],
        [null, 'Cy', 'c'],
        [null, 'Di', 'd'],
        [null, 'E_x0000_', 'e'],
      ]),
    ]);
    expect(await readTable('xlsx', file)).toMatchObject({
      rows: [{ name: 'Cy' }, { name: 'Di' }],
      bad: ['2 TOO_MANY_CELLS Ada|a|x', '3 TOO_MANY_CELLS Bob|b|y', '6 NUL_BYTE E\0|e'],
    });
  });
});

describe('sheets', () => {
  const sheets: readonly WorkbookSheet[] = [
    { name: 'Read me', rows: [['Ask before you change anything']] },
    {
      name: '客户',
      rows: [
        ['name', 'email'],
        ['Ada', 'a'],
      ],
    },
    {
      name: 'Hidden',
      hidden: true,
      rows: [
        ['name', 'email'],
        ['Eve', 'e'],
      ],
    },
    { name: 'Empty', rows: [] },
    {
      name: 'Old',
      rows: [
        ['name', 'email'],
        ['Bob', 'b'],
      ],
    },
  ];

  test('the first visible one with a table is read, the others are told', async () => {
    expect(await readTable('xlsx', workbook(sheets))).toMatchObject({
      rows: [{ name: 'Ada', email: 'a' }],
      notes: ['1 OTHER_SHEETS Read me, Old', '1 HIDDEN_SHEETS Hidden'],
    });
  });

  test.each<readonly [sheet: string, name: string]>([
    ['客户', 'Ada'],
    [' old ', 'Bob'],
    ['5', 'Bob'],
    ['Hidden', 'Eve'],
    ['3', 'Eve'],
  ])('%s is asked for', async (name, found) => {
    expect(await readTable('xlsx', workbook(sheets), { sheet: name })).toMatchObject({ rows: [{ name: found }], notes: [], error: null });
  });

  test.each<readonly [sheet: string, error: RegExp]>([
    ['Odl', /^USAGE --sheet Odl: the workbook has no such sheet/],
    ['6', /^USAGE/],
    ['0', /^USAGE/],
    ['Empty', /^INPUT_EMPTY the sheet “Empty” is empty/],
  ])('%s is not there', async (name, error) => {
    expect((await readTable('xlsx', workbook(sheets), { sheet: name })).error).toMatch(error);
  });

  test('a workbook without a cell', async () => {
    expect((await readTable('xlsx', workbook([sheet([])]))).error).toMatch(/^INPUT_EMPTY no sheet/);
    expect((await readTable('xlsx', workbook([sheet([['a']], { hidden: true })]))).error).toMatch(/^INPUT_EMPTY only hidden sheets/);
  });
});

test('a workbook can be read a second time beside the first', async () => {
  const file = workbook([sheet([['name'], ['Ada'], ['Bob']])]);
  const names: (string | undefined)[] = [];
  await readTable('xlsx', file);
  const reader = new XlsxReader({}, { header: () => {}, record: ([name]) => names.push(name), bad: () => {} });
  reader.push(file);
  reader.end();
  expect(names).toEqual(['Ada', 'Bob']);
  expect(reader.detected).toEqual({ headerLine: 1, sheet: 'Sheet1' });
});

describe('files that cannot be read', () => {
  const good = (options: WorkbookOptions = {}): Buffer =>
    Buffer.from(
      workbook(
        [
          sheet([
            ['name', 'email'],
            ['Ada', 'a'],
          ]),
        ],
        options,
      ),
    );

  test.each<readonly [name: string, file: () => Uint8Array, error: RegExp]>([
    ['nothing', () => Buffer.alloc(0), /^INPUT_EMPTY/],
    ['a file that is cut off', () => good().subarray(0, 900), /^INPUT_NOT_TEXT .*zip archive.*cut off/],
    ['another zip archive', () => good({ parts: { 'xl/workbook.xml': null } }), /^INPUT_NOT_TEXT .*without a workbook/],
    ['a binary workbook', () => good({ parts: { 'xl/workbook.xml': null, 'xl/workbook.bin': 'x' } }), /^INPUT_NOT_TEXT .*\.xlsb/],
    ['an OpenDocument file', () => good({ parts: { 'xl/workbook.xml': null, 'content.xml': 'x' } }), /^INPUT_NOT_TEXT .*OpenDocument/],
    [
      'a sheet that is missing',
      () => good({ parts: { 'xl/worksheets/sheet1.xml': null } }),
      /^INPUT_UNREADABLE the workbook is damaged: a sheet is missing/,
    ],
    [
      'a sheet that is no XML',
      () => good({ parts: { 'xl/worksheets/sheet1.xml': '<worksheet><row' } }),
      /^INPUT_UNREADABLE the workbook is damaged: the sheet is not XML/,
    ],
    [
      'a sheet that ends early',
      () => good({ parts: { 'xl/worksheets/sheet1.xml': '<worksheet><sheetData><row r="1"><c><v>1</v></c></row>' } }),
      /^INPUT_UNREADABLE/,
    ],
    [
      'a text that is missing',
      () => good({ parts: { 'xl/sharedStrings.xml': '<sst/>' } }),
      /^INPUT_UNREADABLE .*a text of row 1 is missing/,
    ],
    [
      'entities that grow',
      () => good({ parts: { 'xl/sharedStrings.xml': '<!DOCTYPE x [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>' } }),
      /^INPUT_UNREADABLE/,
    ],
    [
      'a cell in no column',
      () => good({ parts: { 'xl/worksheets/sheet1.xml': '<worksheet><row r="1"><c r="ZZZZZ1"><v>1</v></c></row></worksheet>' } }),
      /^INPUT_UNREADABLE .*no place/,
    ],
    [
      'a row without number',
      () => good({ parts: { 'xl/worksheets/sheet1.xml': '<worksheet><row r="x"/></worksheet>' } }),
      /^INPUT_UNREADABLE .*no number/,
    ],
  ])('%s', async (_name, file, error) => {
    expect((await readTable('xlsx', file())).error).toMatch(error);
  });

  /** Damages the entry of a part in the directory of the archive: `offset` bytes from its start. */
  const forged = (part: string, offset: number, value: number): Buffer => {
    const bytes = good();
    for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4)) {
      if (bytes.toString('latin1', at + 46, at + 46 + part.length) === part) bytes.writeUInt32LE(value, at + offset);
    }
    return bytes;
  };

  test.each<readonly [name: string, part: string, offset: number, value: number, error: RegExp]>([
    ['a checksum that is wrong', 'xl/worksheets/sheet1.xml', 16, 12345, /^INPUT_UNREADABLE .*the sheet does not have its checksum/],
    [
      'texts that would not fit into memory',
      'xl/sharedStrings.xml',
      24,
      0x10000001,
      /^INPUT_TOO_LARGE .*the texts would take more than 256 MiB/,
    ],
    ['a sheet that is too large', 'xl/worksheets/sheet1.xml', 24, 0x40000001, /^INPUT_TOO_LARGE .*the sheet would take more than 1024 MiB/],
    ['a part that is larger than it says', 'xl/worksheets/sheet1.xml', 24, 20, /^INPUT_UNREADABLE .*the sheet does not have its checksum/],
    ['a part that is elsewhere', 'xl/worksheets/sheet1.xml', 42, 3, /^INPUT_UNREADABLE .*not where it should be/],
    ['a part that is longer than the file', 'xl/worksheets/sheet1.xml', 20, 0x7fffffff, /^INPUT_UNREADABLE .*cut off/],
  ])('%s', async (_name, part, offset, value, error) => {
    expect((await readTable('xlsx', forged(part, offset, value))).error).toMatch(error);
  });

  test('a cell that is too long', async () => {
    const file = workbook([
      sheet([
        ['name', 'x'],
        ['Ada', cell(`<c t="inlineStr"><is><t>${'x'.repeat(200)}</t></is></c>`)],
      ]),
    ]);
    expect((await readTable('xlsx', file, { maxRecordBytes: 100 })).error).toBe(
      'INPUT_TOO_LARGE a cell is longer than 100 characters (row 2)',
    );
  });
});
