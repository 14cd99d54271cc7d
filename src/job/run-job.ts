import { setTimeout as sleep } from 'node:timers/promises';
import type { JobConfig, JobStepConfig } from '../config/job-config.ts';
import { shellLine } from '../config/shell-words.ts';
import { CrmError, EXIT_CODES, toCrmError } from '../errors.ts';
import { checkInterruption } from '../interruption.ts';
import type { JobEnd, JobStore } from '../repository/job-store.ts';
import type { JobCounts, JobRun } from '../repository/job-records.ts';
import type { CallFailure, CrmCall } from './crm-call.ts';
import { unmetCondition } from './job-conditions.ts';
import type { JobEnded, JobObserver, JobStarted, StepEnded } from './job-observer.ts';
import { recoverJobs, type Undoing, undoJob, undoRuns } from './recover-jobs.ts';
import { type StepPlace, type StepResult, skipped } from './guarded-call.ts';
import { runStep } from './run-step.ts';
import { addCounts, hasChanged } from './step-command.ts';

/** How a job is run. */
export interface JobOptions extends Undoing {
  readonly job: JobConfig;
  readonly call: CrmCall;
  readonly signal: AbortSignal;
  /** Only says what would be done; every step sees the database as it is. */
  readonly dryRun: boolean;
  /** Name or number of the first step to run. */
  readonly from?: string;
  /** Name or number of the only step to run. */
  readonly only?: string;
  /** How long to wait for another job, in milliseconds. */
  readonly waitMs: number;
  readonly observers: readonly JobObserver[];
}

/** How a job ended. */
export interface JobOutcome extends JobEnded {
  /** What it failed of, and in which step; null where it got through. */
  readonly failure: (CallFailure & { readonly step: StepEnded['step'] | null; readonly exitCode: number }) | null;
}

const POLL_MS = 200;
/** A server takes a moment to notice that a process that was killed is gone, and its lock with it, in milliseconds. */
const LEAST_WAIT_MS = 500;

/**
 * Runs a job: its steps one after the other, as the only job at work on the database, and records each thing as it happens.
 * @throws {CrmError} BUSY while another job is at work, USAGE for a step that is none, INTERRUPTED before anything began
 */
export async function runJob(options: JobOptions): Promise<JobOutcome> {
  const { job, store } = options;
  const chosen = chosenSteps(job, options);
  const release = await lock(options);
  try {
    const found = options.dryRun ? [] : await recoverJobs(options, options.signal);
    const earlierRuns = await store.countRuns(job.name);
    const run = options.dryRun ? null : await store.start(job.name, job.atomic);
    return await new JobRunner(options, { job, run, found }, chosen, earlierRuns).run();
  } finally {
    await release();
  }
}

/** One run of a job. */
class JobRunner {
  readonly #options: JobOptions;
  readonly #started: JobStarted;
  readonly #chosen: ReadonlySet<JobStepConfig>;
  readonly #earlierRuns: number;
  readonly #beganMs = performance.now();
  readonly #steps: StepEnded['step'][] = [];
  readonly #moves: (() => void)[] = [];
  /** The first failure; later ones can only follow where the job goes on. */
  #failure: JobOutcome['failure'] = null;
  #isStopped = false;

  constructor(options: JobOptions, started: JobStarted, chosen: ReadonlySet<JobStepConfig>, earlierRuns: number) {
    this.#options = options;
    this.#started = started;
    this.#chosen = chosen;
    this.#earlierRuns = earlierRuns;
  }

