import { describe, expect, test } from 'vitest';
import { CsvReader } from '../../../src/formats/csv-reader.ts';
import type { ReaderOptions } from '../../../src/formats/index.ts';
import type { BadRecord } from '../../../src/formats/record-reader.ts';
import { type ReaderEvent, readEvents, readEventsCutAt } from './collect-records.ts';

type Case = readonly [name: string, text: string, events: readonly ReaderEvent[], options?: ReaderOptions];
const AB: ReaderEvent = ['header', 1, 0, 'a', 'b'];
/** 20 bytes are the limit in the cases of long records. */
const SHORT: ReaderOptions = { maxRecordBytes: 20 };

const CASES: readonly Case[] = [
  ['too many cells', 'a,b\n1,2,3\n4,5\n', [AB, ['bad', 2, 4, 'TOO_MANY_CELLS', 3, '1', '2', '3'], ['record', 3, 10, '4', '5']]],
  ['too many cells, after empty ones', 'a,b\n1,2,,,5,\n', [AB, ['bad', 2, 4, 'TOO_MANY_CELLS', 5, '1', '2', '', '', '5', '']]],
  ['too few cells', 'a,b\n1\n4,5\n', [AB, ['bad', 2, 4, 'TOO_FEW_CELLS', 2, '1'], ['record', 3, 6, '4', '5']]],
  [
    'a bad record does not leak into the next',
    'a,b\n1,2,3,4\n,\n',
    [AB, ['bad', 2, 4, 'TOO_MANY_CELLS', 3, '1', '2', '3', '4'], ['record', 3, 12, '', '']],
  ],
  ['a zero character', 'a,b\n1,x\0y\n4,5\n', [AB, ['bad', 2, 4, 'NUL_BYTE', 2, '1', 'x\0y'], ['record', 3, 10, '4', '5']]],
  ['a zero character alone', 'a,b\n\0\n4,5\n', [AB, ['bad', 2, 4, 'NUL_BYTE', 1, '\0'], ['record', 3, 6, '4', '5']]],
  [
    'a zero character among blank lines',
    'a\n\n""\nx\0\n\ny',
    [
      ['header', 1, 0, 'a'],
      ['record', 3, 3, ''],
      ['bad', 4, 6, 'NUL_BYTE', 1, 'x\0'],
      ['record', 6, 10, 'y'],
    ],
  ],

  [
    'a quote never closed',
    'a,b\n1,"2\n3,4\n5,6\n',
    [AB, ['bad', 2, 4, 'UNCLOSED_QUOTE', 2, '1', '"2'], ['record', 3, 9, '3', '4'], ['record', 4, 13, '5', '6']],
  ],
  [
    'a quote never closed, in the last line',
    'a,b\n1,2\n"3,4',
    [AB, ['record', 2, 4, '1', '2'], ['bad', 3, 8, 'UNCLOSED_QUOTE', 1, '"3', '4']],
  ],
  [
    'well quoted cells before the open quote stay whole',
    'a,b\n"x,y","2\n3,4\n',
    [AB, ['bad', 2, 4, 'UNCLOSED_QUOTE', 2, 'x,y', '"2'], ['record', 3, 13, '3', '4']],
  ],
  [
    'all after the open quote is literal',
    'a,b\n"1,""2""\n3,4\n',
    [AB, ['bad', 2, 4, 'UNCLOSED_QUOTE', 1, '"1', '""2""'], ['record', 3, 13, '3', '4']],
  ],
  ['a stray quote that the next one closes', 'a,b\n"1,2\n"3,4\n5,6\n', [AB, ['record', 2, 4, '1,2\n3', '4'], ['record', 4, 14, '5', '6']]],
  [
    'an open quote before CR LF',
    'a,b\r\n1,"2\r\n3,4\r\n',
    [AB, ['bad', 2, 5, 'UNCLOSED_QUOTE', 2, '1', '"2'], ['record', 3, 11, '3', '4']],
  ],
  ['an open quote before CR', 'a,b\r1,"2\r3,4\r', [AB, ['bad', 2, 4, 'UNCLOSED_QUOTE', 2, '1', '"2'], ['record', 3, 9, '3', '4']]],
  [
    'records with newlines after an open quote',
    'a,b\n"1,2\n3,x\n',
    [AB, ['bad', 2, 4, 'UNCLOSED_QUOTE', 1, '"1', '2'], ['record', 3, 9, '3', 'x']],
  ],

  [
    'as long as allowed',
    'a,b\n12345678,12345678901\n1,2\n',
    [AB, ['record', 2, 4, '12345678', '12345678901'], ['record', 3, 25, '1', '2']],
    SHORT,
  ],
  [
    'as long as allowed, CR LF',
    'a,b\r\n12345678,12345678901\r\n1,2\r\n',
    [AB, ['record', 2, 5, '12345678', '12345678901'], ['record', 3, 27, '1', '2']],
    SHORT,
  ],
  [
    'one byte too long',
    'a,b\n12345678,123456789012\n1,2\n',
    [AB, ['bad', 2, 4, 'RECORD_TOO_LONG', null, '12345678', '12345678901'], ['record', 3, 26, '1', '2']],
    SHORT,
  ],
  [
    'far too long, CR LF',
    'a,b\r\n1,2345678901234567890123456789\r\n\r\n1,2\r\n',
    [AB, ['bad', 2, 5, 'RECORD_TOO_LONG', null, '1', '234567890123456789'], ['record', 4, 39, '1', '2']],
    SHORT,
  ],
  [
    'too long in the last line',
    'a,b\n1,2\n1,23456789012345678901',
    [AB, ['record', 2, 4, '1', '2'], ['bad', 3, 8, 'RECORD_TOO_LONG', null, '1', '234567890123456789']],
    SHORT,
  ],
  [
    'too long in bytes, not in characters; no character is cut',
    'a,b\n1,張偉張偉張偉張\n1,2\n',
    [AB, ['bad', 2, 4, 'RECORD_TOO_LONG', null, '1', '張偉張偉張偉'], ['record', 3, 28, '1', '2']],
    SHORT,
  ],
  [
    'no surrogate pair is cut',
    'a,b\n1,👍👍👍👍👍\n1,2\n',
    [AB, ['bad', 2, 4, 'RECORD_TOO_LONG', null, '1', '👍👍👍👍'], ['record', 3, 27, '1', '2']],
    SHORT,
  ],
  [
    'too long over several lines: a quote not closed in time',
    'a,b\n1,"34567890\n123456789"\n1,2\n',
    [
      AB,
      ['bad', 2, 4, 'UNCLOSED_QUOTE', 2, '1', '"34567890'],
      ['bad', 3, 16, 'TOO_FEW_CELLS', 2, '123456789"'],
      ['record', 4, 27, '1', '2'],
    ],
    SHORT,
  ],
  [
    'many too long lines',
    'a,b\n1,2345678901234567890\n1,2345678901234567890\n5,6',
    [
      AB,
      ['bad', 2, 4, 'RECORD_TOO_LONG', null, '1', '234567890123456789'],
      ['bad', 3, 26, 'RECORD_TOO_LONG', null, '1', '234567890123456789'],
      ['record', 4, 48, '5', '6'],
    ],
    SHORT,
  ],
];

