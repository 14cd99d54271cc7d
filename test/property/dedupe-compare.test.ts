import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customField } from '../../src/dedupe/compare/custom.ts';
import { COMPARISONS } from '../../src/dedupe/compare/index.ts';
import type { Comparison } from '../../src/dedupe/compare/comparison.ts';
import { PatternCounter } from '../../src/dedupe/model/patterns.ts';
import type { Column, Population } from '../../src/dedupe/population.ts';
import type { ComparedContact } from '../../src/repository/duplicate-records.ts';
import { populationOf, type RowValues } from '../support/compared-rows.ts';

const some = (...values: readonly string[]): fc.Arbitrary<string | null> => fc.constantFrom(null, ...values);
const letters = fc.string({ unit: fc.constantFrom(...'aabbe n-.', '张', '伟', '1', '2'), minLength: 1, maxLength: 40 });
const any = (...values: readonly string[]): fc.Arbitrary<string | null> => fc.oneof({ weight: 4, arbitrary: some(...values) }, letters);
const GIVEN = ['John', 'Jon', 'Bob', 'Robert', 'Rob', 'J', 'Anna Maria', 'Anna', 'Smith', '伟', '玮', 'Wei', 'Wei Ming', '伟明', 'Zhang'];
const FAMILY = [
  'Smith',
  'Smyth',
  'Smith-Jones',
  'John',
  'Müller',
  'Mueller',
  'Zhang',
  'Wei',
  '张',
  '章',
  '欧阳',
  '歐陽',
  'Ii',
  'Smith Jr.',
];
const row = fc.record({
  given_name: any(...GIVEN),
  family_name: any(...FAMILY),
  company_name: any('Acme GmbH', 'Acme', 'Acme Traders', 'Acme Trader Inc', '华为技术有限公司', '华为技术股份', '万科'),
  email: any('inga@a.org', 'ada.b@a.org', 'ada.b@gmail.com', 'adab@gmail.com', 'ada.c@a.org', 'a@b.org', 'ada.bb@x.org'),
  phone: some('+493012345678', '+494012345678', '030123456', '12345678', '+493012345687', '1234567', '+8613800138000'),
  website: any('a.org', 'https://www.a.org/x', 'b.org'),
  street: any('12 Main St', '112 Main Street', 'Main St', '12', '1120 Main St', '12 Oak Lane', 'Hauptstr. 5', '建国路88号'),
  city: any('Berlin', 'Berln', '北京', '北京市', 'Bonn'),
  region: any('NRW', 'BY'),
  postal_code: any('10115', '10117', '10-115', '80331'),
  country: some('DE', 'US', 'CN'),
  birthday: some('1980-03-04', '1980-04-03', '1980-03-05', '1981-03-04', '1955-11-26', '--03-04', '1980-03'),
  gender: some('f', 'm'),
  job_title: any('Engineer', 'Sales'),
  tax_id: any('DE123456789', 'DE123456780', '12'),
}) as fc.Arbitrary<RowValues>;
const attributes = fc.dictionary(
  fc.constantFrom('Text', 'Number'),
  fc.oneof(letters, some('1234567', '1234568', '12', 'Rosewood', 'Rosewod')),
  {
    maxKeys: 2,
  },
);
const rows = fc.array(fc.tuple(row, attributes), { minLength: 2, maxLength: 8 }).map((list) =>
  list.map(
    ([values, custom]): RowValues => ({
      ...values,
      attributes: Object.fromEntries(Object.entries(custom).map(([k, v]) => [k, v ?? ''])),
    }),
  ),
);
const contact: fc.Arbitrary<Omit<ComparedContact, 'customer'>> = fc.oneof(
  fc.record({ kind: fc.constant('email' as const), key: fc.constantFrom('inga@a.org', 'ada.b@a.org', 'ada.bb@x.org', 'q@q.org') }),
  fc.record({ kind: fc.constant('phone' as const), key: fc.constantFrom('3012345678', '12345678', '3087654321') }),
);
const contacts = fc.array(fc.tuple(fc.nat(7), contact), { maxLength: 8 });

/** The records and a copy of each, `record` and `record + rows.length`; contacts are copied too. */
function doubled(
  list: readonly RowValues[],
  further: readonly (readonly [number, Omit<ComparedContact, 'customer'>])[],
  kind: Population['kind'],
) {
  const all = [...list, ...list];
  const own = further.filter(([at]) => at < list.length);
  const both = [...own, ...own.map(([at, each]) => [at + list.length, each] as const)];
  const sorted = both.map(([at, each]) => ({ customer: at + 1, ...each })).sort((a, b) => a.customer - b.customer);
  return populationOf(
    kind === 'person' ? all : all.map(({ given_name, family_name, company_name, ...rest }) => ({ ...rest, name: company_name ?? null })),
    { kind, contacts: sorted },
  );
}

