import type { MergeResult, SkipReason } from '../dedupe/merge-clusters.ts';
import type { SplitOutcome } from '../repository/customer-split.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { keptLines } from './kept-lines.ts';
import { formatCount, formatDuration, plural } from './number.ts';
import { type Style, styleOf } from './style.ts';
import { printable } from './width.ts';

/** What the report says beside the result. */
export interface MergeReport {
  /** The run; null where nothing was written. */
  readonly run: number | null;
  readonly result: MergeResult;
  readonly database: string;
  /** The file that the plan was saved to. */
  readonly plan?: string;
}

const SHOWN = 10;
/** Why a cluster stays as it is, in words. */
const REASONS: Readonly<Record<SkipReason, string>> = {
  distinct: 'somebody decided that two of them are different',
  kind: 'a person and an organisation',
  tax_id: 'different tax ids',
  gone: 'fewer than two of them are left',
};

/** Tells what merging did, or would do. */
export async function printMerge(io: Io, mode: OutputMode, report: MergeReport): Promise<void> {
  const { run, result } = report;
  const style = await styleOf(io, 'stdout');
  const envelope = { ok: true, command: 'dedupe merge', ...(run === null ? {} : { run }), result: { ...result }, warnings: [] } as const;
  await printResult(io, mode, envelope, () =>
    [summary(report, style), ...conflictLines(result, style), ...skippedLines(result, style), style.dim(nextStep(report))].join('\n'),
  );
}

function summary({ result, database }: MergeReport, style: Style): string {
  const { clusters, merged, dryRun, elapsedMs } = result;
  if (clusters === 0) return `${database}: nothing ${dryRun ? 'would be' : 'was'} merged`;
  const verb = dryRun ? 'would merge' : 'merged';
  const what = style.bold(plural(clusters + merged, 'customer'));
  return `${database}: ${verb} ${what} into ${formatCount(clusters)} in ${formatDuration(elapsedMs)}; ${formatCount(merged)} went into another one`;
}

function conflictLines({ conflictsByField }: MergeResult, style: Style): string[] {
  const fields = Object.entries(conflictsByField);
  if (fields.length === 0) return [];
  const shown = fields.slice(0, SHOWN).map(([field, count]) => `${printable(field)} ${formatCount(count)}`);
  const more = fields.length > SHOWN ? style.dim(`, and ${formatCount(fields.length - SHOWN)} more fields: --json lists all`) : '';
  return [`different values, decided by the rules: ${shown.join(', ')}${more}`];
}

function skippedLines({ skipped }: MergeResult, style: Style): string[] {
  if (skipped.length === 0) return [];
  const lines = skipped.slice(0, SHOWN).map(({ cluster, reason }) => `  cluster ${cluster}: ${REASONS[reason]}`);
  const more = skipped.length > SHOWN ? [style.dim(`  and ${formatCount(skipped.length - SHOWN)} more: --json lists all`)] : [];
  return [style.yellow(`${plural(skipped.length, 'cluster')} left as ${skipped.length === 1 ? 'it is' : 'they are'}:`), ...lines, ...more];
}

function nextStep({ run, plan, result }: MergeReport): string {
  if (run !== null) return `run ${run} · look: crm history --run ${run} · take it back: crm undo ${run}`;
  if (plan !== undefined) return `plan saved to ${plan}; nothing was changed · do it: crm apply ${plan}`;
  if (result.dryRun) return 'dry run: nothing was changed';
  return result.skipped.length > 0 ? 'nothing was changed' : 'nothing was changed · look for duplicates: crm dedupe find';
}

/** Tells who came back. */
export async function printSplit(
  io: Io,
  mode: OutputMode,
  { run, result }: { readonly run: number | null; readonly result: SplitOutcome },
): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const envelope = { ok: true, command: 'dedupe split', ...(run === null ? {} : { run }), result: { ...result }, warnings: [] } as const;
  await printResult(io, mode, envelope, () => {
    const { restored, survivor, kept } = result;
    const who = restored.map((id) => `#${id}`).join(', ');
    const verb = run === null ? 'would bring back' : 'brought back';
    const first =
      restored.length === 0 ? `nobody ${run === null ? 'would come' : 'came'} back` : `${verb} ${style.bold(who)} out of #${survivor}`;
    const last =
      run === null ? 'dry run: nothing was changed' : `run ${run} · they will not be merged again · merge them after all: crm undo ${run}`;
    return [first, ...keptLines(kept, style), style.dim(last)].join('\n');
  });
}
