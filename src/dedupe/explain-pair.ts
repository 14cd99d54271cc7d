import { CrmError } from '../errors.ts';
import type { PairExplanation } from '../model/duplicates.ts';
import type { Repository } from '../repository/repository.ts';

/** Explains pairs of customers, in the order in which they are given. */
export type ExplainPairs = (
  repository: Repository,
  pairs: readonly { readonly left: number; readonly right: number }[],
) => Promise<PairExplanation[]>;

/** Why pairs of customers are taken for one, or are not. @throws {CrmError} NOT_FOUND where no search was made yet */
export const explainPairs: ExplainPairs = async () => {
  throw new CrmError('INTERNAL', 'not built');
};
