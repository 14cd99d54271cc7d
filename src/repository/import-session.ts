import type { Engine } from '../engines/connection.ts';
import type { ImportFeed } from './import-batch.ts';
import type { ImportCounts, ImportSettings } from './import-settings.ts';
import { ImportWriter } from './import-writer.ts';
import { RunLog, type RunHeader } from './run-log.ts';

/** Loads of at least this many bytes into an empty database build their indexes afterwards. */
const BULK_FROM_BYTES = 2 * 1024 * 1024;

/** What is to be imported, as far as it is known beforehand. */
export interface ImportPlan {
  readonly header: RunHeader;
  readonly settings: ImportSettings;
  /** Size of all files, null when unknown. */
  readonly sizeBytes: number | null;
  /** False rolls back at the end: a dry run with exact counts. */
  readonly commit: boolean;
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
 * @param feed gives all rows and returns the SHA-256 of what was read
 * @throws {CrmError} BUSY when another writer holds the database; whatever `feed` throws rolls back
 */
export async function runImport(
  engine: Engine,
  plan: ImportPlan,
  clock: () => Date,
  feed: (session: ImportFeed) => Promise<{ sha256: string }>,
): Promise<ImportOutcome> {
  const bulk = (plan.sizeBytes === null || plan.sizeBytes >= BULK_FROM_BYTES) && !(await hasCustomers(engine));
  const wordIndex = bulk ? await engine.beginWordIndex() : null;
  try {
    return await engine.transaction(
      async (connection) => {
        const log = await RunLog.start(connection, plan.header, plan.settings.now);
        // Another run may have made customers while this one waited for the lock: their words must stay.
        const hadCustomers = await hasCustomers(connection);
        const isBulk = bulk && !hadCustomers;
        const restore = isBulk ? await connection.suspendIndexes('customers') : async () => {};
        const writer = new ImportWriter(connection, log, plan.settings, { hadCustomers, wordIndex: isBulk ? wordIndex : null });
        const { sha256 } = await feed(writer);
        await writer.finish(restore);
        checkCounts(writer.counts);
        await log.finish({ ...writer.counts }, clock().toISOString(), sha256);
        return { run: plan.commit ? log.id : null, counts: writer.counts };
      },
      { commit: plan.commit },
    );
  } finally {
    await wordIndex?.dispose();
  }
}

async function hasCustomers(reader: Pick<Engine, 'all'>): Promise<boolean> {
  return (await reader.all('SELECT 1 AS found FROM customers LIMIT 1')).length > 0;
}

/** The law that every row read is accounted for, checked by the code itself. */
function checkCounts(counts: ImportCounts): void {
  const { read, created, updated, unchanged, skipped, rejected } = counts;
  if (read === created + updated + unchanged + skipped + rejected) return;
  throw new Error(`rows are not accounted for: ${JSON.stringify(counts)}`);
}
