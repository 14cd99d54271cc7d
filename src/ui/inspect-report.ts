import type { Inspection, InspectResult } from '../import/inspect-file.ts';
import { entryLines, type Entry } from './card.ts';
import { type OutputMode, printResult } from './envelope.ts';
import { warningText } from './import-report.ts';
import { delimiterName } from './reading-text.ts';
import type { Io } from './io.ts';
import { formatPercent, plural } from './number.ts';
import { type Style, styleOf } from './style.ts';
import { TableWriter } from './table.ts';

/** Tells how a file is understood. `csvPath`: where its table was written. */
export async function printInspection(io: Io, mode: OutputMode, { result, warnings }: Inspection, csvPath: string | null): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const outcome = { ok: true, command: 'inspect', result: { ...result }, warnings: warnings.map(warningText) } as const;
  await printResult(io, mode, outcome, () => {
    const lines = [
      style.bold(result.file),
      ...entryLines(findings(result), style.dim),
      '',
      ...columnTable(io, result, style),
      ...rejectLines(result, style),
      ...(csvPath === null ? [] : [`wrote the table to ${csvPath}`]),
    ];
    return lines.join('\n');
  });
}

function findings({ detected, confidence, rows, rejected }: InspectResult): Entry[] {
  const { format, encoding, delimiter, headerRow, preset } = detected;
  const entries: Entry[] = [['format', format === 'csv' ? `CSV, ${encoding}` : `${format}, ${encoding}`]];
  if (delimiter !== null) {
    const quotes = detected.quote === undefined ? [] : [detected.quote === null ? 'no quotes' : `quote ${detected.quote}`];
    const escaped =
      detected.escape === 'backslash' ? ['backslash before a quote'] : detected.escape === 'none' ? ['quotes not escaped'] : [];
    const ends = detected.lineEnd === undefined ? [] : [`lines end in ${detected.lineEnd.toUpperCase()}`];
    entries.push(['dialect', [`delimiter ${delimiterName(delimiter)}`, ...quotes, ...escaped, ...ends].join(', ')]);
  }
  if (delimiter !== null || headerRow !== null) entries.push(['header', headerText(detected)]);
  if (detected.sheet !== undefined && detected.sheet !== null) entries.push(['sheet', detected.sheet]);
  entries.push(['preset', preset ?? 'none']);
  entries.push(['rows', `${plural(rows, 'row')}${rejected > 0 ? `, ${rejected} of them would be rejected` : ''}`]);
  entries.push(['confidence', formatPercent(confidence)]);
  return entries;
}

function headerText({ headerRow, headerRows, skippedLines, footerLines }: InspectResult['detected']): string {
  const parts = [headerRow === null ? 'none: the columns are numbered' : `line ${headerRow}`];
  if (headerRows !== undefined && headerRows > 1) parts.push(`${headerRows} rows joined`);
  if (skippedLines !== undefined && skippedLines > 0) parts.push(`${plural(skippedLines, 'line')} above left out`);
  if (footerLines !== undefined && footerLines > 0) parts.push(`${plural(footerLines, 'line')} below the table left out`);
  return parts.join(', ');
}

function columnTable(io: Io, { mapping, rows, rejected }: InspectResult, style: Style): string[] {
  const taken = rows - rejected;
  const columns = ['column', 'becomes', 'how', 'filled', 'samples'].map((name) => ({ name, type: 'text' }));
  const table = new TableWriter(columns, { maxWidth: io.isTty.stdout ? io.columns : null, style });
  const cells = mapping.map(({ header, field, how, filled, samples }) => [
    header || '(no name)',
    field ?? '(left out)',
    how,
    taken <= 0 ? '' : formatPercent(filled / taken),
    samples.join(' · '),
  ]);
  return (table.lines(cells) + table.end()).trimEnd().split('\n');
}

function rejectLines({ rejected, rejects }: InspectResult, style: Style): string[] {
  if (rejected === 0) return [];
  const shown = rejects.map(({ line, column, code, reason }) => {
    return `  line ${line}${column === null ? '' : `, ${column}`}: ${reason} ${style.dim(code)}`;
  });
  const rest = rejected - rejects.length;
  return ['', style.red(`would be rejected: ${plural(rejected, 'row')}`), ...shown, ...(rest > 0 ? [`  … and ${rest} more`] : [])];
}
