import type { ImportReport } from '../import/import-files.ts';
import type { Warning } from '../import/warnings.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount, formatDuration, plural } from './number.ts';
import { styleOf } from './style.ts';

/** What the report says beside the result. */
export interface ImportReportOptions {
  readonly database: string;
  /** Whether this import made the database. */
  readonly created: boolean;
  readonly dryRun: boolean;
}

/** Tells what an import did. */
export async function printImport(io: Io, mode: OutputMode, report: ImportReport, options: ImportReportOptions): Promise<void> {
  const { result, run } = report;
  const style = await styleOf(io, 'stdout');
  await printResult(
    io,
    mode,
    { ok: true, command: 'import', ...(run === null ? {} : { run }), result: { ...result }, warnings: report.warnings.map(warningText) },
    () => {
      const { created, updated, unchanged, skipped, rejected } = result;
      const counts = [
        `${formatCount(created)} created`,
        `${formatCount(updated)} updated`,
        `${formatCount(unchanged)} unchanged`,
        ...(skipped > 0 ? [`${formatCount(skipped)} skipped`] : []),
        rejected > 0 ? style.red(`${formatCount(rejected)} rejected`) : '0 rejected',
      ];
      const rows = plural(result.read, 'row');
      const lines = [
        `${result.files.join(', ')} → ${options.database}${options.created && !options.dryRun ? ' (new database)' : ''}`,
        `${options.dryRun ? 'would read' : 'read'} ${rows} in ${formatDuration(result.elapsedMs)}: ${counts.join(', ')}`,
        ...mappingLines(report),
      ];
      if (result.rejects !== null) lines.push(`rejected rows: ${result.rejects} (mend them there, then: crm import ${result.rejects})`);
      lines.push(style.dim(run === null ? 'dry run: nothing was changed' : `run ${run} · look: crm query · take it back: crm undo ${run}`));
      return lines.join('\n');
    },
  );
}

function mappingLines({ result }: ImportReport): string[] {
  const known = result.mapping.filter((entry) => entry.field !== null && entry.how !== 'custom');
  const custom = result.mapping.filter((entry) => entry.how === 'custom');
  const ignored = result.mapping.filter((entry) => entry.how === 'ignored');
  const lines = [`columns: ${known.map(({ header, field }) => (nameOf(header) === field ? header : `${header} → ${field}`)).join(', ')}`];
  if (custom.length > 0) lines.push(`kept as custom fields: ${custom.map((entry) => entry.header || '(no name)').join(', ')}`);
  if (ignored.length > 0) lines.push(`left out: ${ignored.map((entry) => entry.header).join(', ')}`);
  return lines;
}

/** A header as a field would be called: `Job title` is plainly `job_title`. */
function nameOf(header: string): string {
  return header.trim().toLowerCase().replaceAll(/[ -]+/g, '_');
}

const TEXTS: Readonly<Record<string, (warning: Warning) => string>> = {
  NOT_UNDERSTOOD: ({ count, field }) => `${plural(count, `${field} value`)} not understood, kept as ${count === 1 ? 'it' : 'they'} came`,
  EXTERNAL_ID_IN_USE: ({ count }) =>
    `${plural(count, 'external id')} already in use by another customer, kept as the custom field external_id`,
  FURTHER_REJECTS: ({ count, field }) => `${plural(count, 'rejected row')} of a file with other columns: ${field}`,
  NO_ROWS: () => 'the file has a header and no rows',
};

/** A warning for people, with its first lines. */
export function warningText(warning: Warning): string {
  const text = TEXTS[warning.code]?.(warning) ?? warning.code;
  if (warning.lines.length === 0) return text;
  return `${text} (${warning.lines.length === 1 ? 'line' : 'lines'} ${warning.lines.join(', ')}${warning.count > warning.lines.length ? ', …' : ''})`;
}
