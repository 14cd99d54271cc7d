import type { JobStepConfig } from '../config/job-config.ts';
import { EXIT_CODES } from '../errors.ts';
import type { JobCounts } from '../repository/job-records.ts';
import type { JobStore } from '../repository/job-store.ts';
import type { Repository } from '../repository/repository.ts';
import type { CallEnd, CallFailure, CrmCall } from './crm-call.ts';
import { brokenRail, railsOf } from './guard-rails.ts';
import { countsOf, dryWords } from './step-command.ts';

/** What a step works with. */
export interface StepPlace {
  readonly repository: Repository;
  readonly store: JobStore;
  readonly call: CrmCall;
  readonly signal: AbortSignal;
  /** Number of the run of the job; null in a dry run. */
  readonly run: number | null;
  readonly position: number;
  /** When the step, or the whole job, has to end, as `performance.now()` counts; null: never. */
  readonly deadlineMs: number | null;
  /** Takes a run back; see `undoRuns`. */
  readonly undo: (crmRuns: readonly number[]) => Promise<string>;
  /** Done when the job has got through: in an atomic job files stay where they are until then. */
  readonly later: ((move: () => void) => void) | null;
}

/** How a step, or a call of one, ended. */
export interface StepResult {
  readonly status: 'done' | 'failed' | 'stopped' | 'skipped';
  readonly exitCode: number;
  readonly counts: JobCounts;
  readonly crmRuns: readonly number[];
  readonly message: string | null;
  readonly failure: CallFailure | null;
}

/** A dry run before the call, whose counts may stop it. */
type Rehearsal = { readonly stopped: StepResult } | { readonly stopped: null; readonly customers: number };

/**
 * Calls crm within the guard rails of a step: its dry run comes first, and where that breaks one nothing is written. Another
 * program may write between the two: the counts of the call itself are looked at as well, and taken back where they are too many.
 */
export async function guardedCall(place: StepPlace, step: JobStepConfig, words: readonly string[]): Promise<StepResult> {
  if (place.run === null) return rehearsedOnly(place, step, words);
  const rehearsed = await rehearsal(place, step, words);
  if (rehearsed.stopped !== null) return rehearsed.stopped;
  const end = await place.call(words, callOptions(place));
  const result = await resultOf(place, end);
  const broken = result.status === 'done' ? brokenRail(words, step, result.counts, rehearsed) : null;
  if (broken === null) return result;
  const undone = await place.undo(result.crmRuns);
  return stoppedBy(`${broken}; another program wrote meanwhile: ${undone}`, result.counts, result.crmRuns);
}

async function rehearsal(place: StepPlace, step: JobStepConfig, words: readonly string[]): Promise<Rehearsal> {
  const customers = await place.repository.count();
  const dry = railsOf(words, step).length === 0 ? null : dryWords(words);
  if (dry === null) return { stopped: null, customers };
  const end = await place.call(dry, callOptions(place));
  if (end.failure !== null) return { stopped: failedWith(end, []) };
  const broken = brokenRail(words, step, countsOf(end.result), { customers });
  return broken === null ? { stopped: null, customers } : { stopped: stoppedBy(`${broken}; nothing was written`, {}, []) };
}

async function rehearsedOnly(place: StepPlace, step: JobStepConfig, words: readonly string[]): Promise<StepResult> {
  const dry = dryWords(words);
  if (dry === null) return skipped('it has no dry run');
  const end = await place.call(dry, callOptions(place));
  if (end.failure !== null) return failedWith(end, []);
  const counts = countsOf(end.result);
  const broken = brokenRail(words, step, counts, { customers: await place.repository.count() });
  if (broken !== null) return stoppedBy(`${broken}: it would stop here`, counts, []);
  return { status: 'done', exitCode: end.exitCode, counts, crmRuns: [], message: null, failure: null };
}

async function resultOf({ store, run, position }: StepPlace, end: CallEnd): Promise<StepResult> {
  // Asked of the history, not of the call: what was committed before a death of its process is found, too.
  const crmRuns = run === null ? [] : (await store.madeRuns(run, position)).reverse();
  if (end.failure !== null) return failedWith(end, crmRuns);
  return { status: 'done', exitCode: end.exitCode, counts: countsOf(end.result), crmRuns, message: null, failure: null };
}

/** A step that was passed over. */
export function skipped(message: string): StepResult {
  return { status: 'skipped', exitCode: 0, counts: {}, crmRuns: [], message, failure: null };
}

/** A step that a guard rail stopped. */
export function stoppedBy(message: string, counts: JobCounts, crmRuns: readonly number[]): StepResult {
  const failure: CallFailure = { code: 'GUARD_RAIL', message, hint: null };
  return { status: 'stopped', exitCode: EXIT_CODES.GUARD_RAIL, counts, crmRuns, message, failure };
}

function failedWith({ exitCode, failure, result }: CallEnd, crmRuns: readonly number[]): StepResult {
  const status = failure?.code === 'GUARD_RAIL' ? 'stopped' : 'failed';
  return { status, exitCode, counts: countsOf(result), crmRuns, message: failure?.message ?? null, failure };
}

/** Options of a call of this step. */
export function callOptions({ signal, run, position, deadlineMs }: StepPlace): Parameters<CrmCall>[1] {
  return { signal, timeLimitMs: deadlineMs === null ? null : deadlineMs - performance.now(), step: { run, position } };
}
