import type { Customer } from '../model/customer.ts';
import type { DuplicatePair } from '../model/duplicates.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import type { GroupMember } from '../repository/evaluation-rows.ts';
import { checkInterruption, pause } from '../interruption.ts';
import { comparePartitions, type PartitionCounts, type Scores, scoresOf } from './eval-counts.ts';
import { ErrorTable, type ErrorRow } from './eval-error-table.ts';
import { ERROR_KINDS, type ErrorKind, mergedKinds, missedKinds } from './eval-kinds.ts';
import { type LabelledRecords, labelRecords, recordPairs } from './eval-records.ts';
import type { Truth } from './eval-truth.ts';
import { placeOf } from './population-reader.ts';
import { mergedPairs, missedPairs, type WrongPair } from './eval-wrong-pairs.ts';

/** A pair that was taken for one person and is two. */
export interface WorstPair {
  readonly left_id: number;
  readonly right_id: number;
  readonly left_external_id: string;
  readonly right_external_id: string;
  readonly bits: number;
  readonly score: number;
  readonly verdict: DuplicatePair['verdict'];
  readonly rule: string;
  readonly kinds: readonly ErrorKind[];
}

/** How good a search for duplicates is, by a truth; pairs are pairs of external ids. */
export interface Evaluation extends Scores {
  /** Ids of the truth that are in the database: what is measured. */
  readonly records: number;
  readonly truePairs: number;
  readonly foundPairs: number;
  readonly missedPairs: number;
  readonly wrongPairs: number;
  readonly bcubed: Scores;
  /** Customers that may be merged without asking, on their own. */
  readonly auto: Scores & { readonly foundPairs: number; readonly wrongPairs: number };
  /** Pairs with the verdict auto or review, before they are made clusters. */
  readonly pairwise: Scores;
  /** Share of the true pairs that the search compared and kept, or the import had joined. */
  readonly blocking: { readonly recall: number };
  /** Pairs of records that the import had joined, and those of them that are two people. */
  readonly imported: { readonly pairs: number; readonly wrongPairs: number };
  readonly errors: readonly ErrorRow[];
  /** Pairs of customers that the table of errors is made of. */
  readonly examined: { readonly missed: number; readonly merged: number };
  readonly worst: readonly WorstPair[];
  readonly ids: { readonly unknown: number; readonly ambiguous: number; readonly contradictory: number; readonly unlabelled: number };
  readonly badLines: number;
}

/** How it is measured. */
export interface EvaluateOptions {
  /** How many examples each kind of error has, and how many of the worst pairs there are. */
  readonly examples: number;
  readonly worst: number;
  readonly signal?: AbortSignal;
}

const PAGE = 1000;

/** Measures the pairs and clusters of the last search by a truth. @throws {CrmError} INTERRUPTED */
export async function evaluateDuplicates(store: DuplicateStore, truth: Truth, options: EvaluateOptions): Promise<Evaluation> {
  const records = await labelRecords(truth, store.evaluation.externalIds());
  await pause(options.signal);
  const found = await groupsOf(records, store.evaluation.members('cluster_id'));
  const all = comparePartitions(records.persons, perRecord(records, found));
  const auto = comparePartitions(records.persons, perRecord(records, await groupsOf(records, store.evaluation.members('auto_id'))));
  const edges = await countEdges(store, records, truth, options);
  const table = new ErrorTable(ERROR_KINDS, options.examples);
  const missed = missedPairs(records, found);
  const merged = mergedPairs(records, found);
  await explain(store, { records, truth, pairs: missed, table, isMerged: false }, options.signal);
  await explain(store, { records, truth, pairs: merged, table, isMerged: true }, options.signal);
  return {
    ...scoresOf(all.rightPairs, all.foundPairs, all.truePairs),
    records: all.records,
    truePairs: all.truePairs,
    foundPairs: all.foundPairs,
    missedPairs: all.truePairs - all.rightPairs,
    wrongPairs: all.foundPairs - all.rightPairs,
    bcubed: all.bcubed,
    auto: autoOf(auto),
    ...edges.scoresFor(all.truePairs),
    errors: table.rows,
    examined: { missed: missed.length, merged: merged.length },
    worst: await worstOf(store, edges.worst),
    ids: {
      unknown: records.unknownIds,
      ambiguous: records.ambiguousIds,
      contradictory: truth.contradictions,
      unlabelled: records.unlabelledIds,
    },
    badLines: truth.badLines.length,
  };
}

function autoOf({ rightPairs, foundPairs, truePairs }: PartitionCounts): Evaluation['auto'] {
  return { ...scoresOf(rightPairs, foundPairs, truePairs), foundPairs, wrongPairs: foundPairs - rightPairs };
}

/** For each customer the number of the group it is in, its own one where it is in none. */
async function groupsOf({ customers }: LabelledRecords, groups: AsyncIterable<readonly GroupMember[]>): Promise<Int32Array> {
  const found = Int32Array.from(customers.keys());
  const heads = new Map<number, number>();
  for await (const batch of groups) {
    for (const { group, customer } of batch) {
      const place = placeOf(customers, customers.length, customer);
      if (place < 0) continue;
      const head = heads.get(group) ?? place;
      heads.set(group, head);
      found[place] = head;
    }
  }
  return found;
}

function perRecord({ owners }: LabelledRecords, found: Int32Array): Int32Array {
  return Int32Array.from(owners, (owner) => found[owner] as number);
}

