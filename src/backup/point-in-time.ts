import { CrmError } from '../errors.ts';
import type { Run } from '../repository/run-log.ts';
import { openUpgraded } from './restored-copy.ts';

/** How near a restore came to a moment. */
export interface Landing {
  /** ISO-8601 UTC. */
  readonly asked: string;
  /** Moment whose state was restored; `asked` where that was reached. */
  readonly reached: string;
  /** Whether the customers are as they were then, as far as the runs tell. */
  readonly exact: boolean;
  /** Runs that were taken back, newest first. */
  readonly undone: readonly number[];
  /** Values that could not be taken back, because something else had changed them since. */
  readonly kept: number;
  /** Why it is not exact; null where it is. */
  readonly reason: string | null;
}

/** A database that is to be taken back to a moment. */
export interface UndoAfterOptions {
  /** Path or URL. */
  readonly database: string;
  /** The key of an encrypted file; null where there is none. */
  readonly key: Uint8Array | null;
  readonly time: Date;
  /** Moment of an earlier state that is to be had; null where there is none. */
  readonly earlier: Date | null;
  readonly now: () => Date;
}

/** What taking back came to. */
export interface UndoneAfter {
  readonly landing: Landing;
  readonly customers: number;
  /** Runs that ended after the earlier state and not after the moment; null where there is no earlier state. */
  readonly between: number | null;
}

const MANY = 1_000_000;
/** From here on exit statuses tell of the database, not of what was asked. */
const EXIT_OF_ENGINES = 10;

/**
 * Takes back all runs of a database that ended after a moment, newest first. A run that was taken back after it comes into
 * force again, because its undo is undone.
 * @throws {CrmError} DISK_FULL, CONNECTION, INTEGRITY …: what is wrong with the database, never with a run
 */
export async function undoAfter({ database, key, time, earlier, now }: UndoAfterOptions): Promise<UndoneAfter> {
  const repository = await openUpgraded(database, key, now);
  try {
    const asked = time.toISOString();
    const runs = await repository.runs({ limit: MANY });
    const undone: number[] = [];
    let kept = 0;
    let reason: string | null = null;
    for (const { id } of runs.filter((run) => endOf(run) > asked)) {
      const run = await repository.run(id);
      if (run.status === 'undone') continue;
      if (run.started_at <= asked) reason ??= `run ${id} was under way at that moment`;
      try {
        const { value } = await repository.undo(id);
        undone.push(id);
        kept += value.kept.length;
      } catch (error) {
        // A full disk, or a lost server, says nothing of the run.
        if (!(error instanceof CrmError) || error.exitCode >= EXIT_OF_ENGINES) throw error;
        reason ??= `run ${id} cannot be taken back: ${error.message}`;
      }
    }
    if (kept > 0) reason ??= `${kept} values were changed since by runs that are not known`;
    const since = earlier?.toISOString();
    const between = since === undefined ? null : runs.filter((run) => endOf(run) > since && endOf(run) <= asked).length;
    const landing = { asked, reached: asked, exact: reason === null, undone, kept, reason };
    return { landing, customers: await repository.count(), between };
  } finally {
    await repository.close();
  }
}

/** The landing of a state that is older than the moment. */
export function landedBefore(time: Date, reached: Date, between: number | null): Landing {
  const reasons = { none: null, some: `${between} runs ended between the two`, unknown: 'what was done between the two is not known' };
  const reason = between === null ? reasons.unknown : between === 0 ? reasons.none : reasons.some;
  return { asked: time.toISOString(), reached: reached.toISOString(), exact: reason === null, undone: [], kept: 0, reason };
}

/** A run that was broken off has no end: it counts from its beginning. */
function endOf({ finished_at, started_at }: Run): string {
  return finished_at ?? started_at;
}
