import type { CreateBackupReport } from '../backup/create-backup.ts';
import type { ListedSnapshot } from '../backup/list-backups.ts';
import type { RestoreResult } from '../backup/restore-backup.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatBytes, formatDuration, plural } from './number.ts';
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
  { name: 'snapshot', type: 'text' },
  { name: 'customers', type: 'integer' },
  { name: 'size', type: 'text' },
  { name: 'added', type: 'text' },
  { name: 'verified', type: 'text' },
  { name: 'database', type: 'text' },
];

/** Lists snapshots, oldest first. */
export async function printSnapshots(io: Io, mode: OutputMode, repository: string, snapshots: readonly ListedSnapshot[]): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'backup list', result: { repository, snapshots }, warnings: [] }, () => {
    const rows = snapshots.map((one) => [
      one.snapshot,
      one.customers,
      formatBytes(one.totalBytes),
      formatBytes(one.addedBytes),
      one.verified ? 'yes' : 'no',
      one.database,
    ]);
    const table = rows.length === 0 ? '' : renderTable(COLUMNS, rows, { maxWidth: io.columns, style });
    return `${table}${plural(snapshots.length, 'snapshot')} in ${printable(repository)}`;
  });
}

/** Tells what was brought back. */
export async function printRestored(io: Io, mode: OutputMode, result: RestoreResult): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'restore', result: { ...result }, warnings: [] }, () => {
    const { snapshot, target, customers } = result;
    return `${style.bold(printable(target))}: ${plural(customers, 'customer')} of snapshot ${snapshot}, compared with its hash`;
  });
}
