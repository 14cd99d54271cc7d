import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { pause } from '../interruption.ts';
import type { BlockedRules, PairTask } from './block/pair-walk.ts';
import type { Comparison } from './compare/comparison.ts';
import type { Model } from './model/model.ts';
import { type FoundPairs, PairSearch } from './pair-search.ts';
import type { Population } from './population.ts';

/** Fewer pairs are compared in one thread: starting others costs more. */
const MIN_PAIRS = 100_000;
const MAX_THREADS = 8;

/** What a thread is given: everything in it is shared, or small. */
export interface SearchRequest {
  readonly population: Population;
  readonly model: Model;
  readonly rules: BlockedRules;
  readonly tasks: readonly PairTask[];
  /** One number: the next task that nobody has taken. */
  readonly next: Int32Array<SharedArrayBuffer>;
}

/** What a thread answers when nothing is left to do. */
export type SearchAnswer = readonly (readonly [task: number, found: FoundPairs])[];

/**
 * Compares and judges all pairs of the blocks, on all processors; this thread works too. The result does not depend on who
 * did what: it comes in the order of the tasks.
 * @throws {CrmError} INTERRUPTED
 */
export async function searchPairs(
  population: Population,
  comparisons: readonly Comparison[],
  model: Model,
  rules: BlockedRules,
  tasks: readonly PairTask[],
  { signal, onProgress }: { readonly signal?: AbortSignal | undefined; readonly onProgress?: (share: number) => void },
): Promise<FoundPairs[]> {
  const next = new Int32Array(new SharedArrayBuffer(4));
  const results: FoundPairs[] = [];
  const request = { population, model, rules, tasks, next };
  const threads = import.meta.url.endsWith('.ts') ? [] : otherThreads(request);
  try {
    const search = new PairSearch(population, comparisons, model, rules);
    for (let task = Atomics.add(next, 0, 1); task < tasks.length; task = Atomics.add(next, 0, 1)) {
      results[task] = search.run(tasks[task] as PairTask);
      onProgress?.(task / tasks.length);
      await pause(signal);
    }
    for (const answer of await Promise.all(threads.map(({ answer: promise }) => promise)))
      for (const [task, found] of answer) results[task] = found;
  } finally {
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }
  return results;
}

function otherThreads(request: SearchRequest): { worker: Worker; answer: Promise<SearchAnswer> }[] {
  const pairs = request.rules.rules.reduce((sum, rule) => sum + rule.pairs, 0);
  const count = pairs < MIN_PAIRS ? 0 : Math.min(MAX_THREADS, availableParallelism()) - 1;
  return Array.from({ length: count }, () => {
    const worker = new Worker(new URL('./search-worker.js', import.meta.url), { workerData: request });
    const answer = new Promise<SearchAnswer>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    answer.catch(() => {});
    return { worker, answer };
  });
}
