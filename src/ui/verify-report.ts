import { CONVERSION_RULES } from '../migrate/conversion.ts';
import type { Difference, PlainCell, VerifyResult } from '../migrate/verify-tables.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatDuration, formatPercent, plural } from './number.ts';
import { type Style, styleOf } from './style.ts';
import { renderTable } from './table.ts';
import { printable } from './width.ts';

/** What was compared, and what was found. */
export interface VerifyReport extends VerifyResult {
  readonly a: string;
  readonly b: string;
  readonly sample: number;
  /** As what they were compared. */
  readonly as: 'tables' | 'customer databases';
}

/** Said of customer databases, which are not compared as what their engines store. */
export const AS_CUSTOMERS =
  'both are customer databases of crm: compared by what their columns mean, the same schema version on both (as any other tables: --as-tables)';

const COLUMNS = [
  { name: 'table', type: 'text' },
  { name: 'rows', type: 'integer' },
  { name: 'rows of b', type: 'integer' },
  { name: 'differences', type: 'integer' },
  { name: 'conversions', type: 'integer' },
];

/** Tells whether two databases hold the same, and where they do not. */
export async function printMigrateVerify(io: Io, mode: OutputMode, report: VerifyReport): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'migrate verify', result: { ...report }, warnings: [] }, () => {
    const rows = report.tables.map(({ name, rowsA, rowsB, differences, conversions }) => [name, rowsA, rowsB, differences, conversions]);
    return [
      ...(report.as === 'tables' ? [] : [AS_CUSTOMERS]),
      ...(rows.length === 0 ? [] : [renderTable(COLUMNS, rows, { maxWidth: io.columns, style }).trimEnd()]),
      ...report.conversions.map(
        ({ table, column, reason, cells }) =>
          `converted ${printable(`${table}.${column}`)}: ${plural(cells, 'cell')}, ${reason} ${style.dim(CONVERSION_RULES[reason])}`,
      ),
      ...differenceLines(report, style),
      verdict(report, style),
    ].join('\n');
  });
}

function differenceLines({ differences, tables }: VerifyReport, style: Style): string[] {
  const hidden = countOf(tables) - differences.length;
  const lines = differences.map((difference) => printable(differenceLine(difference)));
  return hidden <= 0 ? lines : [...lines, style.dim(`… and ${plural(hidden, 'difference')} more (--max-differences)`)];
}

function differenceLine({ table, kind, key, row, column, detail, values }: Difference): string {
  const place = column === null ? table : `${table}.${column}`;
  if (kind === 'schema') return `schema ${place}: ${detail ?? ''}`;
  const which =
    key === null
      ? `row ${row ?? ''}`
      : Object.entries(key)
          .map(([name, cell]) => `${name} = ${cellText(cell)}`)
          .join(', ');
  const change = values === undefined ? '' : `: ${cellText(values.a)} → ${cellText(values.b)}`;
  return `${kind} ${place}, ${which}${change}`;
}

function cellText(cell: PlainCell): string {
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

function verdict({ a, b, identical, tables, sample, elapsedMs }: VerifyReport, style: Style): string {
  const rows = tables.reduce((sum, { rowsA }) => sum + rowsA, 0);
  const extent = sample >= 1 ? '' : `, cells of ${formatPercent(sample)} of them`;
  const compared = `${plural(tables.length, 'table')}, ${plural(rows, 'row')}${extent} in ${formatDuration(elapsedMs)}`;
  const found = countOf(tables);
  const state = identical ? style.green('identical') : style.red(found === 0 ? 'converted' : plural(found, 'difference'));
  return `${state}: ${printable(a)} and ${printable(b)}; ${compared}`;
}

function countOf(tables: VerifyReport['tables']): number {
  return tables.reduce((sum, { differences }) => sum + differences, 0);
}
