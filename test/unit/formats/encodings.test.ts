import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { CrmError } from '../../../src/errors.ts';
import { encodingName } from '../../../src/formats/decode.ts';
import { FORMATS, type ReaderOptions } from '../../../src/formats/index.ts';
import { cellsOf, readEvents } from './collect-records.ts';

const CHINESE = '姓名,公司\n张伟,东方科技有限公司\n';
const CELLS = [
  ['姓名', '公司'],
  ['张伟', '东方科技有限公司'],
];
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

function errorOf(bytes: Uint8Array, options: ReaderOptions = {}): CrmError {
  const reader = FORMATS.csv.createReader(options, { header: () => {}, record: () => {}, bad: () => {} });
  try {
    reader.push(bytes);
    reader.end();
  } catch (thrown) {
    if (thrown instanceof CrmError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('files that are read', () => {
  const cases: readonly (readonly [name: string, bytes: Buffer, encoding?: string])[] = [
    ['UTF-8', Buffer.from(CHINESE)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${CHINESE}`)],
    ['UTF-8 with a byte order mark, asked for', Buffer.from(`\ufeff${CHINESE}`), 'UTF8'],
    ['UTF-16 LE by its byte order mark', Buffer.from(`\ufeff${CHINESE}`, 'utf16le')],
    ['UTF-16 BE by its byte order mark', utf16be(`\ufeff${CHINESE}`)],
    ['UTF-16 of any order, asked for', utf16be(`\ufeff${CHINESE}`), 'utf-16'],
    ['UTF-16 LE without a mark, asked for', Buffer.from(CHINESE, 'utf16le'), 'UTF-16LE'],
    ['UTF-16 BE without a mark, asked for', utf16be(CHINESE), 'utf-16be'],
    ['GB18030', iconv.encode(CHINESE, 'gb18030'), 'GB18030'],
    ['GB18030 with a byte order mark', iconv.encode(`\ufeff${CHINESE}`, 'gb18030'), 'gb18030'],
    ['GBK', iconv.encode(CHINESE, 'gbk'), 'gbk'],
  ];
  for (const [name, bytes, encoding] of cases) {
    test(name, () => expect(cellsOf(readEvents('csv', bytes, { encoding }))).toEqual(CELLS));
  }

  test.each([
    ['big5', '姓名,公司\n張偉,東方有限公司\n'],
    ['shift_jis', '氏名,会社\n田中,ソニー\n'],
    ['euc-kr', '이름,회사\n김철수,삼성\n'],
    ['windows-1252', 'Name,Preis\nMüller,5 €\n'],
    ['iso-8859-15', 'Name,Preis\nMüller,5 €\n'],
    ['koi8-r', 'Имя,Город\nИван,Москва\n'],
  ])('%s', (encoding, text) => {
    const expected = cellsOf(readEvents('csv', Buffer.from(text)));
    expect(cellsOf(readEvents('csv', iconv.encode(text, encoding as 'big5'), { encoding }))).toEqual(expected);
  });

  test('byte offsets are those of the encoded file', () => {
    const offsets = (bytes: Buffer, encoding?: string) => readEvents('csv', bytes, { encoding }).map((event) => event[2]);
    const text = '姓名,b\n张é,𠮷\n1,2\n';
    expect(offsets(Buffer.from(text))).toEqual([0, 9, 20]);
    expect(offsets(iconv.encode(text, 'gb18030'), 'gb18030')).toEqual([0, 7, 17]);
    expect(offsets(Buffer.from(`\ufeff${text}`, 'utf16le'))).toEqual([2, 12, 24]);
    expect(offsets(iconv.encode('ü,b\nß,1\n1,2\n', 'latin1'), 'latin1')).toEqual([0, 4, 8]);
  });
});

describe('bytes that are not of the encoding', () => {
  const before = Buffer.from('姓名,b\n"x\ny",');
  const cases: readonly (readonly [name: string, bytes: readonly number[]])[] = [
    ['a byte that never occurs', [0xff]],
    ['a continuation without a beginning', [0x80]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['Latin-1', [0xe9, 0x6c]],
  ];
  test.each(cases)('%s: byte and line are named', (_name, bytes) => {
    const error = errorOf(Buffer.concat([before, Buffer.from(bytes), Buffer.from('\n1,2\n')]));
    expect(error.code).toBe('INPUT_UNDECODABLE');
    expect(error.details).toEqual({ byteOffset: before.length, line: 3, encoding: 'utf-8' });
    expect(error.message).toBe(`byte ${before.length} (line 3) is not utf-8 text`);
    expect(error.hint).toContain('--encoding gb18030');
  });

  test('a character cut off by the end of the file', () => {
    expect(errorOf(Buffer.concat([before, Buffer.from([0xe5, 0xbc])])).details).toMatchObject({ byteOffset: before.length, line: 3 });
  });

  test('a replacement character before it does not mislead', () => {
    expect(errorOf(Buffer.concat([Buffer.from('a\n\ufffd\ufffd\n'), Buffer.from([0xff])])).details).toMatchObject({
      byteOffset: 9,
      line: 3,
    });
  });

  test('GB18030, UTF-16 and one-byte encodings', () => {
    const gb = Buffer.concat([iconv.encode('姓名,b\n张', 'gb18030'), Buffer.from([0xff, 0x2c, 0x0a])]);
    expect(errorOf(gb, { encoding: 'gb18030' }).details).toEqual({ byteOffset: 9, line: 2, encoding: 'gb18030' });
    const cut = iconv.encode('姓名,b\n张', 'gb18030').subarray(0, 8);
    expect(errorOf(cut, { encoding: 'gb18030' }).details).toMatchObject({ byteOffset: 7, line: 2 });
    expect(errorOf(Buffer.from('\ufeffa\nb\ud800c\n', 'utf16le')).details).toEqual({ byteOffset: 8, line: 2, encoding: 'utf-16le' });
    expect(errorOf(Buffer.from('\ufeffa\nb\ud800', 'utf16le')).details).toMatchObject({ byteOffset: 8, line: 2 });
    expect(errorOf(Buffer.from('\ufeffa\nbc', 'utf16le').subarray(0, 9)).details).toMatchObject({ byteOffset: 8, line: 2 });
    expect(errorOf(Buffer.from([0x61, 0x0a, 0x81]), { encoding: 'windows-1252' }).details).toMatchObject({ byteOffset: 2, line: 2 });
  });

  test('a replacement character that stands in a GB18030 file is text', () => {
    const bytes = iconv.encode('a\n\ufffd张\ufffd\n', 'gb18030');
    expect(cellsOf(readEvents('csv', bytes, { encoding: 'gb18030' }))).toEqual([['a'], ['\ufffd张\ufffd']]);
    const broken = Buffer.concat([bytes, Buffer.from([0xff])]);
    expect(errorOf(broken, { encoding: 'gb18030' }).details).toMatchObject({ byteOffset: bytes.length, line: 3 });
  });

  test('the hint of a named encoding is not to name one', () => {
    expect(errorOf(Buffer.from([0x61, 0x0a, 0x81]), { encoding: 'windows-1252' }).hint).toContain('leave --encoding out');
  });

  test('a byte order mark that contradicts what was asked for', () => {
    const error = errorOf(Buffer.from('\ufeffa,b\n1,2\n'), { encoding: 'gb18030' });
    expect([error.code, error.hint]).toEqual(['INPUT_UNDECODABLE', 'leave --encoding out']);
  });
});

describe('files that are no text', () => {
  const zeros = (step: number) => Buffer.from(Array.from({ length: 600 }, (_, i) => (i % step === 0 ? 0 : 1 + (i % 100))));
  test.each([
    ['zip', Buffer.from('PK\x03\x04\x14\0', 'latin1'), /zip archive/],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), /gzip/],
    ['SQLite', Buffer.from('SQLite format 3\0\x10\0'), /SQLite/],
    ['PDF', Buffer.from('%PDF-1.7\n'), /PDF/],
    ['old Office', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), /old Office/],
    ['PNG', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), /PNG/],
    ['many zero bytes', zeros(3), /many zero bytes/],
    ['UTF-16 LE without a mark', Buffer.from('a,b\n'.repeat(20), 'utf16le'), /utf-16le text without a byte order mark/],
    ['UTF-16 BE without a mark', utf16be('a,b\n'.repeat(20)), /utf-16be text without a byte order mark/],
  ])('%s', (_name, bytes, message) => {
    const error = errorOf(bytes);
    expect(error.code).toBe('INPUT_NOT_TEXT');
    expect(error.message).toMatch(message);
    expect(error.hint).not.toBe('');
    expect(readEvents('csv', bytes, {}, 1)).toEqual([['error', 'INPUT_NOT_TEXT', error.message]]);
    expect(readEvents('ndjson', bytes)).toEqual([['error', 'INPUT_NOT_TEXT', error.message]]);
  });

  test('a zero character in the column names', () => {
    expect(errorOf(Buffer.from('a,\0b\n1,2\n')).code).toBe('INPUT_NOT_TEXT');
  });
});

describe('files without content', () => {
  test.each(['', ' ', '\n\n', '\r\n \t\r\n', '\ufeff', '\ufeff\n', ',,\n,,\n', 'sep=;\n'])('%j is empty', (text) => {
    expect(readEvents('csv', Buffer.from(text))).toEqual([['error', 'INPUT_EMPTY', 'the input is empty']]);
  });

  test('column names that never end', () => {
    expect(errorOf(Buffer.from('"a,b\n1,2\n')).code).toBe('INPUT_NO_HEADER');
    expect(errorOf(Buffer.from('a,b,c,d,e,f\n1,2\n'), { maxRecordBytes: 5 }).code).toBe('INPUT_NO_HEADER');
  });
});

describe('options', () => {
  test.each([
    ['utf8', 'utf-8'],
    ['UTF-8', 'utf-8'],
    ['utf16', 'utf-16le'],
    ['UCS-2', 'utf-16le'],
    [' GB18030 ', 'gb18030'],
    ['Windows-1252', 'windows-1252'],
  ])('the encoding %j is %s', (given, name) => {
    expect(encodingName(given)).toBe(name);
  });

  test.each(['', 'klingon', 'base64', 'hex', 'utf-7', 'utf-32', 'cesu-8'])('%j is no encoding of text files', (given) => {
    expect(() => encodingName(given)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(errorOf(Buffer.from('a\n1\n'), { encoding: given }).code).toBe('USAGE');
  });

  test.each(['', ',,', '"', '\n', '\r', '\0', '👍'])('%j is no delimiter', (delimiter) => {
    expect(() => FORMATS.csv.createReader({ delimiter }, { header: () => {}, record: () => {}, bad: () => {} })).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    );
  });
});
