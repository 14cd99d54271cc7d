import { pause } from '../interruption.ts';
import type { DuplicatePair } from '../model/duplicates.ts';
import type { ClusteredCustomer } from '../repository/duplicate-results.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import { ALL_PAIRS_RECORDS } from './block/budget.ts';
import { dividedKey, keysOf } from './block/blocks.ts';
import { type PartOf, partOf } from './block/record-parts.ts';
import { type BlockingRule, blockingRules } from './block/rules.ts';
import { clusterPairs, type Decided, pairKey } from './cluster/clusters.ts';
import { clusterRows } from './cluster-rows.ts';
import { readDecided } from './decided.ts';
import { type Found, findDuplicates, type FindOptions, SEARCH_FIRST } from './find-duplicates.ts';
import { type KnownPopulation, knownPopulations, type Models, requireModels } from './known-population.ts';
import { ALL_PAIRS } from './link-population.ts';
import { type Model, probabilityOf } from './model/model.ts';
import { KEPT_BITS, PairSearch } from './pair-search.ts';
import type { Population } from './population.ts';
import { CUSTOM_PREFIX, placeOf } from './population-reader.ts';
import { DIVIDED, keyArray, valuesIn } from './stored-arrays.ts';
import { guardNames, verdictOf } from './verdict.ts';

/** Where more customers than this share of all are new, all are compared. */
const MAX_NEW_SHARE = 0.02;
/** So many are never too many. */
const FEW = 50;
/** Customers that a new one is compared with for one key. */
const MAX_CANDIDATES = 1000;
const BATCH = 500;

/** What comparing new and changed customers with all others found. */
export interface FoundNew {
  /** Customers that came or changed since the last search. */
  readonly customers: number;
  readonly candidatePairs: number;
  readonly pairs: readonly DuplicatePair[];
  /** Null where all customers were compared, because too many were new or all are few. */
  readonly whole: Found | null;
}

/**
 * Compares customers that came or changed since the last search with all others, by its model, and brings pairs and clusters
 * up to date. The result is that of comparing all customers by that model.
 * @throws {CrmError} NOT_FOUND where there was no search yet; INTERRUPTED, BUSY
 */
export async function findNew(store: DuplicateStore, options: Pick<FindOptions, 'signal' | 'onProgress'>): Promise<FoundNew> {
  const { models, lastRun } = await requireModels(store.search, SEARCH_FIRST);
  const upTo = await store.search.lastRun();
  const [fresh, gone] = [await store.search.touchedSince(lastRun), await store.search.goneSince(lastRun)];
  const known = Object.values(models).reduce((sum, { records }) => sum + records, 0);
  const isOutgrown = fresh.length > 0 && ((await haveOutgrown(store, models)) || (await hasNewKind(store, models, fresh)));
  if (isOutgrown || fresh.length > Math.max(FEW, known * MAX_NEW_SHARE)) {
    const whole = await findDuplicates(store, { scope: {}, columns: null, keep: true, ...(isOutgrown ? {} : { models }), ...options });
    return { customers: fresh.length, candidatePairs: whole.summary.candidatePairs, pairs: [], whole };
  }
  const before = await store.search.componentsOf([...fresh, ...gone]);
  const decidedOf = await readDecided(store);
  const found: DuplicatePair[] = [];
  const keys: { rule: string; key: number; customer: number }[] = [];
  let compared = 0;
  for (let at = 0; at < fresh.length; at += BATCH) {
    const search = await compareSome(store, models, fresh.slice(at, at + BATCH), keys, decidedOf);
    found.push(...search.pairs);
    compared += search.compared;
    options.onProgress?.('comparing', at / fresh.length);
    await pause(options.signal);
  }
  const pairs = withoutTwins(found);
  const touched = new Set([...before, ...pairs.flatMap(({ left, right }) => [left, right])]);
  const { members, clusters } = await clusterAgain(
    store,
    models,
    { touched: [...touched], replaced: new Set([...fresh, ...gone]), fresh: pairs },
    decidedOf,
  );
  await store.search.saveNew({ customers: [...fresh, ...gone], pairs, clustered: members, clusters, keys, lastRun: upTo });
  return { customers: fresh.length, candidatePairs: compared, pairs, whole: null };
}

/** Whether customers of a kind that were few, all compared with all, are many now. */
async function haveOutgrown(store: DuplicateStore, models: Models): Promise<boolean> {
  for (const { kind, rules } of Object.values(models)) {
    if (rules.length === 0 && (await store.search.countOfKind(kind)) > ALL_PAIRS_RECORDS) return true;
  }
  return false;
}

