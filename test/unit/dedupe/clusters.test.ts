import { describe, expect, it } from 'vitest';
import { averageLink } from '../../../src/dedupe/cluster/average-link.ts';
import { clusterPairs, type Clusters, type Decided, pairKey } from '../../../src/dedupe/cluster/clusters.ts';
import { FORCED_DISTINCT, GUARD } from '../../../src/dedupe/verdict.ts';

type Pair = readonly [a: number, b: number, bits: number, guards?: number];

function clusters(
  size: number,
  pairs: readonly Pair[],
  { decided = new Map(), others = -8 }: { readonly decided?: Decided; readonly others?: number } = {},
): Clusters & { readonly guards: Int32Array } {
  const bits = new Map(pairs.map(([a, b, value]) => [pairKey(a, b), value]));
  const guards = Int32Array.from(pairs, ([, , , mask = 0]) => mask);
  const scored = {
    left: Int32Array.from(pairs, ([a]) => a),
    right: Int32Array.from(pairs, ([, b]) => b),
    bits: Float64Array.from(pairs, ([, , value]) => value),
    guards,
  };
  const found = clusterPairs(size, scored, decided, (a, b) => ({ bits: bits.get(pairKey(a, b)) ?? others, guards: 0 }));
  return Object.assign(found, { guards });
}

const said = (...pairs: readonly (readonly [number, number, 'same' | 'distinct'])[]): Decided =>
  new Map(pairs.map(([a, b, decision]) => [pairKey(a, b), decision]));

describe('averageLink', () => {
  it.each([
    [1, [0], 0, [0]],
    [2, [0, 5, 5, 0], 1, [0, 0]],
    [2, [0, 0.5, 0.5, 0], 1, [0, 1]],
    // A chain: 0–1 and 1–2 are near, 0–2 is far.
    [3, [0, 5, -20, 5, 0, 4, -20, 4, 0], 0, [0, 0, 2]],
    [3, [0, 5, -4, 5, 0, 6, -4, 6, 0], 0, [0, 0, 0]],
  ])('%i items', (size, similarity, cut, expected) => {
    expect([...averageLink(size, Float64Array.from(similarity), cut)]).toEqual(expected);
  });
});

describe('clusterPairs', () => {
  it.each<[string, number, readonly Pair[], Decided, readonly number[]]>([
    [
      'joins what is likely',
      4,
      [
        [0, 1, 12],
        [2, 3, 3],
      ],
      said(),
      [0, 0, 2, 2],
    ],
    [
      'leaves what is doubtful',
      3,
      [
        [0, 1, 0.5],
        [1, 2, -1],
      ],
      said(),
      [0, 1, 2],
    ],
    [
      'keeps a chain whose ends are not too unlike',
      3,
      [
        [0, 1, 12],
        [1, 2, 9],
      ],
      said(),
      [0, 0, 0],
    ],
    [
      'takes a chain apart whose ends nothing may join',
      3,
      [
        [0, 1, 12],
        [1, 2, 9],
        [0, 2, FORCED_DISTINCT],
      ],
      said(),
      [0, 0, 2],
    ],
    ['joins what a person joined, whatever the odds', 3, [], said([0, 2, 'same']), [0, 1, 0]],
    ['joins what a person joined, though nothing might', 3, [[0, 2, FORCED_DISTINCT]], said([0, 2, 'same']), [0, 1, 0]],
    [
      'leaves what a person left apart',
      3,
      [
        [0, 1, 30],
        [1, 2, 30],
      ],
      said([0, 1, 'distinct']),
      [0, 1, 1],
    ],
    [
      'joins a chain of a person whose ends nothing might join',
      4,
      [
        [0, 2, FORCED_DISTINCT],
        [0, 3, FORCED_DISTINCT],
        [1, 3, FORCED_DISTINCT],
      ],
      said([0, 1, 'same'], [1, 2, 'same'], [2, 3, 'same']),
      [0, 0, 0, 0],
    ],
  ])('%s', (_, size, pairs, decided, expected) => {
    expect([...clusters(size, pairs, { decided }).cluster]).toEqual(expected);
  });

  it('says what may be merged without asking within a cluster', () => {
    const { cluster, auto } = clusters(6, [
      [0, 1, 9],
      [1, 2, 9, GUARD.household],
      [3, 4, 6],
      [0, 2, 4],
    ]);
    expect([...cluster]).toEqual([0, 0, 0, 3, 3, 5]);
    expect([...auto]).toEqual([0, 0, -1, -1, -1, -1]);
  });

  it('merges what a person joined, though no search kept the pair', () => {
    const { auto } = clusters(4, [[1, 2, 9]], { decided: said([0, 3, 'same']) });
    expect([...auto]).toEqual([0, 1, 1, 0]);
  });

  it('merges no large cluster without asking, nor what hangs on it', () => {
    const pairs: Pair[] = [
      [0, 1, 10],
      [0, 26, 8],
    ];
    for (let a = 2; a < 27; a++) for (let b = a + 1; b < 27; b++) pairs.push([a, b, 10]);
    const found = clusters(27, pairs);
    expect([...found.cluster].slice(2)).toEqual(Array(25).fill(2));
    expect([...found.auto]).toEqual([0, 0, ...Array(25).fill(-1)]);
    expect([...found.guards]).toEqual([0, ...Array(301).fill(GUARD.large_cluster)]);
  });

  it('takes a component of thousands apart by its weaker links, and keeps what people said', () => {
    const size = 3000;
    const pairs: Pair[] = [];
    for (let a = 0; a + 1 < size; a++) pairs.push([a, a + 1, a % 3 === 2 ? 2 : 14]);
    const { cluster, tooLarge } = clusters(size, pairs, { decided: said([0, 2999, 'same'], [3, 4, 'distinct']) });
    expect(tooLarge).toBe(0);
    expect(cluster[2999]).toBe(0);
    expect(cluster[3]).not.toBe(cluster[4]);
    expect([6, 7, 8, 9].map((at) => cluster[at])).toEqual([6, 6, 6, 9]);
  });

  it('ends soon where everything is like everything', { timeout: 20_000 }, () => {
    const size = 60_000;
    const pairs: Pair[] = [];
    for (let a = 0; a + 1 < size; a++) pairs.push([a, a + 1, 60]);
    const started = performance.now();
    const { tooLarge, cluster } = clusters(size, pairs, { decided: said([5, 70, 'same']) });
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(tooLarge).toBe(1);
    expect([cluster[5], cluster[70], cluster[6]]).toEqual([5, 5, 6]);
  });
});

describe('pairKey', () => {
  it('is one number for a pair in either order, and tells pairs of the largest places apart', () => {
    expect(pairKey(3, 7)).toBe(pairKey(7, 3));
    const last = 0x3ffffff;
    expect(pairKey(last, last - 1)).not.toBe(pairKey(last, last - 2));
    expect(Number.isSafeInteger(pairKey(last, last))).toBe(true);
  });
});
