import type { UndoOutcome } from '../repository/undo.ts';
import type { Run } from '../repository/run-log.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { keptLines } from './kept-lines.ts';
import { plural } from './number.ts';
import { runCounts, runSubject } from './run-text.ts';
import { styleOf } from './style.ts';
import { printable } from './width.ts';

/** What was undone, and the run that did it (null in a dry run). */
export interface UndoReport {
  readonly undone: Run;
  readonly run: number | null;
  readonly outcome: UndoOutcome;
}

/** Tells what an undo brought back and what it kept. */
export async function printUndo(io: Io, mode: OutputMode, { undone, run, outcome }: UndoReport): Promise<void> {
  const style = await styleOf(io, 'stdout');
  const result = { run: undone.id, reverted: outcome.reverted, kept: outcome.kept };
  await printResult(io, mode, { ok: true, command: 'undo', ...(run === null ? {} : { run }), result, warnings: [] }, () => {
    const { reverted, kept } = outcome;
    const what = [undone.command, printable(runSubject(undone))].filter((part) => part !== '').join(' ');
    const lines = [
      `${run === null ? 'would take back' : 'took back'} run ${undone.id}: ${what} (${runCounts(undone)})`,
      reverted === 0 ? 'nothing was left to change back' : `${plural(reverted, 'record')} ${run === null ? 'would be ' : ''}changed back`,
    ];
    lines.push(...keptLines(kept, style));
    lines.push(style.dim(run === null ? 'dry run: nothing was changed' : `run ${run} · do it again: crm undo ${run}`));
    return lines.join('\n');
  });
}
