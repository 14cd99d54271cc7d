import type { DuplicateReport } from '../dedupe/report-data.ts';
import { type OutputMode, printResult } from './envelope.ts';
import { signedBits } from './guard-words.ts';
import type { Io } from './io.ts';
import { formatCount, plural } from './number.ts';
import { hasBlocks, shareBar } from './quality-bar.ts';
import { type Style, styleOf } from './style.ts';
import { printable } from './width.ts';

const BAR = 40;
/** More bins than these are put together, so that the histogram stays on one screen. */
const MAX_BINS = 16;

/** Prints the numbers of the last search and its histogram; `file` is the page that was written. */
export async function printReport(io: Io, mode: OutputMode, report: DuplicateReport, file: string | null): Promise<void> {
  const { summary, open, decisions } = report;
  const { histogram, comparisons, rules, ...numbers } = summary;
  const result = { ...numbers, histogram, comparisons, rules, open, decisions, file };
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'dedupe report', result, warnings: [] }, () => {
    const { auto, review, distinct } = summary.verdicts;
    return [
      `${plural(summary.records, 'customer')} · ${plural(summary.candidatePairs, 'pair')} compared · ${plural(summary.clusters, 'cluster')}`,
      '',
      ...histogramLines(summary, hasBlocks(io.env), style),
      '',
      `${formatCount(auto)} merged without asking · ${formatCount(review)} for a person · ${formatCount(distinct)} left apart`,
      `decided by people: ${formatCount(decisions.same)} the same, ${formatCount(decisions.distinct)} different · ${formatCount(open)} open`,
      ...(file === null ? [style.dim('a page with samples and charts: crm dedupe report --html FILE')] : [`wrote ${printable(file)}`]),
    ].join('\n');
  });
}

/** Pairs by weight, one line a bin, the bars by the logarithm of the counts; `A` merged, `R` for a person. */
export function histogramLines(
  { histogram, reviewBits, autoBits }: Pick<DuplicateReport['summary'], 'histogram' | 'reviewBits' | 'autoBits'>,
  blocks: boolean,
  style: Style,
): string[] {
  const together = Math.max(1, Math.ceil(histogram.length / MAX_BINS));
  const bins = Array.from({ length: Math.ceil(histogram.length / together) }, (_, i) => {
    const part = histogram.slice(i * together, (i + 1) * together);
    return { from: part[0]?.from ?? 0, pairs: part.reduce((sum, { pairs }) => sum + pairs, 0) };
  });
  const most = Math.log1p(Math.max(1, ...bins.map(({ pairs }) => pairs)));
  const width = Math.max(0, ...bins.map(({ from }) => signedBits(from).length));
  return bins.map(({ from, pairs }) => {
    const [sign, colour] = from >= autoBits ? ['A', style.green] : from >= reviewBits ? ['R', style.yellow] : [' ', style.dim];
    const bar = shareBar(Math.log1p(pairs) / most, BAR, blocks);
    return `${signedBits(from).padStart(width)} ${sign} ${colour(bar)} ${formatCount(pairs)}`;
  });
}
