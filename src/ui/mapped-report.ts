import type { MappedImport, MappedImportResult } from '../migrate/mapped-import.ts';
import { type OutputMode, printResult } from './envelope.ts';
import { warningText } from './import-report.ts';
import type { Io } from './io.ts';
import { formatDuration, plural } from './number.ts';
import { type Style, styleOf } from './style.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { name: 'table', type: 'text' },
  { name: 'as', type: 'text' },
  { name: 'read', type: 'integer' },
  { name: 'created', type: 'integer' },
  { name: 'updated', type: 'integer' },
  { name: 'unchanged', type: 'integer' },
  { name: 'rejected', type: 'integer' },
  { name: 'run', type: 'integer' },
];

/** Tells what an import by a mapping did, or would do. */
export async function printMapped(io: Io, mode: OutputMode, result: MappedImportResult): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const warnings = result.imports.flatMap((one) => [
    ...one.warnings.map((warning) => `${one.table}: ${warningText(warning)}`),
    ...(one.rejects === null ? [] : [`rejected rows of ${one.table} are in ${one.rejects} (mend them there, then: ${againWith(one)})`]),
  ]);
  await printResult(io, mode, { ok: true, command: 'migrate copy', result: asCopy(result), warnings }, () =>
    mappedText(result, style, io.columns),
  );
}

/** With the members that every copy has. */
function asCopy({ imports, dryRun, elapsedMs }: MappedImportResult): Record<string, unknown> {
  const tables = imports.map(({ table, read, created, updated, rejected }) => {
    return { name: table, read, written: created + updated, rejected, verified: null };
  });
  const rejects = imports.find((one) => one.rejects !== null)?.rejects ?? null;
  const nothing = { conversions: [], views: [], notes: [], differences: [], plan: [] };
  return { tables, ...nothing, rejects, dryRun, elapsedMs, imports: imports.map(({ warnings: _, ...one }) => one) };
}

function againWith({ rejects, as, source }: MappedImport): string {
  return `crm import ${rejects}${as === 'customers' ? '' : ` --type ${as}`} --source ${source}`;
}

function mappedText({ imports, dryRun, elapsedMs }: MappedImportResult, style: Style, columns: number): string {
  const cells = imports.map(({ table, as, read, created, updated, unchanged, rejected, run }) => {
    return [table, as, read, created, updated, unchanged, rejected, run ?? ''];
  });
  const rows = imports.reduce((sum, { read }) => sum + read, 0);
  const runs = imports.flatMap(({ run }) => (run === null ? [] : [run]));
  const undo = runs.reverse().map((run) => `crm undo ${run}`);
  return [
    renderTable(COLUMNS, cells, { maxWidth: columns, style }).trimEnd(),
    `${plural(imports.length, 'table')}, ${plural(rows, 'row')} in ${formatDuration(elapsedMs)}`,
    ...(dryRun ? [style.dim('dry run: nothing was changed')] : []),
    ...(undo.length > 0 ? [style.dim(`take it back, the last first: ${undo.join(', ')}`)] : []),
  ].join('\n');
}
