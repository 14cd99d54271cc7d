import { describe, expect, test } from 'vitest';
import type { CsvGiven, CsvPlan } from '../../../src/formats/csv-plan.ts';
import { detectCsv } from '../../../src/formats/detect-csv.ts';
import { memorySource } from './memory-source.ts';

const plan = (text: string, given?: CsvGiven): CsvPlan => detectCsv(memorySource(text), given);
const PEOPLE = 'name,email,city\nAda,ada@mail.example,Oslo\nBo,bo@mail.example,Lyon\n';

describe('delimiter, quote, escape', () => {
  test.each<[name: string, text: string, delimiter: string, quote: string, escape: string]>([
    ['comma', PEOPLE, ',', '"', 'doubled'],
    ['semicolon with decimal commas', 'name;price\nA;1,50\nB;2,50\nC;3,10\n', ';', '"', 'doubled'],
    ['tab', 'a\tb\n1\t2\n', '\t', '"', 'doubled'],
    ['pipe', 'a|b|c\n1|2|3\n', '|', '"', 'doubled'],
    ['caret', 'a^b^c\n1^2^3\n', '^', '"', 'doubled'],
    ['tilde', 'a~b\n1~2\n', '~', '"', 'doubled'],
    ['colon', 'id:name:city\n1:A:B\n2:C:D\n', ':', '"', 'doubled'],
    ['space', 'id name city\n1 A B\n2 C D\n', ' ', '"', 'doubled'],
    ['two pipes', 'name||email||x\nA||a@mail.example||1\nB||c@mail.example||2\n', '||', '"', 'doubled'],
    ['three signs', 'name|~|email|~|x\nA|~|a@mail.example|~|1\nB|~|b@mail.example|~|2\n', '|~|', '"', 'doubled'],
    ['comma and blank', 'a, "b, c", d\n1, "x, y", 2\n3, "q, z", 4\n', ', ', '"', 'doubled'],
    ['times are no colons', 'time\n00:00\n01:00\n02:30\n', ',', '"', 'doubled'],
    ['words are no blanks', 'full name\nJohn Smith\nJane Doe\n', ',', '"', 'doubled'],
    ['full names under one word are one column', `name\n${'Ada King\nBo Li\n'.repeat(6)}`, ',', '"', 'doubled'],
    ['full names below shorter ones too', `name\nAda\nBo\n${'Ada King\nBo Li\n'.repeat(6)}`, ',', '"', 'doubled'],
    ['many times are no colons', `time\n${'00:00\n01:30\n'.repeat(6)}`, ',', '"', 'doubled'],
    ['addresses are no commas', 'address\n"Main St, 5"\nRoad 1, Town\nFoo\n', ',', '"', 'doubled'],
    ['dates with times', 'date;name\n2024-01-02 10:00;A B\n2024-01-03 11:00;C D\n', ';', '"', 'doubled'],
    ['apostrophes', "a,b,c\n'x, y',1,2\n'z, y',3,4\n'q, r',5,6\n", ',', "'", 'doubled'],
    ['backslashes', 'a,b\n"x \\"y\\", z",1\n"q",2\n', ',', '"', 'backslash'],
    ['a backslash at the end of the last cell', 'name,a,b\nAda,"two\nlines","""\\"\nBob,,\n', ',', '"', 'doubled'],
    ['no escape', 'a,b\n"5" pipe, long",1\n"6" pipe",2\n"7" pipe",3\n', ',', '"', 'none'],
    ['below a preamble', `Report\nof 2024\n\n${PEOPLE}`, ',', '"', 'doubled'],
  ])('%s', (_name, text, delimiter, quote, style) => {
    const found = plan(text);
    expect([found.delimiter, found.quote, found.escape]).toEqual([delimiter, quote, style]);
  });

  test('blanks before some quotes', () => {
    expect(plan('a, b,c\n1, "x, y",2\n3, "q, z",4\n')).toMatchObject({ delimiter: ',', blankBeforeQuote: true });
  });

  test('a line sep= names the delimiter and belongs to no table', () => {
    expect(plan('sep=;\r\na,x;b\r\n1;2\r\n')).toMatchObject({
      delimiter: ';',
      preambleLines: 1,
      columns: ['a,x', 'b'],
      findings: { delimiter: { confidence: 1, how: 'sep-line' } },
    });
  });

  test('two that explain the file as well are both named', () => {
    const found = plan('a;b,c\nx;y,z\nu;v,w\n');
    expect(found.ambiguities[0]).toEqual({ what: 'delimiter', readings: expect.arrayContaining([',', ';']) });
    expect(found.findings.delimiter.confidence).toBe(0.5);
    expect(plan('name;price\nA;1,50\nB;2,50\nC;3,10\n').ambiguities).toEqual([]);
  });

  test.each([
    ['\n', 'lf'],
    ['\r\n', 'crlf'],
    ['\r', 'cr'],
  ])('line end %j is %s', (end, name) => {
    expect(plan(PEOPLE.replaceAll('\n', end))).toMatchObject({ lineEnd: name, columns: ['name', 'email', 'city'] });
  });

  test('line ends within quotes do not count', () => {
    expect(plan('a,b\r\n"1\n2",2\r\n"3\n4",4\r\n').lineEnd).toBe('crlf');
  });

  test('mixed line ends', () => {
    expect(plan('a,b\r\n1,2\n3,4\r\n').lineEnd).toBe('mixed');
  });
});

