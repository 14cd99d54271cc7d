import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { OutputClosedError } from '../../../src/ui/io.ts';
import { type OutputFormat, type RowResult, render } from '../../../src/ui/render.ts';
import { capturedIo } from '../../support/captured-io.ts';

const result: RowResult = {
  columns: [
    { name: 'id', type: 'integer' },
    { name: 'name', type: 'text' },
    { name: 'attributes', type: 'json' },
  ],
  rows: [
    [1, '张伟', '{"n":12345678901234567890,\n "x":[1]}'],
    [2n, 'a,"b"\n=c', null],
    [9007199254740993n, '', 'not json'],
  ],
};

const shown: Record<OutputFormat, string> = {
  json: [
    '[',
    '{"id":1,"name":"张伟","attributes":{"n":12345678901234567890,  "x":[1]}},',
    '{"id":2,"name":"a,\\"b\\"\\n=c","attributes":null},',
    '{"id":"9007199254740993","name":"","attributes":"not json"}',
    ']\n',
  ].join('\n'),
  ndjson: [
    '{"id":1,"name":"张伟","attributes":{"n":12345678901234567890,  "x":[1]}}',
    '{"id":2,"name":"a,\\"b\\"\\n=c","attributes":null}',
    '{"id":"9007199254740993","name":"","attributes":"not json"}\n',
  ].join('\n'),
  csv: 'id,name,attributes\n1,张伟,"{""n"":12345678901234567890,\n ""x"":[1]}"\n2,"a,""b""\n=c",\n9007199254740993,,not json\n',
  table: [
    '               id │ name     │ attributes',
    '──────────────────┼──────────┼──────────────────────────────────────',
    '                1 │ 张伟     │ {"n":12345678901234567890,⏎ "x":[1]}',
    '                2 │ a,"b"⏎=c │',
    ' 9007199254740993 │          │ not json\n',
  ].join('\n'),
};

describe('render', () => {
  test.each(Object.entries(shown))('%s, at once and streamed', async (format, text) => {
    const atOnce = capturedIo();
    expect(await render(atOnce, format as OutputFormat, result)).toBe(3);
    async function* stream() {
      yield [];
      for (const row of result.rows as []) yield [row];
    }
    const streamed = capturedIo();
    expect(await render(streamed, format as OutputFormat, { ...result, rows: stream() })).toBe(3);
    expect(atOnce.out()).toBe(text);
    if (format !== 'table') expect(streamed.out()).toBe(text);
    expect(atOnce.err() + streamed.err()).toBe('');
  });

  test.each<[OutputFormat, string]>([
    ['table', 'no rows\n'],
    ['json', '[]\n'],
    ['ndjson', ''],
    ['csv', 'id,name,attributes\n'],
  ])('%s without rows', async (format, text) => {
    const io = capturedIo();
    expect(await render(io, format, { ...result, rows: [] })).toBe(0);
    expect(io.out()).toBe(text);
  });

  test('a table is cut and coloured on a terminal only', async () => {
    const rows: RowResult = { columns: [{ name: 'note', type: 'text' }], rows: [['abcdefghijklmnopqrstuvwxyz']] };
    const terminal = capturedIo({ tty: true, columns: 12 });
    await render(terminal, 'table', rows);
    expect(terminal.out()).toBe('\x1b[2m note\x1b[22m\n\x1b[2m────────────\x1b[22m\n abcdefghi…\n');
    const pipe = capturedIo({ columns: 12 });
    await render(pipe, 'table', rows);
    expect(pipe.out()).toContain(' abcdefghijklmnopqrstuvwxyz\n');
  });

  test('csv options', async () => {
    const io = capturedIo();
    await render(
      io,
      'csv',
      {
        columns: [
          { name: 'a', type: 'text' },
          { name: 'b', type: 'text' },
        ],
        rows: [['=1', '+49']],
      },
      { formulaSafe: true, delimiter: ';' },
    );
    expect(io.out()).toBe("a;b\n'=1;'+49\n");
  });

  test('stops reading its source when the reader has gone away', async () => {
    let batches = 0;
    async function* endless() {
      for (;;) {
        batches++;
        yield [[batches, 'x', null]];
      }
    }
    const stdout = new Writable({
      write(_chunk, _encoding, done) {
        done(batches < 3 ? null : Object.assign(new Error('EPIPE'), { code: 'EPIPE' }));
      },
    });
    await expect(render(capturedIo({ stdout }), 'ndjson', { ...result, rows: endless() })).rejects.toBeInstanceOf(OutputClosedError);
    expect(batches).toBeLessThan(10);
  });
});
