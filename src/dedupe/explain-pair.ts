import { CrmError } from '../errors.ts';
import type { DuplicateDecision, FieldEvidence, PairExplanation } from '../model/duplicates.ts';
import type { ComparedRow } from '../repository/duplicate-records.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import type { Repository } from '../repository/repository.ts';
import { clusterPath } from './cluster-path.ts';
import type { Comparison } from './compare/comparison.ts';
import { rulesThatMake } from './find-new.ts';
import { type KnownPopulation, knownPopulations, requireModels } from './known-population.ts';
import { probabilityOf } from './model/model.ts';
import { commonText, priorBits } from './model/scorer.ts';
import { PairSearch } from './pair-search.ts';
import type { Column } from './population.ts';
import { CUSTOM_PREFIX, placeOf } from './population-reader.ts';
import { FORCED_DISTINCT, guardNames, verdictOf } from './verdict.ts';

/** Explains pairs of customers, in the order in which they are given. */
export type ExplainPairs = (
  repository: Repository,
  pairs: readonly { readonly left: number; readonly right: number }[],
) => Promise<PairExplanation[]>;

/**
 * Why pairs of customers are taken for one, or are not, by the model of the last search.
 * @throws {CrmError} NOT_FOUND where no search was made yet, or a customer is not there
 */
export const explainPairs: ExplainPairs = async (repository, pairs) => {
  const store = await repository.duplicates();
  const stored = await requireModels(store.search);
  const ids = [...new Set(pairs.flatMap(({ left, right }) => [left, right]))].sort((a, b) => a - b);
  const known = await knownPopulations(store.search, stored.models, ids, new Set(ids));
  const rows = new Map<number, ComparedRow>();
  for await (const batch of store.search.records({ ids })) for (const row of batch) rows.set(row.id, row);
  const searches = known.map((each) => ({ ...each, search: new PairSearch(each.population, each.comparisons, each.model) }));
  const explanations: PairExplanation[] = [];
  for (const { left: one, right: other } of pairs) {
    const [left, right] = [Math.min(one, other), Math.max(one, other)];
    const [leftRow, rightRow] = [rowOf(rows, left), rowOf(rows, right)];
    const found = searches.find(({ population }) => placeOf(population.customers, population.size, left) >= 0);
    const told = found === undefined || leftRow.kind !== rightRow.kind ? otherKind(left, right) : explained(found, leftRow, rightRow);
    explanations.push(await withContext(store, told));
  }
  return explanations;
};

function rowOf(rows: ReadonlyMap<number, ComparedRow>, id: number): ComparedRow {
  const row = rows.get(id);
  if (row === undefined) throw new CrmError('NOT_FOUND', `there is no customer ${id}`, { hint: 'find it with: crm query --search WORDS' });
  return row;
}

/** A person and an organisation are never compared. */
function otherKind(left: number, right: number): PairExplanation {
  const nothing = { priorBits: 0, fields: [], bits: FORCED_DISTINCT, score: 0, rules: [], cluster: null, decision: null };
  return { left, right, ...nothing, verdict: 'distinct', guards: ['different_kind'] };
}

function explained(
  { population, comparisons, model, search }: KnownPopulation & { readonly search: PairSearch },
  left: ComparedRow,
  right: ComparedRow,
): PairExplanation {
  const a = placeOf(population.customers, population.size, left.id);
  const b = placeOf(population.customers, population.size, right.id);
  const { bits, guards } = search.judge(a, b);
  const levels = search.scorer.levels.slice();
  const fields = comparisons.map((comparison, i): FieldEvidence => {
    const level = levels[i] as number;
    const fitted = level === 0 ? null : model.comparisons[i]?.levels[level - 1];
    const term = level === 0 ? undefined : comparison.levels[level - 1]?.term;
    const column = term === undefined ? undefined : population.columns[term];
    const text = column === undefined ? 0 : commonText(column, a, b);
    const termBits = level === 0 ? 0 : search.scorer.termBits(i, level, a, b);
    return {
      field: comparison.name,
      left: shownValue(left, comparison),
      right: shownValue(right, comparison),
      level: fitted?.name ?? 'null',
      bits: level === 0 ? 0 : search.scorer.levelBits(i, level) + termBits,
      m: fitted?.m ?? null,
      u: fitted?.u ?? null,
      termFrequency:
        text === 0
          ? null
          : {
              share: Math.max(1, (column as Column).counts[text] as number) / Math.max(1, model.filled[term as string] ?? 1),
              bits: termBits,
            },
    };
  });
  return {
    left: left.id,
    right: right.id,
    priorBits: priorBits(model),
    fields,
    bits,
    score: probabilityOf(bits),
    verdict: verdictOf(bits, guards),
    guards: guardNames(guards),
    rules: rulesThatMake(population, model, a, b),
    cluster: null,
    decision: null,
  };
}

/** Fields of a customer that a comparison looks at, where they are others than its name says. */
const SHOWN: Readonly<Record<string, readonly (keyof ComparedRow)[]>> = { place: ['postal_code', 'city', 'region'], generation: ['name'] };

function shownValue(row: ComparedRow, { name }: Comparison): string | null {
  if (name.startsWith(CUSTOM_PREFIX)) {
    const attributes = row.attributes === null ? {} : (JSON.parse(row.attributes) as Record<string, string>);
    return attributes[name.slice(CUSTOM_PREFIX.length)] ?? null;
  }
  const values = (SHOWN[name] ?? [name as keyof ComparedRow]).map((field) => row[field] ?? null).filter((value) => value !== null);
  return values.length === 0 ? null : values.join(' ');
}

async function withContext(store: DuplicateStore, told: PairExplanation): Promise<PairExplanation> {
  const decision = await decisionOn(store, told.left, told.right);
  const cluster = await clusterPath(store, told.left, told.right);
  const guards = decision?.decision === 'distinct' ? [...told.guards, 'decided_distinct'] : told.guards;
  return { ...told, guards, verdict: decision?.decision === 'distinct' ? 'distinct' : told.verdict, cluster, decision };
}

async function decisionOn(store: DuplicateStore, left: number, right: number): Promise<DuplicateDecision | null> {
  return (await store.pair(left, right)).decision;
}
