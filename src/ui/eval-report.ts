import type { Scores } from '../dedupe/eval-counts.ts';
import type { PrecisionEstimate } from '../dedupe/eval-decisions.ts';
import type { Estimate } from '../dedupe/eval-interval.ts';
import type { SampleResult } from '../dedupe/eval-sample.ts';
import type { Evaluation } from '../dedupe/evaluate.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount, plural } from './number.ts';
import { type Style, styleOf } from './style.ts';

const SCORE_COLUMNS = [
  { name: '', type: 'text' },
  { name: 'precision', type: 'number' },
  { name: 'recall', type: 'number' },
  { name: 'F1', type: 'number' },
];
const ERROR_COLUMNS = [
  { name: 'kind', type: 'text' },
  { name: 'missed', type: 'integer' },
  { name: 'wrong', type: 'integer' },
  { name: 'example', type: 'text' },
];
const WORST_COLUMNS = [
  { name: 'customers', type: 'text' },
  { name: 'external ids', type: 'text' },
  { name: 'bits', type: 'number' },
  { name: 'verdict', type: 'text' },
  { name: 'kinds', type: 'text' },
];
const STRATUM_COLUMNS = [
  { name: 'stratum', type: 'integer' },
  { name: 'pairs', type: 'integer' },
  { name: 'decided', type: 'integer' },
  { name: 'same', type: 'integer' },
  { name: 'precision', type: 'text' },
];
const SAMPLE_COLUMNS = [
  { name: 'stratum', type: 'integer' },
  { name: 'bits', type: 'text' },
  { name: 'pairs', type: 'integer' },
  { name: 'sampled', type: 'integer' },
];
/** So many numbers of lines are named. */
const SHOWN_LINES = 5;

/** Ends `crm dedupe eval --truth`. */
export async function printEvaluation(io: Io, mode: OutputMode, report: Evaluation, badLines: readonly number[]): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { renderTable } = await import('./table.ts');
  const options = { maxWidth: io.isTty.stdout ? io.columns : null, style };
  const warnings = [...idWarnings(report), ...lineWarnings(badLines)];
  await printResult(io, mode, { ok: true, command: 'dedupe eval', result: { ...report }, warnings }, () => {
    const { missedPairs, wrongPairs } = report;
    const scores = [
      scoreRow('clusters', report),
      scoreRow('  auto only', report.auto),
      scoreRow('pairs', report.pairwise),
      scoreRow('B³', report.bcubed),
    ];
    const lines = [
      `${plural(report.records, 'record')} with a known person: ${formatCount(report.truePairs)} true pairs, ${formatCount(report.foundPairs)} found, ${style.bold(`${formatCount(missedPairs)} missed, ${formatCount(wrongPairs)} wrong`)}`,
      '',
      renderTable(SCORE_COLUMNS, scores, options).trimEnd(),
      '',
      `compared at all: ${share(report.blocking.recall)} of the true pairs; joined by the import: ${plural(report.imported.pairs, 'pair')}, ${formatCount(report.imported.wrongPairs)} wrong`,
    ];
    if (report.errors.length > 0)
      lines.push(
        '',
        errorTable(report, style, (rows) => renderTable(ERROR_COLUMNS, rows, options).trimEnd()),
      );
    if (report.worst.length > 0) {
      lines.push('', style.bold('Worst wrong pairs'), renderTable(WORST_COLUMNS, report.worst.map(worstRow), options).trimEnd());
      const [first] = report.worst;
      lines.push('', style.dim(`why: crm dedupe explain ${first?.left_id} ${first?.right_id}`));
    }
    return lines.join('\n');
  });
}

function errorTable({ errors, examined }: Evaluation, style: Style, render: (rows: (string | number)[][]) => string): string {
  const rows = errors.map(({ kind, falseNegatives, falsePositives, examples }) => {
    const [one] = examples;
    return [kind, falseNegatives, falsePositives, one === undefined ? '' : `${one.left_external_id} · ${one.right_external_id}`];
  });
  const title = `Errors by kind, of ${formatCount(examined.missed)} missed and ${formatCount(examined.merged)} wrong pairs of customers; one may be of several kinds`;
  return `${style.bold(title)}\n${render(rows)}`;
}