describe('header', () => {
  test.each<[name: string, text: string, rows: number, columns: string[]]>([
    ['names', PEOPLE, 1, ['name', 'email', 'city']],
    ['none', 'Ada,ada@mail.example,2024-01-02\nBo,bo@mail.example,2024-01-03\n', 0, ['column 1', 'column 2', 'column 3']],
    ['none, Chinese', '张三,13800000000,北京\n李四,13900000000,上海\n', 0, ['column 1', 'column 2', 'column 3']],
    ['only', 'name,email\n', 1, ['name', 'email']],
    ['one record', 'Datum,Wert\n2024-01-01,5\n', 1, ['Datum', 'Wert']],
    ['repeated', 'name,city\nname,city\nAda,Oslo\n', 2, ['name', 'city']],
    ['two languages', 'name,phone,email\n姓名,电话,邮箱\n张三,13800000000,z@mail.example\n', 2, ['name 姓名', 'phone 电话', 'email 邮箱']],
    [
      'groups',
      'Person,,Address,\nFirst,Last,City,Zip\nA,B,X,123\nC,D,Y,456\n',
      2,
      ['Person First', 'Person Last', 'Address City', 'Address Zip'],
    ],
    ['years', 'Title\n\nKind,2020,2021\nTin,"2,666","2,274"\nIron,498,853\n', 1, ['Kind', '2020', '2021']],
    ['delimited by another character', 'Day Pieces Cost\n2024-01-01,5,1.50\n2024-01-02,6,2.50\n', 1, ['Day', 'Pieces', 'Cost']],
    ['one column', 'email\nada@mail.example\nbo@mail.example\n', 1, ['email']],
  ])('%s', (_name, text, rows, columns) => {
    expect(plan(text)).toMatchObject({ headerRows: rows, columns });
  });

  test('where nothing tells names from values, the first record names the columns and that is said', () => {
    expect(plan('foo,bar\nbaz,qux\nabc,def\n')).toMatchObject({
      headerRows: 1,
      findings: { header: { confidence: 0.5, how: 'default' } },
      ambiguities: [{ what: 'header' }],
    });
  });

  test('a header that lacks a delimiter is a doubt', () => {
    expect(plan('datetime,pieces,cost\n2024-01-01,10:00,5,1.5\n2024-01-02,11:00,6,2.5\n').ambiguities).toEqual([
      { what: 'header', readings: ['the last columns have no name', 'a delimiter is missing in the header'] },
    ]);
  });

  test.each<[name: string, text: string, columns: string[], trailing: number]>([
    ['in all lines', 'a,b,\n1,2,\n3,4,\n', ['a', 'b'], 1],
    ['below the header only', 'a,b\n1,2,\n3,4,\n', ['a', 'b'], 1],
    ['in the header only', 'a,b,\n1,2\n3,4\n', ['a', 'b'], 0],
    ['with a value behind it', 'a,b,\n1,2,\n3,4,5\n', ['a', 'b', ''], 0],
  ])('trailing delimiter %s', (_name, text, columns, trailing) => {
    expect(plan(text)).toMatchObject({ columns, trailingColumns: trailing });
  });
});

