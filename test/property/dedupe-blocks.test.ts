import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Blocks, keysOf, makeBlocks, recordOf, WINDOW } from '../../src/dedupe/block/blocks.ts';
import { blockedRules, makesPair, type PairTask, pairTasks, walkPairs } from '../../src/dedupe/block/pair-walk.ts';
import { sortByKeys, sortedPlaces } from '../../src/dedupe/block/radix-sort.ts';
import type { BlockingRule } from '../../src/dedupe/block/rules.ts';
import { preparePhones } from '../../src/dedupe/compare/phone.ts';
import type { Population } from '../../src/dedupe/population.ts';
import { type RowValues, populationOf } from '../support/compared-rows.ts';

const rule = (parts: string, divide: string): BlockingRule => ({
  name: parts,
  parts: parts.split(' '),
  divide: divide.split(' '),
  strict: false,
  wide: false,
});
const RULES = [
  rule('email', 'given3 familySound'),
  rule('phone', 'given3'),
  rule('family birthday', 'given3 postal'),
  rule('name', 'birthYear postal'),
  rule('emailLocal', 'given3'),
  rule('postal', 'given3 birthYear'),
  rule('city', 'website'),
];
const WHOLE = { cap: 1e6, purge: 1e6 };

const some = (...values: readonly string[]): fc.Arbitrary<string | null> => fc.constantFrom(null, ...values);
const row = fc.record({
  given_name: some('John', 'Anna', 'Bob', '伟'),
  family_name: some('Smith', 'Miller', '张'),
  email: some('ada@a.org', 'bob@a.org', 'ada@gmail.com', 'info@a.org'),
  phone: some('+493012345678', '+494012345678', '030123456'),
  birthday: some('1980-03-04', '1955-11-26'),
  postal_code: some('10115', '80331'),
  city: some('Berlin'),
}) as fc.Arbitrary<RowValues>;
const contact = fc.oneof(
  fc.tuple(fc.nat(39), fc.constant('email' as const), fc.constantFrom('ada@a.org', 'bob@a.org', 'x@x.org')),
  fc.tuple(fc.nat(39), fc.constant('phone' as const), fc.constantFrom('3012345678', '9912345678', '30123456')),
);
/** What a population is made of; the populations themselves are too large to be shown. */
const population = fc.tuple(
  fc.oneof(
    fc.array(row, { minLength: 2, maxLength: 40 }),
    fc.tuple(row, fc.integer({ min: 12, max: 40 })).map(([one, count]) => Array(count).fill(one) as RowValues[]),
  ),
  fc.array(contact, { maxLength: 60 }),
);
type Made = typeof population extends fc.Arbitrary<infer T> ? T : never;

function madeOf([rows, contacts]: Made): Population {
  const own = contacts.filter(([at]) => at < rows.length).map(([at, kind, key]) => ({ customer: at + 1, kind, key }));
  const people = populationOf(rows, { contacts: own.sort((a, b) => a.customer - b.customer) });
  preparePhones(people);
  return people;
}

const limits = fc.record({ cap: fc.integer({ min: 1, max: 12 }), purge: fc.integer({ min: 1, max: 40 }) });

function blocksOf(people: Population, how = WHOLE): Blocks[] {
  return RULES.map((each) => makeBlocks(people, each, how)).filter((each) => each !== null);
}

/** `a b` → how often it was made. */
function walked(rules: readonly Blocks[], size: number, tasks?: readonly PairTask[]): { pair: string; rule: number }[] {
  const blocked = blockedRules(rules, size);
  const found: { pair: string; rule: number }[] = [];
  for (const task of tasks ?? pairTasks(blocked)) {
    walkPairs(blocked, task, (a, b) => {
      if (a >= b) throw new Error(`${a} and ${b}`);
      found.push({ pair: `${a} ${b}`, rule: task.rule });
    });
  }
  return found;
}

/** The texts and keys that a record has under a rule, by what the rule is made of and not by how blocks keep it. */
function keysByHand(people: Population, each: BlockingRule, record: number): number[] {
  const keys = [keysOf(people, each)?.(record) ?? 0];
  const column = each.parts.length === 1 ? people.columns[each.parts[0] as string] : undefined;
  if (column?.more != null) {
    for (let i = column.more.starts[record] as number; i < (column.more.starts[record + 1] as number); i++) {
      const id = column.more.ids[i] as number;
      keys.push((column.name === 'phone' ? (people.derived['phone.tail'] as Uint32Array) : column.texts.hashes)[id] as number);
    }
  }
  return keys.filter((key) => key !== 0);
}

