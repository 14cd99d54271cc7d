import { CrmError } from '../errors.ts';
import type { DuplicateSearchStore } from '../repository/duplicate-search-store.ts';
import { comparisonsOf } from './compare/index.ts';
import type { Comparison } from './compare/comparison.ts';
import type { Model } from './model/model.ts';
import type { Column, Population } from './population.ts';
import { PopulationReader } from './population-reader.ts';
import { countArray, entriesIn, valuesIn } from './stored-arrays.ts';
import { prepareJudge } from './verdict.ts';

/** Models by the kind of customers that they were fitted to. */
export type Models = Readonly<Partial<Record<Population['kind'], Model>>>;

/** Some customers, to be compared by a model that was fitted to all. */
export interface KnownPopulation {
  readonly population: Population;
  readonly comparisons: readonly Comparison[];
  readonly model: Model;
}

/** The models of the last search of all customers; null where there was none. */
export async function storedModels(store: DuplicateSearchStore): Promise<{ readonly models: Models; readonly lastRun: number } | null> {
  const stored = await store.model();
  return stored === null ? null : { models: JSON.parse(stored.model) as Models, lastRun: stored.lastRun };
}

/** The same where there has to be one. @throws {CrmError} NOT_FOUND where there was none */
export async function requireModels(
  store: DuplicateSearchStore,
  hint = 'run crm dedupe find',
): Promise<{ readonly models: Models; readonly lastRun: number }> {
  const stored = await storedModels(store);
  if (stored === null) throw new CrmError('NOT_FOUND', 'there was no search for duplicates yet', { hint });
  return stored;
}

/**
 * Customers as columns, by kind, with the frequencies of their values among all customers.
 * @param withMerged customers that were merged away too, with the values that they had
 * @param frequent customers whose values' frequencies are looked up; a value matters only where two have it, so those of one side are enough
 */
export async function knownPopulations(
  store: DuplicateSearchStore,
  models: Models,
  ids: readonly number[],
  frequent: ReadonlySet<number>,
  withMerged = false,
): Promise<KnownPopulation[]> {
  const readers = Object.values(models).map((model) => ({ model, reader: new PopulationReader(model.kind, model) }));
  for await (const rows of withMerged ? store.recordsWithMerged(ids) : store.records({ ids })) {
    for (const row of rows) readers.find(({ model }) => model.kind === row.kind)?.reader.add(row);
  }
  for await (const contacts of store.contactsOf(ids)) for (const { reader } of readers) reader.addContacts(contacts);
  const known: KnownPopulation[] = [];
  for (const { model, reader } of readers) {
    const population = reader.build();
    if (population.size === 0) continue;
    prepareJudge(population);
    const comparisons = comparisonsOf(population, model);
    await useStoredCounts(store, population, comparisons, frequent);
    known.push({ population, comparisons, model });
  }
  return known;
}

/** Sets how often each value of some customers occurs, and whether it belongs to many names, to what it is among all customers. */
async function useStoredCounts(
  store: DuplicateSearchStore,
  population: Population,
  comparisons: readonly Comparison[],
  frequent: ReadonlySet<number>,
): Promise<void> {
  const records = [...population.customers.keys()].filter((record) => frequent.has(population.customers[record] as number));
  for (const name of termColumns(comparisons)) {
    const column = population.columns[name] as Column;
    for (const number of textsOf(column, records)) {
      column.counts[number] = await storedValue(store, countArray(population.kind, name), column.texts.hashes[number] as number);
    }
  }
  for (const name of ['phone', 'email']) {
    const hubs = population.derived[`${name}.hub`];
    if (hubs === undefined) continue;
    const column = population.columns[name] as Column;
    for (const number of textsOf(column, records)) {
      hubs[number] = await storedValue(store, countArray(population.kind, name, 'hub'), column.texts.hashes[number] as number);
    }
  }
}

/** Sets how often the values of a whole population occur to what it was when the model was fitted. */
export async function useAllStoredCounts(
  store: DuplicateSearchStore,
  population: Population,
  comparisons: readonly Comparison[],
): Promise<void> {
  const set = async (name: string, into: { [number: number]: number; fill(value: number): unknown }, { texts }: Column): Promise<void> => {
    const known = new Map<number, number>();
    for await (const pieces of store.pieces(name))
      for (const piece of pieces) for (const [key, value] of entriesIn(piece)) known.set(key, value);
    into.fill(0);
    for (let number = 1; number < texts.size; number++) into[number] = known.get(texts.hashes[number] as number) ?? 0;
  };
  for (const name of termColumns(comparisons)) {
    const column = population.columns[name] as Column;
    await set(countArray(population.kind, name), column.counts, column);
  }
  for (const name of ['phone', 'email']) {
    const hubs = population.derived[`${name}.hub`];
    if (hubs !== undefined) await set(countArray(population.kind, name, 'hub'), hubs, population.columns[name] as Column);
  }
}

/** Columns whose values tell more or less by their frequency. */
export function termColumns(comparisons: readonly Comparison[]): string[] {
  return [...new Set(comparisons.flatMap(({ levels }) => levels.flatMap(({ term }) => (term === undefined ? [] : [term]))))];
}

async function storedValue(store: DuplicateSearchStore, name: string, hash: number): Promise<number> {
  const piece = await store.piece(name, hash);
  return piece === null ? 0 : (valuesIn(piece, hash)[0] ?? 0);
}

function textsOf({ ids, more }: Column, records: readonly number[]): Set<number> {
  const texts = new Set<number>();
  for (const record of records) {
    texts.add(ids[record] as number);
    if (more === null) continue;
    for (let i = more.starts[record] as number; i < (more.starts[record + 1] as number); i++) texts.add(more.ids[i] as number);
  }
  texts.delete(0);
  return texts;
}
