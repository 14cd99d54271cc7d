import type { ModelSummary } from '../../src/dedupe/model-summary.ts';

/** What a search might have found, made by hand: few pairs, cuts at 0 and 8.5 bits. */
export const SUMMARY: ModelSummary = {
  comparisons: [
    {
      field: 'given_name',
      levels: [
        { name: 'exact', m: 0.83, u: 0.0043, bits: 7.6 },
        { name: 'one_edit', m: 0.1, u: 0.002, bits: 5.6 },
        { name: 'else', m: 0.07, u: 0.99, bits: -3.8 },
      ],
    },
    {
      field: 'email',
      levels: [
        { name: 'exact', m: 0.7, u: 0, bits: 21 },
        { name: 'else', m: 0.3, u: 1, bits: -1.7 },
      ],
    },
  ],
  priorBits: -12,
  histogram: [
    { from: -12, to: -4, pairs: 100_000 },
    { from: -4, to: 0, pairs: 120 },
    { from: 0, to: 4, pairs: 9 },
    { from: 4, to: 12, pairs: 1500 },
    { from: 12, to: 20, pairs: 0 },
  ],
  records: 48_213,
  candidatePairs: 101_629,
  verdicts: { auto: 1400, review: 12, distinct: 100_120 },
  clusters: 1312,
  expectedPrecision: 0.99912,
  estimatedRecall: null,
  rules: [
    { name: 'email', pairs: 1600, keys: 40_000, purgedRecords: 0 },
    { name: 'family_name+street', pairs: 100_029, keys: 38_000, purgedRecords: 420 },
  ],
  autoBits: 8.5,
  reviewBits: 0,
};
