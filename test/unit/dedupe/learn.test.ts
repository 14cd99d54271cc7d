import { describe, expect, it } from 'vitest';
import { beforeAndAfter, type Label, learnFrom, withLearned } from '../../../src/dedupe/model/learn.ts';
import type { Model } from '../../../src/dedupe/model/model.ts';
import { seededRandom } from '../../../src/dedupe/model/random.ts';
import { priorBits } from '../../../src/dedupe/model/scorer.ts';

/** A model of so many comparisons, each with the levels exact, near and else. */
function model(comparisons: number): Model {
  return {
    version: 1,
    kind: 'person',
    lambda: 0.001,
    comparisons: Array.from({ length: comparisons }, (_, i) => ({
      name: `field ${i}`,
      levels: [
        { name: 'exact', m: 0.8, u: 0.1, bits: 3 },
        { name: 'near', m: 0.1, u: 0.1, bits: 0 },
        { name: 'else', m: 0.1, u: 0.8, bits: -3 },
      ],
    })),
    filled: {},
    records: 1000,
    rules: [],
    rounds: 1,
  };
}

/** Answers of which a share is the contrary of what the model says of the first comparison; the others say nothing. */
function contradicting(count: number, comparisons: number, seed = 5): Label[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const levels = Uint8Array.from({ length: comparisons }, () => 1 + Math.floor(random() * 3));
    const bits = [0, 3, 0, -3][levels[0] as number] as number;
    const same = levels[0] === 1 ? random() < 0.1 : levels[0] === 3 ? random() < 0.9 : random() < 0.5;
    return { levels, bits, same };
  });
}

/** Answers that are as likely as the odds say. */
function agreeing(count: number, comparisons: number): Label[] {
  const random = seededRandom(9);
  return Array.from({ length: count }, () => {
    const levels = Uint8Array.from({ length: comparisons }, () => 1 + Math.floor(random() * 3));
    const bits = [0, 3, 0, -3][levels[0] as number] as number;
    return { levels, bits, same: random() < 1 / (1 + 2 ** -bits) };
  });
}

describe('learning from answers', () => {
  it.each([
    [25, 1],
    [60, 4],
    [200, 8],
    [1000, 12],
    [3000, 25],
    [10_000, 8],
  ])('%i answers that contradict the model of %i comparisons: the odds get better', (count, comparisons) => {
    const { before, after } = beforeAndAfter(model(comparisons), contradicting(count, comparisons));
    expect(before.lossBits).toBeGreaterThan(1.4);
    expect(after.lossBits).toBeLessThan(count < 100 ? before.lossBits - 0.25 : 1);
    if (count > 25) expect(after.accuracy).toBeGreaterThan(before.accuracy);
    if (count >= 1000) expect([after.accuracy > 0.7, after.lossBits < 0.8]).toEqual([true, true]);
  });

  it.each([
    [25, 4],
    [1000, 12],
    [3000, 25],
  ])('%i answers that agree with the model of %i comparisons: it stays about as good', (count, comparisons) => {
    const { before, after } = beforeAndAfter(model(comparisons), agreeing(count, comparisons));
    expect(after.lossBits).toBeLessThan(before.lossBits + 0.05);
  });

  it('finds by how much the model is wrong', () => {
    const learned = learnFrom(model(3), contradicting(4000, 3));
    // log2(0.1 / 0.9) is -3.17; the model says 3 bits.
    expect(learned.offset + (learned.bits['field 0']?.exact as number)).toBeCloseTo(-6, 0);
    expect(learned.offset + (learned.bits['field 0']?.else as number)).toBeCloseTo(6, 0);
    for (const level of ['exact', 'near', 'else']) expect(Math.abs(learned.bits['field 1']?.[level] ?? 0)).toBeLessThan(0.5);
    expect(learned.labels).toBe(4000);
  });

  it('is the same in every run', () => {
    const labels = contradicting(300, 5);
    expect(JSON.stringify(learnFrom(model(5), labels))).toBe(JSON.stringify(learnFrom(model(5), labels)));
    expect(beforeAndAfter(model(5), labels)).toEqual(beforeAndAfter(model(5), labels));
  });

  it('learns little from a single answer, nothing of levels that no answer has, and nothing from none', () => {
    const learned = learnFrom(model(2), [{ levels: Uint8Array.from([1, 0]), bits: 2, same: false }]);
    expect(learned.bits['field 0']?.exact).toBeLessThan(0);
    expect(learned.bits['field 0']?.exact).toBeGreaterThan(-1);
    expect(Object.keys(learned.bits['field 0'] ?? {})).toEqual(['exact']);
    expect(learned.bits['field 1']).toEqual({});
    expect(learnFrom(model(1), [])).toEqual({ offset: 0, bits: { 'field 0': {} }, labels: 0 });
  });
});

describe('withLearned', () => {
  it('adds the bits to levels and the offset to the odds of all', () => {
    const learned = { offset: -1, bits: { 'field 0': { exact: 0.5, gone: 3 }, 'field 9': { exact: 1 } }, labels: 7 };
    const changed = withLearned(model(2), learned);
    expect(priorBits(changed)).toBeCloseTo(priorBits(model(2)) - 1, 9);
    expect(changed.comparisons.map(({ levels }) => levels.map(({ bits }) => bits))).toEqual([
      [3.5, 0, -3],
      [3, 0, -3],
    ]);
    expect(changed.learned).toBe(learned);
  });

  it('nothing leaves the model as it is', () => {
    const one = model(1);
    expect(withLearned(one, null)).toBe(one);
  });
});