/** Whether there is a customer of a kind that no model was fitted to. */
async function hasNewKind(store: DuplicateStore, models: Models, ids: readonly number[]): Promise<boolean> {
  return (await store.search.kindsOf(ids)).some((kind) => models[kind as Population['kind']] === undefined);
}

/** Compares some customers with those that blocking keys lead to. */
async function compareSome(
  store: DuplicateStore,
  models: Models,
  ids: readonly number[],
  keys: { rule: string; key: number; customer: number }[],
  decidedOf: (population: Population) => Decided,
): Promise<{ pairs: DuplicatePair[]; compared: number }> {
  const fresh = new Set(ids);
  const pairs: DuplicatePair[] = [];
  let compared = 0;
  const wanted = new Set(ids);
  const dividedKeys = new Map<string, Set<number>>();
  for (const known of await knownPopulations(store.search, models, ids, new Set())) {
    for (const candidate of await candidatesOf(store, known, keys, dividedKeys)) wanted.add(candidate);
  }
  for (const { population, comparisons, model } of await knownPopulations(store.search, models, [...wanted], fresh)) {
    const search = new PairSearch(population, comparisons, model);
    const ruleKeys = model.rules.length === 0 ? [allKeys(population)] : finalKeys(population, model, dividedKeys);
    const decided = decidedOf(population);
    for (const { a, b, rule } of pairsOf(population, ruleKeys, fresh)) {
      compared++;
      const { bits, guards } = search.judge(a, b, KEPT_BITS);
      const verdict = decided.get(pairKey(a, b)) === 'distinct' ? 'distinct' : verdictOf(bits, guards);
      const [left, right] = [population.customers[a] as number, population.customers[b] as number];
      if (verdict !== 'distinct') pairs.push({ left, right, score: probabilityOf(bits), bits, verdict, rule, guards: guardNames(guards) });
    }
  }
  return { pairs, compared };
}

/** One key for all: the rule that compares everything with everything. */
function allKeys({ size }: Population): { name: string; keyOf: Uint32Array } {
  return { name: ALL_PAIRS, keyOf: new Uint32Array(size).fill(1) };
}

/** Pairs that a rule makes of which one at least is new, each with the first rule. */
function* pairsOf(
  population: Population,
  rules: readonly { name: string; keyOf: Uint32Array }[],
  fresh: ReadonlySet<number>,
): Iterable<{ a: number; b: number; rule: string }> {
  const seen = new Set<number>();
  for (const { name, keyOf } of rules) {
    const blocks = new Map<number, number[]>();
    for (let record = 0; record < population.size; record++) {
      const key = keyOf[record] as number;
      const block = key === 0 ? undefined : blocks.get(key);
      if (block !== undefined) block.push(record);
      else if (key !== 0) blocks.set(key, [record]);
    }
    for (let record = 0; record < population.size; record++) {
      if (!fresh.has(population.customers[record] as number)) continue;
      for (const other of blocks.get(keyOf[record] as number) ?? []) {
        const [a, b] = [Math.min(record, other), Math.max(record, other)];
        if (a === b || seen.has(pairKey(a, b))) continue;
        seen.add(pairKey(a, b));
        yield { a, b, rule: name };
      }
    }
  }
}

/** Customers that have a key of one of these in common; notes the keys of these. */
async function candidatesOf(
  store: DuplicateStore,
  { population, model }: KnownPopulation,
  keys: { rule: string; key: number; customer: number }[],
  divided: Map<string, Set<number>>,
): Promise<Set<number>> {
  if (model.rules.length === 0) return new Set(await store.search.ofKind(population.kind));
  const candidates = new Set<number>();
  for (const { rule, base, parts } of rulesOf(population, model)) {
    const array = keyArray(population.kind, rule.name);
    const marks = divided.get(array) ?? new Set();
    divided.set(array, marks);
    const together = new Map<number, number[]>();
    for (let record = 0; record < population.size; record++) {
      let key = base(record);
      if (key === 0) continue;
      let values = await entriesOf(store, array, key);
      for (let depth = 0; values.includes(DIVIDED) && depth < parts.length; depth++) {
        marks.add(key);
        key = dividedKey(key, (parts[depth] as PartOf)(record));
        values = await entriesOf(store, array, key);
      }
      const customer = population.customers[record] as number;
      keys.push({ rule: array, key, customer });
      const own = together.get(key) ?? [];
      for (const value of [...values.slice(0, MAX_CANDIDATES), ...own]) if (value !== DIVIDED) candidates.add(value);
      together.set(key, [...own, customer]);
    }
  }
  return candidates;
}

