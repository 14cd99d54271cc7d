import { describe, expect, test } from 'vitest';
import { readTable } from './read-table.ts';

describe('where the records are', () => {
  test.each<readonly [name: string, json: string, rows: readonly Record<string, string>[], lines: readonly number[]]>([
    ['an array', '[{"a":1},{"a":2}]', [{ a: '1' }, { a: '2' }], [1, 1]],
    ['an array over several lines', '\n[\n  {\n    "a": 1\n  },\n  {"b": "x"}\n]\n', [{ a: '1' }, { b: 'x' }], [3, 6]],
    ['a member of an object', '{"total":2,"people":[{"a":1},{"a":2}]}', [{ a: '1' }, { a: '2' }], [1, 1]],
    ['a member of a member', '{"data":{"page":1,"items":[{"a":1}]}}', [{ a: '1' }], [1]],
    ['one object', '{"name":"Ada","seats":3}', [{ name: 'Ada', seats: '3' }], [1]],
    [
      'a customer with lists of his own',
      '{"name":"Ada","email":"a@x.org","orders":[{"n":1}]}',
      [{ name: 'Ada', email: 'a@x.org', orders: '[{"n":1}]' }],
      [1],
    ],
    ['brackets in texts', '[{"a":"]}["},{"a":"\\"]"}]', [{ a: ']}[' }, { a: '"]' }], [1, 1]],
  ])('%s', async (_name, json, rows, lines) => {
    for (const chunkSize of [1, 7, 1 << 20]) {
      const table = await readTable('json', json, {}, chunkSize);
      expect(table).toMatchObject({ rows, lines, bad: [], error: null });
    }
  });

  test('what is not read is told', async () => {
    const json = '{"made":"today","people":[{"a":1}],"meta":{"x":1},"tags":["b"]}';
    expect((await readTable('json', json)).notes).toEqual(['1 MEMBERS_LEFT_OUT made, meta.x, tags']);
  });

  test('of several tables one must be named', async () => {
    const json = '{"people":[{"a":1}],"companies":[{"b":2}]}';
    expect(await readTable('json', json)).toMatchObject({
      error: 'INPUT_UNREADABLE the JSON holds several tables: people, companies; nothing was changed',
    });
    for (const table of ['companies', '2']) {
      expect(await readTable('json', json, { table })).toMatchObject({ rows: [{ b: '2' }], notes: ['1 OTHER_TABLES people'], error: null });
    }
    expect(await readTable('json', json, { table: 'x' })).toMatchObject({
      error: 'USAGE --table x: there is no table of that name in the file',
    });
  });
});

describe('values', () => {
  test.each<readonly [name: string, json: string, row: Record<string, string>]>([
    [
      'as written',
      '{"a":1.10,"b":12345678901234567890,"c":true,"d":null,"e":"x"}',
      { a: '1.10', b: '12345678901234567890', c: 'true', e: 'x' },
    ],
    ['of objects within', '{"a":{"b":1.10,"c":{"d":"x"}}}', { 'a.b': '1.10', 'a.c.d': 'x' }],
    ['of lists', '{"a":["x","y z",3,true]}', { a: 'x; y z; 3; true' }],
    ['of an empty list', '{"a":[],"b":1}', { b: '1' }],
    ['of an empty object', '{"a":{}}', { a: '{}' }],
    [
      'of lists that would not come apart again',
      '{"a":["x;y","z"],"b":["x",null],"c":[""]}',
      { a: '["x;y","z"]', b: '["x",null]', c: '[""]' },
    ],
    ['of lists of objects', '{"a":[{"b": 1}, {"b": 2}]}', { a: '[{"b":1},{"b":2}]' }],
    ['of lists of lists', '{"a":[[1],[2]]}', { a: '[[1],[2]]' }],
    ['deeper than columns go', '{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}', { 'a.a.a.a.a.a.a': '{"a":1}' }],
    ['over several lines', '{"a":\n{"b":\n1}}', { 'a.b': '1' }],
  ])('%s', async (_name, json, row) => {
    expect(await readTable('json', `[${json}]`)).toMatchObject({ rows: [row], bad: [], error: null });
    if (!json.includes('\n')) expect(await readTable('ndjson', `${json}\n`)).toMatchObject({ rows: [row], bad: [], error: null });
  });
});

