import { CrmError } from '../errors.ts';
import type { DuplicateStore } from '../repository/duplicate-store.ts';
import { knownPopulations, type Models, requireModels } from './known-population.ts';
import { beforeAndAfter, type Fit, type Label, learnFrom, withLearned } from './model/learn.ts';
import type { Learned } from './model/learned.ts';
import type { Model } from './model/model.ts';
import { PairSearch } from './pair-search.ts';
import type { Population } from './population.ts';
import { placeOf } from './population-reader.ts';

/** So few answers teach nothing. */
export const MIN_LABELS = 20;
/** Of each answer there must be some. */
const MIN_EACH = 3;

/** What learning from answers did to the model of one kind of customers. */
export interface Trained {
  readonly kind: Population['kind'];
  readonly labels: number;
  readonly same: number;
  readonly distinct: number;
  readonly before: Fit;
  readonly after: Fit;
  /** Levels whose weight changed most, in bits. */
  readonly changed: readonly { readonly field: string; readonly level: string; readonly bits: number }[];
}

const MOST_CHANGED = 8;

/**
 * Lets the models learn from what people decided, and keeps what they learned for the next searches. Answers about customers
 * that were merged since count with the values that they had.
 * @param commit false: only says what would become better
 * @throws {CrmError} NOT_FOUND where there was no search yet; USAGE where there are too few answers
 */
export async function trainModels(store: DuplicateStore, commit: boolean): Promise<Trained[]> {
  const stored = await requireModels(store.search);
  const plain = Object.fromEntries(Object.entries(stored.models).map(([kind, model]) => [kind, withoutLearned(model)])) as Models;
  const decisions = await store.decisions();
  const ids = [...new Set(decisions.flatMap(({ left, right }) => [left, right]))].sort((a, b) => a - b);
  const trained: Trained[] = [];
  const models: Record<string, Model> = { ...plain };
  for (const { population, comparisons, model } of await knownPopulations(store.search, plain, ids, new Set(ids), true)) {
    const search = new PairSearch(population, comparisons, model);
    const labels: Label[] = [];
    for (const { left, right, decision } of decisions) {
      const a = placeOf(population.customers, population.size, left);
      const b = placeOf(population.customers, population.size, right);
      if (a < 0 || b < 0) continue;
      const bits = search.scorer.score(a, b);
      labels.push({ levels: search.scorer.levels.slice(), bits, same: decision === 'same' });
    }
    const same = labels.filter((label) => label.same).length;
    if (labels.length < MIN_LABELS || Math.min(same, labels.length - same) < MIN_EACH) continue;
    const learned = learnFrom(model, labels);
    models[model.kind] = withLearned(model, learned);
    trained.push({
      kind: model.kind,
      labels: labels.length,
      same,
      distinct: labels.length - same,
      ...beforeAndAfter(model, labels),
      changed: changesOf(learned),
    });
  }
  if (trained.length === 0) {
    throw new CrmError(
      'USAGE',
      `there is too little to learn from: ${decisions.length} of at least ${MIN_LABELS} answers, ${MIN_EACH} of each kind`,
      {
        hint: 'decide some more pairs: crm dedupe review',
      },
    );
  }
  if (commit) await store.search.saveModel(JSON.stringify(models));
  return trained;
}

/** The model as it was fitted. */
function withoutLearned(model: Model): Model {
  const { learned, ...rest } = model;
  if (learned === undefined) return model;
  const back: Learned = {
    offset: -learned.offset,
    labels: 0,
    bits: Object.fromEntries(
      Object.entries(learned.bits).map(([name, levels]) => [
        name,
        Object.fromEntries(Object.entries(levels).map(([level, bits]) => [level, -bits])),
      ]),
    ),
  };
  const { learned: _none, ...fitted } = withLearned(rest, back);
  return fitted;
}

function changesOf({ bits }: Learned): Trained['changed'] {
  return Object.entries(bits)
    .flatMap(([field, levels]) => Object.entries(levels).map(([level, each]) => ({ field, level, bits: each })))
    .sort((a, b) => Math.abs(b.bits) - Math.abs(a.bits) || (a.field < b.field ? -1 : 1))
    .slice(0, MOST_CHANGED);
}
