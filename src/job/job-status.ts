import type { JobConfig } from '../config/job-config.ts';
import type { JobRun } from '../repository/job-records.ts';
import type { JobStore } from '../repository/job-store.ts';

/** A job of the config file, and how it stands. */
export interface ListedJob {
  readonly job: string;
  readonly description: string | null;
  readonly schedule: string | null;
  readonly timezone: string | null;
  readonly steps: number;
  /** Null where it was never run. */
  readonly last: JobRun | null;
}

/** The jobs of the config file in its order, each with its newest run. */
export async function listJobs(jobs: Iterable<JobConfig>, store: JobStore): Promise<ListedJob[]> {
  const listed: ListedJob[] = [];
  for (const { name, description, schedule, timezone, steps } of jobs) {
    const [last = null] = await store.runs({ job: name, limit: 1 });
    listed.push({ job: name, description, schedule, timezone, steps: steps.length, last });
  }
  return listed;
}

/** Whether a job got through recently enough. */
export interface JobHealth {
  readonly job: string;
  readonly ok: boolean;
  /** The newest run that got through; null where there is none. */
  readonly lastGood: JobRun | null;
  /** Since its end, in seconds; null where there is none. */
  readonly ageSeconds: number | null;
  /** The newest run, however it ended; null where there is none. */
  readonly last: JobRun | null;
}

/**
 * How long ago jobs got through.
 * @param maxAgeMs older is not well; null: any age is, as long as it got through once
 */
export async function jobHealth(names: Iterable<string>, store: JobStore, maxAgeMs: number | null): Promise<JobHealth[]> {
  const now = store.now().getTime();
  const found: JobHealth[] = [];
  for (const job of names) {
    const lastGood = await store.lastGood(job);
    const [last = null] = await store.runs({ job, limit: 1 });
    const ageMs = lastGood === null ? null : now - Date.parse(lastGood.finished_at ?? lastGood.started_at);
    const ok = ageMs !== null && (maxAgeMs === null || ageMs <= maxAgeMs);
    found.push({ job, ok, lastGood, ageSeconds: ageMs === null ? null : Math.round(ageMs / 1000), last });
  }
  return found;
}
