import { describe, expect, test } from 'vitest';
import { detectFormat } from '../../../src/formats/detect-format.ts';
import { workbook } from '../../support/workbook.ts';

function detect(content: string | Uint8Array, name: string, explicit?: string): string {
  const bytes = Buffer.from(content as Uint8Array);
  const { format, named } = detectFormat(
    { sizeBytes: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) },
    name,
    explicit,
  );
  return named === null ? format : `${format}, not ${named}`;
}

/** A compound file whose directory holds these names. */
function compoundFile(...names: string[]): Buffer {
  const file = Buffer.alloc(1024 + 512);
  file.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  file.writeUInt16LE(9, 30);
  file.writeUInt32LE(1, 48);
  for (const [i, name] of names.entries()) {
    file.write(name, 1024 + i * 128, 'utf16le');
    file.writeUInt16LE(2 * name.length + 2, 1024 + i * 128 + 64);
  }
  return file;
}

const SHEET = workbook([{ name: 'A', rows: [['name'], ['Ada']] }]);

describe('what a file is', () => {
  test.each<readonly [name: string, content: string | Uint8Array, fileName: string, format: string]>([
    ['CSV', 'name,email\nAda,a@x.org\n', 'people.csv', 'csv'],
    ['CSV without a name', 'name,email\nAda,a@x.org\n', '-', 'csv'],
    ['CSV of an unknown ending', 'name\nAda\n', 'people.export', 'csv'],
    ['an empty file', '', 'people.csv', 'csv'],
    ['an empty JSON file', ' \n', 'people.json', 'json'],
    ['text called .xls', 'name\tmail\nAda\ta@x.org\n', 'people.xls', 'csv, not xls'],
    ['text called .xlsx', 'name,mail\n', 'people.xlsx', 'csv, not xlsx'],
    ['a workbook', SHEET, 'people.xlsx', 'xlsx'],
    ['a workbook without a name', SHEET, '-', 'xlsx'],
    ['a workbook called .csv', SHEET, 'people.csv', 'xlsx, not csv'],
    ['a workbook called .xls', SHEET, 'people.xls', 'xlsx, not xls'],
    ['NDJSON', '{"a":1}\n{"a":2}\n', 'people.ndjson', 'ndjson'],
    ['NDJSON called .json', '{"a":1}\n{"a":2}\n', 'people.json', 'ndjson'],
    ['NDJSON without a name', '{"a":1}\n{"a":2}\n', '-', 'ndjson'],
    ['NDJSON called .csv', '{"a":1}\n{"a":2}\n', 'people.csv', 'ndjson, not csv'],
    ['one line of NDJSON', '{"a":1}\n', 'people.ndjson', 'ndjson'],
    ['NDJSON whose first line is broken', '{"a":1,}\n{"a":2}\n', '-', 'ndjson'],
    ['nonsense called .ndjson', 'hello\n', 'people.ndjson', 'ndjson'],
    ['an array', ' [\n {"a":1}\n]', 'people.json', 'json'],
    ['an array without a name', '[{"a":1}]', '-', 'json'],
    ['an array with a byte order mark', '\ufeff[{"a":1}]', '-', 'json'],
    ['an array in UTF-16', Buffer.from('\ufeff[{"a":1}]', 'utf16le'), '-', 'json'],
    ['an empty array', '[]', '-', 'json'],
    ['an array of numbers without a name', '[1,2]', '-', 'csv'],
    ['one object', '{"people":[{"a":1}]}', 'people.json', 'json'],
    ['an object over several lines', '{\n "people": [\n  {"a":1}\n ]\n}\n', '-', 'json'],
    ['a column named in brackets', '[id],name\n1,Ada\n', 'people.csv', 'csv'],
    ['a column named in braces', '{id},name\n1,Ada\n', 'people.csv', 'csv'],
    ['cards', 'BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n', 'people.vcf', 'vcard'],
    ['cards without a name', '\n\nbegin:vcard\nVERSION:3.0\nEND:VCARD\n', '-', 'vcard'],
    ['cards called .txt', 'BEGIN:VCARD\n', 'people.txt', 'vcard, not txt'],
    ['packed CSV', 'name\n', 'people.csv.gz', 'csv'],
    ['packed cards', 'BEGIN:VCARD\n', 'people.vcf.gz', 'vcard'],
  ])('%s', (_name, content, fileName, format) => {
    expect(detect(content, fileName)).toBe(format);
  });

  test('a long first line is told by its beginning', () => {
    expect(detect(`{"people":[{"a":"${'x'.repeat(70_000)}"}]}`, '-')).toBe('json');
    expect(detect(`{"a":"${'x'.repeat(70_000)}"}\n{"a":1}\n`, '-')).toBe('ndjson');
  });

  test('a named format is taken as it is; json stands for both kinds', () => {
    expect(detect('[{"a":1}]', 'people.json', 'csv')).toBe('csv');
    expect(detect('{"a":1}\n{"a":2}', '-', ' JSON ')).toBe('ndjson');
    expect(detect('[{"a":1}]', '-', 'json')).toBe('json');
    expect(detect('x', '-', 'vcf')).toBe('vcard');
    expect(() => detect('x', '-', 'pdf')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('what cannot be read', () => {
  test.each<readonly [name: string, content: string | Uint8Array, says: RegExp, hint: RegExp]>([
    ['an old workbook', compoundFile('Root Entry', 'Workbook'), /a workbook, \.xls/, /save it as \.xlsx/],
    ['an older one', compoundFile('Root Entry', 'Book'), /a workbook, \.xls/, /CSV/],
    ['another compound file', compoundFile('Root Entry', 'WordDocument'), /old Office document \(\.xls, \.doc\)/, /CSV/],
    ['a compound file that is cut off', compoundFile('Root Entry').subarray(0, 200), /old Office document/, /CSV/],
    ['an encrypted workbook', compoundFile('Root Entry', 'EncryptionInfo', 'EncryptedPackage'), /protected by a password/, /without one/],
    ['a web page', '<html><body><table><tr><td>name</td></tr></table></body></html>', /web page/, /\.xlsx or CSV/],
    ['a table of a web page', '\n<TABLE border=1><tr>', /web page/, /\.xlsx or CSV/],
    [
      'an XML spreadsheet',
      '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook>',
      /XML spreadsheet/,
      /\.xlsx or CSV/,
    ],
  ])('%s', (_name, content, says, hint) => {
    for (const name of ['people.xls', 'people.csv', '-']) {
      expect(() => detect(content, name)).toThrow(
        expect.objectContaining({ code: 'INPUT_NOT_TEXT', message: expect.stringMatching(says), hint: expect.stringMatching(hint) }),
      );
    }
  });
});
