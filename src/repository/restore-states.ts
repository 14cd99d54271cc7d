import type { Engine } from '../engines/connection.ts';
import { type CustomerStates, readStates, STATE_TABLES } from './customer-states.ts';
import { RunLog, type RunHeader } from './run-log.ts';
import { StateRestore, type StatePart, type StateRestored } from './state-restore.ts';

/** Customers whose state comes from another database. */
export interface StateRequest {
  /** That database, as long as it is read. */
  readonly source: Engine;
  /** Ids of the customers, some at a time. */
  readonly ids: AsyncIterable<readonly number[]>;
  readonly parts: ReadonlySet<StatePart>;
  /** False takes everything back: a dry run with exact counts. */
  readonly commit: boolean;
  readonly check: (done: number) => Promise<void>;
}

/** Brings customers to the state that another database has of them, as one run. @returns the run, null where nothing changed */
export async function restoreStates(
  target: Engine,
  request: StateRequest,
  header: RunHeader,
  clock: () => Date,
): Promise<{ readonly run: number | null; readonly outcome: StateRestored }> {
  const now = clock().toISOString();
  let result: { readonly run: number | null; readonly outcome: StateRestored } | null = null;
  const nothing = Symbol('nothing');
  try {
    await target.transaction(
      async (connection) => {
        const log = await RunLog.start(connection, header, now);
        const restore = new StateRestore(connection, log, now, request.parts);
        let done = 0;
        for await (const ids of request.ids) {
          await restore.page(await statesOf(request.source, ids));
          done += ids.length;
          await request.check(done);
        }
        await restore.linkCompanies();
        const { created, updated, unchanged, conflicts } = restore.outcome;
        const isNothing = created + updated === 0;
        result = { run: request.commit && !isNothing ? log.id : null, outcome: restore.outcome };
        if (isNothing) throw nothing;
        await log.finish({ created, updated, unchanged, conflicts: conflicts.length }, clock().toISOString());
      },
      { commit: request.commit },
    );
  } catch (error) {
    if (error !== nothing) throw error;
  }
  return result as unknown as { readonly run: number | null; readonly outcome: StateRestored };
}

function statesOf(source: Engine, ids: readonly number[]): Promise<CustomerStates> {
  return source.transaction((connection) => readStates(connection, ids, STATE_TABLES), { commit: false });
}
