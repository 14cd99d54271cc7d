import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MEASURED_FIELDS } from '../../../src/quality/measured-fields.ts';
import { DIMENSION_WEIGHTS, dimensionsOf, scoreOf, shownScore } from '../../../src/quality/score.ts';
import { CANONICAL, FILLED, type Marks, Tally, VALID } from '../../../src/quality/tally.ts';

const PERFECT = FILLED | VALID | CANONICAL;
const at = (name: string): number => MEASURED_FIELDS.findIndex((field) => field.name === name);

/** What was found of a customer with these fields; perfect where nothing else is said. */
function marks(fields: Readonly<Record<string, number>>, other: Partial<Omit<Marks, 'fields'>> = {}): Marks {
  const bits = new Uint8Array(MEASURED_FIELDS.length);
  for (const [name, value] of Object.entries(fields)) bits[at(name)] = value;
  return { fields: bits, isPerson: true, isFresh: true, isInconsistent: false, isSurplus: false, ...other };
}

function tallyOf(...customers: readonly Marks[]): Tally {
  const tally = new Tally();
  for (const customer of customers) tally.add(customer);
  return tally;
}

describe('weights', () => {
  test('add up to a hundred', () => {
    expect(Object.values(DIMENSION_WEIGHTS).reduce((sum, weight) => sum + weight, 0)).toBe(100);
  });

  test('identity and contact weigh most, what is rightly empty nothing', () => {
    const weights = Object.fromEntries(MEASURED_FIELDS.map(({ name, weight }) => [name, weight]));
    expect(weights).toMatchObject({ name: 5, email: 5, phone: 5, city: 2, birthday: 1, notes: 0, phone_ext: 0 });
    expect(MEASURED_FIELDS.map(({ name }) => name)).not.toContain('created_at');
    expect(MEASURED_FIELDS.every(({ slot }) => slot >= 0)).toBe(true);
  });
});

describe('score', () => {
  test('is null of nobody', () => {
    const dimensions = dimensionsOf(new Tally());
    expect([scoreOf(dimensions), shownScore(scoreOf(dimensions))]).toEqual([null, null]);
  });

  test('is 100 where nothing is left to do', () => {
    const tally = tallyOf(marks({ name: PERFECT, email: PERFECT }));
    expect(shownScore(scoreOf(dimensionsOf(tally)))).toBe(100);
  });

  test.each<[string, readonly Marks[], Partial<ReturnType<typeof dimensionsOf>>]>([
    ['one of two has the e-mail address', [marks({ name: PERFECT, email: PERFECT }), marks({ name: PERFECT })], { completeness: 0.75 }],
    ['an address that is not valid', [marks({ email: FILLED | CANONICAL }), marks({ email: PERFECT })], { validity: 0.5, conformity: 1 }],
    ['a name not in canonical form', [marks({ name: FILLED | VALID, email: PERFECT })], { validity: 1, conformity: 0.5 }],
    ['free text is never wrong', [marks({ city: FILLED })], { validity: null, completeness: 1 }],
    ['one of four is there twice', [marks({}), marks({}), marks({}, { isSurplus: true }), marks({})], { uniqueness: 0.75 }],
    ['one of two contradicts itself', [marks({}), marks({}, { isInconsistent: true })], { consistency: 0.5 }],
    ['one of two is fresh', [marks({}), marks({}, { isFresh: false })], { freshness: 0.5 }],
    ['customers without any value', [marks({})], { completeness: 0, validity: null, conformity: null }],
    ['fields without weight count for nothing', [marks({ name: PERFECT, notes: FILLED })], { completeness: 1, conformity: 1 }],
    [
      'an organisation is not incomplete without a birthday',
      [marks({ birthday: PERFECT }), marks({}, { isPerson: false })],
      { completeness: 1 },
    ],
  ])('%s', (_what, customers, expected) => {
    expect(dimensionsOf(tallyOf(...customers))).toMatchObject(expected);
  });

  test('a field that is empty everywhere weighs nothing; one that others use does', () => {
    const group = tallyOf(marks({ name: PERFECT }));
    const whole = tallyOf(marks({ name: PERFECT }), marks({ name: PERFECT, email: PERFECT }));
    expect(dimensionsOf(group).completeness).toBe(1);
    expect(dimensionsOf(group, whole).completeness).toBe(0.5);
  });

  test.each([
    [null, null],
    [0, 0],
    [1, 100],
    [0.9999, 99.9],
    [0.123456, 12.3],
    [0.7, 70],
    [0.29, 29],
  ])('%j is shown as %j', (score, shown) => {
    expect(shownScore(score)).toBe(shown);
  });

  test('lies between 0 and 100 and does not depend on the order of customers', () => {
    const customer = fc.record({
      bits: fc.array(fc.constantFrom(0, FILLED, FILLED | VALID, FILLED | CANONICAL, PERFECT), {
        minLength: MEASURED_FIELDS.length,
        maxLength: MEASURED_FIELDS.length,
      }),
      isPerson: fc.boolean(),
      isFresh: fc.boolean(),
      isInconsistent: fc.boolean(),
      isSurplus: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(customer, { minLength: 1, maxLength: 20 }), (customers) => {
        const found = customers.map(({ bits, ...rest }): Marks => ({ fields: Uint8Array.from(bits), ...rest }));
        const score = shownScore(scoreOf(dimensionsOf(tallyOf(...found)))) as number;
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(100);
        expect(shownScore(scoreOf(dimensionsOf(tallyOf(...found.reverse()))))).toBe(score);
      }),
    );
  });
});
