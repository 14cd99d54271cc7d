import { existsSync } from 'node:fs';
import { listBackups } from '../backup/list-backups.ts';
import type { JobConfig } from '../config/job-config.ts';
import { nextTimes } from '../config/job-schedule.ts';
import type { JobRun } from '../repository/job-records.ts';
import type { Repository } from '../repository/repository.ts';
import type { Run } from '../repository/run-log.ts';

/** What is in a database, at a glance; null where that is not known. */
export interface Overview {
  /** Path or URL, without its password. */
  readonly database: string;
  readonly customers: number | null;
  readonly lastRun: Run | null;
  /** Pairs that wait for an answer, counted up to `MAX_REVIEWS`. */
  readonly reviews: number | null;
  /** When the newest snapshot was made (ISO-8601 UTC); `none`: there is no backup. */
  readonly lastBackup: string | 'none' | null;
  readonly lastJob: JobRun | null;
  readonly nextJob: { readonly job: string; readonly at: Date } | null;
}

/** Pairs that wait are counted up to here: more is not told apart at a glance. */
export const MAX_REVIEWS = 1000;

/** Where the rest is. */
export interface OverviewPlaces {
  readonly database: string;
  /** Null where that is not known. */
  readonly backupFolder: string | null;
  readonly jobs: ReadonlyMap<string, JobConfig>;
  readonly now: Date;
}

/** Looks at everything; what cannot be read is not known. Never throws, asks nobody, and takes no lock. */
export async function overviewOf(repository: Repository, { database, backupFolder, jobs, now }: OverviewPlaces): Promise<Overview> {
  return {
    database,
    customers: await orNull(() => repository.count()),
    lastRun: await orNull(async () => (await repository.runs({ limit: 1 }))[0] ?? null),
    reviews: await orNull(async () => (await (await repository.duplicates()).openPairs(MAX_REVIEWS)).length),
    lastBackup: backupFolder === null ? null : await orNull(() => newestBackup(backupFolder)),
    lastJob: await orNull(async () => (await (await repository.jobs()).runs({ limit: 1 }))[0] ?? null),
    nextJob: await orNull(async () => nextOf(jobs, now)),
  };
}

async function newestBackup(folder: string): Promise<string | 'none'> {
  if (!existsSync(folder)) return 'none';
  const { snapshots } = await listBackups(folder, () => Promise.reject(new Error('nobody is asked for a passphrase here')));
  return snapshots.at(-1)?.time ?? 'none';
}

function nextOf(jobs: ReadonlyMap<string, JobConfig>, now: Date): Overview['nextJob'] {
  const next = [...jobs.values()].flatMap(({ name, schedule, timezone }) => {
    const [at] = schedule === null ? [] : nextTimes(schedule, timezone, now, 1);
    return at === undefined ? [] : [{ job: name, at }];
  });
  return next.sort((a, b) => a.at.getTime() - b.at.getTime())[0] ?? null;
}

async function orNull<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch {
    return null;
  }
}
