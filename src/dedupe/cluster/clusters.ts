import { CUTS, FORCED_DISTINCT, GUARD, type Judgement, NEVER_ONE } from '../verdict.ts';
import { averageLink } from './average-link.ts';
import { UnionFind } from './union-find.ts';

/** Pairs by the places of their records, ascending. */
export interface ScoredPairs {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly bits: Float64Array;
  readonly guards: Int32Array;
}

/** What people decided of pairs of records, by the key of `pairKey`. */
export type Decided = ReadonlyMap<number, 'same' | 'distinct'>;

/** The cluster of each record, by the lowest record in it; `auto`: of those that may be merged without asking, -1 where there is none. */
export interface Clusters {
  readonly cluster: Int32Array;
  readonly auto: Int32Array;
  /** Components that were too large to be clustered. */
  readonly tooLarge: number;
  /** What people decided of two records; undefined where they did not. */
  decisionOf(a: number, b: number): 'same' | 'distinct' | undefined;
}

/** Odds in bits from which a pair holds a component together. */
const LINK_BITS = 1;
/** Within a component two clusters are joined while the mean of all pairs between them is at least this. */
const MEAN_BITS = -3;
/** One pair says no more than this within a component. */
const CLIP_BITS = 12;
/** What rules force apart weighs as much as several pairs that agree: a record full of errors may be forced apart from one of its own. */
const APART_BITS = 30;
/**
 * Similarities that no mean may outweigh: of what nothing may join, of what a person joined, and of what a person left apart.
 * Each is more than all pairs of the largest component can say with the one before it.
 */
const FORCED_SIMILARITY = -1e9;
const SAME_SIMILARITY = 1e15;
const DISTINCT_SIMILARITY = -1e21;
/** Larger components are taken apart by their weaker links first. */
const MAX_COMPONENT = 800;
const LINK_STEP = 3;
const MAX_LINK_BITS = 40;
/** Larger clusters are never merged without asking. */
const MAX_AUTO = 20;

/** One number for a pair of places. */
export function pairKey(a: number, b: number): number {
  return a < b ? a * 0x4000000 + b : b * 0x4000000 + a;
}

/**
 * Clusters of records: components of the pairs with odds above even, and within each of them average linkage over all pairs,
 * also those that blocking did not make. What a person decided holds, and what can never
 * be one (`NEVER_ONE`); what is forced apart (`FORCED_DISTINCT`) weighs heavily against a cluster.
 * @param judge judges a pair of places
 */
export function clusterPairs(size: number, pairs: ScoredPairs, decided: Decided, judge: (a: number, b: number) => Judgement): Clusters {
  const clustering = new Clustering(size, pairs, decided, judge);
  clustering.components();
  clustering.autoGroups();
  return clustering;
}

/** Where nothing agrees that belongs to one person, more is asked of the rest. */
function weakness(guards: number): number {
  return (guards & WEAK_GUARDS) === 0 ? 0 : WEAK_BITS;
}

const WEAK_BITS = 3.5;
const WEAK_GUARDS = GUARD.too_little_evidence | GUARD.shared_phone | GUARD.shared_email;

class Clustering implements Clusters {
  readonly cluster: Int32Array;
  readonly auto: Int32Array;
  tooLarge = 0;
  readonly #size: number;
  readonly #pairs: ScoredPairs;
  readonly #decided: Decided;
  /** Pairs that people said are one customer. */
  readonly #must: readonly (readonly [number, number])[];
  readonly #judge: (a: number, b: number) => Judgement;

