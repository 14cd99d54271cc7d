import type { SplitOutcome } from '../repository/customer-split.ts';
import type { Repository } from '../repository/repository.ts';
import { DEFAULT_SURVIVORSHIP, type Survivorship, mergeValuesInto } from './survivorship.ts';

/** How merged customers are taken apart. */
export interface SplitOptions {
  /** What those that stay merged keep of the survivor; default: `DEFAULT_SURVIVORSHIP`. */
  readonly survivorship?: Survivorship;
  readonly dryRun?: boolean;
}

/**
 * Brings merged customers back, with their ids and all that belonged to them, and remembers that they are not the one that
 * they had been merged into. What was changed since the merge is kept and reported.
 * @param id a customer: all that were merged into it last come back; an id that was merged: only that one does
 * @throws {CrmError} NOT_FOUND where nothing was merged, USAGE where it was merged further since, BUSY
 */
export async function splitCustomer(
  repository: Repository,
  id: number,
  options: SplitOptions = {},
): Promise<{ readonly run: number | null; readonly result: SplitOutcome }> {
  const survivorship = options.survivorship ?? DEFAULT_SURVIVORSHIP;
  const store = await repository.duplicates();
  const { run, value } = await store.split(id, {
    commit: options.dryRun !== true,
    mergeAgain: (survivor, members) => mergeValuesInto(survivor, members, survivorship).values,
  });
  return { run, result: value };
}
