import type { FindSummary } from '../dedupe/find-summary.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount, formatDuration, formatPercent, plural } from './number.ts';
import { styleOf } from './style.ts';

/** What the report says. */
export interface FindReport {
  readonly summary: FindSummary;
  readonly elapsedMs: number;
  /** Whether it is kept for review and merge. */
  readonly kept: boolean;
}

/** Tells what a search for duplicates found. */
export async function printFound(io: Io, mode: OutputMode, { summary, elapsedMs, kept }: FindReport): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { verdicts, candidatePairs, records, clusters, histogram, populations, ...rest } = summary;
  const result = {
    records,
    candidatePairs,
    pairs: verdicts.auto + verdicts.review,
    clusters,
    elapsedMs,
    verdicts,
    ...rest,
    model: { populations, histogram },
  };
  await printResult(io, mode, { ok: true, command: 'dedupe find', result, warnings: warningsOf(summary) }, () => {
    const { auto, review } = verdicts;
    const surplus = summary.clustered - clusters;
    const lines = [
      `${plural(records, 'customer')} compared in ${formatDuration(elapsedMs)} (${plural(candidatePairs, 'pair')}): ${
        clusters === 0
          ? 'no duplicates found'
          : `${plural(clusters, 'cluster')} of likely duplicates, ${plural(surplus, 'customer')} too many`
      }`,
    ];
    if (auto + review > 0) {
      lines.push(`  ${style.green('auto')}    ${plural(auto, 'pair')} in ${plural(summary.autoClusters, 'cluster')}${quality(summary)}`);
      lines.push(`  ${style.yellow('review')}  ${plural(review, 'pair')} for a person to decide`);
    }
    if (summary.estimatedRecall !== null && clusters > 0)
      lines.push(style.dim(`  found is about ${formatPercent(summary.estimatedRecall)} of what there is to be found`));
    for (const lost of lostOf(summary)) lines.push(style.dim(`  ${lost}`));
    const next = !kept
      ? []
      : [...(auto > 0 ? ['merge: crm dedupe merge --auto --dry-run'] : []), ...(review > 0 ? ['decide: crm dedupe review'] : [])];
    if (next.length > 0) lines.push(style.dim(next.join(' · ')));
    return lines.join('\n');
  });
}

function quality({ expectedPrecision }: FindSummary): string {
  return expectedPrecision === null ? '' : `, expected precision ${(Math.floor(expectedPrecision * 10_000) / 100).toFixed(2)} %`;
}

/** What blocking could not look at. */
function lostOf({ populations }: FindSummary): string[] {
  return populations.flatMap(({ rules }) =>
    rules
      .filter(({ purgedRecords }) => purgedRecords > 0)
      .map(({ name, purgedRecords }) => `rule “${name}” left out ${plural(purgedRecords, 'customer')}: too many have the same value`),
  );
}

function warningsOf(summary: FindSummary): string[] {
  return [
    ...lostOf(summary),
    ...summary.populations.flatMap(({ rules }) =>
      rules
        .filter(({ windowed }) => windowed > 0)
        .map(
          ({ name, windowed }) =>
            `rule “${name}” compared only neighbours in ${formatCount(windowed)} very large ${windowed === 1 ? 'block' : 'blocks'}`,
        ),
    ),
  ];
}
