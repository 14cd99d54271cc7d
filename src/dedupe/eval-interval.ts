/** A share that was estimated by looking at some, and between what it is with a probability of 95 %. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Quantile of the normal distribution for 95 % on two sides. */
const Z = 1.959963984540054;

/** The interval of Wilson (1927) for a share `value` that was seen among `count`, which need not be whole. */
export function wilsonInterval(value: number, count: number): Estimate {
  if (count <= 0) return { value, low: 0, high: 1 };
  const spread = Z * Math.sqrt((value * (1 - value)) / count + (Z * Z) / (4 * count * count));
  const middle = value + (Z * Z) / (2 * count);
  const scale = 1 + (Z * Z) / count;
  return { value, low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) };
}

/** Some pairs of a stratum that a person looked at. */
export interface LookedAt {
  /** How many pairs the stratum has. */
  readonly pairs: number;
  /** How many of them were decided, and how many of those are one customer. */
  readonly decided: number;
  readonly same: number;
}

/**
 * The share of all pairs that are one customer, by strata: each counts by its size. The interval is Wilson's for as many
 * pairs as a simple sample of the same worth would have (Kish 1965). Null where no pair was decided; strata without a
 * decided pair are left out.
 */
export function stratifiedEstimate(strata: readonly LookedAt[]): Estimate | null {
  const known = strata.filter(({ decided }) => decided > 0);
  const total = known.reduce((sum, { pairs }) => sum + pairs, 0);
  if (total === 0) return null;
  const value = known.reduce((sum, { pairs, decided, same }) => sum + (pairs / total) * (same / decided), 0);
  const worth = 1 / known.reduce((sum, { pairs, decided }) => sum + (pairs / total) ** 2 / decided, 0);
  return wilsonInterval(Math.min(1, value), worth);
}
