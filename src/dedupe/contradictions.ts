import type { DuplicateDecision } from '../model/duplicates.ts';

/** Answers that cannot all be right: the chain says that its ends are one customer, another answer says they are not. */
export interface Contradiction {
  /** Customers each of which was said to be the same as the next; one alone: its two sides were merged. */
  readonly chain: readonly number[];
  /** The pair that was said to be different, as it was answered. */
  readonly distinct: { readonly left: number; readonly right: number };
}

type Answered = Pick<DuplicateDecision, 'left' | 'right' | 'decision'>;

/**
 * What contradicts itself among answers: A is B, B is C, but A is not C.
 * @param redirects merged customer → the one that is there now
 */
export function contradictionsOf(decisions: Iterable<Answered>, redirects: ReadonlyMap<number, number> = new Map()): Contradiction[] {
  const now = (id: number): number => redirects.get(id) ?? id;
  const neighbours = new Map<number, number[]>();
  const link = (from: number, to: number): void => {
    const known = neighbours.get(from);
    if (known === undefined) neighbours.set(from, [to]);
    else known.push(to);
  };
  const distinct: Answered[] = [];
  for (const answered of decisions) {
    if (answered.decision === 'distinct') distinct.push(answered);
    else {
      link(now(answered.left), now(answered.right));
      link(now(answered.right), now(answered.left));
    }
  }
  const groups = groupsOf(neighbours);
  return distinct.flatMap(({ left, right }) => {
    const [from, to] = [now(left), now(right)];
    const isOne = from === to || (groups.has(from) && groups.get(from) === groups.get(to));
    return isOne ? [{ chain: chainBetween(from, to, neighbours), distinct: { left, right } }] : [];
  });
}

/** A contradiction in one line: `#1 = #2 = #3, but #1 ≠ #3`. */
export function contradictionText({ chain, distinct }: Contradiction): string {
  const { left, right } = distinct;
  if (chain.length < 2) return `#${left} and #${right} were merged, but #${left} ≠ #${right}`;
  return `${chain.map((id) => `#${id}`).join(' = ')}, but #${left} ≠ #${right}`;
}

/** Which customers hang together, each named by the first of its group. */
function groupsOf(neighbours: ReadonlyMap<number, readonly number[]>): Map<number, number> {
  const groups = new Map<number, number>();
  for (const first of neighbours.keys()) {
    if (groups.has(first)) continue;
    const open = [first];
    groups.set(first, first);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const next of neighbours.get(at) ?? []) {
        if (groups.has(next)) continue;
        groups.set(next, first);
        open.push(next);
      }
    }
  }
  return groups;
}

/** The shortest chain, both ends with it. */
function chainBetween(from: number, to: number, neighbours: ReadonlyMap<number, readonly number[]>): number[] {
  const cameFrom = new Map<number, number>([[from, from]]);
  const queue = [from];
  for (let index = 0; index < queue.length && !cameFrom.has(to); index++) {
    const at = queue[index] as number;
    for (const next of neighbours.get(at) ?? []) {
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      queue.push(next);
    }
  }
  const chain = [to];
  while (chain[0] !== from) chain.unshift(cameFrom.get(chain[0] as number) as number);
  return chain;
}
