import { expect, it } from 'vitest';
import { historyProblems, type RecordedWrite, type Write } from '../../support/fault/write-history.ts';

const write = (value: string, startMs: number, endMs: number, run: number | null): Write => ({ register: 'r', value, startMs, endMs, run });
const record = (run: number, before: string | null, after: string | null): RecordedWrite => ({ register: 'r', run, before, after });
const WRITES = [write('a', 0, 5, 1), write('b', 3, 9, 2)];

it.each<[string, readonly Write[], readonly RecordedWrite[], string | null, readonly string[]]>([
  ['two writes one after the other', WRITES, [record(1, null, 'a'), record(2, 'a', 'b')], 'b', []],
  ['a write that nobody acknowledged may be there or not', [write('a', 0, 5, null)], [], null, []],
  ['… or', [write('a', 0, 5, null)], [record(1, null, 'a')], 'a', []],
  ['a lost update', WRITES, [record(1, null, 'a'), record(2, null, 'b')], 'b', ['r: run 2 found null, but a was written before']],
  ['a value that came back', WRITES, [record(1, null, 'a'), record(2, 'a', 'b')], 'a', ['r: a is there, but b was written last']],
  ['a write without a record', [write('a', 0, 5, 1)], [], null, ['r: a was acknowledged and is recorded 0 times']],
  [
    'an earlier write that comes later',
    [write('a', 0, 2, 2), write('b', 3, 9, 1)],
    [record(1, null, 'b'), record(2, 'b', 'a')],
    'a',
    ['run 1 (b) was begun after run 2 (a) was acknowledged'],
  ],
])('%s', (_, writes, recorded, final, problems) => {
  expect(historyProblems(writes, recorded, new Map([['r', final]]))).toEqual(problems);
});
