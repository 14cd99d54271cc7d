import type { Connection, Engine } from '../engines/connection.ts';
import { archiveState } from './archive-pair.ts';
import type { ArchivedRows, OnArchived } from './import-archived.ts';
import type { ImportFeed } from './import-batch.ts';
import { checkCounts, type ImportCounts, type ImportSettings } from './import-settings.ts';
import { ImportWriter } from './import-writer.ts';
import { requireMatchKeys } from './match-key-rebuild.ts';
import { PlanRecorder, type PlanRecording } from './plan-recorder.ts';
import type { RelatedSettings } from './related-rows.ts';
import { RunLog, type RunHeader } from './run-log.ts';

/** Loads of at least this many bytes into an empty database build their indexes afterwards. */
const BULK_FROM_BYTES = 2 * 1024 * 1024;

/** What is to be imported, as far as it is known beforehand. */
export interface ImportPlan {
  readonly header: RunHeader;
  readonly settings: ImportSettings;
  /** Size of all files, null when unknown. */
  readonly sizeBytes: number | null;
  /** Rows of related data instead of customers. */
  readonly related?: RelatedSettings;
  /** False rolls back at the end: a dry run with exact counts. */
  readonly commit: boolean;
  /** Writes down what the import does. */
  readonly record?: PlanRecording;
  /** Called when all is written, just before it is committed; what it throws rolls back. */
  readonly beforeCommit?: () => void;
  /** What is done with rows about archived customers. Default: nothing, they make new ones. */
  readonly archived?: OnArchived;
}

/** What a feature says of an import; who does it, and when, the repository knows. */
export interface ImportRequest extends Omit<ImportPlan, 'header' | 'settings' | 'archived'> {
  readonly arguments: RunHeader['arguments'];
  readonly sourceName: string;
  readonly settings: Omit<ImportSettings, 'now'>;
}

/** How an import ended. */
export interface ImportOutcome {
  /** The run; null after a dry run. */
  readonly run: number | null;
  readonly counts: ImportCounts;
}

/**
 * Runs an import as one run in one transaction: either all of it is there afterwards, or nothing.
 * @param clock tells when the run ends
 * @param feed gives all rows and returns the SHA-256 of what was read, and how many cells were repaired: the run tells it
 * @throws {CrmError} BUSY when another writer holds the database; whatever `feed` throws rolls back
 */
export async function runImport(
  engine: Engine,
  plan: ImportPlan,
  clock: () => Date,
  feed: (session: ImportFeed) => Promise<{ sha256: string; repaired?: number }>,
): Promise<ImportOutcome> {
  await requireMatchKeys(engine);
  const archivedBy = (connection: Connection, runId: number): Promise<ArchivedRows | null> => archivedRows(engine, connection, plan, runId);
  if (plan.related !== undefined) {
    const { runRelatedImport } = await import('./related-import.ts');
    return runRelatedImport(engine, { ...plan, archivedRows: archivedBy }, plan.related, clock, feed);
  }
  const bulk = (plan.sizeBytes ?? BULK_FROM_BYTES) >= BULK_FROM_BYTES && (await isEmpty(engine));
  const wordIndex = bulk ? await engine.beginWordIndex() : null;
  let archived: ArchivedRows | null = null;
  try {
    const outcome = await engine.transaction(
      async (connection) => {
        const log = await RunLog.start(connection, plan.header, plan.settings.now);
        archived = await archivedBy(connection, log.id);
        // Another run may have made customers while this one waited for the lock: their words must stay.
        const hadCustomers = archived !== null || (await hasCustomers(connection));
        const isBulk = bulk && !hadCustomers;
        const restore = isBulk ? await connection.suspendIndexes('customers') : null;
        const { header, settings: given, record, sizeBytes } = plan;
        const recorder =
          record && (await PlanRecorder.start(connection, log, record, { ...header, database: engine.label, now: given.now }));
        const settings = recorder === undefined ? given : recorder.watch(given);
        const parts = { hadCustomers, isBulk, sizeBytes, wordIndex: isBulk ? wordIndex : null, archived };
        const writer = new ImportWriter(connection, log, settings, parts);
        const { sha256, repaired = 0 } = await feed(writer);
        await writer.finish(restore);
        checkCounts(writer.counts);
        await log.finish({ ...writer.counts, ...positive({ repaired, restored: archived?.restored ?? 0 }) }, clock().toISOString(), sha256);
        await recorder?.finish();
        plan.beforeCommit?.();
        return { run: plan.commit ? log.id : null, counts: writer.counts };
      },
      { commit: plan.commit },
    );
    if (plan.commit) await (archived as ArchivedRows | null)?.clear();
    return outcome;
  } finally {
    await wordIndex?.dispose();
  }
}

function positive(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** What recognises rows about archived customers; null where there are none. */
async function archivedRows(
  main: Engine,
  connection: Connection,
  { archived, settings, record }: Pick<ImportPlan, 'archived' | 'settings' | 'record'>,
  runId: number,
): Promise<ArchivedRows | null> {
  if (archived === undefined || !(await archiveState(connection)).hasArchived) return null;
  const { ArchivedRows } = await import('./import-archived.ts');
  return new ArchivedRows({ connection, main }, settings, archived, { runId, isPlanned: record !== undefined });
}

/** Whether there is nobody, neither here nor in the archive. */
async function isEmpty(reader: Pick<Engine, 'all'>): Promise<boolean> {
  return !(await hasCustomers(reader)) && !(await archiveState(reader)).hasArchived;
}

async function hasCustomers(reader: Pick<Engine, 'all'>): Promise<boolean> {
  return (await reader.all('SELECT 1 AS found FROM customers LIMIT 1')).length > 0;
}
