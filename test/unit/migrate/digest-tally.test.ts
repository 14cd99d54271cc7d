import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DigestTally } from '../../../src/migrate/digest-tally.ts';
import { rowDigest } from '../../../src/migrate/row-digest.ts';

const digestOf = (number: number): Buffer => createHash('sha256').update(String(number)).digest();

describe('DigestTally', () => {
  test.each([10, 1_000_000])('counts two sides against each other, with at most %i in memory', async (limit) => {
    const tally = new DigestTally(limit);
    for (let number = 0; number < 3000; number++) {
      tally.add(digestOf(number % 2000), 1);
      await tally.relieve();
    }
    for (let number = 3000; number > 1; number--) {
      tally.add(digestOf(number % 2000), -1);
      await tally.relieve();
    }
    const { counts, missing, extra } = await tally.leftovers(10);
    await tally.close();
    expect({ missing, extra }).toEqual({ missing: 2, extra: 1 });
    expect(counts).toEqual(
      new Map([
        [digestOf(0).toString('hex', 0, 16), 1],
        [digestOf(1).toString('hex', 0, 16), 1],
        [digestOf(1000).toString('hex', 0, 16), -1],
      ]),
    );
  });
});

test('rows of different cells have different digests', () => {
  const rows = [
    [null],
    [],
    [''],
    [0],
    ['0'],
    [false],
    [[]],
    [[null]],
    [null, null],
    ['ab', 'c'],
    ['a', 'bc'],
    [Buffer.from('ab'), 'c'],
    [['ab'], 'c'],
    [['ab', 'c']],
    ['x'.repeat(5000)],
    [Buffer.alloc(5000)],
  ];
  expect(new Set(rows.map((row) => rowDigest(row).toString('hex'))).size).toBe(rows.length);
  expect(rowDigest([5n])).toEqual(rowDigest([5]));
});
