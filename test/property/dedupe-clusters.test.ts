import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { averageLink } from '../../src/dedupe/cluster/average-link.ts';
import { clusterPairs, type Decided, pairKey } from '../../src/dedupe/cluster/clusters.ts';
import { UnionFind } from '../../src/dedupe/cluster/union-find.ts';
import { NEVER_ONE } from '../../src/dedupe/verdict.ts';

/** Similarities of all pairs, no two of them (nor of their means, practically) equal. */
const table = fc
  .integer({ min: 1, max: 14 })
  .chain((size) =>
    fc.tuple(
      fc.constant(size),
      fc.array(fc.double({ min: -12, max: 12, noNaN: true }), { minLength: size * size, maxLength: size * size }),
    ),
  );

function symmetric(size: number, values: readonly number[]): Float64Array {
  const similarity = new Float64Array(size * size);
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      const value = values[a * size + b] as number;
      const apart = value === NEVER_ONE ? value : value + ((a * size + b) % 17) * 1e-3;
      similarity[a * size + b] = apart;
      similarity[b * size + a] = apart;
    }
  }
  return similarity;
}

/** The two clusters with the highest mean are joined, again and again. */
function naive(size: number, similarity: Float64Array, cut: number): number[] {
  let clusters = Array.from({ length: size }, (_, i) => [i]);
  for (;;) {
    let best: { value: number; a: number; b: number } = { value: Number.NEGATIVE_INFINITY, a: 0, b: 0 };
    for (const [a, one] of clusters.entries()) {
      for (const [b, other] of clusters.entries()) {
        if (b <= a) continue;
        const all = one.flatMap((x) => other.map((y) => similarity[x * size + y] as number));
        const value = all.reduce((sum, each) => sum + each, 0) / all.length;
        // Two that are equal but for rounding may be joined in either order.
        fc.pre(Math.abs(value - best.value) > 1e-9 && Math.abs(value - cut) > 1e-9);
        if (value > best.value) best = { value, a, b };
      }
    }
    if (best.value < cut) break;
    clusters = [...clusters.filter((_, i) => i !== best.a && i !== best.b), [...(clusters[best.a] ?? []), ...(clusters[best.b] ?? [])]];
  }
  const labels: number[] = [];
  for (const cluster of clusters) for (const item of cluster) labels[item] = Math.min(...cluster);
  return labels;
}

describe('averageLink', () => {
  it('is what joining the two nearest clusters again and again gives', () => {
    fc.assert(
      fc.property(table, fc.double({ min: -6, max: 6, noNaN: true }), ([size, values], cut) => {
        const similarity = symmetric(size, values);
        expect([...averageLink(size, similarity.slice(), cut)]).toEqual(naive(size, similarity, cut));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('UnionFind', () => {
  it('has one root for all that was joined, the lowest', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 30 }), (joins) => {
        const groups = new UnionFind(20);
        let labels = Array.from({ length: 20 }, (_, i) => i);
        for (const [a, b] of joins) {
          groups.join(a, b);
          const [one, other] = [labels[a] as number, labels[b] as number];
          labels = labels.map((label) => (label === one || label === other ? Math.min(one, other) : label));
        }
        expect(labels.map((_, i) => groups.root(i))).toEqual(labels);
      }),
    );
  });
});

interface Case {
  readonly size: number;
  readonly bits: Float64Array;
  readonly decided: readonly (readonly [a: number, b: number, decision: 'same' | 'distinct'])[];
}

const bitsOf = fc.oneof(
  { weight: 3, arbitrary: fc.double({ min: -14, max: 30, noNaN: true }) },
  { weight: 1, arbitrary: fc.constant(NEVER_ONE) },
);
const found: fc.Arbitrary<Case> = fc
  .integer({ min: 2, max: 12 })
  .chain((size) =>
    fc
      .tuple(
        fc.array(bitsOf, { minLength: size * size, maxLength: size * size }),
        fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1), fc.constantFrom('same' as const, 'distinct' as const)), { maxLength: 5 }),
      )
      .map(([values, decided]) => ({ size, bits: symmetric(size, values), decided: decided.filter(([a, b]) => a !== b) })),
  );

/** What people said may contradict itself: then what is distinct holds. */
function consistent({ size, decided }: Case): boolean {
  const groups = new UnionFind(size);
  for (const [a, b, decision] of decided) if (decision === 'same') groups.join(a, b);
  return decided.every(([a, b, decision]) => decision === 'same' || groups.root(a) !== groups.root(b));
}

function clustered({ size, bits, decided }: Case, order: (pairs: [number, number][]) => [number, number][] = (pairs) => pairs) {
  const places = order(
    Array.from({ length: size }, (_, a) => Array.from({ length: size - a - 1 }, (__, i): [number, number] => [a, a + 1 + i])).flat(),
  ).filter(([a, b]) => (bits[a * size + b] as number) >= -2);
  const pairs = {
    left: Int32Array.from(places, ([a]) => a),
    right: Int32Array.from(places, ([, b]) => b),
    bits: Float64Array.from(places, ([a, b]) => bits[a * size + b] as number),
    guards: new Int32Array(places.length),
  };
  const decisions: Decided = new Map(decided.map(([a, b, decision]) => [pairKey(a, b), decision]));
  return clusterPairs(size, pairs, decisions, (a, b) => ({ bits: bits[a * size + b] as number, guards: 0 }));
}

describe('clusters', () => {
  it('keep what people said, and what nothing may join without them', () => {
    fc.assert(
      fc.property(found.filter(consistent), (each) => {
        const { cluster, auto } = clustered(each);
        for (const [a, b, decision] of each.decided) expect([a, b, cluster[a] === cluster[b]]).toEqual([a, b, decision === 'same']);
        const people = new UnionFind(each.size);
        for (const [a, b, decision] of each.decided) if (decision === 'same') people.join(a, b);
        for (let a = 0; a < each.size; a++) {
          expect(cluster[cluster[a] as number]).toBe(cluster[a]);
          expect(cluster[a]).toBeLessThanOrEqual(a);
          if ((auto[a] as number) >= 0) expect(cluster[auto[a] as number]).toBe(cluster[a]);
          for (let b = a + 1; b < each.size; b++) {
            const isForced = (each.bits[a * each.size + b] as number) <= NEVER_ONE;
            if (isForced && people.root(a) !== people.root(b)) expect([a, b, cluster[a] === cluster[b]]).toEqual([a, b, false]);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('keep what is distinct even where people contradict themselves', () => {
    fc.assert(
      fc.property(found, (each) => {
        const { cluster } = clustered(each);
        const last = new Map(each.decided.map(([a, b, decision]) => [pairKey(a, b), { a, b, decision }]));
        for (const { a, b, decision } of last.values()) if (decision === 'distinct') expect(cluster[a]).not.toBe(cluster[b]);
      }),
      { numRuns: 1000 },
    );
  });

  it('do not depend on the order in which pairs come', () => {
    fc.assert(
      fc.property(found, fc.infiniteStream(fc.nat()), (each, random) => {
        const forth = clustered(each);
        const weights = new Map<string, number>();
        const weight = (pair: readonly number[]): number => {
          const known = weights.get(pair.join()) ?? (random.next().value as number);
          weights.set(pair.join(), known);
          return known;
        };
        const mixed = clustered(each, (pairs) => pairs.sort((a, b) => weight(a) - weight(b)));
        expect([[...mixed.cluster], [...mixed.auto]]).toEqual([[...forth.cluster], [...forth.auto]]);
      }),
      { numRuns: 500 },
    );
  });
});
