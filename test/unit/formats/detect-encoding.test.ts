import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { createDecoder } from '../../../src/formats/decode.ts';
import { findEncoding } from '../../../src/formats/detect-encoding.ts';
import type { FileSource } from '../../../src/formats/file-source.ts';
import { memorySource } from './memory-source.ts';

const ROWS = 'id,name\n'.concat('1,Anna Blau\n'.repeat(200_000));
const errorOf = (source: FileSource, given?: string): unknown => {
  try {
    return findEncoding(source, given);
  } catch (thrown) {
    return thrown;
  }
};

describe('the encoding in which the text makes sense', () => {
  test.each([
    ['utf-8', 'id,name\n1,Anna\n'],
    ['utf-8', '姓名,城市\n张三,北京\n'],
    ['gb18030', '姓名,城市\n张三,北京\n'],
    ['gb18030', '王小明'],
    ['gb18030', '张三,13800000000'],
    ['gb18030', 'name,company\nLi,上海鼎鑫贸易有限公司\n'],
    ['gb18030', '陈曦,鑫'],
    ['gb18030', '𠮷野,北京市朝阳区'],
    ['big5', '姓名,城市\n張三,臺北\n'],
    ['big5', '陳美玲'],
    ['shift_jis', '氏名,会社\n田中太郎,ソニー株式会社\n'],
    ['shift_jis', '山田花子'],
    ['euc-kr', '이름,회사\n김민수,삼성\n'],
    ['euc-kr', '박지영'],
    ['euc-jp', '氏名,住所\n田中さん,東京\n'],
    ['windows-1252', 'Name\nJosé\n'],
    ['windows-1252', 'Müller;Zürich\n'],
    ['windows-1252', 'O’Brien – 5 €'],
    ['windows-1252', 'BJÖRK,ÅSA'],
    ['windows-1250', 'Łódź,Wałęsa,Kraków'],
    ['windows-1251', 'Имя,Город\nИван,Москва\n'],
    ['koi8-r', 'Имя,Город\nИван,Москва\n'],
    ['windows-1253', 'Όνομα\nΓιώργος Παπαδόπουλος'],
    ['utf-16le', 'name,城市\na,北京\n'],
    ['utf-16be', 'name,城市\na,北京\n'],
    ['utf-16le', '姓名,城市\n张三丰,北京市\n李四,上海市\n'],
    ['utf-32le', 'name,city\na,北京\n'],
    ['utf-32be', 'name,city\na,北京\n'],
  ])('%s: %j', (encoding, text) => {
    const found = findEncoding(memorySource(text, encoding), undefined);
    expect([found.encoding, found.how, found.bomBytes]).toEqual([encoding, 'detected', 0]);
    expect(found.confidence).toBeGreaterThan(0.9);
    expect(found.ambiguities).toEqual([]);
  });

  test.each([
    ['utf-8', 3],
    ['utf-16le', 2],
    ['utf-16be', 2],
    ['utf-32le', 4],
    ['utf-32be', 4],
  ])('%s by its byte order mark', (encoding, bomBytes) => {
    const found = findEncoding(memorySource('\ufeff姓名,城市\n', encoding), undefined);
    expect(found).toEqual({ encoding, bomBytes, confidence: 1, how: 'bom', ambiguities: [] });
  });

  test('a given one is taken', () => {
    expect(findEncoding(memorySource('Имя', 'windows-1251'), 'Windows-1251')).toMatchObject({ encoding: 'windows-1251', how: 'given' });
  });

  test('two that explain it nearly as well are both named', () => {
    expect(findEncoding(memorySource('ﾔﾏﾀﾞ,東京', 'shift_jis'), undefined).ambiguities[0]?.readings).toContain('shift_jis');
    expect(findEncoding(memorySource('Amèle', 'windows-1252'), undefined)).toMatchObject({
      encoding: 'windows-1252',
      ambiguities: [{ what: 'encoding' }],
    });
  });
});

describe('the whole file counts', () => {
  test.each([
    ['gb18030', '2,王小明\n'],
    ['windows-1252', '2,José García\n'],
    ['big5', '2,陳美玲\n'],
  ])('ASCII for 200,000 rows, then %s', (encoding, last) => {
    const bytes = Buffer.concat([Buffer.from(ROWS), iconv.encode(last, encoding as 'big5')]);
    expect(findEncoding(memorySource(bytes), undefined).encoding).toBe(encoding);
  });

  test('UTF-8 cut at the borders of what is read at once', () => {
    for (let shift = 0; shift < 4; shift++) {
      const bytes = Buffer.from('x'.repeat(shift) + '张'.repeat(400_000));
      expect(findEncoding(memorySource(bytes), undefined).encoding).toBe('utf-8');
    }
  });
});

describe('what cannot be decoded is said', () => {
  test('a few bad bytes in UTF-8 are damage, not another encoding', () => {
    const bytes = Buffer.concat([Buffer.from('姓名,城市\n张三,北京\n李四,'), Buffer.from([0xff]), Buffer.from('上海\n')]);
    expect(errorOf(memorySource(bytes))).toMatchObject({
      code: 'INPUT_UNDECODABLE',
      message: 'byte 35 (line 3) is not utf-8 text, though most of the file is',
      details: { byteOffset: 35, line: 3, encoding: 'utf-8' },
    });
  });

  test.each([
    ['bytes of no encoding', Buffer.from([0x61, 0xff, 0x81, 0x98, 0x83, 0x8d, 0x9d, 0xff, 0x0a]), 'INPUT_UNDECODABLE'],
    ['zero bytes', Buffer.from(Array.from({ length: 600 }, (_, i) => (i % 3 === 0 ? 0 : 1 + (i % 100)))), 'INPUT_NOT_TEXT'],
    ['a zip archive', Buffer.from('PK\x03\x04\x14\0', 'latin1'), 'INPUT_NOT_TEXT'],
  ])('%s', (_name, bytes, code) => {
    expect(errorOf(memorySource(bytes))).toMatchObject({ code });
  });

  test('a given encoding that the byte order mark contradicts, or that does not exist', () => {
    expect(errorOf(memorySource('\ufeffa'), 'big5')).toMatchObject({ code: 'INPUT_UNDECODABLE' });
    expect(errorOf(memorySource('a'), 'klingon')).toMatchObject({ code: 'USAGE' });
  });
});

describe('UTF-32', () => {
  test.each([
    ['utf-32le', 1],
    ['utf-32be', 2],
  ] as const)('%s is decoded strictly, cut anywhere', (encoding, step) => {
    const text = 'a,张𠮷\n';
    const bytes = iconv.encode(text, encoding as 'utf32');
    const decoder = createDecoder(encoding);
    let decoded = '';
    for (let at = 0; at < bytes.length; at += step) decoded += decoder.decode(bytes.subarray(at, at + step), at + step >= bytes.length);
    expect([decoded, decoder.decodedBytes, decoder.badByteOffset]).toEqual([text, bytes.length, null]);
    expect(decoder.byteLength(text)).toBe(bytes.length);
  });

  test.each([
    ['beyond Unicode', [0x61, 0, 0, 0, 0, 0, 0x11, 0], 4],
    ['a surrogate', [0, 0xd8, 0, 0], 0],
    ['cut at the end', [0x61, 0, 0, 0, 0x62, 0], 4],
  ])('%s', (_name, bytes, at) => {
    const decoder = createDecoder('utf-32le');
    decoder.decode(Uint8Array.from(bytes), true);
    expect(decoder.badByteOffset).toBe(at);
  });
});
