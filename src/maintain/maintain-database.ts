import type { UpkeepStep } from '../engines/maintenance.ts';
import { CrmError } from '../errors.ts';
import { pause } from '../interruption.ts';
import type { MaintenanceStore, RepairOutcome } from '../repository/maintenance-store.ts';
import { type CheckName, type CheckReport, type Finding, checkDatabase } from './check-database.ts';

/** What is done beside looking. */
export interface MaintainOptions {
  /** Only look. */
  readonly check: boolean;
  readonly quick: boolean;
  readonly repair: boolean;
  readonly reindex: boolean;
  readonly vacuum: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Told what is done now. */
  readonly onStep?: (name: CheckName | UpkeepStep['name'] | 'repair' | 'reindex' | 'rewrite') => void;
}

/** What was found and done. */
export interface MaintainReport {
  /** What stands in the end: after a repair, what is left. */
  readonly findings: readonly Finding[];
  readonly repaired: RepairOutcome | null;
  /** What was done, in order, and how long it took. */
  readonly steps: readonly { readonly name: UpkeepStep['name'] | 'repair' | 'reindex' | 'rewrite'; readonly elapsedMs: number }[];
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly elapsedMs: number;
}

const REPAIR_ROUNDS = 2;

/**
 * Looks at a database and keeps it in order. What is damaged is not written to.
 * @throws {CrmError} BUSY, DISK_FULL; INTERRUPTED: what was done before that is done
 */
export async function maintainDatabase(store: MaintenanceStore, options: MaintainOptions): Promise<MaintainReport> {
  const start = performance.now();
  const bytesBefore = await store.storageBytes();
  let report = await checkDatabase(store, options);
  const steps: { name: MaintainReport['steps'][number]['name']; elapsedMs: number }[] = [];
  const step = async (name: MaintainReport['steps'][number]['name'], work: () => Promise<unknown>): Promise<void> => {
    options.onStep?.(name);
    const began = performance.now();
    await work();
    steps.push({ name, elapsedMs: Math.round(performance.now() - began) });
    await pause(options.signal);
  };
  let repaired: RepairOutcome | null = null;
  if (!options.check && !isDamaged(report.findings)) {
    const check = (): Promise<void> => pause(options.signal);
    // What damaged pages hide is seen, and repaired, in the second round.
    for (let round = 0; round < REPAIR_ROUNDS && options.repair && needsRepair(report.findings); round++) {
      await step('repair', async () => {
        repaired = added(repaired, await repair(store, report, check));
      });
      report = await checkDatabase(store, options);
    }
    if (options.reindex) await step('reindex', () => store.reindex());
    store.removeLeftovers();
    const tidied = await store.tidy(check);
    steps.push(...tidied);
    if (options.vacuum) await step('rewrite', () => store.vacuum());
  }
  return {
    findings: report.findings,
    repaired,
    steps,
    bytesBefore,
    bytesAfter: await store.storageBytes(),
    elapsedMs: Math.round(performance.now() - start),
  };
}

/** What several repairs did together. */
function added(before: RepairOutcome | null, { run, ...counts }: RepairOutcome): RepairOutcome {
  const sums = Object.entries(counts).map(([name, count]) => [name, count + Number(before?.[name as keyof typeof counts] ?? 0)]);
  return { ...counts, ...Object.fromEntries(sums), run: run ?? before?.run ?? null };
}

async function repair(store: MaintenanceStore, report: CheckReport, check: () => Promise<void>): Promise<RepairOutcome> {
  if (report.isArchivePending) await store.recoverArchive();
  const outcome = await store.repair(report.repair, check);
  if (report.needsVacuum) await store.vacuum();
  return outcome;
}

/** Whether something is damaged that cannot be made again. */
export function isDamaged(findings: readonly Finding[]): boolean {
  return findings.some(({ state }) => state === 'damaged');
}

/** Whether a repair would put something right. */
export function needsRepair(findings: readonly Finding[]): boolean {
  return findings.some(({ state }) => state === 'repairable');
}

/** What the checks say of a database that cannot even be opened. */
export function damagedOnOpening(error: unknown): MaintainReport | null {
  if (!(error instanceof CrmError) || error.code !== 'INTEGRITY') return null;
  const finding: Finding = {
    check: 'structure',
    state: 'damaged',
    count: 1,
    message: 'the database is too damaged to be opened',
  };
  return { findings: [finding], repaired: null, steps: [], bytesBefore: 0, bytesAfter: 0, elapsedMs: 0 };
}
