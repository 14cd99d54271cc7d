import type { RecordedChange, RecordedInserts, Run } from '../repository/run-log.ts';
import type { Repository } from '../repository/repository.ts';
import { CrmError } from '../errors.ts';

/** One run with what it changed. */
export interface RunDetails {
  readonly run: Run;
  /** In the order they were made, at most as many as asked for. */
  readonly changes: readonly RecordedChange[];
  /** Ranges of customers it made; these have no changes of their own. */
  readonly inserts: readonly RecordedInserts[];
}

/** A run and the first `limit` of its changes. @throws {CrmError} NOT_FOUND */
export async function runDetails(repository: Repository, id: number, limit: number): Promise<RunDetails> {
  const run = await repository.run(id);
  return { run, changes: await repository.changes({ run: id, limit }), inserts: await repository.inserts(id) };
}

/**
 * The number of a run as the user names it: a number, or `last` for the newest one that stands and is no undo.
 * @throws {CrmError} USAGE, NOT_FOUND
 */
export async function runNumber(repository: Repository, text: string): Promise<number> {
  if (text === 'last') {
    const run = await repository.lastDoneRun();
    if (run !== null) return run.id;
    throw new CrmError('NOT_FOUND', 'there is no run to take back', { hint: 'see what was done: crm history' });
  }
  const id = Number(text.replace(/^#/, ''));
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new CrmError('USAGE', `${text} is no run: give its number, or last`, { hint: 'list the runs with: crm history' });
}