function worstRow(pair: Evaluation['worst'][number]): string[] {
  return [
    `${pair.left_id} ${pair.right_id}`,
    `${pair.left_external_id} · ${pair.right_external_id}`,
    pair.bits.toFixed(1),
    pair.verdict,
    pair.kinds.join(', '),
  ];
}

function scoreRow(name: string, { precision, recall, f1 }: Scores): string[] {
  return [name, share(precision), share(recall), share(f1)];
}

/** Never 1 nor 0 where it is not. */
function share(value: number): string {
  const text = value.toFixed(4);
  if (text === '1.0000' && value < 1) return '0.9999';
  return text === '0.0000' && value > 0 ? '0.0001' : text;
}

function idWarnings({ ids }: Evaluation): string[] {
  const notes: readonly (readonly [count: number, what: string])[] = [
    [ids.unknown, 'of the truth in no customer, left out'],
    [ids.ambiguous, 'of the truth in customers of several sources, left out: write them as SOURCE:ID'],
    [ids.contradictory, 'of the truth given to a second person, taken for the first one'],
    [ids.unlabelled, 'in the database that the truth does not name, left out'],
  ];
  return notes.flatMap(([count, what]) => (count === 0 ? [] : [`${plural(count, 'external id')} ${what}`]));
}

function lineWarnings(lines: readonly number[]): string[] {
  if (lines.length === 0) return [];
  const more = lines.length > SHOWN_LINES ? ', …' : '';
  return [`${plural(lines.length, 'line')} not understood, left out (${lines.slice(0, SHOWN_LINES).join(', ')}${more})`];
}

/** Ends `crm dedupe eval --sample`. */
export async function printSample(io: Io, mode: OutputMode, sample: SampleResult & { readonly file: string }): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { renderTable } = await import('./table.ts');
  const warnings = sample.population === 0 ? ['there are no pairs to sample: run crm dedupe find first'] : [];
  await printResult(io, mode, { ok: true, command: 'dedupe eval', result: { ...sample }, warnings }, () => {
    const rows = sample.strata.map(({ from, to, pairs, sampled }, i) => [i + 1, `${from.toFixed(1)} to ${to.toFixed(1)}`, pairs, sampled]);
    return [
      `${plural(sample.sampled, 'pair')} of ${formatCount(sample.population)} written to ${sample.file}`,
      '',
      renderTable(SAMPLE_COLUMNS, rows, { maxWidth: io.columns, style }).trimEnd(),
      '',
      style.dim(`fill in the column decision (same or distinct), then: crm dedupe eval --sample-decisions ${sample.file}`),
    ].join('\n');
  });
}

/** Ends `crm dedupe eval --sample-decisions`. */
export async function printEstimate(io: Io, mode: OutputMode, report: PrecisionEstimate): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { renderTable } = await import('./table.ts');
  const { badLines, ...result } = report;
  const undecided = report.strata.filter(({ decided }) => decided === 0).length;
  const warnings = [
    ...(report.decided === 0 ? ['no pair was decided: nothing can be estimated'] : []),
    ...(report.decided > 0 && undecided > 0 ? [`${plural(undecided, 'stratum', 'strata')} without a decision, left out`] : []),
    ...lineWarnings(badLines),
  ];
  await printResult(io, mode, { ok: true, command: 'dedupe eval', result: { ...result, badLines: badLines.length }, warnings }, () => {
    const rows = report.strata.map(({ stratum, pairs, decided, same, precision }) => [stratum, pairs, decided, same, interval(precision)]);
    const head = `${plural(report.decided, 'pair')} of ${formatCount(report.population)} decided, ${formatCount(report.same)} of them the same customer`;
    const table = renderTable(STRATUM_COLUMNS, rows, { maxWidth: io.columns, style }).trimEnd();
    return [head, `precision: ${style.bold(interval(report.precision))}`, '', table].join('\n');
  });
}

function interval(estimate: Estimate | null): string {
  if (estimate === null) return 'not known';
  return `${share(estimate.value)} (95 %: ${estimate.low.toFixed(4)} to ${estimate.high.toFixed(4)})`;
}
