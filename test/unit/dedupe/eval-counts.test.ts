import { describe, expect, test } from 'vitest';
import { comparePartitions, scoresOf } from '../../../src/dedupe/eval-counts.ts';

const compare = (truth: number[], found: number[]) => comparePartitions(Int32Array.from(truth), Int32Array.from(found));

describe('comparePartitions', () => {
  test('counts pairs and B³ as by hand', () => {
    // Persons {1,2,3,4,5} and {6,7}; clusters {1,2}, {3,4,6}, {5}, {7}.
    const counts = compare([0, 0, 0, 0, 0, 1, 1], [0, 0, 1, 1, 2, 1, 3]);
    expect(counts).toMatchObject({ records: 7, truePairs: 11, foundPairs: 4, rightPairs: 2 });
    expect(counts.bcubed.precision).toBeCloseTo((1 + 1 + 2 / 3 + 2 / 3 + 1 + 1 / 3 + 1) / 7);
    expect(counts.bcubed.recall).toBeCloseTo((2 / 5 + 2 / 5 + 2 / 5 + 2 / 5 + 1 / 5 + 1 / 2 + 1 / 2) / 7);
  });

  test('all alone, all together, and nothing', () => {
    expect(compare([0, 0, 1], [0, 1, 2])).toMatchObject({ truePairs: 1, foundPairs: 0, rightPairs: 0, bcubed: { precision: 1 } });
    expect(compare([0, 1, 2], [0, 0, 0])).toMatchObject({ truePairs: 0, foundPairs: 3, rightPairs: 0, bcubed: { recall: 1 } });
    expect(compare([], [])).toMatchObject({ records: 0, bcubed: { precision: 1, recall: 1, f1: 1 } });
  });

  test('a cluster of a million is counted at once', () => {
    const size = 1_000_000;
    const one = new Int32Array(size);
    const counts = comparePartitions(one, one);
    expect(counts.rightPairs).toBe((size * (size - 1)) / 2);
    expect(counts.bcubed).toEqual({ precision: 1, recall: 1, f1: 1 });
  });
});

test.each([
  [2, 4, 11, 0.5, 2 / 11],
  [0, 0, 5, 1, 0],
  [0, 3, 0, 0, 1],
  [0, 0, 0, 1, 1],
])('%i right of %i found and %i true', (right, found, truth, precision, recall) => {
  const scores = scoresOf(right, found, truth);
  expect(scores.precision).toBeCloseTo(precision);
  expect(scores.recall).toBeCloseTo(recall);
  expect(scores.f1).toBeCloseTo(precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall));
});
