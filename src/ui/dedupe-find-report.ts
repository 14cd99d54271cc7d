import type { FoundNew } from '../dedupe/find-new.ts';
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

/** Tells what comparing new customers found; same members as `printFound`, as far as they make sense. */
export async function printFoundNew(
  io: Io,
  mode: OutputMode,
  { found, elapsedMs }: { readonly found: FoundNew; readonly elapsedMs: number },
): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { customers, candidatePairs, pairs } = found;
  const auto = pairs.filter(({ verdict }) => verdict === 'auto').length;
  const involved = new Set(pairs.flatMap(({ left, right }) => [left, right]));
  const result = {
    records: customers,
    candidatePairs,
    pairs: pairs.length,
    clusters: null,
    elapsedMs,
    verdicts: { auto, review: pairs.length - auto, distinct: candidatePairs - pairs.length },
  };
  await printResult(io, mode, { ok: true, command: 'dedupe find', result, warnings: [] }, () => {
    const head = `${plural(customers, 'new or changed customer')} compared in ${formatDuration(elapsedMs)} (${plural(candidatePairs, 'pair')})`;
    if (pairs.length === 0) return `${head}: no duplicates found`;
    return [
      `${head}: ${plural(pairs.length, 'likely duplicate pair')} among ${plural(involved.size, 'customer')} (${auto} auto, ${pairs.length - auto} review)`,
      style.dim(auto > 0 ? 'merge: crm dedupe merge --auto --dry-run · decide: crm dedupe review' : 'decide: crm dedupe review'),
    ].join('\n');
  });
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
