/** Thread that compares pairs for `searchPairs`; see there. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PairTask } from './block/pair-walk.ts';
import { comparisonsOf } from './compare/index.ts';
import { type FoundPairs, PairSearch } from './pair-search.ts';
import type { SearchRequest } from './search-threads.ts';

const { population, model, rules, tasks, next } = workerData as SearchRequest;
const search = new PairSearch(population, comparisonsOf(population, model), model, rules);
const done: [number, FoundPairs][] = [];
for (let task = Atomics.add(next, 0, 1); task < tasks.length; task = Atomics.add(next, 0, 1)) {
  done.push([task, search.run(tasks[task] as PairTask)]);
}
const buffers = done.flatMap(([, { left, right, bits, guards, rules: made, histogram }]) =>
  [left, right, bits, guards, made, histogram].map(({ buffer }) => buffer),
);
parentPort?.postMessage(done, buffers);
