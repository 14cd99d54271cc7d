import levenshtein from 'fast-levenshtein';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance } from '../../src/dedupe/text/edit-distance.ts';
import { jaroWinkler } from '../../src/dedupe/text/jaro-winkler.ts';
import { hashPair, hashText, mayBeWithin, pooledText, TextPool } from '../../src/dedupe/text/text-pool.ts';

/** Texts of few letters, so that they have much in common: Latin, Han, astral characters, lone surrogates, code units that share low bits. */
const letters = fc.constantFrom(...'abcab', '张', '伟', '\u{20bb7}', '\u{1f600}', '\ud842', '\u0400', '\u0461', '\u0061', '\u2461', '\0');
const text = fc.oneof(
  fc.string({ unit: letters, maxLength: 12 }),
  fc.string({ unit: letters, minLength: 25, maxLength: 70 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
/** A text and what a few typing errors make of it. */
const pair = fc.oneof(
  fc.tuple(text, text),
  fc
    .tuple(text, fc.array(fc.tuple(fc.nat(80), fc.constantFrom('swap', 'drop', 'add', 'set'), letters), { maxLength: 5 }))
    .map(([whole, errors]) => {
      const parts = whole.split('');
      for (const [at, what, letter] of errors) {
        const place = at % (parts.length + 1);
        if (what === 'add') parts.splice(place, 0, letter);
        else if (what === 'drop') parts.splice(place, 1);
        else if (what === 'set') parts.splice(place, 1, letter);
        else parts.splice(place, 2, ...parts.slice(place, place + 2).reverse());
      }
      return [whole, parts.join('')] as [string, string];
    }),
);
const bound = fc.nat(5);
const codes = (value: string): Uint16Array => Uint16Array.from({ length: value.length }, (_, i) => value.charCodeAt(i));
const distance = (a: string, b: string, most: number, swaps = true): number =>
  editDistance(codes(a), 0, a.length, codes(b), 0, b.length, most, swaps);
const likeness = (a: string, b: string): number => jaroWinkler(codes(a), 0, a.length, codes(b), 0, b.length);

/** Optimal string alignment by the plain table. */
function alignment(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number): number => table[i]?.[j] as number;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      let cost = Math.min(at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1), at(i - 1, j) + 1, at(i, j - 1) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, at(i - 2, j - 2) + 1);
      (table[i] as number[])[j] = cost;
    }
  }
  return at(a.length, b.length);
}

describe('editDistance', () => {
  it('without swaps is that of fast-levenshtein, up to its bound', () => {
    fc.assert(
      fc.property(pair, bound, ([a, b], most) => {
        expect(distance(a, b, most, false)).toBe(Math.min(levenshtein.get(a, b), most + 1));
      }),
      { numRuns: 8000 },
    );
  });

  it('with swaps is that of the plain table, symmetric, and 0 for equal texts', () => {
    fc.assert(
      fc.property(pair, bound, ([a, b], most) => {
        expect(distance(a, b, most)).toBe(Math.min(alignment(a, b), most + 1));
        expect(distance(b, a, most)).toBe(distance(a, b, most));
        expect(distance(a, a, most)).toBe(0);
      }),
      { numRuns: 8000 },
    );
  });
});

describe('jaroWinkler', () => {
  it('is symmetric, in [0, 1], and 1 for equal texts', () => {
    const any = fc.oneof(text, fc.string({ unit: letters, minLength: 200, maxLength: 400 }));
    fc.assert(
      fc.property(any, any, (a, b) => {
        const value = likeness(a, b);
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
        expect(likeness(b, a)).toBe(value);
        expect(likeness(a, a)).toBe(1);
      }),
      { numRuns: 4000 },
    );
  });
});

describe('TextPool', () => {
  it('gives equal texts equal numbers, keeps every text, and hashes them alike everywhere', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 60 }), (texts) => {
        const pool = new TextPool();
        const numbers = texts.map((each) => pool.intern(each));
        const distinct = [...new Set(texts)].filter((each) => each !== '');
        expect(pool.size).toBe(distinct.length + 1);
        expect(texts.map((each) => pool.intern(each))).toEqual(numbers);
        expect(numbers.map((number) => pool.textOf(number) ?? '')).toEqual(texts);
        const frozen = pool.freeze();
        for (const [i, number] of numbers.entries()) {
          if (number === 0) continue;
          expect(pooledText(frozen, number)).toBe(texts[i]);
          expect(frozen.hashes[number]).toBe(hashText(texts[i] as string));
          expect(frozen.hashes[number]).not.toBe(0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('mayBeWithin never denies what is within', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const pool = new TextPool();
        const [one, other] = [pool.intern(`-${a}`), pool.intern(`-${b}`)];
        const frozen = pool.freeze();
        const apart = alignment(a, b);
        for (let edits = apart; edits < apart + 3; edits++) expect(mayBeWithin(frozen, one, other, edits)).toBe(true);
      }),
      { numRuns: 6000 },
    );
  });
});

describe('hashPair', () => {
  it('is a whole number above 0 that depends on the order, and 0 where a part is missing', () => {
    const hash = fc.integer({ min: 1, max: 0xffffffff });
    // Of two 32-bit hashes some collide in both orders, so only known ones are asked.
    expect(hashPair(11, 12345)).not.toBe(hashPair(12345, 11));
    fc.assert(
      fc.property(hash, hash, (a, b) => {
        const value = hashPair(a, b);
        expect(Number.isInteger(value) && value > 0 && value <= 0xffffffff).toBe(true);
        expect([hashPair(0, a), hashPair(a, 0), hashPair(0, 0)]).toEqual([0, 0, 0]);
      }),
    );
  });
});
