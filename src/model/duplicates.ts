/** What is to become of a pair: merged without asking, shown to a person, or left apart. */
export type DuplicateVerdict = 'auto' | 'review' | 'distinct';

/** A pair of customers that a search for duplicates compared; `left < right`. */
export interface DuplicatePair {
  readonly left: number;
  readonly right: number;
  /** Probability that they are one customer, in [0, 1]. */
  readonly score: number;
  /** log2 of the odds that they are one customer: prior and evidence. */
  readonly bits: number;
  readonly verdict: DuplicateVerdict;
  /** Name of the first blocking rule that made the pair. */
  readonly rule: string;
  /** Names of what keeps it from being merged without asking; empty where nothing does. */
  readonly guards: readonly string[];
}

/** What a person said of a pair; `left < right`. It holds for the customers that these were merged into, too. */
export interface DuplicateDecision {
  readonly left: number;
  readonly right: number;
  readonly decision: 'same' | 'distinct';
  /** Where it comes from: asked on the terminal, read from a file, or a merged customer that was split. */
  readonly ground: 'review' | 'file' | 'split';
  readonly decidedBy: string;
  /** ISO-8601 UTC. */
  readonly decidedAt: string;
}

/** Customers that seem to be one, by ascending id; `id` is the lowest of them. `auto`: they may be merged without asking. */
export interface DuplicateCluster {
  readonly id: number;
  readonly verdict: 'auto' | 'review';
  readonly customers: readonly number[];
}

/** What one comparison says of a pair. */
export interface FieldEvidence {
  /** Name of the comparison: `given_name`, `phone`, `attributes.Suburb` … */
  readonly field: string;
  /** The values that were compared, as stored; null where a customer has none: then it is no evidence. */
  readonly left: string | null;
  readonly right: string | null;
  /** Level of agreement: `exact`, `nickname`, `one_edit` … `else`; `null` where a value is missing. */
  readonly level: string;
  /** log2(m / u), term frequency included. */
  readonly bits: number;
  /** Probability of this level among pairs that are one customer, and among those that are not; null where it is no evidence. */
  readonly m: number | null;
  readonly u: number | null;
  /** Where the value is more or less common than most: its share of all customers, and the bits that this adds. */
  readonly termFrequency: { readonly share: number; readonly bits: number } | null;
}

/** Why two customers are taken for one, or are not. */
export interface PairExplanation {
  readonly left: number;
  readonly right: number;
  /** log2 of the odds before anything is known of the pair. */
  readonly priorBits: number;
  /** In the order of the comparisons. */
  readonly fields: readonly FieldEvidence[];
  /** Prior and evidence. */
  readonly bits: number;
  readonly score: number;
  readonly verdict: DuplicateVerdict;
  readonly guards: readonly string[];
  /** Blocking rules that make this pair, in their order; none: the search never looked at it. */
  readonly rules: readonly string[];
  /** The cluster that both are in, the pairs that join them in it, and the weakest of those; null where they are in none. */
  readonly cluster: {
    readonly id: number;
    readonly verdict: 'auto' | 'review';
    readonly size: number;
    readonly path: readonly { readonly left: number; readonly right: number; readonly bits: number }[];
  } | null;
  readonly decision: DuplicateDecision | null;
}
