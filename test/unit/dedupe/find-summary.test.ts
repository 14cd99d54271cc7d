import { describe, expect, it } from 'vitest';
import { makeBlocks } from '../../../src/dedupe/block/blocks.ts';
import { summaryOf } from '../../../src/dedupe/find-summary.ts';
import type { Linked } from '../../../src/dedupe/link-population.ts';
import { GUARD } from '../../../src/dedupe/verdict.ts';
import { link, populationOf, type RowValues, strangers } from '../../support/compared-rows.ts';

const rule = (part: string) => ({ name: part, parts: [part], divide: [], strict: true, wide: false });

/** Pairs by hand: `[left, right, bits, guards]`. */
async function linkedBy(
  rows: readonly RowValues[],
  pairs: readonly (readonly [number, number, number, number?])[],
  parts: readonly string[],
): Promise<Linked> {
  const population = populationOf(rows);
  const linked = await link(population);
  const rules = parts.map((part) => makeBlocks(population, rule(part), { cap: 1000, purge: 1000 })).filter((blocks) => blocks !== null);
  return {
    ...linked,
    rules,
    pairs: {
      ...linked.pairs,
      left: Int32Array.from(pairs, ([a]) => a),
      right: Int32Array.from(pairs, ([, b]) => b),
      bits: Float64Array.from(pairs, ([, , bits]) => bits),
      guards: Int32Array.from(pairs, ([, , , guards = 0]) => guards),
      rules: new Uint8Array(pairs.length),
      compared: 50,
    },
  };
}

describe('summaryOf', () => {
  it('estimates by Chao what blocking missed: from the pairs that one rule made, and that two made', async () => {
    // Pairs 0–1, 2–3, 4–5 share an e-mail address only, 6–7 also a birthday, 8–9 also a tax number.
    const rows = Array.from({ length: 10 }, (_, i): RowValues => {
      const pair = i >> 1;
      return {
        ...{ given_name: `N${i}`, email: `a${pair}@x.org` },
        birthday: pair >= 3 ? `198${pair}-01-01` : `197${i}-02-0${i + 1}`,
        tax_id: pair === 4 ? '123' : `9${i}`,
      };
    });
    const pairs = [0, 1, 2, 3, 4].map((pair) => [2 * pair, 2 * pair + 1, 10] as const);
    const linked = await linkedBy(rows, pairs, ['email', 'birthday', 'tax']);
    const summary = summaryOf([linked]);
    expect(summary.verdicts).toEqual({ auto: 5, review: 0, distinct: 45 });
    // Three pairs were made once, one twice: 3 · 2 / (2 · (1 + 1)) = 1.5 were missed.
    expect(summary.blockingRecall).toBeCloseTo(5 / 6.5, 9);
    expect(summary.expectedPrecision).toBeCloseTo(1 / (1 + 2 ** -10), 9);
  });

  it('counts verdicts, clusters and customers, and adds up populations', async () => {
    const one = await linkedBy(
      [{}, {}, {}, {}, {}],
      [
        [0, 1, 9],
        [0, 2, 8, GUARD.twins],
        [1, 2, 0],
        [3, 4, -1.5],
      ],
      [],
    );
    const clusters = {
      ...one.clusters,
      cluster: Int32Array.of(0, 0, 0, 3, 4),
      auto: Int32Array.of(0, 0, -1, -1, -1),
      decisionOf: () => undefined,
    };
    const both = summaryOf([
      { ...one, clusters },
      { ...one, clusters: { ...clusters, decisionOf: (a: number, b: number) => (a === 0 && b === 1 ? 'distinct' : undefined) } },
    ]);
    expect(both.records).toBe(10);
    expect(both.candidatePairs).toBe(100);
    expect(both.verdicts).toEqual({ auto: 1, review: 4, distinct: 95 });
    expect([both.clusters, both.autoClusters, both.clustered]).toEqual([2, 2, 6]);
    expect(both.blockingRecall).toBe(1);
    expect(both.expectedPrecision).toBeCloseTo(1 / (1 + 2 ** -9), 9);
    const p = (bits: number): number => 1 / (1 + 2 ** -bits);
    const inside = p(9) + p(8) + p(0) + (p(8) + p(0));
    expect(both.estimatedRecall).toBeCloseTo(inside / (inside + 2 * p(-1.5)), 9);
  });

  it('of a search: shares within [0, 1], and every pair that was compared in the histogram', async () => {
    const linked = await link(populationOf([...strangers(1400), ...strangers(300)]));
    const summary = summaryOf([linked]);
    expect(linked.rules.length).toBeGreaterThan(3);
    expect(summary.histogram.reduce((sum, { pairs }) => sum + pairs, 0)).toBe(summary.candidatePairs);
    expect(summary.verdicts.auto + summary.verdicts.review + summary.verdicts.distinct).toBe(summary.candidatePairs);
    expect(summary.verdicts.auto).toBe(300);
    for (const share of [summary.blockingRecall, summary.estimatedRecall, summary.expectedPrecision]) {
      expect(share).toBeGreaterThan(0.95);
      expect(share).toBeLessThanOrEqual(1);
    }
    expect(summary.populations[0]?.rules.map(({ name, pairs }) => [name, pairs])).toEqual(
      linked.rules.map(({ name, report }) => [name, report.pairs]),
    );
  });

  it('of nothing has no shares', () => {
    const summary = summaryOf([]);
    expect([summary.records, summary.candidatePairs, summary.clusters]).toEqual([0, 0, 0]);
    expect([summary.expectedPrecision, summary.estimatedRecall, summary.histogram]).toEqual([null, null, []]);
  });
});
