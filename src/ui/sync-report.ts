import type { SyncResult } from '../migrate/sync-options.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatDuration, plural } from './number.ts';
import { type Style, styleOf } from './style.ts';
import { renderTable } from './table.ts';
import { printable } from './width.ts';

const FOUND = [
  { name: 'table', type: 'text' },
  { name: 'missing in b', type: 'integer' },
  { name: 'different', type: 'integer' },
  { name: 'only in b', type: 'integer' },
];
const DONE = [
  { name: 'table', type: 'text' },
  { name: 'inserted', type: 'integer' },
  { name: 'updated', type: 'integer' },
  { name: 'deleted', type: 'integer' },
  { name: 'only in b', type: 'integer' },
  { name: 'rejected', type: 'integer' },
  { name: 'verified', type: 'text' },
];

/** How two customer databases were compared. */
const WAYS = {
  database: 'compared: all of both customer databases',
  'change log': 'compared: what the change log says that runs have touched since',
} as const;

/** Tells what was brought up to date, or would be. */
export async function printSync(io: Io, mode: OutputMode, result: SyncResult): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const warnings = result.rejects === null ? [] : [`rejected rows are in ${result.rejects}`];
  await printResult(io, mode, { ok: true, command: 'migrate sync', result: { ...result }, warnings }, () => {
    const { tables, conversions, notes, dryRun } = result;
    // A customer database has many tables, of which few change.
    const told = result.way === 'tables' ? tables : tables.filter(({ missing, different, extra }) => missing + different + extra > 0);
    const cells = told.map((table) =>
      dryRun
        ? [table.name, table.missing, table.different, table.extra]
        : [table.name, table.inserted, table.updated, table.deleted, kept(table), table.rejected, verdict(table.verified)],
    );
    return [
      ...(cells.length === 0 ? [] : [renderTable(dryRun ? FOUND : DONE, cells, { maxWidth: io.columns, style }).trimEnd()]),
      ...(result.way === 'tables' ? [] : [WAYS[result.way]]),
      ...conversions.map(
        ({ table, column, reason, cells: count }) => `converted: ${printable(`${table}.${column}`)} · ${reason} · ${plural(count, 'cell')}`,
      ),
      ...(result.snapshot === null ? [] : [`kept as it was: ${printable(result.snapshot)}`]),
      ...notes.map((note) => `note: ${printable(note)}`),
      dryRun ? style.dim('dry run: nothing was changed') : summary(result, style),
    ].join('\n');
  });
}

function summary({ tables, elapsedMs, rejects }: SyncResult, style: Style): string {
  const rows = tables.reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0);
  return `${plural(tables.length, 'table')}, ${plural(rows, 'row')} written in ${formatDuration(elapsedMs)}: ${proof(tables, rejects, style)}`;
}

function proof(tables: SyncResult['tables'], rejects: string | null, style: Style): string {
  if (tables.some(({ verified }) => verified === false)) return style.red('b is still not as a');
  if (tables.some(({ verified }) => verified === null)) return style.yellow('not verified');
  return style.green(rejects === null ? 'verified' : 'verified, but for the rejected rows');
}

/** Rows that only b had, and still has. */
function kept({ extra, deleted }: SyncResult['tables'][number]): number {
  return Math.max(0, extra - deleted);
}

function verdict(verified: boolean | null): string {
  if (verified === null) return '';
  return verified ? 'yes' : 'different';
}
