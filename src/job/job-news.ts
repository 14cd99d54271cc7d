import type { JobConfig } from '../config/job-config.ts';
import type { CrmError } from '../errors.ts';
import type { JobStore } from '../repository/job-store.ts';
import type { JobLog } from './job-log.ts';
import type { JobEnded } from './job-observer.ts';
import { type JobNews, type NotifyOptions, notify } from './notify.ts';

/** How a job that ended is told of. */
export interface NewsOptions {
  readonly env: NotifyOptions['env'];
  readonly now: Date;
  readonly signal: AbortSignal;
}

/** Whoever interrupts a job waits for it: one attempt, within the time that a command has to end, in milliseconds. */
const HASTY_MS = 1000;

/**
 * Tells how a job ended, and adds to its record what did not work with that. Dry runs are told to nobody.
 * @returns what did not work: of the notifications, and of the log
 */
export async function tellEnded(ended: JobEnded, log: JobLog | null, store: JobStore, options: NewsOptions): Promise<string[]> {
  const { run, job, end, steps, durationMs } = ended;
  if (run === null) return [];
  const news: JobNews = {
    ...{ job: job.name, run, status: end.status as JobNews['status'], exitCode: end.exit_code, counts: end.counts, message: end.message },
    durationMs: Math.round(durationMs),
    steps: steps.map(({ position, name, status, exit_code, counts, message }) => ({
      ...{ position, name, status, exitCode: exit_code, counts, message },
    })),
  };
  const problems = [log?.problem() ?? null, ...(await notify(job.notify, news, hurried(options)))].filter((problem) => problem !== null);
  if (problems.length > 0) await store.addNote(run, problems.join('; '));
  return problems;
}

/** Tells that a job could not even begin: no database, or another job at work. @returns what did not work */
export function tellNotBegun(job: JobConfig, error: CrmError, options: NewsOptions): Promise<string[]> {
  const { message, exitCode } = error;
  const news: JobNews = { job: job.name, run: null, status: 'failed', exitCode, counts: {}, message, durationMs: 0, steps: [] };
  return notify(job.notify, news, hurried(options));
}

function hurried({ env, now, signal }: NewsOptions): NotifyOptions {
  if (!signal.aborted) return { env, now, signal };
  return { env, now, patience: { attempts: 1, timeoutMs: HASTY_MS, firstPauseMs: 0 }, commandTimeoutMs: HASTY_MS };
}
