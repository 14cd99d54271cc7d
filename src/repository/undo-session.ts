import type { Connection, Engine } from '../engines/connection.ts';
import { CrmError } from '../errors.ts';
import { type Run, RunLog, type RunHeader, getRun } from './run-log.ts';
import { Undo, type UndoOutcome } from './undo.ts';

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

/** Checks that a run is not undone already. @throws {CrmError} USAGE naming the run that did it */
async function requireStanding(connection: Pick<Connection, 'all'>, run: Run): Promise<void> {
  if (run.status !== 'undone') return;
  const sql = "SELECT id FROM runs WHERE undoes_run = ? AND status = 'done' ORDER BY id DESC LIMIT 1";
  const [by] = await connection.all<{ id: number }>(sql, [run.id]);
  const hint = by === undefined ? {} : { hint: `run ${by.id} undid it; to do it again: crm undo ${by.id}` };
  throw new CrmError('USAGE', `run ${run.id} is undone already`, hint);
}
