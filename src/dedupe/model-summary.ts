import type { Repository } from '../repository/repository.ts';
import type { FindSummary, PopulationSummary } from './find-summary.ts';

/** What the last search for duplicates learned and found; comparisons and prior are those of persons, or of organisations where there are no persons. */
export interface ModelSummary
  extends Pick<
    FindSummary,
    | 'records'
    | 'candidatePairs'
    | 'verdicts'
    | 'clusters'
    | 'expectedPrecision'
    | 'estimatedRecall'
    | 'histogram'
    | 'autoBits'
    | 'reviewBits'
  > {
  readonly comparisons: PopulationSummary['comparisons'];
  readonly priorBits: number;
  readonly rules: readonly Pick<PopulationSummary['rules'][number], 'name' | 'pairs' | 'keys' | 'purgedRecords'>[];
}

/** The summary of the last search; null where none was made yet. */
export async function loadModelSummary(repository: Repository): Promise<ModelSummary | null> {
  const stored = await (await repository.duplicates()).search.model();
  if (stored === null) return null;
  const {
    populations,
    autoClusters: _auto,
    clustered: _clustered,
    blockingRecall: _blocking,
    ...summary
  } = JSON.parse(stored.summary) as FindSummary;
  const first = populations[0];
  const rules = populations.flatMap(({ rules: each }) =>
    each.map(({ name, pairs, keys, purgedRecords }) => ({ name, pairs, keys, purgedRecords })),
  );
  return { ...summary, comparisons: first?.comparisons ?? [], priorBits: first?.priorBits ?? 0, rules };
}
