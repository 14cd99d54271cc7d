import type { Engine } from '../engines/connection.ts';
import type { PlanEnd, PlanHeader, PlanLine } from '../model/plan.ts';
import { wordsInto } from './import-words.ts';
import { baselineOf, runsSince, sameBaseline } from './plan-baseline.ts';
import { PlanExecutor } from './plan-executor.ts';
import { requireMatchKeys } from './match-key-rebuild.ts';
import { MovedPlaces } from './plan-moved.ts';
import { RunLog, type RunHeader } from './run-log.ts';

/** Plans of at least this many bytes, applied to an empty database, build their indexes afterwards. */
const BULK_FROM_BYTES = 4 * 1024 * 1024;
const SHOWN_RUNS = 5;

/** A plan to be executed. */
export interface PlanRun {
  readonly header: PlanHeader;
  readonly end: PlanEnd;
  readonly sizeBytes: number;
  /** The lines between header and end; what it throws rolls back. */
  readonly lines: AsyncIterable<readonly PlanLine[]>;
  /** False rolls back at the end: a dry run. */
  readonly commit: boolean;
  /** Called when all is written, just before it is committed; what it throws rolls back. */
  readonly beforeCommit?: () => void;
}

/**
 * Executes a plan as one run in one transaction, exactly or not at all.
 * @returns the run, null after a dry run
 * @throws {CrmError} GUARD_RAIL when the data is not what it was when the plan was made; BUSY
 */
export async function runPlan(engine: Engine, plan: PlanRun, header: RunHeader, clock: () => Date): Promise<number | null> {
  await requireMatchKeys(engine);
  const now = clock().toISOString();
  const { files, counts } = plan.end;
  const { baseline } = plan.header;
  const wordIndex =
    plan.sizeBytes >= BULK_FROM_BYTES && baseline.customers === 0 && (await isEmpty(engine)) ? await engine.beginWordIndex() : null;
  try {
    return await engine.transaction(
      async (connection) => {
        const log = await RunLog.start(connection, { ...header, sourceName: files.map(({ path }) => path).join(', ') }, now);
        const moved = new MovedPlaces();
        const current = await baselineOf(connection, log.id);
        if (!sameBaseline(current, baseline)) moved.setRuns(await runsSince(connection, baseline, log.id, SHOWN_RUNS));
        const isBulk = wordIndex !== null && current.customers === 0;
        const restore = isBulk ? await connection.suspendIndexes('customers') : async () => {};
        const words = isBulk ? wordsInto(wordIndex) : connection;
        const executor = new PlanExecutor(connection, log, moved, { baseline: current, now, words });
        for await (const lines of plan.lines) await executor.take(lines);
        await executor.finish();
        moved.check();
        if (isBulk) wordIndex.start();
        await restore();
        if (isBulk) await wordIndex.finish(connection);
        await log.finish(counts, clock().toISOString(), files.map(({ sha256 }) => sha256).join(' '));
        plan.beforeCommit?.();
        return plan.commit ? log.id : null;
      },
      { commit: plan.commit },
    );
  } finally {
    await wordIndex?.dispose();
  }
}

async function isEmpty(engine: Engine): Promise<boolean> {
  return (await engine.all('SELECT 1 AS found FROM customers LIMIT 1')).length === 0;
}
