import { existsSync } from 'node:fs';
import { usersOf } from '../engines/file-users.ts';
import type { JobConfig } from '../config/job-config.ts';
import { nextTimes } from '../config/job-schedule.ts';
import { jobHealth } from '../job/job-status.ts';
import type { JobStore } from '../repository/job-store.ts';
import type { Repository } from '../repository/repository.ts';
import type { Note } from './diagnosis.ts';

/** Looks how the jobs of the config file stand. */
export async function diagnoseJobs(note: Note, jobs: ReadonlyMap<string, JobConfig>, repository: Repository, now: Date): Promise<void> {
  const store = await repository.jobs();
  await noteBroken(note, store, repository);
  for (const { job, lastGood, ageSeconds, last } of await jobHealth(jobs.keys(), store, null)) {
    const { schedule, timezone } = jobs.get(job) as JobConfig;
    const ageMs = ageSeconds === null ? null : ageSeconds * 1000;
    const next = schedule === null ? [] : nextTimes(schedule, timezone, now, 2);
    const [first, second] = next;
    const periodMs = first === undefined || second === undefined ? null : second.getTime() - first.getTime();
    const due = first === undefined ? '' : `, due ${first.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    if (last !== null && last.status !== 'done' && last.status !== 'running')
      note(
        'warning',
        `${job}: its last run (${last.id}) ${last.status === 'stopped' ? 'was stopped' : last.status}`,
        `crm job show ${last.id}`,
      );
    else if (lastGood === null) note('note', `${job}: it never ran${due}`, `crm job run ${job}`);
    else if (periodMs !== null && ageMs !== null && ageMs > 2 * periodMs)
      note(
        'warning',
        `${job}: it got through last on ${lastGood.started_at.slice(0, 10)}, which is later than its schedule`,
        `crm job run ${job}`,
      );
    else note('ok', `${job}: run ${lastGood.id} got through${due}`);
  }
}

/** Runs of jobs that count as running, and nobody is at work on them. */
async function noteBroken(note: Note, store: JobStore, repository: Repository): Promise<void> {
  const isFile = repository.engineName === 'sqlite';
  const lock = `${repository.label}-job.lock`;
  const isHeld = isFile && existsSync(lock) && usersOf(lock).length > 0;
  for (const run of await store.running()) {
    if (isFile && !isHeld && process.platform === 'linux')
      note('warning', `${run.job}: run ${run.id} was broken off`, `crm job run ${run.job}`);
    else
      note(
        'note',
        `${run.job}: run ${run.id} is at work since ${run.started_at.slice(0, 16).replace('T', ' ')} UTC`,
        `crm job show ${run.id}`,
      );
  }
}