  constructor(size: number, pairs: ScoredPairs, decided: Decided, judge: (a: number, b: number) => Judgement) {
    this.#size = size;
    this.#pairs = pairs;
    this.#decided = decided;
    this.#judge = judge;
    this.#must = [...decided].flatMap(([key, decision]) =>
      decision === 'same' ? [[Math.floor(key / 0x4000000), key % 0x4000000] as const] : [],
    );
    this.cluster = Int32Array.from({ length: size }, (_, i) => i);
    this.auto = new Int32Array(size).fill(-1);
  }

  decisionOf(a: number, b: number): 'same' | 'distinct' | undefined {
    return this.#decided.size === 0 ? undefined : this.#decided.get(pairKey(a, b));
  }

  components(): void {
    const { left, right, bits } = this.#pairs;
    const edges: number[] = [];
    const { guards } = this.#pairs;
    for (let i = 0; i < left.length; i++)
      if ((bits[i] as number) - weakness(guards[i] as number) >= LINK_BITS && !this.#isDistinct(left[i] as number, right[i] as number))
        edges.push(i);
    const groups = new UnionFind(this.#size);
    for (const edge of edges) groups.join(left[edge] as number, right[edge] as number);
    for (const [a, b] of this.#must) groups.join(a, b);
    const members = new Map<number, number[]>();
    const note = (record: number): void => {
      const root = groups.root(record);
      const known = members.get(root);
      if (known === undefined) members.set(root, [record]);
      else known.push(record);
    };
    for (let record = 0; record < this.#size; record++) if (groups.root(record) !== record) note(record);
    for (const [root, others] of members) this.#component([root, ...others], LINK_BITS);
  }

  #isDistinct(a: number, b: number): boolean {
    return this.decisionOf(a, b) === 'distinct';
  }

  #component(members: number[], linkBits: number): void {
    if (members.length > MAX_COMPONENT) return this.#takeApart(members, linkBits);
    const size = members.length;
    const similarity = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = i + 1; j < size; j++) {
        const value = this.#similarity(members[i] as number, members[j] as number);
        similarity[i * size + j] = value;
        similarity[j * size + i] = value;
      }
    }
    const labels = averageLink(size, similarity, size === 2 ? LINK_BITS : MEAN_BITS);
    for (let i = 0; i < size; i++) this.cluster[members[i] as number] = members[labels[i] as number] as number;
  }

  #similarity(a: number, b: number): number {
    const decision = this.decisionOf(a, b);
    if (decision !== undefined) return decision === 'same' ? SAME_SIMILARITY : DISTINCT_SIMILARITY;
    const { bits, guards } = this.#judge(a, b);
    if (bits > FORCED_DISTINCT) return Math.max(-CLIP_BITS, Math.min(CLIP_BITS, bits - weakness(guards)));
    return bits <= NEVER_ONE ? FORCED_SIMILARITY : -APART_BITS;
  }

  /** Splits a component that is too large by asking more of the pairs that hold it together; in the end, only people's word holds. */
  #takeApart(members: readonly number[], linkBits: number): void {
    const next = linkBits + LINK_STEP;
    const isHopeless = next > MAX_LINK_BITS;
    if (isHopeless) this.tooLarge++;
    const place = new Map(members.map((record, i) => [record, i]));
    const groups = new UnionFind(members.length);
    const { left, right, bits } = this.#pairs;
    const join = (one: number, other: number): void => {
      const [a, b] = [place.get(one), place.get(other)];
      if (a !== undefined && b !== undefined) groups.join(a, b);
    };
    for (let i = 0; i < left.length && !isHopeless; i++) {
      if ((bits[i] as number) >= next && !this.#isDistinct(left[i] as number, right[i] as number))
        join(left[i] as number, right[i] as number);
    }
    for (const [a, b] of this.#must) join(a, b);
    const parts = new Map<number, number[]>();
    members.forEach((record, i) => {
      const root = groups.root(i);
      const part = parts.get(root);
      if (part === undefined) parts.set(root, [record]);
      else part.push(record);
    });
    for (const part of parts.values()) {
      if (part.length > 1 && (!isHopeless || part.length <= MAX_COMPONENT)) this.#component(part, next);
    }
  }

  /** A group in which rules force two records apart is no group to be merged without asking. */
  #dropDoubtful(): void {
    const members = new Map<number, number[]>();
    for (let record = 0; record < this.#size; record++) {
      const group = this.auto[record] as number;
      if (group < 0) continue;
      const known = members.get(group);
      if (known === undefined) members.set(group, [record]);
      else known.push(record);
    }
    for (const group of members.values()) {
      if (group.length < 3) continue;
      const isDoubtful = group.some((a, i) =>
        group.some((b, j) => j > i && this.decisionOf(a, b) === undefined && this.#judge(a, b).bits <= FORCED_DISTINCT),
      );
      if (isDoubtful) for (const record of group) this.auto[record] = -1;
    }
  }

  /** Of the records of each cluster, those that pairs without any doubt hold together. */
  autoGroups(): void {
    const { left, right, bits, guards } = this.#pairs;
    const groups = new UnionFind(this.#size);
    for (let i = 0; i < left.length; i++) {
      const [a, b] = [left[i] as number, right[i] as number];
      if (this.cluster[a] !== this.cluster[b]) continue;
      if (guards[i] === 0 && (bits[i] as number) >= CUTS.auto && this.decisionOf(a, b) === undefined) groups.join(a, b);
    }
    // Also those that are so unlike that no search kept them.
    for (const [a, b] of this.#must) if (this.cluster[a] === this.cluster[b]) groups.join(a, b);
    const sizes = new Map<number, number>();
    for (let record = 0; record < this.#size; record++) {
      const root = groups.root(record);
      if (root !== record) sizes.set(root, (sizes.get(root) ?? 1) + 1);
    }
    for (let record = 0; record < this.#size; record++) {
      const root = groups.root(record);
      const count = sizes.get(root) ?? 1;
      if (count > 1 && count <= MAX_AUTO) this.auto[record] = root;
    }
    this.#dropDoubtful();
    const isLarge = (record: number): boolean => (sizes.get(groups.root(record)) ?? 1) > MAX_AUTO;
    for (let i = 0; i < left.length; i++)
      if (isLarge(left[i] as number) || isLarge(right[i] as number)) guards[i] = (guards[i] as number) | GUARD.large_cluster;
  }
}
