import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparePartitions } from '../../src/dedupe/eval-counts.ts';
import { strataOfBits, stratumOf } from '../../src/dedupe/eval-strata.ts';
import { TruthLines } from '../../src/dedupe/eval-truth.ts';

const partitions = fc
  .integer({ min: 0, max: 30 })
  .chain((size) =>
    fc.tuple(
      fc.array(fc.nat({ max: 8 }), { minLength: size, maxLength: size }),
      fc.array(fc.nat({ max: 8 }), { minLength: size, maxLength: size }),
    ),
  );

describe('metrics of duplicates', () => {
  test('are those that counting pair by pair gives', () => {
    fc.assert(
      fc.property(partitions, ([truth, found]) => {
        const counts = comparePartitions(Int32Array.from(truth), Int32Array.from(found));
        let [truePairs, foundPairs, rightPairs] = [0, 0, 0];
        for (let i = 0; i < truth.length; i++) {
          for (let j = 0; j < i; j++) {
            if (truth[i] === truth[j]) truePairs++;
            if (found[i] === found[j]) foundPairs++;
            if (truth[i] === truth[j] && found[i] === found[j]) rightPairs++;
          }
        }
        expect(counts).toMatchObject({ truePairs, foundPairs, rightPairs });
        const share = (labels: number[]): number => {
          const of = (i: number) => labels.flatMap((label, j) => (label === labels[i] ? [j] : []));
          const parts = truth.map((_, i) => of(i).filter((j) => truth[j] === truth[i] && found[j] === found[i]).length / of(i).length);
          return parts.length === 0 ? 1 : parts.reduce((sum, part) => sum + part, 0) / parts.length;
        };
        expect(counts.bcubed.precision).toBeCloseTo(share(found));
        expect(counts.bcubed.recall).toBeCloseTo(share(truth));
      }),
    );
  });

  test('pairs of a truth make the same persons as their closure', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat({ max: 12 }), fc.nat({ max: 12 })), { maxLength: 20 }), (pairs) => {
        const lines = new TruthLines();
        lines.header(['left_external_id', 'right_external_id']);
        for (const [left, right] of pairs) lines.record([String(left), String(right)], { line: 1 });
        const { ids, persons } = lines.truth;
        const reached = (from: string): Set<string> => {
          const seen = new Set([from]);
          for (const one of seen)
            for (const pair of pairs.map((two) => two.map(String))) if (pair.includes(one)) for (const other of pair) seen.add(other);
          return seen;
        };
        for (const [i, id] of ids.entries()) {
          const person = new Set(ids.filter((_, j) => persons[j] === persons[i]));
          expect(person).toEqual(reached(id));
        }
      }),
    );
  });

  test('every pair is in one stratum, and strata are about as large', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, min: -50, max: 50 }), { minLength: 1, maxLength: 300 }), (bits) => {
        const { bounds, sizes } = strataOfBits(Float64Array.from(bits));
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(bits.length);
        expect(sizes.length).toBeLessThanOrEqual(10);
        for (const one of bits) expect(one).toBeGreaterThanOrEqual(bounds[stratumOf(bounds, one)] as number);
        if (new Set(bits).size === bits.length)
          for (const size of sizes) expect(Math.abs(size - bits.length / sizes.length)).toBeLessThanOrEqual(2);
      }),
    );
  });
});
