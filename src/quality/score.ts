import { MEASURED_FIELDS } from './measured-fields.ts';
import type { Tally } from './tally.ts';

/** The six dimensions of quality, each in [0, 1]; null where there is nothing to measure it by. */
export interface Dimensions {
  readonly completeness: number | null;
  readonly validity: number | null;
  readonly conformity: number | null;
  readonly uniqueness: number | null;
  readonly consistency: number | null;
  readonly freshness: number | null;
}

/** What each dimension counts in the score, in parts of a hundred (docs/decisions/0018-quality-score.md). */
export const DIMENSION_WEIGHTS: Readonly<Record<keyof Dimensions, number>> = {
  completeness: 35,
  validity: 25,
  conformity: 10,
  uniqueness: 15,
  consistency: 10,
  freshness: 5,
};

/** Rounding must not take a tenth from a score that is exact. */
const EPSILON = 1e-9;

/**
 * The dimensions of these customers. Fields are weighted; one that is empty in all of `whole` counts for nothing, so that a
 * group is measured by the fields that the whole database uses.
 */
export function dimensionsOf(tally: Tally, whole: Tally = tally): Dimensions {
  const { customers, fresh, inconsistent, surplus } = tally;
  if (customers === 0) {
    return { completeness: null, validity: null, conformity: null, uniqueness: null, consistency: null, freshness: null };
  }
  const completeness = new WeightedMean();
  const validity = new WeightedMean();
  const conformity = new WeightedMean();
  MEASURED_FIELDS.forEach(({ weight, isChecked }, index) => {
    const { applicable, filled, valid, canonical } = tally.field(index);
    if (whole.field(index).filled > 0) completeness.add(weight, filled, applicable);
    if (isChecked) validity.add(weight, valid, filled);
    conformity.add(weight, canonical, filled);
  });
  return {
    completeness: completeness.value ?? 0,
    validity: validity.value,
    conformity: conformity.value,
    uniqueness: (customers - surplus) / customers,
    consistency: (customers - inconsistent) / customers,
    freshness: fresh / customers,
  };
}

/** The score in [0, 1]: the weighted mean of the dimensions that could be measured; null without any. */
export function scoreOf(dimensions: Dimensions): number | null {
  const mean = new WeightedMean();
  for (const [name, weight] of Object.entries(DIMENSION_WEIGHTS)) {
    const value = dimensions[name as keyof Dimensions];
    if (value !== null) mean.add(weight, value, 1);
  }
  return mean.value;
}

/** A score as it is shown: from 0 to 100 with one decimal, rounded down, so that 100 means that nothing is left to do. */
export function shownScore(score: number | null): number | null {
  return score === null ? null : Math.floor(score * 1000 + EPSILON) / 10;
}

/** A part of a whole in [0, 1]; null of nothing. */
export function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

class WeightedMean {
  #sum = 0;
  #weights = 0;

  add(weight: number, part: number, whole: number): void {
    if (whole === 0 || weight === 0) return;
    this.#sum += (weight * part) / whole;
    this.#weights += weight;
  }

  get value(): number | null {
    return this.#weights === 0 ? null : Math.min(1, this.#sum / this.#weights);
  }
}
