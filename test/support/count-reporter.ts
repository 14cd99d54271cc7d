import type { Reporter, TestModule, TestSuite, Vitest } from 'vitest/node';

/** The three counts of a run. */
export interface TestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Prints `N passed, N failed, N skipped` alone on the very last line of the run. A file that does not load, a suite whose
 * hook fails and an error outside of any test count as one failure each, and so does a run that never came to its end.
 */
export default class CountReporter implements Reporter {
  #counts: TestCounts = { passed: 0, failed: 1, skipped: 0 };

  onInit(_vitest: Vitest): void {
    // Other reporters and the tear-down print after the end of the run.
    process.once('exit', (status) => {
      // A set-up or tear-down that fails has no test of its own.
      if (status !== 0 && this.#counts.failed === 0) this.#counts.failed = 1;
      process.stdout.write(`${countLine(this.#counts)}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#counts = countTests(modules);
    this.#counts.failed += unhandledErrors.length;
  }
}

/** The counts over all tests of some files; a test that never ran to its end has failed. */
export function countTests(modules: readonly TestModule[]): TestCounts {
  const counts: TestCounts = { passed: 0, failed: 0, skipped: 0 };
  for (const module of modules) {
    counts.failed += failures(module);
    for (const suite of module.children.allSuites()) counts.failed += failures(suite);
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === 'pending' ? 'failed' : state]++;
    }
  }
  return counts;
}

/** `12 passed, 0 failed, 1 skipped`. */
export function countLine({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function failures(collection: TestModule | TestSuite): number {
  return collection.errors().length > 0 ? 1 : 0;
}
