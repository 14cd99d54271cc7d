import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../../src/dedupe/compare/comparison.ts';
import { fitModel } from '../../../src/dedupe/model/fit.ts';
import type { Model } from '../../../src/dedupe/model/model.ts';
import { fittedLevels } from '../../../src/dedupe/model/model.ts';
import { PatternCounter } from '../../../src/dedupe/model/patterns.ts';
import { seededRandom } from '../../../src/dedupe/model/random.ts';
import { Scorer } from '../../../src/dedupe/model/scorer.ts';
import { CUTS } from '../../../src/dedupe/verdict.ts';
import { link, populationOf, type RowValues, strangers, verdictsOf } from '../../support/compared-rows.ts';

const ADA: RowValues = {
  given_name: 'Ada',
  family_name: 'Lovelace',
  email: 'ada@lovelace.org',
  phone: '+493012345678',
  birthday: '1815-12-10',
  city: 'London',
  postal_code: 'W1',
};

function isSound(model: Model): void {
  expect(model.lambda).toBeGreaterThan(0);
  expect(model.lambda).toBeLessThanOrEqual(0.5);
  for (const { name, levels } of model.comparisons) {
    for (const share of ['m', 'u'] as const) {
      expect([name, levels.reduce((sum, level) => sum + level[share], 0)]).toEqual([name, expect.closeTo(1, 9)]);
      expect(levels.every((level) => level[share] > 0 && level[share] < 1)).toBe(true);
    }
    expect(levels.every(({ bits }) => Number.isFinite(bits))).toBe(true);
  }
}

/** Levels that are ordered say less and less. */
function isMonotone(model: Model, comparisons: readonly Comparison[]): void {
  model.comparisons.forEach(({ name, levels }, i) => {
    const ordered = levels.filter((_, at) => comparisons[i]?.levels[at]?.ordered !== false).map(({ bits }) => bits);
    expect([name, ordered]).toEqual([name, [...ordered].sort((a, b) => b - a)]);
  });
}

describe('a model fitted to few records', () => {
  it.each([0, 1, 2, 20, 200])('%i records', async (count) => {
    const linked = await link(populationOf(strangers(count)));
    expect(linked.model.records).toBe(count);
    isSound(linked.model);
    isMonotone(linked.model, linked.comparisons);
    expect([...verdictsOf(linked).values()].filter(({ verdict }) => verdict === 'auto')).toEqual([]);
    expect(JSON.parse(JSON.stringify(linked.model))).toEqual(linked.model);
  });

  it.each([0, 1, 2, 20])('%i organisations', async (count) => {
    const rows = strangers(count).map(({ family_name, email, phone }) => ({ name: `${family_name} GmbH`, email, phone }) as RowValues);
    isSound((await link(populationOf(rows, { kind: 'organisation' }))).model);
  });

  it('of nothing but empty customers', async () => {
    const linked = await link(populationOf(Array.from({ length: 10 }, () => ({}))));
    isSound(linked.model);
    expect(linked.comparisons).toEqual([]);
    expect(linked.pairs.left.length).toBe(0);
  });

  it('a single customer is no reason to take the next one for it', async () => {
    const { model } = await link(populationOf([ADA]));
    expect(model.lambda).toBeLessThan(0.1);
  });

  it('finds two who are clearly one, among 20', async () => {
    const linked = await link(populationOf([...strangers(18), ADA, { ...ADA, given_name: 'Ada M.', postal_code: null }]));
    expect(verdictsOf(linked).get('19 20')).toEqual({ verdict: 'auto', guards: [] });
    expect(linked.clusters.cluster[19]).toBe(18);
    expect([...linked.clusters.cluster].slice(0, 18)).toEqual([...Array(18).keys()]);
  });

  it('finds two who are clearly one, where there is nobody else', async () => {
    const linked = await link(populationOf([ADA, ADA]));
    expect(verdictsOf(linked).get('1 2')?.verdict).toBe('auto');
  });
});

describe('a model fitted to many records', () => {
  it('is the same in every run, to the last byte', async () => {
    const rows = [...strangers(1700), ...strangers(300)];
    const [one, other] = [await link(populationOf(rows)), await link(populationOf(rows))];
    expect(JSON.stringify(other.model)).toBe(JSON.stringify(one.model));
    expect([...other.pairs.bits]).toEqual([...one.pairs.bits]);
    isSound(one.model);
    isMonotone(one.model, one.comparisons);
    expect([...one.clusters.cluster].filter((cluster, record) => cluster !== record).length).toBe(300);
    expect(one.model.lambda * ((2000 * 1999) / 2)).toBeCloseTo(300, -2);
  });

  it('of customers who have nothing to be found by, ends soon', { timeout: 10_000 }, async () => {
    const linked = await link(populationOf(Array.from({ length: 30_000 }, (_, i) => ({ city: `City ${i % 50}` }))));
    expect(linked.rules).toEqual([]);
    expect(linked.pairs.compared).toBe(0);
    isSound(linked.model);
  });

  it('comes near the shares that the data was made with', () => {
    const size = 1200;
    const m = [0.8, 0.15, 0.05];
    const u = [0.01, 0.09, 0.9];
    const { population, comparisons, truth } = generated(size, m, u);
    const compares = comparisons.map((comparison) => comparison.bind(population));
    const counter = new PatternCounter(
      compares,
      comparisons.map(({ levels }) => levels.length),
    );
    const sample = new PatternCounter(
      compares,
      comparisons.map(({ levels }) => levels.length),
    );
    for (let a = 0; a < size; a++) {
      for (let b = a + 1; b < size; b++) {
        counter.add(a, b, 1);
        if (truth(a, b) || (a * 31 + b) % 1200 === 0) sample.add(a, b, 1);
      }
    }
    const session = { patterns: sample.patterns(), blocked: comparisons.map(() => false) };
    const model = fitModel(population, comparisons, [session], counter.patterns());
    expect(model.lambda * ((size * (size - 1)) / 2)).toBeGreaterThan(400);
    expect(model.lambda * ((size * (size - 1)) / 2)).toBeLessThan(800);
    for (const { levels } of model.comparisons) {
      levels.forEach((level, i) => {
        expect(Math.abs(level.m - (m[i] as number))).toBeLessThan(0.06);
        expect(Math.abs(level.u - (u[i] as number))).toBeLessThan(0.01);
      });
    }
  });
});

