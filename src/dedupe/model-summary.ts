import { CrmError } from '../errors.ts';
import type { Repository } from '../repository/repository.ts';

/** What the last search for duplicates learned and found. */
export interface ModelSummary {
  readonly comparisons: readonly {
    readonly field: string;
    readonly levels: readonly { readonly name: string; readonly m: number; readonly u: number; readonly bits: number }[];
  }[];
  readonly priorBits: number;
  /** Pairs by their weight in bits: from (with) to (without). */
  readonly histogram: readonly { readonly from: number; readonly to: number; readonly pairs: number }[];
  readonly records: number;
  readonly candidatePairs: number;
  readonly verdicts: { readonly auto: number; readonly review: number; readonly distinct: number };
  readonly clusters: number;
  readonly expectedPrecision: number | null;
  readonly estimatedRecall: number | null;
  readonly rules: readonly { readonly name: string; readonly pairs: number; readonly keys: number; readonly purgedRecords: number }[];
  /** Pairs of at least so many bits are merged without asking, those of at least `reviewBits` are shown to a person. */
  readonly autoBits: number;
  readonly reviewBits: number;
}

/** The summary of the last search; null where none was made yet. */
export async function loadModelSummary(_repository: Repository): Promise<ModelSummary | null> {
  throw new CrmError('INTERNAL', 'not built');
}
