import { describe, expect, it } from 'vitest';
import { ColumnBuilder } from '../../../src/dedupe/population.ts';
import { hashPair, hashText, mayBeWithin, pooledText, TextPool } from '../../../src/dedupe/text/text-pool.ts';
import { populationOf } from '../../support/compared-rows.ts';

describe('TextPool', () => {
  it('numbers texts in the order in which they come; nothing is number 0', () => {
    const pool = new TextPool();
    expect(['b', 'a', 'b', '', null, 'a', 'c'].map((text) => pool.intern(text))).toEqual([1, 2, 1, 0, 0, 2, 3]);
    expect([0, 1, 2, 3].map((number) => pool.textOf(number))).toEqual([null, 'b', 'a', 'c']);
    expect(pool.size).toBe(4);
  });

  it('tells NUL, lone surrogates, decomposed and equally long texts apart', () => {
    const texts = ['\0', '\0\0', 'a\0', 'a', '\ud842', '\udfb7', '\u{20bb7}', '\ufffd', 'é', 'e\u0301', ' ', 'A'];
    const pool = new TextPool();
    expect(texts.map((text) => pool.intern(text))).toEqual(texts.map((_, i) => i + 1));
    const frozen = pool.freeze();
    expect(texts.map((_, i) => pooledText(frozen, i + 1))).toEqual(texts);
  });

  it('takes many texts, and long ones', () => {
    const pool = new TextPool();
    const texts = Array.from({ length: 100_000 }, (_, i) => `text ${i * 7919}`);
    texts.push('x'.repeat(300_000), `${'x'.repeat(300_000)}y`);
    texts.forEach((text, i) => {
      if (pool.intern(text) !== i + 1) throw new Error(text);
    });
    expect(texts.every((text, i) => pool.intern(text) === i + 1)).toBe(true);
    const frozen = pool.freeze();
    expect(frozen.size).toBe(texts.length + 1);
    expect(frozen.hashes.subarray(1, frozen.size).includes(0)).toBe(false);
    expect(new Set(frozen.hashes.subarray(1, frozen.size)).size).toBeGreaterThan(texts.length - 10);
    expect(pooledText(frozen, 100_002)).toBe(texts.at(-1));
  });
});

describe('hashes', () => {
  // Stored beside models: another value makes what was kept useless.
  it.each([
    ['a', 0x1a80b1b3],
    ['john smith', 0xf86baf42],
    ['张伟', 0xdaa2cdb5],
    ['\ud842\0', 0x657f8db7],
  ])('of %j stays the same', (text, expected) => {
    expect(hashText(text)).toBe(expected);
  });

  it('of pairs: what is missing is equal to nothing', () => {
    expect([hashPair(0, 5), hashPair(5, 0), hashPair(0, 0)]).toEqual([0, 0, 0]);
    expect(hashPair(1, 2)).toBe(0xa8e84ed6);
    expect(hashPair(2, 1)).not.toBe(0xa8e84ed6);
    // The mixed value is 0 itself: there is no such hash.
    expect(hashPair(0x9e3779b9, 1)).toBeGreaterThan(0);
  });
});

describe('mayBeWithin', () => {
  it.each([
    ['abc', 'abc', 0, true],
    ['abc', 'abd', 0, false],
    ['abc', 'abd', 1, true],
    ['abc', 'xyz', 2, false],
    ['abc', 'xyz', 3, true],
    ['abc', 'cba', 0, true],
  ])('%j and %j within %i: %s', (a, b, edits, expected) => {
    const pool = new TextPool();
    const [one, other] = [pool.intern(a), pool.intern(b)];
    expect(mayBeWithin(pool.freeze(), one, other, edits)).toBe(expected);
  });
});

describe('columns', () => {
  it('count the records that have a text, and those that have any', () => {
    const builder = new ColumnBuilder('email');
    for (const [record, text] of [
      [0, 'a'],
      [2, 'b'],
      [3, 'a'],
    ] as const)
      builder.set(record, text);
    const column = builder.build(5, builder.pool.freeze());
    expect([[...column.ids], [...column.counts], column.filled, column.more]).toEqual([[1, 0, 2, 1, 0], [0, 2, 1], 3, null]);
  });

  it('keep the further texts of a record, each once', () => {
    const builder = new ColumnBuilder('phone');
    builder.set(0, 'a');
    for (const [record, text] of [
      [0, 'a'],
      [0, 'b'],
      [0, 'c'],
      [0, 'b'],
      [0, null],
      [1, 'b'],
      [1, 'a'],
      [1, 'b'],
      [2, ''],
      [3, 'c'],
    ] as const)
      builder.add(record, text);
    const column = builder.build(4, builder.pool.freeze());
    expect([...column.ids]).toEqual([1, 2, 0, 3]);
    expect([...(column.more?.starts ?? [])]).toEqual([0, 2, 3, 3, 3]);
    expect([...(column.more?.ids ?? [])]).toEqual([2, 3, 1]);
    expect([...column.counts]).toEqual([0, 2, 2, 2]);
  });

  it('of more records than memory was set aside for', () => {
    const population = populationOf(
      Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? {} : { given_name: `N${i}`, family_name: `F${i % 7}`, email: `a${i}@x.org` })),
      { contacts: [{ customer: 5000, kind: 'email', key: 'late@x.org' }] },
    );
    expect(population.size).toBe(5000);
    expect([population.columns.given?.filled, population.columns.email?.filled, population.columns.phone?.filled]).toEqual([2500, 2500, 0]);
    expect(population.customers[4999]).toBe(5000);
    expect([population.hashes.name.length, population.hashes.name[4998], population.hashes.name[4999]]).toEqual([
      5000,
      0,
      expect.any(Number),
    ]);
    expect([4999, 5000].map((at) => population.columns.email?.more?.starts[at])).toEqual([0, 1]);
  });
});
