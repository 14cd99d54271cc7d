import type { Connection } from '../engines/connection.ts';
import { type ArchivePair, recoverArchive } from './archive-pair.ts';
import type { ArchiveStep } from './archive-move.ts';
import { PageSize } from './archive-pages.ts';
import { type Returned, moveIn } from './archive-return.ts';
import { ArchiveWork } from './archive-work.ts';
import type { RunHeader } from './run-log.ts';
import type { Collision } from './whole-collisions.ts';

/** Archived customers that are to come back. */
export interface RestoreRequest {
  /** Some of them at a time, as many as are asked for; none at the end. */
  readonly next: (limit: number) => Promise<readonly number[]>;
  /** False takes everything back: a dry run with exact results. */
  readonly commit: boolean;
  readonly check: (done: number) => Promise<void>;
  /** Done in the run when all are back. */
  readonly atEnd?: (connection: Connection) => Promise<void>;
  /** Told after each step of each page: `moved` when customers are back, `removed` when their copies are gone. */
  readonly onStep?: (step: Extract<ArchiveStep, 'moved' | 'removed'>) => void | Promise<void>;
}

/** What bringing back did. */
export interface RestoreOutcome {
  /** The run; null where nobody came back. */
  readonly run: number | null;
  readonly restored: number;
  /** Customers that stay in the archive, because they would overwrite something. */
  readonly collisions: readonly Collision[];
  /** Ids that are not archived. */
  readonly missing: readonly number[];
}

/**
 * Brings archived customers back whole, as one run.
 * @throws {CrmError} BUSY, INTEGRITY; who was brought back before stays
 */
export async function restoreCustomers(
  pair: ArchivePair,
  request: RestoreRequest,
  header: RunHeader,
  clock: () => Date,
): Promise<RestoreOutcome> {
  const { commit, check, onStep = () => {} } = request;
  const size = new PageSize();
  const collisions: Collision[] = [];
  const missing: number[] = [];
  let restored = 0;
  const work = new ArchiveWork({ ...pair, header, clock, counts: () => ({ restored }) });
  const count = (page: Returned): void => {
    restored += page.restored.length;
    collisions.push(...page.collisions);
    missing.push(...page.missing);
    size.learn({ customers: page.restored.length, ...page });
  };
  await work.alone(async () => {
    for (let ids = await request.next(size.next); ids.length > 0; ids = await request.next(size.next)) {
      await check(restored);
      if (commit) await restorePage(ids);
      else count(await rehearse(pair, ids));
    }
    const { atEnd } = request;
    if (commit && atEnd !== undefined) await work.inRun(atEnd);
  });
  return { run: work.run, restored, collisions, missing };

  async function restorePage(ids: readonly number[]): Promise<void> {
    const before = restored;
    try {
      await work.inRun(async (connection, runId) => count(await moveIn(pair, connection, ids, runId)));
    } catch (error) {
      restored = before;
      throw error;
    }
    await onStep('moved');
    await recoverArchive(pair);
    await onStep('removed');
  }
}

/** What would happen: everything is done and taken back. */
function rehearse(pair: ArchivePair, ids: readonly number[]): Promise<Returned> {
  return pair.main.transaction(
    async (connection) => {
      // Some run has archived them.
      const [run] = await connection.all<{ id: number }>('SELECT max(id) AS id FROM runs');
      return moveIn(pair, connection, ids, run?.id ?? 0);
    },
    { commit: false },
  );
}
