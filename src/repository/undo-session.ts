import type { Connection, Engine } from '../engines/connection.ts';
import { CrmError } from '../errors.ts';
import { archiveDirection, requireNoneArchived, undoArchive } from './archive-undo.ts';
import { type Run, RunLog, type RunHeader, getRun } from './run-log.ts';
import { Undo, type UndoOutcome } from './undo.ts';

/** How a run is reversed. */
export interface UndoOptions {
  /** False only rehearses. Default true. */
  readonly commit?: boolean;
  /** Told how many records are done; a throw ends the work. */
  readonly onProgress?: (done: number) => void | Promise<void>;
}

/**
 * Reverses a run, itself as a run, in one transaction; one that moved customers to or from the archive in several.
 * @param options `openArchive` is asked for the archive where the run concerns it
 * @returns what came back, and the run (null with `commit` false: a dry run)
 * @throws {CrmError} NOT_FOUND, USAGE when it was undone already, BUSY
 */
export async function runUndo(
  engine: Engine,
  id: number,
  header: RunHeader,
  clock: () => Date,
  { commit = true, onProgress, openArchive }: UndoOptions & { readonly openArchive?: () => Promise<Engine> },
): Promise<{ readonly run: number | null; readonly value: UndoOutcome }> {
  const now = clock().toISOString();
  const known = await getRun(engine, id);
  const direction = await archiveDirection(engine, known);
  if (direction !== null) {
    await requireStanding(engine, known);
    if (openArchive === undefined) throw new CrmError('USAGE', `run ${id} moved customers to or from the archive: name it`);
    const pair = { main: engine, archive: await openArchive() };
    const check = async (done: number): Promise<void> => onProgress?.(done);
    return undoArchive(pair, { run: known, direction }, { ...header, undoesRun: id }, clock, { commit, check });
  }
  return engine.transaction(
    async (connection) => {
      const run = await getRun(connection, id);
      await requireStanding(connection, run);
      await requireNoneArchived(connection, id);
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
