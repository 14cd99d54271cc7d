import type { CreateBackupReport } from '../backup/create-backup.ts';
import type { DrillResult } from '../backup/drill-backup.ts';
import type { BackupList } from '../backup/list-backups.ts';
import type { PruneResult } from '../backup/prune-backups.ts';
import type { VerifyBackupsResult } from '../backup/verify-backups.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatBytes, formatDuration, formatPercent, plural } from './number.ts';
import { styleOf } from './style.ts';
import { renderTable } from './table.ts';
import { printable } from './width.ts';

/** Tells what a backup did. */
export async function printCreated(io: Io, mode: OutputMode, repository: string, { result, warnings }: CreateBackupReport): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'backup create', result: { ...result }, warnings }, () => {
    const { snapshot, totalBytes, addedBytes, addedChunks, chunks, verified, elapsedMs } = result;
    const proof = verified ? style.green('restored and compared') : style.yellow('not verified');
    return [
      `${style.bold(snapshot)} in ${printable(repository)}: ${proof}`,
      `${formatBytes(totalBytes)} · ${plural(addedChunks, 'new chunk')} of ${plural(chunks, 'chunk')} · ${formatBytes(addedBytes)} added · ${formatDuration(elapsedMs)}`,
      style.dim(`next: crm restore ${snapshot} --to PATH`),
    ].join('\n');
  });
}

const COLUMNS = [
  { name: 'snapshot', type: 'key' },
  { name: 'customers', type: 'integer' },
  { name: 'size', type: 'text' },
  { name: 'added', type: 'text' },
  { name: 'verified', type: 'text' },
];

/** Lists snapshots, oldest first. */
export async function printSnapshots(io: Io, mode: OutputMode, repository: string, { snapshots, damaged }: BackupList): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const warnings = damaged.map((id) => `snapshot ${id} is damaged: its manifest is missing, or not the one that was written`);
  await printResult(io, mode, { ok: true, command: 'backup list', result: { repository, snapshots, damaged }, warnings }, () => {
    const rows = snapshots.map((one) => [
      one.snapshot,
      one.customers,
      formatBytes(one.totalBytes),
      formatBytes(one.addedBytes),
      one.verified ? 'yes' : 'no',
    ]);
    const table = rows.length === 0 ? '' : renderTable(COLUMNS, rows, { maxWidth: io.columns, style });
    return `${table}${plural(snapshots.length, 'snapshot')} in ${printable(repository)}`;
  });
}

/** Tells what was verified; damage is an error. */
export async function printVerified(io: Io, mode: OutputMode, result: VerifyBackupsResult): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'backup verify', result: { ...result }, warnings: [] }, () => {
    const { snapshots, share, packs, readBytes, elapsedMs } = result;
    const extent = share === 1 ? 'all of it' : `a random ${formatPercent(share)} of it`;
    return `${style.green('sound')}: ${plural(snapshots.length, 'snapshot')}, ${plural(packs, 'pack')}; read ${extent}, ${formatBytes(readBytes)} in ${formatDuration(elapsedMs)}`;
  });
}

/** Tells how a restore for practice went; a failure is an error. */
export async function printDrill(io: Io, mode: OutputMode, result: DrillResult): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'backup drill', result: { ...result }, warnings: drillWarnings(result) }, () => {
    const { snapshot, customers, totalBytes, tables, hashedTables, restoreMs, checkMs } = result;
    return [
      `${style.bold(snapshot)} ${style.green('restores')}: ${plural(customers, 'customer')}, ${formatBytes(totalBytes)}`,
      `restored in ${formatDuration(restoreMs)} · integrity, foreign keys, ${plural(tables, 'table')} counted and ${hashedTables} compared row by row in ${formatDuration(checkMs)}`,
    ].join('\n');
  });
}

function drillWarnings({ snapshot, hashedTables }: DrillResult): string[] {
  return hashedTables > 0 ? [] : [`snapshot ${snapshot} was made with --no-verify: it has no row hashes to compare with`];
}

/** Tells what was pruned, or would be. */
export async function printPruned(io: Io, mode: OutputMode, result: PruneResult): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'backup prune', result: { ...result }, warnings: [] }, () => {
    const { kept, removed, removedPacks, repackedPacks, freedBytes, dryRun } = result;
    const would = dryRun ? 'would remove' : 'removed';
    return [
      ...removed.map(({ snapshot, reason }) => `${would} ${snapshot}${reason === 'damaged' ? style.red(' (damaged)') : ''}`),
      ...kept.map(({ snapshot, reasons }) => style.dim(`keep ${snapshot}${reasons.length === 0 ? '' : ` (${reasons.join(', ')})`}`)),
      `${would} ${plural(removed.length, 'snapshot')} of ${removed.length + kept.length} · ${plural(removedPacks, 'pack')} removed, ${repackedPacks} written anew · ${formatBytes(Math.max(0, freedBytes))} freed`,
    ].join('\n');
  });
}