async function entriesOf(store: DuplicateStore, array: string, key: number): Promise<number[]> {
  const piece = await store.search.piece(array, key);
  return [...(piece === null ? [] : valuesIn(piece, key)), ...(await store.search.laterCustomers(array, key))];
}

/** The rules that the model was fitted with: their base keys, and the parts that divide their blocks. */
function rulesOf(population: Population, model: Model): { rule: BlockingRule; base: PartOf; parts: PartOf[] }[] {
  const custom = model.comparisons.map(({ name }) => name).filter((name) => name.startsWith(CUSTOM_PREFIX));
  const all = new Map(blockingRules(population, custom, custom.length).map((rule) => [rule.name, rule]));
  return model.rules.flatMap((name) => {
    const rule = all.get(name);
    const base = rule === undefined ? null : keysOf(population, rule);
    if (rule === undefined || base === null) return [];
    const parts = rule.divide
      .flatMap((part) => (rule.parts.includes(part) ? [] : [partOf(population, part)]))
      .filter((part) => part !== null);
    return [{ rule, base, parts }];
  });
}

/** Key of each record by each rule, after blocks were divided. */
function finalKeys(
  population: Population,
  model: Model,
  divided: ReadonlyMap<string, ReadonlySet<number>>,
): { name: string; keyOf: Uint32Array }[] {
  return rulesOf(population, model).map(({ rule, base, parts }) => {
    const marks = divided.get(keyArray(population.kind, rule.name));
    const keyOf = new Uint32Array(population.size);
    for (let record = 0; record < population.size; record++) {
      let key = base(record);
      for (let depth = 0; marks?.has(key) && depth < parts.length; depth++) key = dividedKey(key, (parts[depth] as PartOf)(record));
      keyOf[record] = key;
    }
    return { name: rule.name, keyOf };
  });
}

/** A pair of two new customers is found from both sides when they are in different batches. */
function withoutTwins(pairs: readonly DuplicatePair[]): DuplicatePair[] {
  return [...new Map(pairs.map((pair) => [`${pair.left} ${pair.right}`, pair])).values()].sort(
    (a, b) => a.left - b.left || a.right - b.right,
  );
}

/** Clusters the components that the new pairs touch. */
async function clusterAgain(
  store: DuplicateStore,
  models: Models,
  {
    touched,
    replaced,
    fresh,
  }: { readonly touched: readonly number[]; readonly replaced: ReadonlySet<number>; readonly fresh: readonly DuplicatePair[] },
  decidedOf: (population: Population) => Decided,
): Promise<{ members: number[]; clusters: ClusteredCustomer[] }> {
  const members = await store.search.componentsOf(touched);
  const kept = (await store.pairsAmong(members)).filter(({ left, right }) => !replaced.has(left) && !replaced.has(right));
  const pairs = [...kept, ...fresh].sort((a, b) => a.left - b.left || a.right - b.right);
  const clusters: ClusteredCustomer[] = [];
  for (const { population, comparisons, model } of await knownPopulations(store.search, models, members, new Set(members))) {
    const search = new PairSearch(population, comparisons, model);
    const place = (id: number): number => placeOf(population.customers, population.size, id);
    const own = pairs.filter(({ left, right }) => place(left) >= 0 && place(right) >= 0);
    const scored = {
      left: Int32Array.from(own, ({ left }) => place(left)),
      right: Int32Array.from(own, ({ right }) => place(right)),
      bits: Float64Array.from(own, ({ bits }) => bits),
      guards: Int32Array.from(own, ({ guards }) => (guards.length === 0 ? 0 : 1)),
    };
    for (const row of clusterRows(
      population,
      clusterPairs(population.size, scored, decidedOf(population), (a, b) => search.judge(a, b)),
    ))
      clusters.push(row);
  }
  return { members, clusters };
}

/** Names of the rules by whose undivided keys two records agree. */
export function rulesThatMake(population: Population, model: Model, a: number, b: number): string[] {
  if (model.rules.length === 0) return [ALL_PAIRS];
  return finalKeys(population, model, new Map())
    .filter(({ keyOf }) => keyOf[a] !== 0 && keyOf[a] === keyOf[b])
    .map(({ name }) => name);
}
