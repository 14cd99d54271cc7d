import { describe, expect, test } from 'vitest';
import { CrmError } from '../../../src/errors.ts';
import { NdjsonReader } from '../../../src/formats/ndjson-reader.ts';
import { type ReaderEvent, readEvents } from './collect-records.ts';

type Values = readonly (string | undefined)[];

describe('values of one object', () => {
  test.each<readonly [name: string, json: string, keys: readonly string[], values: Values]>([
    ['a text', '{"a":"x"}', ['a'], ['x']],
    ['an empty text', '{"a":""}', ['a'], ['']],
    ['no member', '{}', [], []],
    ['white space everywhere', ' {\t"a" : "x" ,\r "b":\t"y" } \t', ['a', 'b'], ['x', 'y']],
    ['null is absent', '{"a":null,"b":"x"}', ['a', 'b'], [undefined, 'x']],
    ['true and false', '{"a":true,"b":false}', ['a', 'b'], ['true', 'false']],
    ['numbers as written', '{"a":1.10,"b":-0,"c":1E+5,"d":0.5}', ['a', 'b', 'c', 'd'], ['1.10', '-0', '1E+5', '0.5']],
    ['a big integer', '{"a":12345678901234567890123}', ['a'], ['12345678901234567890123']],
    ['a number beyond double', '{"a":1e400}', ['a'], ['1e400']],
    ['escapes', '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u5f20"}', ['a'], ['"\\/\b\f\n\r\t张']],
    ['a surrogate pair as escapes', '{"a":"\\ud83d\\udc4d"}', ['a'], ['👍']],
    ['escapes in a key', '{"\\u59d3\\n":"x"}', ['姓\n'], ['x']],
    ['an empty key', '{"":"x"}', [''], ['x']],
    ['keys of prototypes', '{"__proto__":"x","constructor":"y"}', ['__proto__', 'constructor'], ['x', 'y']],
    ['Chinese', '{"姓名":"张伟","备注":"𠮷野家"}', ['姓名', '备注'], ['张伟', '𠮷野家']],
    ['a nested array', '{"a":[ 1 , "x y" , null ]}', ['a'], ['[1,"x y",null]']],
    ['a nested object', '{"a":{ "b" : 1.10 , "c d" : "} ]" }, "e":1}', ['a.b', 'a.c d', 'e'], ['1.10', '} ]', '1']],
    ['a list of plain values', '{"a":[ "x" , "y z" , 1.10 , true ]}', ['a'], ['x; y z; 1.10; true']],
    ['quotes in a nested text', '{"a":["\\" , [", "\\\\" ]}', ['a'], ['["\\" , [","\\\\"]']],
    ['nested escapes stay as written', '{"a":["\\u5f20\\ud800"]}', ['a'], ['["\\u5f20\\ud800"]']],
    ['deeply nested', `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, ['a'], [`${'['.repeat(5000)}${']'.repeat(5000)}`]],
  ])('%s', (_name, json, keys, values) => {
    expect(readEvents('ndjson', Buffer.from(json))).toEqual([
      ['header', 1, 0, ...keys],
      ['record', 1, 0, ...values],
    ]);
  });
});

describe('bad lines', () => {
  test.each<readonly [name: string, line: string, code: string, column: number | null]>([
    ['no JSON', 'hello', 'INVALID_JSON', null],
    ['an object that does not end', '{"a":1', 'INVALID_JSON', 2],
    ['a text that does not end', '{"a":"x', 'INVALID_JSON', 1],
    ['a text that ends in a backslash', '{"a":"x\\', 'INVALID_JSON', 1],
    ['an escape that does not exist', '{"a":1,"b":"\\x"}', 'INVALID_JSON', 2],
    ['a control character', '{"a":"x\ty"}', 'INVALID_JSON', 1],
    ['a missing value', '{"a":}', 'INVALID_JSON', 1],
    ['a missing colon', '{"a" 1}', 'INVALID_JSON', 1],
    ['a comma at the end', '{"a":1,}', 'INVALID_JSON', 2],
    ['a missing comma', '{"a":1 "b":2}', 'INVALID_JSON', 2],
    ['a key without quotes', '{a:1}', 'INVALID_JSON', 1],
    ['apostrophes', "{'a':1}", 'INVALID_JSON', 1],
    ['a leading zero', '{"a":007}', 'INVALID_JSON', 2],
    ['a plus sign', '{"a":+1}', 'INVALID_JSON', 1],
    ['NaN', '{"a":NaN}', 'INVALID_JSON', 1],
    ['a word like true', '{"a":truely}', 'INVALID_JSON', 2],
    ['two objects', '{"a":1}{"a":2}', 'INVALID_JSON', null],
    ['text behind the object', '{"a":1} x', 'INVALID_JSON', null],
    ['a nested array that does not end', '{"a":[1,2}', 'INVALID_JSON', 1],
    ['nested brackets that do not match', '{"a":[1,{]}}', 'INVALID_JSON', 1],
    ['nested nonsense', '{"a":[1 2]}', 'INVALID_JSON', 1],
    ['a key twice', '{"a":1,"b":2,"a":1}', 'INVALID_JSON', 3],
    ['a key twice, once as an escape', '{"new":1,"\\u006eew":2}', 'INVALID_JSON', 2],
    ['an array', '[1,2]', 'NOT_AN_OBJECT', null],
    ['a text', '"x"', 'NOT_AN_OBJECT', null],
    ['a number', ' 12 ', 'NOT_AN_OBJECT', null],
    ['null', 'null', 'NOT_AN_OBJECT', null],
    ['a zero character', '{"a":"x\0"}', 'NUL_BYTE', null],
    ['an escaped zero character', '{"a":1,"b":"x\\u0000"}', 'NUL_BYTE', 2],
    ['an escaped zero character in a key', '{"\\u0000":1}', 'NUL_BYTE', 1],
    ['a lone surrogate', '{"a":"\\ud800"}', 'LONE_SURROGATE', 1],
    ['half a pair', '{"a":"\\udc4d\\ud83d"}', 'LONE_SURROGATE', 1],
  ])('%s', (_name, line, code, column) => {
    const text = `{"a":"ok"}\n${line}\n{"b":"ok"}\n`;
    expect(readEvents('ndjson', Buffer.from(text))).toEqual([
      ['header', 1, 0, 'a'],
      ['record', 1, 0, 'ok'],
      ['bad', 2, 11, code, column, line],
      ['header', 3, 12 + Buffer.byteLength(line), 'a', 'b'],
      ['record', 3, 12 + Buffer.byteLength(line), undefined, 'ok'],
    ]);
  });

  test('a bad line may come before the first header, and its keys are forgotten', () => {
    expect(readEvents('ndjson', Buffer.from('{"x":1,"x":2}\n{"a":1}'))).toEqual([
      ['bad', 1, 0, 'INVALID_JSON', 2, '{"x":1,"x":2}'],
      ['header', 2, 14, 'a'],
      ['record', 2, 14, '1'],
    ]);
  });
});

describe('files', () => {
  test('the header grows, in the order of first appearance', () => {
    const text = '\ufeff{"a":"1","b":"2"}\r\n\r\n{"b":"3"}\n \t\n{"c":"4","a":"5"}\r\n{"c":null}';
    const expected: ReaderEvent[] = [
      ['header', 1, 3, 'a', 'b'],
      ['record', 1, 3, '1', '2'],
      ['record', 3, 24, undefined, '3'],
      ['header', 5, 37, 'a', 'b', 'c'],
      ['record', 5, 37, '5', undefined, '4'],
      ['record', 6, 56, undefined, undefined, undefined],
    ];
    expect(readEvents('ndjson', Buffer.from(text))).toEqual(expected);
  });

  test('a line that is too long is one bad record', () => {
    const long = `{"a":"${'张'.repeat(30)}"}`;
    expect(readEvents('ndjson', Buffer.from(`{"a":1}\n${long}\r\n{"a":2}\n`), { maxRecordBytes: 40 })).toEqual([
      ['header', 1, 0, 'a'],
      ['record', 1, 0, '1'],
      ['bad', 2, 8, 'RECORD_TOO_LONG', null, `{"a":"${'张'.repeat(11)}`],
      ['record', 3, 8 + 98 + 2, '2'],
    ]);
  });

  test('a 50 MB line', () => {
    const seen: string[] = [];
    const reader = new NdjsonReader(
      {},
      {
        header: () => {},
        record: (cells, at) => seen.push(`${at.line}:${cells.join()}`),
        bad: (problem, at) => seen.push(`${at.line}:${problem.code} ${problem.cells[0]?.length}`),
      },
    );
    reader.push(Buffer.from('{"a":1}\n{"a":"'));
    for (let i = 0; i < 50; i++) reader.push(Buffer.alloc(1 << 20, 'x'));
    reader.push(Buffer.from('"}\n{"a":2}\n'));
    reader.end();
    expect(seen).toEqual(['1:1', '2:RECORD_TOO_LONG 65536', '3:2']);
  });

  test.each(['', '\n \r\n\t\n', '\ufeff'])('%j is empty', (text) => {
    expect(readEvents('ndjson', Buffer.from(text))).toEqual([['error', 'INPUT_EMPTY', 'the input is empty']]);
  });

  test.each(['[{"a":1}]', ' \n[\n{"a":1},\n{"a":2}\n]\n'])('%j is a JSON array', (text) => {
    expect(readEvents('ndjson', Buffer.from(text))).toEqual([['error', 'INPUT_UNREADABLE', 'the input is a JSON array, not NDJSON']]);
  });

  test('bytes that are not UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('{"a":1}\n{"a":"'), Buffer.from([0xd5, 0xc5]), Buffer.from('"}\n')]);
    expect(readEvents('ndjson', bytes).at(-1)).toEqual(['error', 'INPUT_UNDECODABLE', 'byte 14 (line 2) is not utf-8 text']);
  });

  test('data used as keys', () => {
    const reader = new NdjsonReader({}, { header: () => {}, record: () => {}, bad: () => {} });
    const lines = Array.from({ length: 10_001 }, (_, i) => `{"key ${i}":1}\n`).join('');
    expect(() => {
      reader.push(Buffer.from(lines));
      reader.end();
    }).toThrow(CrmError);
  });
});
