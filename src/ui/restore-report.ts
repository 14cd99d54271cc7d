import type { DiffBackupsResult } from '../backup/diff-backups.ts';
import type { RestoreResult } from '../backup/restore-backup.ts';
import type { RestoreCustomersResult } from '../backup/restore-customers.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatCount, plural } from './number.ts';
import { styleOf } from './style.ts';
import { printable } from './width.ts';

const SHOWN = 10;

/** Tells what was brought back. */
export async function printRestored(io: Io, mode: OutputMode, result: RestoreResult): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const { snapshot, target, customers, setAside, at } = result;
  const warnings = at === null || at.exact ? [] : [`this is the state of ${at.reached}, not of ${at.asked}: ${at.reason}`];
  await printResult(io, mode, { ok: true, command: 'restore', result: { ...result }, warnings }, () => {
    const from = snapshot === null ? 'of the database itself' : `of snapshot ${snapshot}, compared with its hash`;
    const lines = [`${style.bold(printable(target))}: ${plural(customers, 'customer')} ${from}`];
    if (at !== null && at.undone.length > 0) lines.push(`${plural(at.undone.length, 'run')} taken back, to ${at.reached}`);
    if (setAside !== null) lines.push(style.dim(`what was there is kept as ${printable(setAside)}`));
    return lines.join('\n');
  });
}

/** Tells which customers were brought back. */
export async function printRestoredCustomers(
  io: Io,
  mode: OutputMode,
  { run, result }: { readonly run: number | null; readonly result: RestoreCustomersResult },
): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const envelope = { ok: true, command: 'restore', ...(run === null ? {} : { run }), result: { ...result }, warnings: [] } as const;
  await printResult(io, mode, envelope, () => {
    const { snapshot, customers, created, updated, unchanged, conflicts, dryRun } = result;
    const would = dryRun ? 'would be ' : '';
    const lines = [
      `${style.bold(plural(customers, 'customer'))} of snapshot ${snapshot}: ${formatCount(created)} ${would}brought back, ${formatCount(updated)} ${would}changed back, ${formatCount(unchanged)} the same`,
    ];
    if (conflicts.length > 0) {
      lines.push(style.yellow(`${plural(conflicts.length, 'customer')} left alone, to overwrite nothing:`));
      lines.push(...conflicts.slice(0, SHOWN).map(({ id, reason }) => `  #${id}: ${reason}`));
      if (conflicts.length > SHOWN) lines.push(style.dim(`  and ${formatCount(conflicts.length - SHOWN)} more: --json lists all`));
    }
    const next =
      run === null ? (dryRun ? 'dry run: nothing was changed' : 'nothing was changed') : `run ${run} · take it back: crm undo ${run}`;
    return [...lines, style.dim(next)].join('\n');
  });
}

/** Tells which customers differ. */
export async function printBackupDiff(io: Io, mode: OutputMode, result: DiffBackupsResult): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'backup diff', result: { ...result }, warnings: [] }, () => {
    const { left, right, added, removed, changed, customers } = result;
    const signs = { added: '+', removed: '-', changed: '~' } as const;
    const lines = [
      `${left} → ${right}: ${formatCount(added)} added, ${formatCount(removed)} removed, ${formatCount(changed)} changed`,
      ...customers.map(
        ({ id, kind, fields }) => `  ${signs[kind]} #${id}${fields.length === 0 ? '' : `  ${printable(fields.join(', '))}`}`,
      ),
    ];
    const more = added + removed + changed - customers.length;
    if (more > 0) lines.push(style.dim(`  and ${formatCount(more)} more: --limit N lists them`));
    return lines.join('\n');
  });
}