describe('recovery', () => {
  for (const [name, text, events, options] of CASES) {
    test(name, () => expect(readEvents('csv', Buffer.from(text), options)).toEqual(events));
  }
});

// The first 64 KiB are looked at as one piece, so the cases stand behind as much filler to be cut at all.
const FILLER_LINES = 16_384;

describe.each([1, 2, 3, 5, 7])('recovery beyond the first 64 KiB, pushed by %i bytes', (chunkSize) => {
  test.each(CASES.map((parts) => ({ name: parts[0], parts })))('$name', ({ parts: [, text, events, options] }) => {
    const headerEnd = /\r\n|\r|\n/.exec(text) as RegExpExecArray;
    const start = headerEnd.index + headerEnd[0].length;
    const filler = (headerEnd.index === 1 ? 'xyz\n' : 'x,y\n').repeat(FILLER_LINES);
    const bytes = Buffer.from(text.slice(0, start) + filler + text.slice(start));
    const cuts: number[] = [];
    for (let at = start + filler.length; at < bytes.length; at += chunkSize) cuts.push(at);
    const [header, ...rest] = readEventsCutAt('csv', bytes, cuts, options);
    const moved = events
      .slice(1)
      .map(([kind, line, offset, ...cells]) => [kind, Number(line) + FILLER_LINES, Number(offset) + filler.length, ...cells]);
    expect([header, ...rest.slice(FILLER_LINES)]).toEqual([events[0], ...moved]);
  });
});

describe('a 50 MB line', () => {
  test('is one bad record, cut to 64 KiB, in bounded memory', () => {
    const bad: BadRecord[] = [];
    const records: string[] = [];
    const reader = new CsvReader(
      {},
      {
        header: () => {},
        record: (cells, at) => records.push(`${at.line}@${at.byteOffset}:${cells.join()}`),
        bad: (problem) => bad.push(problem),
      },
    );
    const piece = Buffer.alloc(1 << 20, 'x');
    reader.push(Buffer.from('a,b\n1,2\n'));
    const before = process.memoryUsage().rss;
    let peak = before;
    for (let i = 0; i < 50; i++) {
      reader.push(piece);
      peak = Math.max(peak, process.memoryUsage().rss);
    }
    reader.push(Buffer.from('\n3,4\n'));
    reader.end();
    expect(records).toEqual(['2@4:1,2', `4@${8 + (50 << 20) + 1}:3,4`]);
    expect(bad.map(({ code, cells }) => [code, cells.length, cells[0]?.length])).toEqual([['RECORD_TOO_LONG', 1, 65_536]]);
    expect(bad[0]?.reason).toBe('the line is longer than 8388608 bytes; only its first 65536 bytes are kept');
    expect(peak - before).toBeLessThan(150 << 20);
  });

  test('one stray quote in a large file costs one record', () => {
    let records = 0;
    const bad: string[] = [];
    const reader = new CsvReader(
      { maxRecordBytes: 1 << 20 },
      {
        header: () => {},
        record: () => records++,
        bad: (problem, at) => bad.push(`${problem.code} ${at.line}`),
      },
    );
    reader.push(Buffer.from(`a,b\n${'1,2\n'.repeat(1000)}1,"2\n`));
    for (let i = 0; i < 20; i++) reader.push(Buffer.from('1,2\n'.repeat(50_000)));
    reader.end();
    expect([records, bad]).toEqual([1_001_000, ['UNCLOSED_QUOTE 1002']]);
  });
});

test('reasons name columns and counts, never values', () => {
  const reasons: string[] = [];
  const reader = new CsvReader(
    { maxRecordBytes: 60 },
    { header: () => {}, record: () => {}, bad: (problem) => reasons.push(problem.reason) },
  );
  reader.push(Buffer.from(`a,b\nsecret,secret,secret\nsecret\nx,sec\0ret\n${'secret'.repeat(11)}\nsecret,"secret\n`));
  reader.end();
  expect(reasons).toEqual([
    'the record has 3 cells, the header 2',
    'the record has 1 of the 2 cells',
    'a zero character (U+0000) stands in column 2',
    'the line is longer than 60 bytes; only its first 60 bytes are kept',
    'a quote in column 2 is not closed before the end of the file or within 60 bytes',
  ]);
});
