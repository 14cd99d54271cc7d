import type { ArchiveResult } from '../archive/archive-customers.ts';
import type { RestoreArchivedResult } from '../archive/restore-archived.ts';
import type { Archived } from '../repository/archived-customers.ts';
import type { CustomerDetails } from '../repository/customer-details.ts';
import type { Collision } from '../repository/whole-collisions.ts';
import { type OutputMode, printResult } from './envelope.ts';
import { type Io, say } from './io.ts';
import { formatBytes, formatCount, formatDuration, plural } from './number.ts';
import { printCustomer } from './show-report.ts';
import { type Style, styleOf } from './style.ts';
import { printable } from './width.ts';

const SHOWN = 10;

/** What archiving did, and where. */
export interface ArchiveReport {
  /** The run; null where nothing was written. */
  readonly run: number | null;
  readonly result: ArchiveResult;
  readonly warnings: readonly string[];
  readonly database: string;
  /** The file that the plan was saved to. */
  readonly plan?: string;
}

/** Tells who was archived, or would be. */
export async function printArchive(io: Io, mode: OutputMode, { run, result, warnings, database, plan }: ArchiveReport): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const envelope = { ok: true, command: 'archive run', ...(run === null ? {} : { run }), result: { ...result }, warnings } as const;
  await printResult(io, mode, envelope, () => {
    const { examined, archived, dryRun, elapsedMs, bytes } = result;
    const verb = dryRun ? 'would archive' : 'archived';
    const lines = [
      `${database}: ${verb} ${style.bold(plural(archived, 'customer'))} of ${formatCount(examined)} in ${formatDuration(elapsedMs)}`,
    ];
    const policies = Object.entries(result.byPolicy).map(([name, count]) => `${printable(name)} ${formatCount(count)}`);
    if (policies.length > 0) lines.push(`by policy: ${policies.join(', ')}`);
    lines.push(...stayingLines(result, style));
    if (bytes !== null && archived > 0) lines.push(`the database: ${formatBytes(bytes.before)} before, ${formatBytes(bytes.after)} now`);
    lines.push(style.dim(nextStep(run, dryRun, plan)));
    return lines.join('\n');
  });
}

function stayingLines({ held, linked, changed, collisions }: ArchiveResult, style: Style): string[] {
  const lines: string[] = [];
  if (held > 0) lines.push(`${plural(held, 'customer')} on hold (tag hold) stayed`);
  if (linked > 0) lines.push(`${plural(linked, 'organisation')} stayed: customers who stay belong to ${linked === 1 ? 'it' : 'them'}`);
  if (changed > 0) lines.push(style.yellow(`${plural(changed, 'customer')} changed meanwhile, and stayed`));
  return [...lines, ...collisionLines(collisions, 'stayed', style)];
}

function collisionLines(collisions: readonly Collision[], verb: string, style: Style): string[] {
  if (collisions.length === 0) return [];
  const lines = collisions.slice(0, SHOWN).map(({ id, reason, other }) => `  #${id}: ${reason}${other === id ? '' : ` (#${other})`}`);
  const more = collisions.length > SHOWN ? [style.dim(`  and ${formatCount(collisions.length - SHOWN)} more: --json lists all`)] : [];
  return [style.yellow(`${plural(collisions.length, 'customer')} ${verb}, to overwrite nothing:`), ...lines, ...more];
}

function nextStep(run: number | null, dryRun: boolean, plan: string | undefined): string {
  if (run !== null) return `run ${run} · look: crm archive list · bring them back: crm undo ${run}`;
  if (plan !== undefined) return `plan saved to ${plan}; nothing was changed · do it: crm apply ${plan}`;
  return dryRun ? 'dry run: nothing was changed' : 'nothing was changed';
}

/** Tells who came back, or would. */
export async function printRestore(
  io: Io,
  mode: OutputMode,
  { run, result, database }: { readonly run: number | null; readonly result: RestoreArchivedResult; readonly database: string },
): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const envelope = { ok: true, command: 'archive restore', ...(run === null ? {} : { run }), result: { ...result }, warnings: [] } as const;
  await printResult(io, mode, envelope, () => {
    const { restored, collisions, missing, dryRun, elapsedMs } = result;
    const lines = [
      `${database}: ${dryRun ? 'would bring back' : 'brought back'} ${style.bold(plural(restored, 'customer'))} in ${formatDuration(elapsedMs)}`,
    ];
    lines.push(...collisionLines(collisions, `${dryRun ? 'would stay' : 'stayed'} in the archive`, style));
    if (missing.length > 0) {
      const shown = missing.slice(0, SHOWN).map((id) => `#${id}`);
      lines.push(style.yellow(`not archived: ${shown.join(', ')}${missing.length > SHOWN ? ', …' : ''}`));
    }
    lines.push(
      style.dim(
        run === null
          ? dryRun
            ? 'dry run: nothing was changed'
            : 'nothing was changed'
          : `run ${run} · archive them again: crm undo ${run}`,
      ),
    );
    return lines.join('\n');
  });
}

/** Prints an archived customer as `crm show` does one that is active, and since when it is archived. */
export async function printArchivedCustomer(
  io: Io,
  mode: OutputMode,
  details: CustomerDetails,
  archived: Archived | undefined,
): Promise<void> {
  const { archived_at = null, run_id = null, policy = null } = archived ?? {};
  await printCustomer(io, mode, details, { command: 'archive show', further: { archived: { at: archived_at, run: run_id, policy } } });
  if (mode.json || mode.quiet || archived_at === null) return;
  const style = await styleOf(io, 'stderr');
  const why = policy === null ? '' : ` by policy ${printable(policy)}`;
  await say(io, `${style.dim(`archived ${archived_at.slice(0, 10)}${why} · bring back: crm archive restore ${details.customer.id}`)}\n`);
}
