import { describe, expect, it } from 'vitest';
import { pairKey } from '../../../src/dedupe/cluster/clusters.ts';
import { clusterPath } from '../../../src/dedupe/cluster-path.ts';
import { decidedPairs } from '../../../src/dedupe/decided.ts';
import type { DuplicateDecision } from '../../../src/model/duplicates.ts';
import { importText, testDatabase } from '../../support/customer-database.ts';
import { link, populationOf, verdictsOf } from '../../support/compared-rows.ts';
import { addClusters, addPairs, type PairRow } from '../../support/duplicate-rows.ts';
import { describeEachEngine } from '../../support/engines.ts';

type Said = readonly [left: number, right: number, decision: 'same' | 'distinct'];

const decision = ([left, right, what]: Said): DuplicateDecision => ({
  ...{ left, right, decision: what, ground: 'review' },
  ...{ decidedBy: 'tester', decidedAt: '2026-01-01T00:00:00.000Z' },
});

describe('decidedPairs', () => {
  const population = populationOf(Array.from({ length: 5 }, () => ({})));
  const places = (said: readonly Said[], redirects: readonly (readonly [number, number])[] = []): string[] =>
    [...decidedPairs(population, said.map(decision), new Map(redirects))].map(
      ([key, what]) => `${Math.floor(key / 0x4000000)} ${key % 0x4000000} ${what}`,
    );

  it.each<[string, readonly Said[], readonly (readonly [number, number])[], readonly string[]]>([
    [
      'customers by their places',
      [
        [1, 2, 'same'],
        [3, 5, 'distinct'],
      ],
      [],
      ['0 1 same', '2 4 distinct'],
    ],
    [
      'customers that are not compared are left out',
      [
        [1, 9, 'same'],
        [8, 9, 'distinct'],
      ],
      [],
      [],
    ],
    [
      'merged customers: those they were merged into',
      [
        [9, 2, 'same'],
        [1, 8, 'distinct'],
      ],
      [
        [9, 1],
        [8, 3],
      ],
      ['0 1 same', '0 2 distinct'],
    ],
    [
      'what was merged since says nothing of itself',
      [
        [1, 9, 'same'],
        [9, 1, 'distinct'],
      ],
      [[9, 1]],
      [],
    ],
    [
      'distinct holds, though it came first',
      [
        [1, 9, 'distinct'],
        [1, 2, 'same'],
      ],
      [[9, 2]],
      ['0 1 distinct'],
    ],
    [
      'distinct holds, though it came last',
      [
        [1, 2, 'same'],
        [1, 9, 'distinct'],
      ],
      [[9, 2]],
      ['0 1 distinct'],
    ],
    ['the other way round', [[5, 1, 'same']], [], ['0 4 same']],
  ])('%s', (_, said, redirects, expected) => {
    expect(places(said, redirects)).toEqual(expected);
  });

  it('people are heeded by linking', async () => {
    const ada = { given_name: 'Ada', family_name: 'Lovelace', email: 'ada@lovelace.org', birthday: '1815-12-10' };
    const people = populationOf([ada, ada, { given_name: 'Charles', family_name: 'Babbage' }, { given_name: 'Mary' }]);
    const decided = decidedPairs(people, [decision([1, 2, 'distinct']), decision([3, 4, 'same'])], new Map());
    const linked = await link(people, { decided });
    expect([...linked.clusters.cluster]).toEqual([0, 1, 2, 2]);
    expect([...linked.clusters.auto]).toEqual([-1, -1, 2, 2]);
    expect(verdictsOf(linked).get('1 2')?.verdict).toBe('distinct');
    expect(linked.clusters.decisionOf(3, 2)).toBe('same');
    expect(decided.has(pairKey(2, 3))).toBe(true);
  });
});

describeEachEngine('clusterPath', (target) => {
  it('is the chain whose weakest pair is the strongest', async () => {
    const made = await testDatabase(target);
    await importText(made, `name\n${Array.from({ length: 8 }, (_, i) => `Person ${i + 1}\n`).join('')}`);
    const pairs: readonly PairRow[] = [
      [1, 4, 2],
      [1, 2, 9],
      [2, 3, 7],
      [3, 4, 8],
      [2, 4, 5],
      [5, 6, 9],
      [6, 8, 12],
    ];
    await addPairs(made.engine, pairs);
    await addClusters(made.engine, [
      [1, 2, 3, 4, 7],
      [5, 6],
    ]);
    const store = await made.repository.duplicates();
    const path = async (left: number, right: number): Promise<string | null> => {
      const cluster = await clusterPath(store, left, right);
      return cluster === null
        ? null
        : `${cluster.size}: ${cluster.path.map((step) => `${step.left}-${step.right} ${step.bits}`).join(', ')}`;
    };
    expect(await path(1, 4)).toBe('5: 1-2 9, 2-3 7, 3-4 8');
    expect(await path(4, 1)).toBe('5: 4-3 8, 3-2 7, 2-1 9');
    expect(await path(1, 2)).toBe('5: 1-2 9');
    expect(await path(1, 7)).toBe('5: ');
    expect(await path(1, 5)).toBeNull();
    expect(await path(8, 6)).toBeNull();
    expect(await path(5, 6)).toBe('2: 5-6 9');
  });
});
