import type { ObjectSize } from '../engines/maintenance.ts';
import type { Finding, CheckName } from '../maintain/check-database.ts';
import { isDamaged, type MaintainReport, needsRepair } from '../maintain/maintain-database.ts';
import type { SlowReport, SlowStatement } from '../maintain/slow-queries.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatBytes, formatCount, formatDuration, plural } from './number.ts';
import { type Style, styleOf } from './style.ts';

/** What checks are called. */
const CHECK_WORDS: Readonly<Record<CheckName, string>> = {
  structure: 'structure',
  references: 'references',
  indexes: 'indexes',
  search: 'full text',
  keys: 'match keys',
  orphans: 'orphans',
  runs: 'runs',
  archive: 'archive',
  leftovers: 'leftovers',
};
const STEP_WORDS: Readonly<Record<MaintainReport['steps'][number]['name'], string>> = {
  statistics: 'statistics',
  search: 'full text merged',
  vacuum: 'space given back',
  checkpoint: 'log written to the file',
  repair: 'repaired',
  reindex: 'indexes made again',
  rewrite: 'written anew',
};
const SIZE_COLUMNS = [
  { name: 'name', type: 'text' },
  { name: 'kind', type: 'text' },
  { name: 'of', type: 'text' },
  { name: 'size', type: 'integer' },
  { name: 'unused', type: 'integer' },
];

/** Tells what the checks found and what was done. */
export async function printMaintain(
  io: Io,
  mode: OutputMode,
  report: MaintainReport & { readonly database: string; readonly isCheck: boolean },
): Promise<void> {
  const { findings, repaired, steps, bytesBefore, bytesAfter, elapsedMs, isCheck } = report;
  const style = await styleOf(io, 'stdout');
  const run = repaired?.run ?? null;
  const result = { mode: isCheck ? 'check' : 'maintain', findings, repaired, steps, bytesBefore, bytesAfter, elapsedMs };
  const isWell = findings.every(({ state }) => state === 'ok' || state === 'note');
  // What is wrong is said even when only that is wanted.
  const quietly = { ...mode, quiet: mode.quiet && isWell };
  await printResult(io, quietly, { ok: true, command: 'maintain', ...(run === null ? {} : { run }), result, warnings: [] }, () =>
    [
      ...findings.map((finding) => findingLine(finding, style)),
      ...(steps.length === 0
        ? []
        : [`done: ${steps.map((step) => `${STEP_WORDS[step.name]} (${formatDuration(step.elapsedMs)})`).join(', ')}`]),
      ...repairLines(report),
      summary(report),
      ...nextStep(report).map((line) => style.dim(line)),
    ].join('\n'),
  );
}

function findingLine({ check, state, message }: Finding, style: Style): string {
  const marks = {
    ok: style.green('ok     '),
    note: style.dim('note   '),
    repairable: style.yellow('repair '),
    damaged: style.red('damaged'),
  };
  return `${marks[state]} ${CHECK_WORDS[check].padEnd(10)} ${message}`;
}

function repairLines({ repaired }: MaintainReport): string[] {
  if (repaired === null) return [];
  const { indexes, words, keys, orphans, runs, run } = repaired;
  const counts = [
    [indexes, 'indexes made again'],
    [words, 'customers put into the full-text index'],
    [keys, 'match keys'],
    [orphans, 'orphans removed'],
    [runs, 'runs marked as failed'],
  ] as const;
  const done = counts.filter(([count]) => count > 0).map(([count, words]) => `${formatCount(count)} ${words}`);
  return [
    `repaired: ${done.length === 0 ? 'space' : done.join(', ')}${run === null ? '' : ` · run ${run} · take it back: crm undo ${run}`}`,
  ];
}

function summary({ database, bytesBefore, bytesAfter, elapsedMs }: MaintainReport & { readonly database: string }): string {
  const size = bytesBefore === bytesAfter ? formatBytes(bytesAfter) : `${formatBytes(bytesBefore)} → ${formatBytes(bytesAfter)}`;
  return `${database}: ${size}, looked at in ${formatDuration(elapsedMs)}`;
}

function nextStep({ findings }: MaintainReport): string[] {
  if (isDamaged(findings))
    return ['do not write to it; restore a backup (crm restore), or save what can be read: crm maintain --salvage NEW.db'];
  return needsRepair(findings) ? ['put it right: crm maintain --repair'] : [];
}

/** Tells what tables and indexes take. */
export async function printSizes(io: Io, mode: OutputMode, sizes: readonly ObjectSize[]): Promise<void> {
  const totalBytes = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  const result = { mode: 'sizes', totalBytes, sizes };
  const style = await styleOf(io, 'stdout');
  const { renderTable } = await import('./table.ts');
  await printResult(io, mode, { ok: true, command: 'maintain', result, warnings: [] }, () => {
    const rows = sizes
      .filter(({ bytes }) => bytes > 0)
      .map(({ name, kind, table, bytes, unusedBytes }) => [
        name,
        kind,
        table ?? '',
        formatBytes(bytes),
        unusedBytes === null ? '' : formatBytes(unusedBytes),
      ]);
    const table = renderTable(SIZE_COLUMNS, rows, { maxWidth: io.isTty.stdout ? io.columns : null, style });
    return `${table}${formatBytes(totalBytes)} in all`;
  });
}

/** Tells which statements took long. */
export async function printSlow(io: Io, mode: OutputMode, report: SlowReport): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const result = { mode: 'slow', ...report };
  await printResult(io, mode, { ok: true, command: 'maintain', result, warnings: [] }, () => {
    const { statements, log } = report;
    if (statements.length === 0) return `no slow query was logged in ${log}`;
    return [
      ...statements.flatMap((one) => [...statementLines(one, style), '']),
      `${plural(statements.length, 'statement')} in ${log}`,
    ].join('\n');
  });
}

function statementLines({ statement, count, totalMs, maxMs, plan, missingIndexes }: SlowStatement, style: Style): string[] {
  return [
    style.bold(`${formatCount(count)} × · ${formatDuration(totalMs)} in all · ${formatDuration(maxMs)} at most`),
    `  ${statement}`,
    ...plan.map((step) => style.dim(`    ${step}`)),
    ...missingIndexes.map((index) => `  missing: ${index}`),
  ];
}
