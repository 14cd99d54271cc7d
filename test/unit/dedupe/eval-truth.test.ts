import { describe, expect, test } from 'vitest';
import { SampleDecisions } from '../../../src/dedupe/eval-decisions.ts';
import { TruthLines } from '../../../src/dedupe/eval-truth.ts';

function read(header: string[], ...records: (string | undefined)[][]) {
  const lines = new TruthLines();
  lines.header(header);
  for (const [index, cells] of records.entries()) lines.record(cells, { line: index + 2 });
  return lines.truth;
}

describe('TruthLines', () => {
  test('clusters, in any columns', () => {
    const truth = read(['note', 'Cluster_ID', 'External ID'], ['', 'x', '1'], ['', 'y', '2'], ['', 'x', 'shop:3'], ['', 'x', '1']);
    expect(truth).toEqual({ ids: ['1', '2', 'shop:3'], persons: Int32Array.from([0, 1, 0]), contradictions: 0, badLines: [] });
  });

  test('pairs, with all that follows from them', () => {
    const truth = read(['left_external_id', 'right_external_id'], ['a', 'b'], ['c', 'd'], ['b', 'e'], ['d', 'd']);
    expect(truth.ids).toEqual(['a', 'b', 'c', 'd', 'e']);
    const [a, b, c, d, e] = truth.persons;
    expect([b, e, d]).toEqual([a, a, c]);
    expect(a).not.toBe(c);
  });

  test('a second person and a missing value are counted', () => {
    expect(read(['id', 'entity'], ['1', 'x'], ['1', 'y'], ['2', ''], [undefined, 'x'], ["'-5", 'x'])).toEqual({
      ids: ['1', '-5'],
      persons: Int32Array.from([0, 0]),
      contradictions: 1,
      badLines: [4, 5],
    });
  });

  test('other columns are refused', () => {
    expect(() => read(['id', 'name'])).toThrow(expect.objectContaining({ code: 'INPUT_NO_HEADER' }));
  });
});

describe('SampleDecisions', () => {
  test('counts by strata', () => {
    const lines = new SampleDecisions();
    lines.header(['stratum', 'stratum_pairs', 'left_id', 'decision']);
    const records = [
      ['1', '10', '7', 'same'],
      ['1', '10', '7', 'N'],
      ['2', '90', '7', '是'],
      ['2', '90', '7', ''],
      ['2', '90', '7', 'perhaps'],
      ['', '90', '7', 'same'],
    ];
    for (const [index, cells] of records.entries()) lines.record(cells, { line: index + 2 });
    const { estimate } = lines;
    expect(estimate).toMatchObject({ population: 100, decided: 3, same: 2, open: 1, badLines: [6, 7] });
    expect(estimate.precision?.value).toBeCloseTo(0.95);
    expect(estimate.strata.map(({ stratum, decided, same }) => [stratum, decided, same])).toEqual([
      [1, 2, 1],
      [2, 1, 1],
    ]);
  });

  test('another table is refused', () => {
    expect(() => new SampleDecisions().header(['left_id', 'right_id', 'decision'])).toThrow(
      expect.objectContaining({ code: 'INPUT_NO_HEADER' }),
    );
  });
});
