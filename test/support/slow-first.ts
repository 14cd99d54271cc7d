import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take long, in this order, though the kinds of fault are declared in a few lines. */
const SLOW = [/[\\/]test[\\/]fault[\\/]kill-/, /[\\/]test[\\/]fault[\\/]/, /[\\/]test[\\/]e2e[\\/]/];

/**
 * Begins with the files that take longest. Where nothing is known of earlier runs, as in CI, vitest begins with those that
 * have most bytes, and one that kills programs for minutes would begin last, when nobody else has anything left to do.
 */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = SLOW.findIndex((pattern) => pattern.test(moduleId));
  return rank < 0 ? SLOW.length : rank;
}
