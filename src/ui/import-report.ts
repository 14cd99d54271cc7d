import type { ImportReport } from '../import/import-files.ts';
import type { Warning } from '../import/warnings.ts';
import { DOUBT_TEXTS, dateOrderText } from './doubt-text.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount, formatDuration, plural } from './number.ts';
import { READING_TEXTS, delimiterName } from './reading-text.ts';
import { styleOf } from './style.ts';

/** Likely duplicates among what an import made or changed: pairs, and how many of them may be merged without asking. */
export interface ImportedDuplicates {
  readonly pairs: number;
  readonly auto: number;
}

/** What the report says beside the result. */
export interface ImportReportOptions {
  readonly database: string;
  /** Whether this import made the database. */
  readonly created: boolean;
  /** Whether the database is not there, and only an empty one stood for it. */
  readonly wouldBeMade?: boolean;
  readonly dryRun: boolean;
  /** What the rows are, where they are not customers. */
  readonly type?: string | undefined;
  /** The file that the plan was saved to. */
  readonly plan?: string;
  /** The config file that the columns were saved in; null where they were not. */
  readonly savedMap?: string | null;
  /** With `--check-duplicates`. */
  readonly duplicates?: ImportedDuplicates;
}

/** Tells what an import did. */
export async function printImport(io: Io, mode: OutputMode, report: ImportReport, options: ImportReportOptions): Promise<void> {
  const { result, run } = report;
  const style = await styleOf(io, 'stdout');
  await printResult(
    io,
    mode,
    {
      ok: true,
      command: 'import',
      ...(run === null ? {} : { run }),
      result: { ...result, ...(options.duplicates === undefined ? {} : { duplicates: options.duplicates }) },
      warnings: [...report.warnings.map(warningText), ...duplicatesText(options)],
    },
    () => {
      const { created, updated, unchanged, skipped, rejected, companies } = result;
      const counts = [
        `${formatCount(created)} created`,
        `${formatCount(updated)} updated`,
        `${formatCount(unchanged)} unchanged`,
        ...(skipped > 0 ? [`${formatCount(skipped)} skipped`] : []),
        rejected > 0 ? style.red(`${formatCount(rejected)} rejected`) : '0 rejected',
      ];
      const rows = plural(result.read, 'row');
      const lines = [
        `${result.files.join(', ')} → ${options.database}${options.created ? ' (new database)' : ''}${options.wouldBeMade === true ? ' (would be a new database)' : ''}`,
        `${options.dryRun ? 'would read' : 'read'} ${rows} in ${formatDuration(result.elapsedMs)}: ${counts.join(', ')}`,
        ...mappingLines(report),
      ];
      if (companies > 0)
        lines.push(`${options.dryRun ? 'would make' : 'made'} ${plural(companies, 'organisation')} that rows name as their company`);
      if (result.rejects !== null)
        lines.push(
          `rejected rows: ${result.rejects} (mend them there, then: crm import ${result.rejects}${options.type === undefined ? '' : ` --type ${options.type}`})`,
        );
      if (typeof options.savedMap === 'string')
        lines.push(`columns saved as a preset in ${options.savedMap}: such files are recognised from now on`);
      lines.push(style.dim(run === null ? dryRunText(options) : `run ${run} · look: crm query · take it back: crm undo ${run}`));
      return lines.join('\n');
    },
  );
}

function duplicatesText({ duplicates }: ImportReportOptions): string[] {
  if (duplicates === undefined || duplicates.pairs === 0) return [];
  const { pairs, auto } = duplicates;
  return [
    `${plural(pairs, 'likely duplicate pair')} (${formatCount(auto)} beyond doubt): crm dedupe review, crm dedupe merge --auto --dry-run`,
  ];
}

function dryRunText({ plan }: ImportReportOptions): string {
  return `dry run: nothing was changed${plan === undefined ? '' : ` · do exactly this: crm apply ${plan}`}`;
}

