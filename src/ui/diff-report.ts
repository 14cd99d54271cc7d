import type { DiffLine, PlainRow } from '../migrate/diff-line.ts';
import type { DiffResult } from '../migrate/diff-tables.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatDuration, plural } from './number.ts';
import { styleOf } from './style.ts';
import { renderTable } from './table.ts';
import { AS_CUSTOMERS } from './verify-report.ts';
import { printable } from './width.ts';

const COLUMNS = [
  { name: 'table', type: 'text' },
  { name: 'rows of a', type: 'integer' },
  { name: 'rows of b', type: 'integer' },
  { name: 'missing in b', type: 'integer' },
  { name: 'different', type: 'integer' },
  { name: 'only in b', type: 'integer' },
];

/** Tells in which rows two places differ. */
export async function printDiff(io: Io, mode: OutputMode, result: DiffResult): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'migrate diff', result: { ...result }, warnings: [] }, () => {
    const { tables, differences, total, out, a, b, identical, elapsedMs } = result;
    const cells = tables.map(({ name, rowsA, rowsB, missing, different, extra }) => [name, rowsA, rowsB, missing, different, extra]);
    const hidden = total - differences.length;
    const state = identical ? style.green('identical') : style.red(plural(total, 'difference'));
    return [
      ...(result.as === 'tables' ? [] : [AS_CUSTOMERS]),
      ...differences.filter(({ kind }) => kind === 'schema').map(text),
      ...(cells.length === 0 ? [] : [renderTable(COLUMNS, cells, { maxWidth: io.columns, style }).trimEnd()]),
      ...differences.filter(({ kind }) => kind !== 'schema').map(text),
      ...(hidden > 0 ? [style.dim(`… and ${plural(hidden, 'difference')} more (all of them: --out FILE)`)] : []),
      ...(out === null ? [] : [`all differences are in ${printable(out)}`]),
      `${state}: ${printable(a)} and ${printable(b)}; ${plural(tables.length, 'table')} in ${formatDuration(elapsedMs)}`,
    ].join('\n');
  });
}

function text({ table, kind, key, row, columns, detail, values }: DiffLine): string {
  const place = columns === null ? table : `${table}.${columns.join(',')}`;
  if (kind === 'schema') return printable(`schema ${place}: ${detail ?? ''}`);
  const which = key === null ? `row ${row ?? ''}` : cellsText(key);
  const change = values === undefined ? '' : `: ${valuesText(values.a)} → ${valuesText(values.b)}`;
  return printable(`${kind} ${place}, ${which}${change}`);
}

function valuesText(values: PlainRow | null): string {
  return values === null ? '(none)' : cellsText(values);
}

function cellsText(cells: PlainRow): string {
  return Object.entries(cells)
    .map(([name, cell]) => `${name} = ${typeof cell === 'string' ? cell : JSON.stringify(cell)}`)
    .join(', ');
}