interface Edges {
  readonly worst: readonly Omit<WorstPair, 'kinds'>[];
  scoresFor(truePairs: number): Pick<Evaluation, 'pairwise' | 'blocking' | 'imported'>;
}

/** Goes through the stored pairs once. */
async function countEdges(
  store: DuplicateStore,
  records: LabelledRecords,
  truth: Truth,
  { worst: limit, signal }: EvaluateOptions,
): Promise<Edges> {
  const { customers } = records;
  const imported = { pairs: 0, right: 0 };
  for (let place = 0; place < customers.length; place++) {
    const { all, same } = recordPairs(records, place, place);
    imported.pairs += all;
    imported.right += same;
  }
  let [kept, right, compared] = [imported.pairs, imported.right, imported.right];
  let worst: Omit<WorstPair, 'kinds'>[] = [];
  for await (const batch of store.pairs(['auto', 'review', 'distinct'])) {
    for (const pair of batch) {
      const [left, other] = [pair.left, pair.right].map((id) => placeOf(customers, customers.length, id)) as [number, number];
      if (left < 0 || other < 0) continue;
      const { all, same } = recordPairs(records, left, other);
      compared += same;
      if (pair.verdict === 'distinct') continue;
      kept += all;
      right += same;
      if (same === 0) worst.push(worstPair(pair, idOf(records, truth, left), idOf(records, truth, other)));
    }
    if (worst.length > 4 * limit) worst = strongest(worst, limit);
    checkInterruption(signal);
  }
  return {
    worst: strongest(worst, limit),
    scoresFor: (truePairs) => ({
      pairwise: scoresOf(right, kept, truePairs),
      blocking: { recall: truePairs === 0 ? 1 : compared / truePairs },
      imported: { pairs: imported.pairs, wrongPairs: imported.pairs - imported.right },
    }),
  };
}

function worstPair(pair: DuplicatePair, left: string, right: string): Omit<WorstPair, 'kinds'> {
  const { bits, score, verdict, rule } = pair;
  return { left_id: pair.left, right_id: pair.right, left_external_id: left, right_external_id: right, bits, score, verdict, rule };
}

function strongest<T extends { readonly bits: number }>(pairs: T[], limit: number): T[] {
  return pairs.sort((a, b) => b.bits - a.bits).slice(0, limit);
}

async function worstOf(store: DuplicateStore, pairs: Edges['worst']): Promise<WorstPair[]> {
  const customers = await store.lookups.customers(pairs.flatMap(({ left_id, right_id }) => [left_id, right_id]));
  return pairs.map((pair) => {
    const [left, right] = [customers.get(pair.left_id), customers.get(pair.right_id)];
    return { ...pair, kinds: left === undefined || right === undefined ? [] : mergedKinds(left, right) };
  });
}

/** The first id of a customer that the truth names. */
function idOf({ ids, starts }: LabelledRecords, truth: Truth, place: number): string {
  return truth.ids[ids[starts[place] as number] as number] as string;
}

/** The first id of a customer that is another person's than its first one. */
function otherIdOf({ ids, persons, starts }: LabelledRecords, truth: Truth, place: number): string {
  const [from, to] = [starts[place] as number, starts[place + 1] as number];
  let other = from;
  while (other < to - 1 && persons[other] === persons[from]) other++;
  return truth.ids[ids[other] as number] as string;
}

interface Explaining {
  readonly records: LabelledRecords;
  readonly truth: Truth;
  readonly pairs: readonly WrongPair[];
  readonly table: ErrorTable;
  readonly isMerged: boolean;
}

/** Finds the kinds of wrong pairs, page by page, and counts them. */
async function explain(store: DuplicateStore, work: Explaining, signal: AbortSignal | undefined): Promise<void> {
  const { records, truth, pairs, table, isMerged } = work;
  const customerAt = (place: number): number => records.customers[place] as number;
  for (let at = 0; at < pairs.length; at += PAGE) {
    const page = pairs.slice(at, at + PAGE);
    const ids = [...new Set(page.flatMap(({ left, right }) => [customerAt(left), customerAt(right)]))];
    const customers = await store.lookups.customers(ids);
    const compared = isMerged ? new Set<string>() : new Set((await store.pairsAmong(ids)).map(({ left, right }) => `${left} ${right}`));
    for (const { left, right, weight } of page) {
      const [leftId, rightId] = [customerAt(left), customerAt(right)];
      const kinds = isMerged
        ? left === right
          ? (['joined by the import'] as const)
          : kindsOf(customers, leftId, rightId, mergedKinds)
        : kindsOf(customers, leftId, rightId, missedKinds);
      const isNew = !isMerged && !compared.has(`${leftId} ${rightId}`);
      const example = {
        ...{ left_id: leftId, right_id: rightId },
        ...{
          left_external_id: idOf(records, truth, left),
          right_external_id: left === right ? otherIdOf(records, truth, left) : idOf(records, truth, right),
        },
      };
      table.add(isNew ? [...kinds, 'never compared'] : kinds, weight, isMerged ? 'merged' : 'missed', example);
    }
    await pause(signal);
  }
}

function kindsOf(
  customers: ReadonlyMap<number, Customer>,
  left: number,
  right: number,
  find: (left: Customer, right: Customer) => ErrorKind[],
): ErrorKind[] {
  const [a, b] = [customers.get(left), customers.get(right)];
  return a === undefined || b === undefined ? [] : find(a, b);
}
