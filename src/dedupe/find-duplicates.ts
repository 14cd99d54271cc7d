import { CrmError } from '../errors.ts';
import { pause } from '../interruption.ts';
import type { DuplicatePair } from '../model/duplicates.ts';
import { nearest } from '../model/nearest.ts';
import type { ComparedScope } from '../repository/duplicate-records.ts';
import type { ClusteredCustomer } from '../repository/duplicate-results.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import { COMPARISONS } from './compare/index.ts';
import { clusterRows } from './cluster-rows.ts';
import { readDecided } from './decided.ts';
import { type FindSummary, summaryOf } from './find-summary.ts';
import { type Models, requireModels, storedModels, useAllStoredCounts } from './known-population.ts';
import { linkPopulation, type Linked } from './link-population.ts';
import { type Model, probabilityOf } from './model/model.ts';
import { packedArrays } from './stored-arrays.ts';
import type { Population } from './population.ts';
import { CUSTOM_PREFIX, PopulationReader } from './population-reader.ts';
import { guardNames, verdictOf } from './verdict.ts';

/** How duplicates are looked for. */
export interface FindOptions {
  readonly scope: ComparedScope;
  /** Fields that are compared, custom ones too; null: all that make sense. */
  readonly columns: readonly string[] | null;
  /** Models to use instead of fitting them. */
  readonly models?: Models;
  /** False: nothing is kept in the database. */
  readonly keep: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (step: string, share: number) => void;
}

/** What a search found. */
export interface Found {
  readonly linked: readonly Linked[];
  readonly summary: FindSummary;
}

/**
 * Finds customers that are likely to be one, persons and organisations apart, and keeps pairs, clusters and model in the
 * database. The same customers and decisions give the same result, on every engine.
 * @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD, INTERRUPTED, BUSY
 */
export async function findDuplicates(store: DuplicateStore, options: FindOptions): Promise<Found> {
  const lastRun = await store.search.lastRun();
  const populations = await readPopulations(store, options);
  const decidedOf = await readDecided(store);
  const before = options.models === undefined ? await storedModels(store.search) : null;
  const linked: Linked[] = [];
  for (const population of populations) {
    const { columns, signal, onProgress } = options;
    linked.push(
      await linkPopulation(population, {
        columns,
        model: options.models?.[population.kind] ?? null,
        ...(options.models === undefined ? {} : { prepare: (whole, comparisons) => useAllStoredCounts(store.search, whole, comparisons) }),
        learned: before?.models[population.kind]?.learned ?? null,
        decided: decidedOf(population),
        signal,
        ...(onProgress === undefined ? {} : { onProgress }),
      }),
    );
  }
  const summary = summaryOf(linked);
  if (options.keep) await keep(store, linked, summary, options, lastRun);
  return { linked, summary };
}

/** What to do where there was no search yet. */
export const SEARCH_FIRST = 'compare all customers first: crm dedupe find';

/** The models of the last search of all customers. @throws {CrmError} NOT_FOUND where there was none */
export async function keptModels(store: DuplicateStore): Promise<Models> {
  return (await requireModels(store.search, SEARCH_FIRST)).models;
}

/** Checks that fields to compare exist. @throws {CrmError} UNKNOWN_FIELD naming the nearest one */
export function checkColumns(columns: readonly string[], custom: readonly string[]): void {
  const known = [...Object.values(COMPARISONS).flatMap((comparisons) => comparisons.map(({ name }) => name)), ...custom];
  for (const column of columns) {
    const name = column.startsWith(CUSTOM_PREFIX) ? column.slice(CUSTOM_PREFIX.length) : column;
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw new CrmError('UNKNOWN_FIELD', `${column} cannot be compared`, {
      hint: near === undefined ? `known are ${known.slice(0, 20).join(', ')}` : `did you mean “${near}”?`,
    });
  }
}

/** The customers in scope as columns, persons and organisations apart; a kind that nobody has is left out. */
export async function readPopulations(
  store: DuplicateStore,
  { scope, signal, onProgress }: Pick<FindOptions, 'scope' | 'signal' | 'onProgress'>,
): Promise<Population[]> {
  const readers = { person: new PopulationReader('person'), organisation: new PopulationReader('organisation') };
  for await (const rows of store.search.records(scope)) {
    for (const row of rows) readers[row.kind === 'organisation' ? 'organisation' : 'person'].add(row);
    onProgress?.('reading', 0);
    await pause(signal);
  }
  for await (const contacts of store.search.contacts()) {
    for (const reader of Object.values(readers)) reader.addContacts(contacts);
    await pause(signal);
  }
  return Object.values(readers)
    .map((reader) => reader.build())
    .filter(({ size }) => size > 0);
}

async function keep(
  store: DuplicateStore,
  linked: readonly Linked[],
  summary: FindSummary,
  options: FindOptions,
  lastRun: number,
): Promise<void> {
  options.onProgress?.('keeping', 0);
  const isWhole = options.scope.filter === undefined && options.scope.ids === undefined;
  await store.search.save({
    scope: isWhole ? null : linked.flatMap(({ population }) => [...population.customers]),
    pairs: keptPairs(linked),
    clusters: keptClusters(linked),
    model: isWhole ? { model: JSON.stringify(modelsOf(linked)), summary: JSON.stringify(summary), lastRun } : null,
    arrays: isWhole ? packedArrays(linked) : [],
  });
}

function modelsOf(linked: readonly Linked[]): Record<string, Model> {
  return Object.fromEntries(linked.map(({ model }) => [model.kind, model]));
}

/** Pairs that are more than distinct, in the order of their customers. */
export function* keptPairs(linked: readonly Linked[]): Iterable<DuplicatePair> {
  for (const each of linked) {
    for (let i = 0; i < each.pairs.left.length; i++) {
      const pair = pairAt(each, i);
      if (pair.verdict !== 'distinct') yield pair;
    }
  }
}

/** Pair number `i` of those that were kept. */
export function pairAt({ population, pairs, ruleNames, clusters }: Linked, i: number): DuplicatePair {
  const bits = pairs.bits[i] as number;
  const guards = pairs.guards[i] as number;
  const decision = clusters.decisionOf(pairs.left[i] as number, pairs.right[i] as number);
  return {
    left: population.customers[pairs.left[i] as number] as number,
    right: population.customers[pairs.right[i] as number] as number,
    score: probabilityOf(bits),
    bits,
    verdict: decision === 'distinct' ? 'distinct' : verdictOf(bits, guards),
    rule: ruleNames[pairs.rules[i] as number] as string,
    guards: guardNames(guards),
  };
}

function* keptClusters(linked: readonly Linked[]): Iterable<ClusteredCustomer> {
  for (const { population, clusters } of linked) yield* clusterRows(population, clusters);
}
