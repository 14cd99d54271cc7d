import type { SchemaStatus } from '../engines/migrator.ts';
import type { SchemaChange, SchemaDowngrade, SchemaStep } from '../repository/database-schema.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount } from './number.ts';
import { styleOf } from './style.ts';
import { renderTable } from './table.ts';
import { printable } from './width.ts';

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

/** What is told of a change of the schema. */
export interface SchemaChangeReport {
  readonly command: 'migrate up' | 'migrate down';
  readonly database: string;
  readonly dryRun: boolean;
  readonly change: (SchemaChange | SchemaDowngrade) & { readonly snapshot: string | null };
}

/** Tells what a change of the schema did; of a dry run its SQL. */
export async function printSchemaChange(io: Io, mode: OutputMode, report: SchemaChangeReport): Promise<void> {
  const { command, database, dryRun, change } = report;
  const style = await styleOf(io, 'stdout');
  const { from, to, steps, snapshot } = change;
  const lost = 'lost' in change ? { lost: change.lost } : {};
  const applied = steps.map(({ version, name, statements }) => (dryRun ? { version, name, statements } : { version, name }));
  const result = { from, to, dryRun, [command === 'migrate up' ? 'applied' : 'reverted']: applied, ...lost, snapshot };
  await printResult(io, mode, { ok: true, command, result, warnings: [] }, () => {
    if (steps.length === 0) return `${database}: schema version ${to} already, nothing to apply`;
    const verb = command === 'migrate up' ? (dryRun ? 'would apply' : 'applied') : dryRun ? 'would take back' : 'took back';
    const gone = 'lost' in change && change.lost.length > 0 ? [`${dryRun ? 'would lose' : 'lost'} ${lossWords(change.lost)}`] : [];
    return [
      ...steps.flatMap((step) => [`${verb} ${step.version} ${step.name}`, ...(dryRun ? sqlLines(step) : [])]),
      ...gone,
      `${database}: schema version ${from} → ${to}`,
      ...(snapshot === null ? [] : [style.dim(`what was there is kept as ${printable(snapshot)}`)]),
      ...(dryRun ? [style.dim('dry run: nothing was changed')] : []),
    ].join('\n');
  });
}

/** Tells what an upgrade would do, with its SQL. */
export async function printSchemaPlan(io: Io, mode: OutputMode, database: string, change: SchemaChange): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { from, to, steps } = change;
  await printResult(io, mode, { ok: true, command: 'migrate plan', result: { from, to, steps }, warnings: [] }, () => {
    if (steps.length === 0) return `${database}: schema version ${to} already, nothing to apply`;
    return [
      ...steps.flatMap((step) => [style.dim(`-- ${step.version} ${step.name}`), ...sqlLines(step)]),
      `${database}: schema version ${from} → ${to}`,
      style.dim('next: crm migrate up'),
    ].join('\n');
  });
}

/** `12 decisions of people about duplicates, 1 models of searches for duplicates` */
export function lossWords(lost: SchemaDowngrade['lost']): string {
  return lost.map(({ what, count }) => `${formatCount(count)} ${what}`).join(', ');
}

function sqlLines({ statements }: SchemaStep): string[] {
  return statements.map((statement) => `${statement};`);
}
