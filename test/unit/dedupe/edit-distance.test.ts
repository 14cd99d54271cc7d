import { describe, expect, it } from 'vitest';
import { editDistance } from '../../../src/dedupe/text/edit-distance.ts';
import { jaroWinkler } from '../../../src/dedupe/text/jaro-winkler.ts';

const codes = (text: string): Uint16Array => Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
const distance = (a: string, b: string, bound: number, swaps = true): number =>
  editDistance(codes(a), 0, a.length, codes(b), 0, b.length, bound, swaps);
const likeness = (a: string, b: string): number => jaroWinkler(codes(a), 0, a.length, codes(b), 0, b.length);

describe('editDistance', () => {
  it.each([
    ['', '', 0, 0],
    ['', 'abc', 3, 3],
    ['abc', 'abc', 0, 0],
    ['kitten', 'sitting', 3, 3],
    ['ab', 'ba', 1, 2],
    ['ca', 'abc', 3, 3],
    ['martha', 'marhta', 1, 2],
    ['a cat', 'an abct', 4, 4],
    ['张伟', '张玮', 1, 1],
    ['欧阳娜娜', '欧阳娜', 1, 1],
    ['𠮷野家', '吉野家', 2, 2],
    [`${'x'.repeat(40)}ab${'y'.repeat(40)}`, `${'x'.repeat(40)}ba${'y'.repeat(40)}`, 1, 2],
    [`b${'x'.repeat(40)}a`, `a${'x'.repeat(40)}b`, 2, 2],
    [`b${'xy'.repeat(20)}a`, `c${'yx'.repeat(20)}d`, 4, 4],
  ])('%j to %j: %i with swaps, %i without', (a, b, swapped, plain) => {
    expect([distance(a, b, 9), distance(b, a, 9)]).toEqual([swapped, swapped]);
    expect([distance(a, b, 9, false), distance(b, a, 9, false)]).toEqual([plain, plain]);
  });

  it.each([
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 3],
    [4, 3],
  ])('with the bound %i, kitten and sitting are %i apart', (bound, expected) => {
    expect(distance('kitten', 'sitting', bound)).toBe(expected);
  });

  it('looks at the pieces of texts only that it is given', () => {
    const text = codes('--martha--marhta--');
    expect(editDistance(text, 2, 8, text, 10, 16, 5)).toBe(1);
  });
});

describe('jaroWinkler', () => {
  it.each([
    ['MARTHA', 'MARHTA', 0.961],
    ['DIXON', 'DICKSONX', 0.813],
    ['DWAYNE', 'DUANE', 0.84],
    ['JELLYFISH', 'SMELLYFISH', 0.896],
    ['CRATE', 'TRACE', 0.733],
    ['abc', 'xyz', 0],
    ['', '', 1],
    ['', 'abc', 0],
    ['a', 'a', 1],
    ['a', 'b', 0],
    ['张伟', '张伟', 1],
  ])('%j and %j: %f', (a, b, expected) => {
    expect(likeness(a, b)).toBeCloseTo(expected, 3);
    expect(likeness(b, a)).toBe(likeness(a, b));
  });

  it('compares long texts by their first 256 code units', () => {
    const long = 'abcdefghij'.repeat(100);
    expect(likeness(long, long)).toBe(1);
    expect(likeness(long, `${long.slice(0, 256)}zzz`)).toBe(1);
    expect(likeness(`${'a'.repeat(300)}b`, `${'a'.repeat(300)}c`)).toBe(1);
    expect(likeness('a'.repeat(300), 'b'.repeat(300))).toBe(0);
  });

  it('is the same for texts on both sides of 32 code units', () => {
    const [a, b] = ['the quick brown fox jumps over a', 'the quack brown fix jumps over a'];
    expect([a.length, likeness(a, b)]).toEqual([32, likeness(`${a}`, `${b}`)]);
    expect(likeness(`${a}z`, `${b}z`)).toBeGreaterThan(likeness(a, b));
  });
});