describe('broken files', () => {
  test.each<readonly [name: string, json: string, bad: readonly string[], rows: number]>([
    ['no value', '[{"a":1},{"a":},{"a":3}]', ['1 INVALID_JSON {"a":}'], 2],
    ['a comma at the end of an object', '[{"a":1,},{"a":2}]', ['1 INVALID_JSON {"a":1,}'], 1],
    ['a bracket that is not closed', '[{"a":[1,2},{"a":3}]', ['1 INVALID_JSON {"a":[1,2}'], 1],
    ['an object that is not closed', '[{"a":3},{"a":1]', ['1 INVALID_JSON {"a":1'], 1],
    ['a text that is not closed', '[{"a":"x\n},\n{"a":3}]', ['1 INVALID_JSON {"a":"x\n}'], 1],
    ['no objects', '[{"a":1},2,"x",null]', ['1 NOT_AN_OBJECT 2', '1 NOT_AN_OBJECT "x"', '1 NOT_AN_OBJECT null'], 1],
    ['a key twice', '[{"a":1,"a":2},{"a":3}]', ['1 INVALID_JSON {"a":1,"a":2}'], 1],
    ['a path twice', '[{"a.b":1,"a":{"b":2}},{"a":3}]', ['1 INVALID_JSON {"a.b":1,"a":{"b":2}}'], 1],
    ['a zero character', '[{"a":"\\u0000"},{"a":3}]', ['1 NUL_BYTE {"a":"\\u0000"}'], 1],
  ])('a bad record: %s', async (_name, json, bad, rows) => {
    for (const chunkSize of [1, 5, 1 << 20]) {
      const table = await readTable('json', json, {}, chunkSize);
      expect({ bad: table.bad, rows: table.rows.length, error: table.error }).toEqual({ bad, rows, error: null });
    }
  });

  test.each<readonly [name: string, json: string, error: RegExp]>([
    ['nothing', ' \n', /^INPUT_EMPTY/],
    ['no JSON', 'hello', /^INPUT_UNREADABLE the input is not JSON/],
    ['an array without end', '[{"a":1},\n{"a":2}', /^INPUT_UNREADABLE the JSON ends too early \(line 2\)/],
    ['an element without end', '[{"a":1},{"a":', /ends too early/],
    ['an object without end', '{"people":[{"a":1}]', /ends too early/],
    ['no comma between elements', '[{"a":1} {"a":2}]', /^INPUT_UNREADABLE the JSON is broken \(line 1\)/],
    ['a comma before the end', '[{"a":1},]', /broken/],
    ['something behind the end', '[{"a":1}]\nx', /broken \(line 2\)/],
    ['no table', '{"people":{"a":[1]},"b":[],"c":2,"d":"', /ends too early/],
  ])('no table at all: %s', async (_name, json, error) => {
    for (const chunkSize of [1, 1 << 20]) expect((await readTable('json', json, {}, chunkSize)).error).toMatch(error);
  });

  test('an element that is too long is one bad record', async () => {
    const json = `[{"a":1},{"a":"${'x'.repeat(300)}"},{"a":3}]`;
    for (const chunkSize of [1, 50, 1 << 20]) {
      const table = await readTable('json', json, { maxRecordBytes: 100 }, chunkSize);
      expect(table).toMatchObject({ rows: [{ a: '1' }, { a: '3' }], error: null });
      expect(table.bad).toEqual([`1 RECORD_TOO_LONG ${json.slice(9, 109)}`]);
    }
  });

  test('a large file is read in bounded memory', async () => {
    const element = `{"name":"${'x'.repeat(200)}"}`;
    const json = `{"people":[${Array.from({ length: 50_000 }, () => element).join(',\n')}]}`;
    const table = await readTable('json', json, { maxRecordBytes: 65_536 }, 65_536);
    expect({ rows: table.rows.length, error: table.error, last: table.lines.at(-1) }).toEqual({ rows: 50_000, error: null, last: 50_000 });
  });
});
