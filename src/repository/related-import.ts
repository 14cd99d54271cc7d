import type { Connection, Engine } from '../engines/connection.ts';
import type { ArchivedRows } from './import-archived.ts';
import type { ImportFeed } from './import-batch.ts';
import { checkCounts, type ImportCounts, type ImportSettings } from './import-settings.ts';
import { PlanRecorder, type PlanRecording } from './plan-recorder.ts';
import type { RelatedSettings } from './related-rows.ts';
import { RelatedWriter } from './related-writer.ts';
import { RunLog, type RunHeader } from './run-log.ts';

/**
 * Imports related data as one run in one transaction: either all of it is there afterwards, or nothing.
 * @param clock tells when the run ends
 * @param feed gives all rows and returns the SHA-256 of what was read
 * @throws {CrmError} BUSY when another writer holds the database; whatever `feed` throws rolls back
 */
export async function runRelatedImport(
  engine: Engine,
  plan: {
    readonly header: RunHeader;
    readonly settings: ImportSettings;
    readonly commit: boolean;
    readonly record?: PlanRecording;
    readonly beforeCommit?: () => void;
    /** Makes what recognises rows about archived customers. */
    readonly archivedRows: (connection: Connection, runId: number) => Promise<ArchivedRows | null>;
  },
  related: RelatedSettings,
  clock: () => Date,
  feed: (session: ImportFeed) => Promise<{ sha256: string }>,
): Promise<{ readonly run: number | null; readonly counts: ImportCounts }> {
  let archived: ArchivedRows | null = null;
  const outcome = await engine.transaction(
    async (connection) => {
      const log = await RunLog.start(connection, plan.header, plan.settings.now);
      const recorder =
        plan.record &&
        (await PlanRecorder.start(connection, log, plan.record, { ...plan.header, database: engine.label, now: plan.settings.now }));
      const settings = recorder === undefined ? plan.settings : recorder.watch(plan.settings);
      archived = await plan.archivedRows(connection, log.id);
      const writer = new RelatedWriter(connection, log, settings, related, archived);
      const { sha256 } = await feed(writer);
      await writer.finish();
      checkCounts(writer.counts);
      const restored = archived?.restored ?? 0;
      await log.finish({ ...writer.counts, ...(restored > 0 ? { restored } : {}) }, clock().toISOString(), sha256);
      await recorder?.finish();
      plan.beforeCommit?.();
      return { run: plan.commit ? log.id : null, counts: writer.counts };
    },
    { commit: plan.commit },
  );
  if (plan.commit) await (archived as ArchivedRows | null)?.clear();
  return outcome;
}
