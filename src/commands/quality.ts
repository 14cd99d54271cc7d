import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { CustomRules } from '../normalize/custom-rules.ts';
import { measureQuality } from '../quality/measure-quality.ts';
import type { Measured, QualityReport } from '../quality/quality-report.ts';
import { keepMeasured, trendOf } from '../quality/quality-trend.ts';
import { queryOptions } from '../query/selected-customers.ts';
import type { QualityScope, QualityStore } from '../repository/quality-store.ts';
import { write } from '../ui/io.ts';
import { Progress } from '../ui/progress.ts';
import { printQuality, printTrend, type QualityView } from '../ui/quality-report.ts';
import { REPORT_LANGUAGES, type ReportLanguage, reportLanguage } from '../ui/quality-words.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';
import { checkTogether, countOf, limitOf, type QualityFlags } from './quality-flags.ts';
import { rulesOf } from './rules.ts';
import { phoneRegion } from './selection.ts';

const DEFAULT_FRESH_DAYS = 365;
const DEFAULT_EXAMPLES = 5;
const DEFAULT_TREND = 20;

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm quality'],
  ['crm quality "country = CN" --by owner', 'whose customers need care'],
  ['crm quality --html quality.html --lang zh', 'a page with charts, to read or print'],
  ['crm quality --trend', 'how the score went'],
  ['crm quality --fail-below 80 --quiet', 'for a nightly job: exit 5 below 80'],
];

/** `crm quality` */
export function define(command: Command, run: Run): void {
  command
    .argument('[filter...]', 'which customers, e.g. "country = CN"; none means all')
    .option('--segment <name>', 'only customers of a saved filter')
    .option('--country <code>', 'country of phone numbers written without one, where a customer has none')
    .option('--by <field>', 'measure each value of a field too, e.g. owner, source, tag')
    .option('--trend [n]', 'show the last n measurements (20) and measure nothing')
    .option('--fail-below <n>', 'end with exit 5 when the score is below n (0 to 100)')
    .option('--html <file>', 'write a page with charts; - is standard output')
    .addOption(new Option('--lang <language>', 'language of labels (default: that of the locale)').choices([...REPORT_LANGUAGES]))
    .option('--no-save', 'do not keep this measurement for the trend')
    .option('--fresh-days <n>', 'fresh is what was touched within so many days (365)')
    .option('--examples <n>', 'how many ids each finding names (5)')
    .action((words: string[], flags: QualityFlags) => run(command, (context) => quality(context, words, flags)));
}

async function quality(context: Context, words: readonly string[], flags: QualityFlags): Promise<void> {
  const { io, mode } = context;
  const failBelow = limitOf(flags.failBelow);
  const freshDays = countOf('--fresh-days', flags.freshDays, DEFAULT_FRESH_DAYS);
  const examples = countOf('--examples', flags.examples, DEFAULT_EXAMPLES);
  const view: QualityView = { ...mode, language: flags.lang ?? reportLanguage(io.env) };
  checkTogether(flags, mode.json);
  const filter = words.join(' ').trim();
  const region = await phoneRegion(context, flags);
  const repository = await context.openRepository();
  const selection = { ...(filter === '' ? {} : { filter }), ...(flags.segment === undefined ? {} : { segment: flags.segment }), region };
  const scope: QualityScope = await queryOptions(repository, selection);
  const store = await repository.quality();
  if (flags.trend !== undefined) {
    const limit = flags.trend === true ? DEFAULT_TREND : countOf('--trend', flags.trend, DEFAULT_TREND);
    return printTrend(io, view, scope.filter ?? null, await trendOf(store, scope.filter ?? null, limit));
  }
  const progress = new Progress(io, { label: 'measuring', unit: 'customer', ...mode });
  const measuring = {
    scope,
    by: flags.by ?? null,
    freshDays,
    examples,
    normalizing: { region, rules: new CustomRules(await rulesOf(context)) },
    signal: context.signal,
  };
  let measured: Measured;
  try {
    measured = await measureQuality(store, { ...measuring, onProgress: (customers) => progress.update(customers) });
  } finally {
    progress.done();
  }
  const warnings = flags.save ? await keep(store, measured) : [];
  if (flags.html !== undefined) await writeHtml(context, flags.html, measured.report, store, view.language);
  if (flags.html !== '-') await printQuality(io, view, measured.report, warnings);
  const { score } = measured.report;
  if (failBelow !== null && score !== null && score < failBelow) context.exitWith(5);
}

async function writeHtml(
  { io }: Context,
  path: string,
  report: QualityReport,
  store: QualityStore,
  language: ReportLanguage,
): Promise<void> {
  const { qualityPage } = await import('../ui/quality-html.ts');
  const page = qualityPage(report, await trendOf(store, report.filter, DEFAULT_TREND), language);
  if (path === '-') return write(io.stdout, page);
  const { writeWhole } = await import('../ui/page-file.ts');
  writeWhole(path, page);
}

/** The report is shown in any case; that it could not be kept is a warning. */
async function keep(store: QualityStore, measured: Measured): Promise<string[]> {
  try {
    await keepMeasured(store, measured);
    return [];
  } catch (error) {
    if (!(error instanceof CrmError) || error.code === 'INTERNAL') throw error;
    return [`this measurement is not kept for the trend: ${error.message}`];
  }
}
