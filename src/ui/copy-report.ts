import type { CopyResult } from '../migrate/copy-options.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatDuration, plural } from './number.ts';
import { type Style, styleOf } from './style.ts';
import { renderTable } from './table.ts';
import { printable } from './width.ts';

const COLUMNS = [
  { name: 'table', type: 'text' },
  { name: 'read', type: 'integer' },
  { name: 'written', type: 'integer' },
  { name: 'rejected', type: 'integer' },
  { name: 'verified', type: 'text' },
];
/** More lines of a kind are summed up. */
const MOST_LINES = 20;

/** Tells what was copied, or would be. */
export async function printCopy(io: Io, mode: OutputMode, result: CopyResult): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const warnings = result.rejects === null ? [] : [`rejected rows are in ${result.rejects}`];
  await printResult(io, mode, { ok: true, command: 'migrate copy', result: { ...result }, warnings }, () =>
    result.dryRun ? plannedText(result, style, io.columns) : copiedText(result, style, io.columns),
  );
}

function copiedText(result: CopyResult, style: Style, columns: number): string {
  const { tables, elapsedMs } = result;
  const cells = tables.map(({ name, read, written, rejected, verified }) => [name, read, written, rejected, verdict(verified)]);
  const written = tables.reduce((sum, table) => sum + table.written, 0);
  return [
    renderTable(COLUMNS, cells, { maxWidth: columns, style }).trimEnd(),
    ...conversionLines(result),
    ...differenceLines(result, style),
    ...schemaLines(result),
    `${plural(tables.length, 'table')}, ${plural(written, 'row')} in ${formatDuration(elapsedMs)}: ${proof(result, style)}`,
  ].join('\n');
}

function plannedText(result: CopyResult, style: Style, columns: number): string {
  const { tables, plan } = result;
  return [
    ...plan.map((statement) => `${printable(statement)};`.replace(/;;$/, ';')),
    renderTable(
      COLUMNS.slice(0, 2),
      tables.map(({ name, read }) => [name, read]),
      { maxWidth: columns, style },
    ).trimEnd(),
    ...schemaLines(result),
    style.dim('dry run: nothing was changed'),
  ].join('\n');
}

function verdict(verified: boolean | null): string {
  if (verified === null) return '';
  return verified ? 'identical' : 'different';
}

function proof({ tables, rejects }: CopyResult, style: Style): string {
  if (tables.some(({ verified }) => verified === false)) return style.red('not all is as in the source');
  if (tables.some(({ verified }) => verified === null)) return style.yellow('not verified');
  return style.green(rejects === null ? 'verified' : 'verified, but for the rejected rows');
}

function conversionLines({ conversions }: CopyResult): readonly string[] {
  return some(
    conversions.map(
      ({ table, column, reason, cells }) => `converted: ${printable(`${table}.${column}`)} · ${reason} · ${plural(cells, 'cell')}`,
    ),
  );
}

function differenceLines({ differences }: CopyResult, style: Style): readonly string[] {
  return some(differences.map((difference) => style.red(printable(differenceText(difference)))));
}

function differenceText({ table, kind, key, row, column, detail }: CopyResult['differences'][number]): string {
  const place =
    key === null
      ? row === null
        ? ''
        : ` row ${row}`
      : ` ${Object.entries(key)
          .map(([name, cell]) => `${name}=${JSON.stringify(cell)}`)
          .join(' ')}`;
  return `${kind}: ${table}${column === null ? '' : `.${column}`}${place}${detail === null ? '' : `: ${detail}`}`;
}

function schemaLines({ views, notes }: CopyResult): readonly string[] {
  return some([...views.map((view) => `not copied: view ${printable(view)}`), ...notes.map((note) => `note: ${printable(note)}`)]);
}

function some(lines: readonly string[]): readonly string[] {
  return lines.length <= MOST_LINES
    ? lines
    : [
        ...lines.slice(0, MOST_LINES - 1),
        `… and ${plural(lines.length - MOST_LINES + 1, 'more line', 'more lines')} (all of them: --json)`,
      ];
}
