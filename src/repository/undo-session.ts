import type { Engine } from '../engines/connection.ts';
import { RunLog, type RunHeader, getRun } from './run-log.ts';
import { Undo, type UndoOutcome, requireStanding } from './undo.ts';

/**
 * Reverses a run, itself as a run, in one transaction.
 * @returns what came back, and the run (null with `commit` false: a dry run)
 * @throws {CrmError} NOT_FOUND, USAGE when it was undone already, BUSY
 */
export async function runUndo(
  engine: Engine,
  id: number,
  header: RunHeader,
  clock: () => Date,
  { commit = true, onProgress }: { readonly commit?: boolean; readonly onProgress?: (done: number) => void | Promise<void> },
): Promise<{ readonly run: number | null; readonly value: UndoOutcome }> {
  const now = clock().toISOString();
  return engine.transaction(
    async (connection) => {
      const run = await getRun(connection, id);
      await requireStanding(connection, run);
      const log = await RunLog.start(connection, { ...header, undoesRun: id }, now);
      const value = await new Undo(connection, log, now).reverse(run, onProgress);
      await log.finish({ reverted: value.reverted, kept: value.kept.length }, clock().toISOString());
      return { run: commit ? log.id : null, value };
    },
    { commit },
  );
}
