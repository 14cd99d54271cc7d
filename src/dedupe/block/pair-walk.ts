import { type Blocks, recordOf, runEnd, WINDOW } from './blocks.ts';

/** A piece of work: blocks of one rule, `from .. to` in its order; cut between blocks. */
export interface PairTask {
  readonly rule: number;
  readonly from: number;
  readonly to: number;
}

const TASK_PAIRS = 250_000;

/** Cuts the blocks of all rules into pieces of about as many pairs. */
export function pairTasks(rules: readonly Blocks[]): PairTask[] {
  const tasks: PairTask[] = [];
  rules.forEach(({ keys, order, window }, rule) => {
    let from = 0;
    let pairs = 0;
    for (let start = 0; start < order.length; ) {
      const end = runEnd(keys, order, start);
      const size = end - start;
      pairs += window !== null && window[order[start] as number] !== 0 ? size * WINDOW : (size * (size - 1)) / 2;
      start = end;
      if (pairs >= TASK_PAIRS) {
        tasks.push({ rule, from, to: start });
        [from, pairs] = [start, 0];
      }
    }
    if (pairs > 0) tasks.push({ rule, from, to: order.length });
  });
  return tasks;
}

/** Walks the pairs of a piece of work that no earlier rule makes, each once; `a < b` by their places. */
export function walkPairs(rules: readonly Blocks[], { rule, from, to }: PairTask, visit: (a: number, b: number) => void): void {
  const blocks = rules[rule] as Blocks;
  const { keys, order, window, more } = blocks;
  const earlier = rules.slice(0, rule).map(makesPair);
  const own = more === null ? null : makesPair(blocks);
  for (let start = from; start < to; ) {
    const end = runEnd(keys, order, start);
    if (end - start > 1) {
      const reach = window !== null && window[order[start] as number] !== 0 ? WINDOW : end;
      for (let i = start; i < end; i++) {
        const one = recordOf(blocks, order[i] as number);
        const last = Math.min(end - 1, i + reach);
        for (let j = i + 1; j <= last; j++) {
          const other = recordOf(blocks, order[j] as number);
          if (one === other) continue;
          const [a, b] = one < other ? [one, other] : [other, one];
          if (isMade(earlier, a, b)) continue;
          // Through several addresses a rule may make a pair more than once: it belongs to the first key.
          if (own !== null && !isFirst(blocks, order[i] as number, order[j] as number, a, b)) continue;
          visit(a, b);
        }
      }
    }
    start = end;
  }
}

function isMade(earlier: readonly ((a: number, b: number) => boolean)[], a: number, b: number): boolean {
  for (let i = 0; i < earlier.length; i++) if ((earlier[i] as (a: number, b: number) => boolean)(a, b)) return true;
  return false;
}

/** Whether the blocks of a rule make a pair. */
export function makesPair(blocks: Blocks): (a: number, b: number) => boolean {
  const { keys, window, more } = blocks;
  const sameBlock = (one: number, other: number): boolean => {
    if (keys[one] !== keys[other] || keys[one] === 0) return false;
    if (window === null || window[one] === 0) return true;
    return Math.abs((window[one] as number) - (window[other] as number)) <= WINDOW;
  };
  if (more === null) return sameBlock;
  return (a, b) => {
    for (const one of entriesOf(blocks, a)) for (const other of entriesOf(blocks, b)) if (sameBlock(one, other)) return true;
    return false;
  };
}

/** The entries of a record: itself, and its further addresses or numbers. */
function entriesOf({ keys, more, moreStarts }: Blocks, record: number): number[] {
  const entries = [record];
  if (more === null || moreStarts === null) return entries;
  const size = keys.length - more.length;
  for (let i = moreStarts[record] as number; i < (moreStarts[record + 1] as number); i++) entries.push(size + i);
  return entries;
}

function isFirst(blocks: Blocks, one: number, other: number, a: number, b: number): boolean {
  const single = { ...blocks };
  const key = blocks.keys[one] as number;
  for (const x of entriesOf(single, a)) {
    for (const y of entriesOf(single, b)) {
      const isSame = blocks.keys[x] === blocks.keys[y] && blocks.keys[x] !== 0;
      if (isSame) return blocks.keys[x] === key && (x === one || x === other) && (y === one || y === other);
    }
  }
  return true;
}