function mappingLines({ result }: ImportReport): string[] {
  const known = result.mapping.filter((entry) => entry.field !== null && !isCustom(entry));
  const custom = result.mapping.filter(isCustom);
  const ignored = result.mapping.filter((entry) => entry.how === 'ignored');
  const lines = [
    ...understoodLines(result.detected),
    `columns: ${known.map(({ header, field }) => (nameOf(header) === field ? header : `${header} → ${field}`)).join(', ')}`,
  ];
  if (custom.length > 0) lines.push(`kept as custom fields: ${custom.map((entry) => entry.header || '(no name)').join(', ')}`);
  if (ignored.length > 0) lines.push(`left out: ${ignored.map((entry) => entry.header).join(', ')}`);
  return [...lines, ...(result.detected.dateOrders ?? []).map(dateOrderText)];
}

/** How the file was understood, where that is not the usual way. */
function understoodLines({ format, encoding, delimiter, headerRow, preset, sheet }: ImportReport['result']['detected']): string[] {
  const parts = [
    ...(format === 'csv' ? [] : [format]),
    ...(encoding === 'utf-8' ? [] : [encoding]),
    ...(delimiter === null || delimiter === ',' ? [] : [`delimiter ${delimiterName(delimiter)}`]),
    ...(headerRow === null || headerRow === 1 ? [] : [`header in line ${headerRow}`]),
    ...(sheet === undefined || sheet === null ? [] : [`sheet ${sheet}`]),
    ...(preset === null ? [] : [`layout ${preset}`]),
  ];
  return parts.length === 0 ? [] : [`read as ${parts.join(', ')}`];
}

/** Whether a column stays a custom field of its own name, by itself or because a preset says so. */
function isCustom({ header, field, how }: ImportReport['result']['mapping'][number]): boolean {
  return how === 'custom' || (how === 'preset' && field === `attributes.${header.trim()}`);
}

/** A header as a field would be called: `Job title` is plainly `job_title`. */
function nameOf(header: string): string {
  return header.trim().toLowerCase().replaceAll(/[ -]+/g, '_');
}

const TEXTS: Readonly<Record<string, (warning: Warning) => string>> = {
  ...READING_TEXTS,
  ...DOUBT_TEXTS,
  NOT_UNDERSTOOD: ({ count, field }) => `${plural(count, `${field} value`)} not understood, kept as ${count === 1 ? 'it' : 'they'} came`,
  EXTERNAL_ID_IN_USE: ({ count }) =>
    `${plural(count, 'external id')} already in use by another customer, kept as the custom field external_id`,
  AMBIGUOUS_PRESET: ({ field }) => `the columns fit several presets equally well (${field}): none was used, name one with --preset`,
  ITEMS_LEFT_OUT: ({ count }) =>
    `${plural(count, 'row')} with an item of an order, which is left out: import the file once more with --type order-items`,
  FURTHER_REJECTS: ({ count, field }) => `${plural(count, 'rejected row')} of a file with other columns: ${field}`,
  AMBIGUOUS_COMPANY: ({ count }) => `${plural(count, 'person', 'people')} not linked to a company: several organisations have its name`,
  OPT_OUT_KEPT: ({ count }) => `${plural(count, 'opt-in')} not taken: the customer has opted out, and an import does not change that`,
  OPT_OUT_STANDS: ({ count }) => `${plural(count, 'opt-in')} not taken: the opt-out is not older, or the row has no time`,
  OPT_IN_STANDS: ({ count }) => `${plural(count, 'opt-out')} not taken: a newer opt-in is there`,
  ARCHIVED_RESTORED: ({ count }) => `${plural(count, 'row')} about archived customers: brought back`,
  ARCHIVED_SKIPPED: ({ count }) => `${plural(count, 'row')} about archived customers: skipped (--on-archived skip)`,
  ARCHIVED_CREATED: ({ count }) => `${plural(count, 'row')} about archived customers, who stay in the archive`,
  NO_ROWS: () => 'the file has a header and no rows',
};

/** A warning for people, with its first lines. */
export function warningText(warning: Warning): string {
  const text = TEXTS[warning.code]?.(warning) ?? warning.code;
  if (warning.lines.length === 0) return text;
  return `${text} (${warning.lines.length === 1 ? 'line' : 'lines'} ${warning.lines.join(', ')}${warning.count > warning.lines.length ? ', …' : ''})`;
}
