import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import type { FormatName, ReaderOptions } from '../../../src/formats/index.ts';
import { type ReaderEvent, readEvents, readEventsCutAt } from './collect-records.ts';

const NASTY_CSV =
  '"say ""hi""",2\r\n"a\r\nb\rc\nd",é\r1,"张""伟",3\n\r\n"x"y,👍\n\0,zero\n1\r\n"",""\r"\n","\r"\n𠮷,"ﬁ,"\r\n1,"open\r\n5,6\r\n7,"8';
const NASTY_NDJSON =
  '{"a":"x\\n\\"y\\\\","b":1.10}\r\n\n{"b":null,"张":"👍"}\n{"a":[1, {"x" : "] }"} ],"c":12345678901234567890}\r\n[1]\n{"a":"\\ud800"}\n{"a":"\\ud83d\\ude00"}\n{bad\n\0\n{"a":1,"a":2}\n{"d":true}';
/** The first 64 KiB are looked at as one piece, so that the sample must stand behind them to be cut. */
const HEAD_BYTES = 65_536;
const LONG_CELL = '张'.repeat(333);

function fileOf(head: string, filler: string, sample: string, encode: (text: string) => Buffer): { bytes: Buffer; start: number } {
  const unit = encode(filler).length;
  const start = encode(head + filler.repeat(Math.ceil(HEAD_BYTES / unit)));
  return { bytes: Buffer.concat([start, encode(sample)]), start: start.length };
}

type Case = readonly [name: string, format: FormatName, bytes: Buffer, start: number, options: ReaderOptions];

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const CASES: Case[] = [];
for (const [name, encoding, encode] of [
  ['UTF-8', undefined, (text: string) => Buffer.from(text)],
  ['UTF-16 LE', 'utf-16le', (text: string) => Buffer.from(text, 'utf16le')],
  ['UTF-16 BE', 'utf-16be', utf16be],
  ['GB18030', 'gb18030', (text: string) => iconv.encode(text, 'gb18030')],
] as const) {
  const csv = fileOf('a,b\n', `x,${LONG_CELL}\n`, NASTY_CSV, encode);
  CASES.push([`CSV in ${name}`, 'csv', csv.bytes, csv.start, { encoding }]);
  const ndjson = fileOf('{"a":"x"}\n', `{"a":"${LONG_CELL}"}\n`, NASTY_NDJSON, encode);
  CASES.push([`NDJSON in ${name}`, 'ndjson', ndjson.bytes, ndjson.start, { encoding }]);
}

/** Drops the events of the filler, which are the same in all runs. */
const tail = (events: readonly ReaderEvent[], start: number) => events.filter((event) => event[0] === 'error' || event[2] >= start);

describe.each(CASES)('%s', (_name, format, bytes, start, options) => {
  const whole = tail(readEvents(format, bytes, options), start);

  test('the sample makes records, bad ones and no error', () => {
    const kinds = new Set(whole.map((event) => event[0]));
    expect(kinds).toContain('record');
    expect(kinds).toContain('bad');
    expect(kinds).not.toContain('error');
  });

  test('one cut at every byte', () => {
    for (let cut = start; cut < bytes.length; cut++) {
      expect(tail(readEventsCutAt(format, bytes, [cut], options), start), `cut at ${cut - start}`).toEqual(whole);
    }
  });

  test.each([1, 2, 3, 4, 5])('pieces of %i bytes', (size) => {
    const cuts: number[] = [];
    for (let cut = start; cut < bytes.length; cut += size) cuts.push(cut);
    expect(tail(readEventsCutAt(format, bytes, cuts, options), start)).toEqual(whole);
  });
});

test('a small file pushed byte by byte', () => {
  const bytes = Buffer.from(`a,b\n${NASTY_CSV}`);
  expect(readEvents('csv', bytes, {}, 1)).toEqual(readEvents('csv', bytes));
});

test('bytes that are no text are found wherever the file is cut, after the same records', () => {
  const { bytes, start } = fileOf('a,b\n', `x,${LONG_CELL}\n`, '1,2\n3,张', (text) => Buffer.from(text));
  const broken = Buffer.concat([bytes, Buffer.from([0xe5, 0xbc]), Buffer.from(',4\n5,6\n')]);
  const whole = tail(readEvents('csv', broken), start);
  const line = Math.ceil(HEAD_BYTES / 1002) + 3;
  expect(whole).toEqual([
    ['record', line - 1, start, '1', '2'],
    ['error', 'INPUT_UNDECODABLE', `byte ${bytes.length} (line ${line}) is not utf-8 text`],
  ]);
  for (let cut = start; cut < broken.length; cut++) expect(tail(readEventsCutAt('csv', broken, [cut]), start)).toEqual(whole);
});
