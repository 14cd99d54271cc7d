import { setTimeout as sleep } from 'node:timers/promises';
import { CrmError, toCrmError } from '../errors.ts';
import type { JobRun, JobStep } from '../repository/job-records.ts';
import type { JobStore } from '../repository/job-store.ts';
import type { Repository } from '../repository/repository.ts';
import { checkInterruption } from '../interruption.ts';

/** What takes runs back. */
export interface Undoing {
  readonly repository: Repository;
  readonly store: JobStore;
  readonly openArchive: () => Promise<Repository>;
}

const POLL_MS = 100;
/** How long the step of a job that was killed may take to notice, in milliseconds: it has 3 s to roll back itself. */
const ORPHAN_MS = 30_000;

/**
 * Takes runs back, in the order given: the newest first.
 * @returns what became of them, in words
 */
export async function undoRuns({ repository, openArchive }: Undoing, crmRuns: readonly number[]): Promise<string> {
  const undone: number[] = [];
  let kept = 0;
  for (const id of crmRuns) {
    try {
      const { value } = await repository.undo(id, { openArchive });
      kept += value.kept.length;
      undone.push(id);
    } catch (thrown) {
      return `run ${id} could not be undone: ${toCrmError(thrown).message}`;
    }
  }
  if (undone.length === 0) return 'there was nothing to undo';
  return `${undone.length === 1 ? 'run' : 'runs'} ${undone.join(', ')} undone${kept === 0 ? '' : `; ${kept} later changes were kept`}`;
}

/** Takes back what the steps of a run of a job did, and says so in their records. @returns what became of it, in words */
export async function undoJob(undoing: Undoing, jobRun: number): Promise<string> {
  const { store } = undoing;
  const made = await store.madeRuns(jobRun);
  const words = await undoRuns(undoing, made);
  const standing = new Set(await store.madeRuns(jobRun));
  for (const step of await store.steps(jobRun)) {
    if (step.crm_runs.length === 0 || step.crm_runs.some((id) => standing.has(id))) continue;
    await store.setUndone(jobRun, step.position, 'undone', 'taken back: the job is atomic');
  }
  return words;
}

/**
 * Puts the record of jobs right that were killed: the lock of jobs is ours, so that whoever counts as running is dead. What an
 * atomic one did is taken back.
 * @returns a sentence for each
 * @throws {CrmError} BUSY where its step still works, INTERRUPTED
 */
export async function recoverJobs(undoing: Undoing, signal: AbortSignal): Promise<string[]> {
  const { store } = undoing;
  const broken = await store.running();
  if (broken.length === 0) return [];
  // Held until all is marked: a step that was just about to begin sees the mark when it gets the lock, and does nothing.
  const release = await waitForStep(store, signal);
  try {
    const found: string[] = [];
    for (const run of broken) found.push(await recover(undoing, run));
    return found;
  } finally {
    await release();
  }
}

async function recover(undoing: Undoing, run: JobRun): Promise<string> {
  const { store } = undoing;
  const steps = await store.steps(run.id);
  const broken = steps.find(({ status }) => status === 'running');
  if (broken !== undefined) {
    const crmRuns = (await store.madeRuns(run.id, broken.position)).reverse();
    await store.endStep(run.id, broken.position, { status: 'interrupted', exitCode: null, counts: {}, crmRuns, message: wordsOf(crmRuns) });
  }
  const where = broken === undefined ? '' : ` in step ${broken.position} (${broken.name})`;
  const became = run.atomic ? await undoJob(undoing, run.id) : standing(steps);
  await store.end(run.id, { status: 'interrupted', exitCode: null, counts: run.counts, message: `broken off${where}; ${became}` });
  return `run ${run.id} of ${run.job} was broken off${where}; ${became}`;
}

function wordsOf(crmRuns: readonly number[]): string {
  return crmRuns.length === 0 ? 'broken off; nothing of it was written' : `broken off; run ${crmRuns.join(', ')} stands`;
}

function standing(steps: readonly JobStep[]): string {
  const done = steps.filter(({ status }) => status === 'done').length;
  return done === 0 ? 'no step of it had ended' : `the ${done === 1 ? 'step' : `${done} steps`} before stand`;
}

async function waitForStep(store: JobStore, signal: AbortSignal): Promise<() => Promise<void>> {
  const end = performance.now() + ORPHAN_MS;
  for (;;) {
    const release = await store.tryStepLock();
    if (release !== null) return release;
    if (performance.now() >= end) {
      throw new CrmError('BUSY', 'a step of a job that was killed is still at work', {
        hint: 'wait until it has ended, and run the job again',
      });
    }
    await sleep(POLL_MS);
    checkInterruption(signal);
  }
}
