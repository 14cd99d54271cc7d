import { type Blocks, recordOf, runEnd, WINDOW } from './blocks.ts';

/** A piece of work: blocks of one rule, `from .. to` in its order; cut between blocks. */
export interface PairTask {
  readonly rule: number;
  readonly from: number;
  readonly to: number;
}

/** The blocks of all rules, and the keys of each record side by side. */
export interface BlockedRules {
  readonly rules: readonly Blocks[];
  /** Key of record `r` by rule `i`: `keys[r * rules.length + i]`. */
  readonly keys: Uint32Array<SharedArrayBuffer>;
}

/** No rules: for comparing pairs that are named. */
export const NO_RULES: BlockedRules = { rules: [], keys: new Uint32Array(new SharedArrayBuffer(0)) };

const TASK_PAIRS = 250_000;

/** The keys of all rules side by side, so that looking at those of one record touches memory once. */
export function blockedRules(rules: readonly Blocks[], size: number): BlockedRules {
  const keys = new Uint32Array(new SharedArrayBuffer(rules.length * size * 4));
  rules.forEach((blocks, rule) => {
    for (let record = 0; record < size; record++) keys[record * rules.length + rule] = blocks.keys[record] as number;
  });
  return { rules, keys };
}

/** Cuts the blocks of all rules into pieces of about as many pairs. */
export function pairTasks({ rules }: BlockedRules): PairTask[] {
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

/**
 * Walks the pairs of a piece of work that no earlier rule makes, each once; `a < b` by their places.
 * @param wants says which pairs are wanted at all; asked before anything else
 */
export function walkPairs(
  blocked: BlockedRules,
  { rule, from, to }: PairTask,
  visit: (a: number, b: number) => void,
  wants: (a: number, b: number) => boolean = () => true,
): void {
  const blocks = blocked.rules[rule] as Blocks;
  const { keys, order, window, more } = blocks;
  const sameBlock = sameBlockOf(blocks);
  const earlier = earlierRules(blocked, rule);
  for (let start = from; start < to; ) {
    const end = runEnd(keys, order, start);
    const reach = window !== null && window[order[start] as number] !== 0 ? WINDOW : end;
    for (let i = start; i < end - 1; i++) {
      const one = recordOf(blocks, order[i] as number);
      const last = Math.min(end - 1, i + reach);
      for (let j = i + 1; j <= last; j++) {
        const other = recordOf(blocks, order[j] as number);
        const a = Math.min(one, other);
        const b = Math.max(one, other);
        if (a === b || !wants(a, b) || earlier(a, b)) continue;
        // Through several addresses a rule may make a pair more than once: it belongs to the first key.
        if (more === null || isFirst(blocks, sameBlock, [order[i] as number, order[j] as number], a, b)) visit(a, b);
      }
    }
    start = end;
  }
}

/** Whether a rule before this one makes a pair. */
function earlierRules({ rules, keys }: BlockedRules, rule: number): (a: number, b: number) => boolean {
  const width = rules.length;
  const isPlain = Uint8Array.from(rules, ({ window, more }) => (window === null && more === null ? 1 : 0));
  const makers = rules.map(makesPair);
  return (a, b) => {
    const [atA, atB] = [a * width, b * width];
    for (let i = 0; i < rule; i++) {
      const key = keys[atA + i];
      if (isPlain[i] === 1 ? key === keys[atB + i] && key !== 0 : makers[i]?.(a, b)) return true;
    }
    return false;
  };
}

/** Whether two entries of a rule are compared: they are in one block, and near each other where it is a window. */
function sameBlockOf({ keys, window }: Blocks): (one: number, other: number) => boolean {
  return (one, other) => {
    if (keys[one] !== keys[other] || keys[one] === 0) return false;
    if (window === null || window[one] === 0) return true;
    return Math.abs((window[one] as number) - (window[other] as number)) <= WINDOW;
  };
}

/** Whether the blocks of a rule make a pair. */
export function makesPair(blocks: Blocks): (a: number, b: number) => boolean {
  const { more } = blocks;
  const sameBlock = sameBlockOf(blocks);
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

/** Whether two entries are the first through which a rule makes a pair. */
function isFirst(
  blocks: Blocks,
  sameBlock: (one: number, other: number) => boolean,
  entries: readonly [number, number],
  a: number,
  b: number,
): boolean {
  for (const x of entriesOf(blocks, a)) {
    for (const y of entriesOf(blocks, b)) {
      if (sameBlock(x, y)) return entries.includes(x) && entries.includes(y);
    }
  }
  return true;
}
