import type { PlanLine, PlannedRow } from '../model/plan.ts';
import { CrmError } from '../errors.ts';
import type { Repository } from '../repository/repository.ts';
import { pause } from '../interruption.ts';
import type { PlanFile } from './plan-file.ts';
import { RejectsFiles } from './rejects-files.ts';

/** How a plan is applied; every member has a default. */
export interface ApplyOptions {
  /** Goes through everything and takes it back. */
  readonly dryRun?: boolean;
  /** Where the rejected rows of the plan go; default: beside the working folder, named after the file they come from. */
  readonly rejectsPath?: string;
  readonly signal?: AbortSignal;
  /** Told how many lines of the plan are done. */
  readonly onProgress?: (lines: number) => void;
}

/** What applying a plan did: the counts are those of the plan. */
export interface ApplyResult {
  readonly plan: string;
  /** The command that the plan is of. */
  readonly planned: string;
  readonly files: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** Path of the rejects file, null when there is none. */
  readonly rejects: string | null;
  readonly elapsedMs: number;
}

/**
 * Does exactly what a plan says, in one run and one transaction; its rejected rows are written to a rejects file.
 * @returns what was done, and the run (null after a dry run)
 * @throws {CrmError} GUARD_RAIL when the data moved since the plan was made, INTEGRITY when the plan was changed, BUSY,
 * INTERRUPTED; then nothing is written
 */
export async function applyPlan(
  repository: Repository,
  plan: PlanFile,
  options: ApplyOptions = {},
): Promise<{ readonly run: number | null; readonly result: ApplyResult }> {
  const start = performance.now();
  const commit = options.dryRun !== true;
  const keepsRejects = commit || options.rejectsPath !== undefined;
  const rejects = new RejectsFiles(options.rejectsPath ?? null);
  try {
    const lines = withRejects(plan, rejects, options);
    const { header, end, sizeBytes } = plan;
    const run = await repository.apply(
      { header, end, sizeBytes, lines, commit, ...(commit ? { beforeCommit: () => rejects.publish() } : {}) },
      { plan: plan.label, sha256: end.sha256, planned: header.command },
    );
    if (!keepsRejects) rejects.discard();
    const written = keepsRejects ? rejects.finish() : [];
    const result = {
      plan: plan.label,
      planned: header.command,
      files: end.files.map(({ path }) => path),
      counts: end.counts,
      rejects: written[0]?.path ?? null,
      elapsedMs: Math.round(performance.now() - start),
    };
    return { run, result };
  } catch (error) {
    rejects.discard();
    throw error;
  }
}

/** The lines of the plan, as they are executed; what they say of rejected rows goes into the rejects file on the way. */
async function* withRejects(plan: PlanFile, rejects: RejectsFiles, options: ApplyOptions): AsyncIterable<readonly PlanLine[]> {
  const outcomes = new Map<PlannedRow['outcome'], number>();
  let done = 0;
  for await (const lines of plan.lines()) {
    await pause(options.signal);
    for (const line of lines) {
      if ('file' in line) rejects.begin(line.file.path, line.file.columns);
      if (!('row' in line)) continue;
      const { outcome } = line.row;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (outcome === 'rejected') rejects.add([rejectOf(line.row)]);
    }
    yield lines;
    done += lines.length;
    options.onProgress?.(done);
  }
  checkCounts(plan, outcomes);
  rejects.sync();
}

function rejectOf({
  line,
  byte = 0,
  column = null,
  code = '',
  reason = '',
  cells = [],
}: PlannedRow): Parameters<RejectsFiles['add']>[0][number] {
  return { line, byte, column, code, reason, cells };
}

/** A plan whose rows do not add up was not written by this program. */
function checkCounts({ label, end }: PlanFile, outcomes: ReadonlyMap<PlannedRow['outcome'], number>): void {
  const names = { created: 'create', updated: 'update', unchanged: 'unchanged', skipped: 'skipped', rejected: 'rejected' } as const;
  for (const [name, outcome] of Object.entries(names)) {
    if ((end.counts[name] ?? 0) === (outcomes.get(outcome) ?? 0)) continue;
    throw new CrmError('INTEGRITY', `the rows of ${label} do not add up: ${name}`, { hint: 'make the plan again' });
  }
}