describe('sortedPlaces', () => {
  it('is what sorting gives, keys 0 left out, equal ones in their order', () => {
    const key = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 0xffff, 0x10000, 0xffffffff, 0x80000000));
    fc.assert(
      fc.property(fc.array(key, { maxLength: 300 }), (list) => {
        const keys = Uint32Array.from(list);
        const expected = [...keys.keys()].filter((place) => keys[place] !== 0).sort((a, b) => (keys[a] as number) - (keys[b] as number));
        expect([...sortedPlaces(keys)]).toEqual(expected);
        expect([...sortByKeys(Uint32Array.from([...expected].reverse()), keys)].map((place) => keys[place])).toEqual(
          expected.map((place) => keys[place]),
        );
      }),
    );
  });
});

describe('blocks', () => {
  it('make every pair that shares a key of a rule exactly once, by the first such rule', () => {
    fc.assert(
      fc.property(population, (made) => {
        const people = madeOf(made);
        const rules = blocksOf(people);
        const named = rules.map(({ name }) => RULES.find((each) => each.name === name) as BlockingRule);
        const expected: string[] = [];
        for (let a = 0; a < people.size; a++) {
          for (let b = a + 1; b < people.size; b++) {
            const first = named.findIndex((each) => {
              const keys = keysByHand(people, each, a);
              return keysByHand(people, each, b).some((key) => keys.includes(key));
            });
            if (first >= 0) expected.push(`${a} ${b} by ${first}`);
          }
        }
        expect(
          walked(rules, people.size)
            .map((found) => `${found.pair} by ${found.rule}`)
            .sort(),
        ).toEqual(expected.sort());
      }),
      { numRuns: 150 },
    );
  });

  it('divided, windowed and purged still make a pair once, by the first rule whose blocks make it', () => {
    fc.assert(
      fc.property(population, limits, (made, how) => {
        const people = madeOf(made);
        const rules = blocksOf(people, how);
        const makers = rules.map(makesPair);
        const expected: string[] = [];
        for (let a = 0; a < people.size; a++) {
          for (let b = a + 1; b < people.size; b++) {
            const first = makers.findIndex((maker) => maker(a, b));
            if (makers.some((maker) => maker(a, b) !== maker(b, a))) throw new Error(`${a} ${b}`);
            if (first >= 0) expected.push(`${a} ${b} by ${first}`);
          }
        }
        expect(
          walked(rules, people.size)
            .map((found) => `${found.pair} by ${found.rule}`)
            .sort(),
        ).toEqual(expected.sort());
      }),
      { numRuns: 200 },
    );
  });

  it('never make a pair that shares no key', () => {
    fc.assert(
      fc.property(population, limits, (made, how) => {
        const people = madeOf(made);
        const all = new Set(walked(blocksOf(people), people.size).map(({ pair }) => pair));
        for (const { pair } of walked(blocksOf(people, how), people.size)) expect(all).toContain(pair);
      }),
      { numRuns: 100 },
    );
  });

  it('report what they are', () => {
    fc.assert(
      fc.property(population, limits, (made, how) => {
        const people = madeOf(made);
        for (const blocks of blocksOf(people, how)) {
          const { report, keys, order, window } = blocks;
          const sizes = new Map<number, number[]>();
          for (const [entry, key] of keys.entries()) if (key !== 0) sizes.set(key, [...(sizes.get(key) ?? []), entry]);
          expect([...order].length).toBe([...sizes.values()].flat().length);
          let pairs = 0;
          let windowed = 0;
          for (const block of sizes.values()) {
            const isWindowed = window !== null && window[block[0] as number] !== 0;
            if (isWindowed) windowed++;
            else expect(block.length <= how.cap).toBe(true);
            expect(block.length <= how.cap || block.length <= how.purge).toBe(true);
            for (let i = 1; i < block.length; i++) pairs += isWindowed ? Math.min(i, WINDOW) : i;
          }
          const records = new Set([...order].map((entry) => recordOf(blocks, entry)));
          expect(report).toMatchObject({
            keyed: records.size,
            blocks: [...sizes.values()].filter((block) => block.length > 1).length,
            pairs,
            windowed,
            divided: blocks.divided.length,
          });
          expect(blocks.pairs).toBe(pairs);
          if (report.windowed === 0 && report.purgedRecords === 0) expect(report.lostPairs).toBe(0);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('cut anywhere make the same pairs', () => {
    fc.assert(
      fc.property(population, limits, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (made, how, cuts) => {
        const people = madeOf(made);
        const rules = blocksOf(people, how);
        const tasks = rules.flatMap(({ keys, order }, at): PairTask[] => {
          const ends = [...order.keys()].filter((i) => i > 0 && keys[order[i] as number] !== keys[order[i - 1] as number] && cuts[i % 60]);
          const edges = [0, ...ends, order.length];
          return edges.slice(1).map((to, i) => ({ rule: at, from: edges[i] as number, to }));
        });
        expect(walked(rules, people.size, tasks)).toEqual(walked(rules, people.size));
      }),
      { numRuns: 100 },
    );
  });
});