  async run(): Promise<JobOutcome> {
    const { job } = this.#started;
    await this.#tell((observer) => observer.started?.(this.#started));
    for (const [index, step] of job.steps.entries()) {
      if (this.#isStopped) break;
      await this.#step(step, index + 1);
    }
    const end = await this.#end();
    if (this.#started.run !== null) await this.#options.store.end(this.#started.run, end);
    if (end.status === 'done') for (const move of this.#moves) move();
    const outcome: JobOutcome = {
      ...this.#started,
      end: { status: end.status, exit_code: end.exitCode, counts: end.counts, message: end.message },
      steps: this.#steps,
      durationMs: performance.now() - this.#beganMs,
      failure: this.#failure,
    };
    await this.#tell((observer) => observer.ended?.(outcome));
    return outcome;
  }

  async #step(step: JobStepConfig, position: number): Promise<void> {
    const { store } = this.#options;
    const { run } = this.#started;
    const command = shellLine(step.words) + (step.inbox === null ? '' : ` ${step.inbox.pattern}`);
    const began = { position, name: step.name, command, started_at: store.now().toISOString() };
    const beganMs = performance.now();
    if (run !== null) await store.startStep(run, began);
    const result = await this.#result(step, position);
    const isInterrupted = this.#options.signal.aborted && result.status === 'failed';
    const status = isInterrupted ? 'interrupted' : result.status;
    const { exitCode, counts, crmRuns, message } = result;
    if (run !== null) await store.endStep(run, position, { status, exitCode, counts, crmRuns, message });
    const ended: StepEnded['step'] = {
      ...began,
      status,
      exit_code: exitCode,
      counts,
      crm_runs: crmRuns,
      message,
      finished_at: store.now().toISOString(),
    };
    this.#steps.push(ended);
    if (result.failure !== null) {
      this.#failure ??= { ...result.failure, step: ended, exitCode };
      this.#isStopped = isInterrupted || result.status === 'stopped' || !step.continueOnError;
    }
    await this.#tell((observer) => observer.stepEnded?.({ ...this.#started, step: ended, durationMs: performance.now() - beganMs }));
  }

  async #result(step: JobStepConfig, position: number): Promise<StepResult> {
    const { only, store } = this.#options;
    if (!this.#chosen.has(step)) return skipped(only === undefined ? 'before the step to begin with' : 'only another step was asked for');
    const facts = { now: store.now(), earlierRuns: this.#earlierRuns, hasChanged: this.#hasChanged() };
    const unmet = only === undefined ? unmetCondition(step, this.#started.job, facts) : null;
    if (unmet !== null) return skipped(unmet);
    try {
      return await runStep(this.#place(step, position), step);
    } catch (thrown) {
      const { code, message, hint = null, exitCode } = toCrmError(thrown);
      // Asked of the history: what a step of several calls did before stands.
      const crmRuns = this.#started.run === null ? [] : (await store.madeRuns(this.#started.run, position)).reverse();
      return { status: 'failed', exitCode, counts: {}, crmRuns, message, failure: { code, message, hint } };
    }
  }

  #place(step: JobStepConfig, position: number): StepPlace {
    const { repository, store, call, signal } = this.#options;
    const limits = [
      step.timeLimitMs === null ? null : performance.now() + step.timeLimitMs,
      this.#started.job.timeLimitMs === null ? null : this.#beganMs + this.#started.job.timeLimitMs,
    ].filter((limit) => limit !== null);
    return {
      ...{ repository, store, call, signal, position, run: this.#started.run },
      deadlineMs: limits.length === 0 ? null : Math.min(...limits),
      undo: (crmRuns) => undoRuns(this.#options, [...crmRuns].reverse()),
      later: this.#started.job.atomic ? (move) => this.#moves.push(move) : null,
    };
  }

  /** Whether a step before changed anything; in a dry run, whether it would. */
  #hasChanged(): boolean {
    const isPartial = this.#options.from !== undefined;
    return isPartial || this.#steps.some(({ counts, crm_runs }) => hasChanged(counts, crm_runs));
  }

  async #end(): Promise<JobEnd> {
    const counts = addCounts(this.#steps.map((step): JobCounts => step.counts));
    const failure = this.#failure;
    if (failure === null) {
      const rejected = this.#steps.some(({ exit_code }) => exit_code === EXIT_CODES.ROWS_REJECTED);
      return { status: 'done', exitCode: rejected ? EXIT_CODES.ROWS_REJECTED : 0, counts, message: null };
    }
    const isInterrupted = this.#options.signal.aborted;
    const status = isInterrupted ? 'interrupted' : failure.code === 'GUARD_RAIL' ? 'stopped' : 'failed';
    const where = failure.step === null ? '' : `step ${failure.step.position} (${failure.step.name}): `;
    const { job, run } = this.#started;
    const undone = run !== null && job.atomic && this.#isStopped ? `; ${await this.#undoAll(run)}` : '';
    return { status, exitCode: failure.exitCode, counts, message: `${where}${failure.message}${undone}` };
  }

  async #undoAll(run: number): Promise<string> {
    const words = await undoJob(this.#options, run);
    const recorded = await this.#options.store.steps(run);
    this.#steps.splice(0, this.#steps.length, ...recorded.map(({ job_run_id: _, ...step }) => step));
    return words;
  }

  /** An observer that fails does not stop the job. */
  async #tell(tell: (observer: JobObserver) => Promise<void> | undefined): Promise<void> {
    for (const observer of this.#options.observers) {
      try {
        await tell(observer);
      } catch {
        // Whoever looks on has to say so in its own way.
      }
    }
  }
}

/** The steps that are asked for. @throws {CrmError} USAGE for one that is none */
function chosenSteps({ name, steps }: JobConfig, { from, only }: Pick<JobOptions, 'from' | 'only'>): ReadonlySet<JobStepConfig> {
  const indexOf = (flag: string, wanted: string): number => {
    const byName = steps.findIndex((step) => step.name === wanted);
    const index = byName >= 0 ? byName : Number(wanted) - 1;
    if (steps[index] !== undefined) return index;
    const known = steps.map((step, at) => `${at + 1} ${step.name}`).join(', ');
    throw new CrmError('USAGE', `${flag} ${wanted}: job ${name} has no such step`, { hint: `its steps are: ${known}` });
  };
  if (only !== undefined) return new Set(steps.filter((_, at) => at === indexOf('--only', only)));
  return new Set(steps.slice(from === undefined ? 0 : indexOf('--from', from)));
}

/** Takes the lock of jobs. @throws {CrmError} BUSY naming who has it, or had it when this one was started and may not wait */
async function lock({ store, waitMs, signal }: JobOptions): Promise<() => Promise<void>> {
  const since = store.now().toISOString();
  const end = performance.now() + Math.max(waitMs, LEAST_WAIT_MS);
  for (let tries = 0; ; tries++) {
    const release = await store.tryLock();
    if (release !== null) {
      const met = tries > 0 && waitMs === 0 ? await endedSince(store, since) : null;
      if (met === null) return release;
      await release();
      throw busy(met, 'was at work on this database when this one was started');
    }
    if (performance.now() >= end) break;
    await sleep(POLL_MS);
    checkInterruption(signal);
  }
  const [holder] = (await store.running()).reverse();
  throw busy(holder, 'is at work on this database');
}

/** The job that was at work and has ended since: who waits only for the lock of a dead one must not run after a living one. */
async function endedSince(store: JobStore, since: string): Promise<JobRun | null> {
  const [newest] = await store.runs({ limit: 1 });
  return newest?.finished_at != null && newest.finished_at >= since ? newest : null;
}

function busy(holder: JobRun | undefined, what: string): CrmError {
  const who =
    holder === undefined
      ? 'another job'
      : `job ${holder.job} (run ${holder.id}, since ${holder.started_at}, by ${holder.actor} on ${holder.host})`;
  return new CrmError('BUSY', `${who} ${what}`, {
    hint: 'wait for it with --wait 10m, or see what it does with: crm job history',
    ...(holder === undefined ? {} : { details: { run: holder.id, job: holder.job, since: holder.started_at, host: holder.host } }),
  });
}
