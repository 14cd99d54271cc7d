import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { explainPairs } from '../dedupe/explain-pair.ts';
import { loadModelSummary } from '../dedupe/model-summary.ts';
import { duplicateReport } from '../dedupe/report-data.ts';
import { CrmError } from '../errors.ts';
import { printReport } from '../ui/dedupe-report.ts';
import { write } from '../ui/io.ts';
import { REPORT_LANGUAGES, type ReportLanguage, reportLanguage } from '../ui/quality-words.ts';
import type { Examples } from './help-layout.ts';
import type { Run } from './run.ts';

interface ReportFlags {
  readonly html?: string;
  readonly lang?: ReportLanguage;
}

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm dedupe report', 'how many pairs and clusters the last search found'],
  ['crm dedupe report --html duplicates.html --lang zh', 'a page to read, send or print; it shows values of customers'],
];

/** `crm dedupe report` */
export function define(command: Command, run: Run): void {
  command
    .option('--html <file>', 'write a page with charts and samples; - is standard output')
    .addOption(new Option('--lang <language>', 'language of labels (default: that of the locale)').choices([...REPORT_LANGUAGES]))
    .action((flags: ReportFlags) => run(command, (context) => report(context, flags)));
}

async function report(context: Context, { html, lang }: ReportFlags): Promise<void> {
  const { io, mode } = context;
  if (html === '-' && mode.json)
    throw new CrmError('USAGE', '--json and --html - both want standard output', { hint: 'name a file, or leave --json out' });
  const repository = await context.openRepository();
  const made = await duplicateReport(repository, await loadModelSummary(repository), explainPairs);
  if (html !== undefined) {
    const { duplicatesPage } = await import('../ui/dedupe-html.ts');
    const page = duplicatesPage(made, lang ?? reportLanguage(io.env));
    if (html === '-') return write(io.stdout, page);
    (await import('../ui/page-file.ts')).writeWhole(html, page);
  }
  await printReport(io, mode, made, html ?? null);
}