/** Six comparisons that answer at random, by given shares; records 2n and 2n + 1 are one customer. */
function generated(size: number, m: readonly number[], u: readonly number[]) {
  const population = populationOf(Array.from({ length: size }, () => ({})));
  const truth = (a: number, b: number): boolean => a >> 1 === b >> 1;
  const drawn = (shares: readonly number[], at: number): number => {
    let [level, sum] = [1, shares[0] as number];
    while (at >= sum && level < shares.length) sum += shares[level++] as number;
    return level;
  };
  const comparisons = Array.from({ length: 6 }, (_, field): Comparison => {
    return {
      name: `field ${field}`,
      columns: [],
      levels: [
        { name: 'exact', m: 0.7, u: 0.05 },
        { name: 'near', m: 0.1, u: 0.05 },
        { name: 'else', m: 0.2, u: 0.9 },
      ],
      bind: () => (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const random = seededRandom(Math.imul(low * size + high + 1, 2654435761) ^ Math.imul(field + 1, 40503));
        random();
        return drawn(truth(a, b) ? m : u, random());
      },
    };
  });
  return { population, comparisons, truth };
}

describe('bits of levels', () => {
  it('are log2(m / u) within limits; a weaker level never says more', () => {
    const levels = fittedLevels(
      [
        { name: 'exact', m: 0, u: 0 },
        { name: 'aside', m: 0, u: 0, ordered: false },
        { name: 'near', m: 0, u: 0 },
        { name: 'else', m: 0, u: 0 },
      ],
      [0.5, 0.25, 0.24, 0.00001],
      [0.25, 0.015625, 0.03, 0.9],
    );
    expect(levels.map(({ bits }) => bits)).toEqual([1, 4, 1, -8]);
    expect(fittedLevels([{ name: 'exact', m: 0, u: 0 }], [1], [1e-9])[0]?.bits).toBe(24);
  });
});

describe('Scorer', () => {
  it('ends early only where enough cannot be reached, and then says what is reached at most', async () => {
    const population = populationOf([...strangers(300), ...strangers(40)]);
    const { comparisons, model } = await link(population);
    const [whole, early] = [new Scorer(population, comparisons, model), new Scorer(population, comparisons, model)];
    for (let a = 0; a < population.size; a += 3) {
      for (let b = a + 1; b < population.size; b++) {
        const [bits, quick] = [whole.score(a, b), early.score(a, b, CUTS.review)];
        if (bits >= CUTS.review) expect(quick).toBe(bits);
        else expect(quick >= bits && quick < CUTS.review).toBe(true);
      }
    }
  });

  it('has numbers for values that nobody had when the model was fitted', async () => {
    const { model } = await link(populationOf(strangers(60).map(({ city, ...rest }) => rest)));
    const linked = await link(populationOf([ADA, { ...ADA, postal_code: 'W2' }, { ...ADA, email: 'else@example.org' }]), { model });
    expect([...linked.pairs.bits].every(Number.isFinite)).toBe(true);
    expect(linked.pairs.left.length).toBe(3);
  });

  it('rare values say more than common ones', async () => {
    const rows: RowValues[] = strangers(400).map((row, i) => ({
      ...row,
      family_name: i % 2 === 0 ? 'Smith' : (row.family_name as string),
    }));
    const one: RowValues = { given_name: 'Zoe', family_name: 'Smith' };
    const population = populationOf([...rows, one, one, { ...one, family_name: 'Zuse' }, { ...one, family_name: 'Zuse' }]);
    const { comparisons, model } = await link(population);
    const scorer = new Scorer(population, comparisons, model);
    const family = comparisons.findIndex(({ name }) => name === 'family_name');
    expect(scorer.termBits(family, 1, 400, 401)).toBeLessThan(0);
    expect(scorer.termBits(family, 1, 402, 403)).toBeGreaterThan(1);
    expect(scorer.score(402, 403)).toBeGreaterThan(scorer.score(400, 401));
  });
});