function customComparisons({ columns }: Population): Comparison[] {
  return Object.values(columns)
    .filter(({ name }) => name.startsWith('attributes.'))
    .map((column) => customField(column, 0.01));
}

/** Whether a record has a value in a column. */
const has = (population: Population, name: string, record: number): boolean => (population.columns[name] as Column).ids[record] !== 0;

/** Quicker than an assertion, of which there would be a million. */
function check(holds: boolean, said: string): void {
  if (!holds) throw new Error(said);
}

/** Names may be divided otherwise, and of a place any part will do. */
const NEEDS_ALL = (name: string): boolean => !['given_name', 'place'].includes(name);

describe.each(['person', 'organisation'] as const)('every comparison of a %s', (kind) => {
  it('answers one of its levels, symmetric; 1 for copies, 0 where one has no value', () => {
    fc.assert(
      fc.property(rows, contacts, (list, further) => {
        const population = doubled(list, further, kind);
        for (const comparison of [...COMPARISONS[kind], ...customComparisons(population)]) {
          comparison.prepare?.(population);
          const compare = comparison.bind(population);
          const afresh = comparison.bind(population);
          for (let a = 0; a < population.size; a++) {
            for (let b = 0; b < population.size; b++) {
              const level = compare(a, b);
              const said = `${comparison.name} of ${a} and ${b}: ${level}`;
              check(Number.isInteger(level) && level >= 0 && level <= comparison.levels.length, said);
              check(afresh(b, a) === level, `${said}, turned round`);
              const bothHave = [a, b].every((record) => has(population, comparison.columns[0] as string, record));
              if (NEEDS_ALL(comparison.name) && !bothHave) check(level === 0, said);
              const isCopy = a % list.length === b % list.length;
              if (isCopy && bothHave) check(level === 1, said);
              if (isCopy && !comparison.columns.some((name) => has(population, name, a))) check(level === 0, said);
            }
          }
        }
      }),
      { numRuns: 120 },
    );
  });

  it('answers the same in whichever order the records were read', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const [forth, back] = [doubled(list, [], kind), doubled([...list].reverse(), [], kind)];
        const [one, other] = [forth, back].map((population) => [...COMPARISONS[kind], ...customComparisons(population)]) as [
          Comparison[],
          Comparison[],
        ];
        for (const comparison of one) {
          const mirrored = other.find(({ name }) => name === comparison.name) as Comparison;
          if (mirrored.levels.length !== comparison.levels.length) continue;
          comparison.prepare?.(forth);
          mirrored.prepare?.(back);
          const [compare, again] = [comparison.bind(forth), mirrored.bind(back)];
          for (let a = 0; a < list.length; a++) {
            for (let b = 0; b < list.length; b++) {
              check(again(list.length - 1 - a, list.length - 1 - b) === compare(a, b), `${comparison.name} of ${a} and ${b}`);
            }
          }
        }
      }),
      { numRuns: 250 },
    );
  });

  it('shares of levels add up to 1, none of them 0', () => {
    for (const { name, levels } of COMPARISONS[kind]) {
      for (const share of ['m', 'u'] as const) {
        expect([name, levels.reduce((sum, level) => sum + level[share], 0)]).toEqual([name, expect.closeTo(1, 5)]);
        expect(levels.every((level) => level[share] > 0)).toBe(true);
      }
    }
  });
});

describe('patterns', () => {
  it('are told apart however many comparisons there are, and their counts add up', () => {
    const pairs = fc
      .integer({ min: 1, max: 40 })
      .chain((width) => fc.array(fc.array(fc.nat(8), { minLength: width, maxLength: width }), { maxLength: 40 }));
    fc.assert(
      fc.property(pairs, (list) => {
        const width = list[0]?.length ?? 1;
        const counter = new PatternCounter(
          Array.from({ length: width }, (_, i) => (a: number) => list[a]?.[i] as number),
          Array.from({ length: width }, () => 8),
        );
        list.forEach((_, at) => {
          counter.add(at, at, at + 1);
        });
        const { levels, counts } = counter.patterns();
        const expected = new Map<string, number>();
        for (const [at, each] of list.entries()) expected.set(each.join(), (expected.get(each.join()) ?? 0) + at + 1);
        const found = new Map([...counts].map((count, at) => [levels.slice(at * width, (at + 1) * width).join(), count]));
        expect(found).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('that differ in the first comparison only are two, among 25 comparisons', () => {
    const pairs = [1, 2].map((first) => [first, ...Array.from({ length: 24 }, () => 8)]);
    const counter = new PatternCounter(
      Array.from({ length: 25 }, (_, i) => (a: number) => pairs[a]?.[i] as number),
      Array.from({ length: 25 }, () => 8),
    );
    counter.add(0, 0, 1);
    counter.add(1, 1, 1);
    expect([...counter.patterns().counts]).toEqual([1, 1]);
  });
});
