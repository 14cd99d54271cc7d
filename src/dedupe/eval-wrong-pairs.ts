import type { LabelledRecords } from './eval-records.ts';

/** Two customers, by their places, that are one person and were not put together, or the other way round. */
export interface WrongPair {
  readonly left: number;
  readonly right: number;
  /** How many pairs of records it stands for. */
  readonly weight: number;
}

/** So many clusters of each kind are looked into, evenly among all, and so many pairs of each. */
const MOST_CLUSTERS = 20_000;
const MOST_OF_ONE = 40;
/** Pairs of records of one cluster that are looked at. */
const MOST_LOOKED_AT = 10_000;

/** Pairs of customers that are one person and are in two clusters: of very many some, the same ones each time. */
export function missedPairs(records: LabelledRecords, found: Int32Array): WrongPair[] {
  return splitGroups(records, records.persons, (record) => found[records.owners[record] as number] as number);
}

/** Pairs of customers that were put together and are two people; a customer beside itself where the import joined two. */
export function mergedPairs(records: LabelledRecords, found: Int32Array): WrongPair[] {
  const clusters = Int32Array.from(records.owners, (owner) => found[owner] as number);
  return splitGroups(records, clusters, (record) => records.persons[record] as number);
}

/** Pairs of records of one group whose parts differ, gathered by their customers. */
function splitGroups({ owners }: LabelledRecords, groups: Int32Array, partOf: (record: number) => number): WrongPair[] {
  const order = orderBy(groups);
  const split: (readonly [from: number, to: number])[] = [];
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    let isSplit = false;
    for (; to < order.length && groups[order[to] as number] === groups[order[from] as number]; to++)
      isSplit ||= partOf(order[to] as number) !== partOf(order[from] as number);
    if (isSplit) split.push([from, to]);
    from = to;
  }
  const step = Math.ceil(split.length / MOST_CLUSTERS);
  const pairs: WrongPair[] = [];
  for (let at = 0; at < split.length; at += step) {
    const [from, to] = split[at] as readonly [number, number];
    for (const pair of pairsOfGroup(order.subarray(from, to), owners, partOf)) pairs.push(pair);
  }
  return pairs;
}

function pairsOfGroup(members: Int32Array, owners: Int32Array, partOf: (record: number) => number): WrongPair[] {
  const weights = new Map<string, { left: number; right: number; weight: number }>();
  let looked = 0;
  for (const [a, b] of acrossParts(members, partOf)) {
    const [left, right] = [Math.min(owners[a] as number, owners[b] as number), Math.max(owners[a] as number, owners[b] as number)];
    const known = weights.get(`${left} ${right}`);
    if (known !== undefined) known.weight++;
    else if (weights.size < MOST_OF_ONE) weights.set(`${left} ${right}`, { left, right, weight: 1 });
    if (++looked >= MOST_LOOKED_AT) break;
  }
  return [...weights.values()];
}

/** Pairs of members that are in different parts. */
function* acrossParts(members: Int32Array, partOf: (record: number) => number): Generator<readonly [number, number]> {
  const byPart = new Map<number, number[]>();
  for (const member of members) {
    const part = byPart.get(partOf(member));
    if (part === undefined) byPart.set(partOf(member), [member]);
    else part.push(member);
  }
  const parts = [...byPart.values()];
  for (let i = 0; i < parts.length; i++)
    for (let j = i + 1; j < parts.length; j++) for (const a of parts[i] as number[]) for (const b of parts[j] as number[]) yield [a, b];
}

/** Record numbers by ascending group, in their order within one. */
function orderBy(groups: Int32Array): Int32Array {
  const keys = new Float64Array(groups.length);
  for (let i = 0; i < groups.length; i++) keys[i] = (groups[i] as number) * RANGE + i;
  keys.sort();
  return Int32Array.from(keys, (key) => key % RANGE);
}

const RANGE = 2 ** 26;