describe('what surrounds a table', () => {
  test.each<[name: string, text: string, preamble: number, start: number, end: number | null, footer: number]>([
    ['nothing', PEOPLE, 0, 2, null, 0],
    ['blank lines', `\n\n${PEOPLE}\n\n`, 2, 4, null, 0],
    ['titles', `Report\nof 2024\n\n${PEOPLE}`, 3, 5, null, 0],
    ['delimited titles', `Report,,\n,,\n${PEOPLE}`, 2, 4, null, 0],
    ['pairs', `Report,People\nDate,2024-01-02\n\n${PEOPLE}Cy,cy@mail.example,Rom\n`, 3, 5, null, 0],
    ['copyright', `${PEOPLE}\n\n"Copyright (c) 2024 example, inc."\n"Confidential"\n`, 0, 2, 4, 4],
    ['a total', `${PEOPLE}合计:2\n`, 0, 2, 4, 1],
    ['a record that was cut off', `${PEOPLE}Cy`, 0, 2, null, 0],
    ['a sparse first record', ',ada@mail.example,\nBo,bo@mail.example,Lyon\nCy,cy@mail.example,Rom\n', 0, 1, null, 0],
  ])('%s', (_name, text, preamble, start, end, footer) => {
    const found = plan(text);
    expect([found.preambleLines, found.start.line, found.end?.line ?? null, found.footerLines]).toEqual([preamble, start, end, footer]);
  });

  test('several tables: the first is read, another when asked for', () => {
    const text = `${PEOPLE}\nid,sku,pieces,cost\n1,x,2,3.5\n2,y,3,4.5\n`;
    const tables = [
      { byte: 0, line: 1, columns: 3 },
      { byte: PEOPLE.length + 1, line: 5, columns: 4 },
    ];
    expect(plan(text)).toMatchObject({ tables, table: 1, columns: ['name', 'email', 'city'], end: { line: 4 } });
    expect(plan(text, { table: 2 })).toMatchObject({
      tables,
      table: 2,
      columns: ['id', 'sku', 'pieces', 'cost'],
      start: { line: 6 },
      end: null,
    });
    expect(() => plan(text, { table: 3 })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('the header again begins another table', () => {
    expect(plan(PEOPLE + PEOPLE)).toMatchObject({ tables: [{ line: 1 }, { line: 4 }], end: { byte: PEOPLE.length, line: 4 } });
  });

  test('records of other lengths are no other table', () => {
    expect(plan(`${PEOPLE}a,b\nc,d\ne,f\ng,h\n`).tables).toHaveLength(1);
  });
});

describe('a large file', () => {
  const row = 'Cy Nobody,cy@mail.example,Rom\n';
  const body = PEOPLE + row.repeat(200_000);
  const lines = 3 + 200_000;

  test('the header again and a footer, far behind', () => {
    const text = `${body}${PEOPLE}${row.repeat(40_000)}\n\nCopyright (c) 2024 example\n`;
    const first = plan(text);
    expect(first.tables).toEqual([
      { byte: 0, line: 1, columns: 3 },
      { byte: body.length, line: lines + 1, columns: 3 },
    ]);
    expect(first.end).toEqual({ byte: body.length, line: lines + 1 });
    const second = plan(text, { table: 2 });
    expect(second.start).toEqual({ byte: body.length + 'name,email,city\n'.length, line: lines + 2 });
    expect(second.end?.line).toBe(lines + 3 + 40_000 + 1);
    expect(second.footerLines).toBe(3);
  });

  test('without either', () => {
    expect(plan(body)).toMatchObject({ end: null, footerLines: 0, tables: [{ line: 1 }] });
  });

  test('UTF-16', () => {
    expect(detectCsv(memorySource(`\ufeff${body}`, 'utf-16le'))).toMatchObject({
      encoding: 'utf-16le',
      bomBytes: 2,
      start: { byte: 34, line: 2 },
    });
  });
});

describe('what is given', () => {
  test('overrides each finding', () => {
    const given: CsvGiven = { encoding: 'gb18030', delimiter: '|', quote: "'", escape: 'backslash', headerRows: 0, headerLine: 2 };
    expect(plan('a,b\nc,d\ne,f\n', given)).toMatchObject({
      encoding: 'gb18030',
      delimiter: '|',
      quote: "'",
      escape: 'backslash',
      headerRows: 0,
      start: { byte: 4, line: 2 },
      findings: {
        encoding: { how: 'given' },
        delimiter: { how: 'given' },
        quote: { how: 'given' },
        escape: { how: 'given' },
        header: { how: 'given' },
      },
    });
  });

  test('header lines', () => {
    expect(plan('x,y\na,b\nc,d\n1,2\n', { headerLine: 2, headerRows: 2 })).toMatchObject({
      columns: ['a c', 'b d'],
      preambleLines: 1,
      start: { line: 4 },
    });
  });

  test.each(['', '"', '\n', 'a"b', '\0'])('%j is no delimiter', (delimiter) => {
    expect(() => plan('a,b\n', { delimiter })).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

test.each(['', ' ', '\n\n', '\ufeff', 'sep=;\n'])('%j has no columns', (text) => {
  expect(plan(text)).toMatchObject({ columns: [], tables: [] });
});

test('a plan is plain data', () => {
  const found = plan(PEOPLE);
  expect(JSON.parse(JSON.stringify(found))).toEqual(found);
});
