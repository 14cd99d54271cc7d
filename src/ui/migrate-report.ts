import type { SchemaStatus } from '../engines/migrator.ts';
import type { SchemaUpgrade } from '../repository/database-schema.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { styleOf } from './style.ts';
import { renderTable } from './table.ts';

const COLUMNS = [
  { name: 'version', type: 'integer' },
  { name: 'name', type: 'text' },
  { name: 'applied', type: 'text' },
  { name: 'state', type: 'text' },
];

/** Tells which schema versions a database has and which it lacks. */
export async function printSchemaStatus(io: Io, mode: OutputMode, database: string, status: SchemaStatus): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { current, latest, pending, applied } = status;
  const result = { current, latest, pending, applied };
  await printResult(io, mode, { ok: true, command: 'migrate status', result, warnings: statusWarnings(status) }, () => {
    const rows = [
      ...applied.map(({ version, name, appliedAt, state }) => [version, name, appliedAt.slice(0, 19).replace('T', ' '), state]),
      ...pending.map(({ version, name }) => [version, name, '', 'pending']),
    ];
    const table = renderTable(COLUMNS, rows, { maxWidth: io.columns, style });
    const next = pending.length > 0 ? `\n${style.dim('next: crm migrate up')}` : '';
    const need = current === latest ? 'up to date' : `this program needs ${latest}`;
    return `${table}${database}: schema version ${current}, ${need}${next}`;
  });
}

/** What every other command refuses. */
function statusWarnings({ applied, latest }: SchemaStatus): string[] {
  const edited = applied
    .filter(({ state }) => state === 'edited')
    .map(
      ({ version, name }) => `schema version ${version} (${name}) is not the one this program has: reinstall crm, or restore the database`,
    );
  const isNewer = applied.length > latest;
  return isNewer ? [...edited, `the schema is newer than this program knows (${latest}): install a newer crm`] : edited;
}

/** Tells what an upgrade applied, or would apply. */
export async function printUpgrade(
  io: Io,
  mode: OutputMode,
  report: { readonly database: string; readonly dryRun: boolean; readonly upgrade: SchemaUpgrade },
): Promise<void> {
  const { database, dryRun, upgrade } = report;
  const style = await styleOf(io, 'stdout');
  const { from, to, applied } = upgrade;
  const result = { from, to, dryRun, applied };
  await printResult(io, mode, { ok: true, command: 'migrate up', result, warnings: [] }, () => {
    if (applied.length === 0) return `${database}: schema version ${to} already, nothing to apply`;
    return [
      ...applied.map(({ version, name }) => `${dryRun ? 'would apply' : 'applied'} ${version} ${name}`),
      `${database}: schema version ${from} → ${to}`,
      ...(dryRun ? [style.dim('dry run: nothing was changed')] : []),
    ].join('\n');
  });
}
