import type { JobConfig } from '../config/job-config.ts';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import { stepMistake } from '../job/step-command.ts';

/** The jobs of the config file, which is checked as a whole. @throws {CrmError} CONFIG_INVALID */
export async function jobsOf(context: Context): Promise<ReadonlyMap<string, JobConfig>> {
  const { loadJobs } = await import('../config/check-config.ts');
  return loadJobs(context.configPath(), stepMistake);
}

/** One job of the config file. @throws {CrmError} CONFIG_INVALID, NOT_FOUND */
export async function jobNamed(context: Context, name: string): Promise<JobConfig> {
  const jobs = await jobsOf(context);
  const job = jobs.get(name);
  if (job !== undefined) return job;
  const near = nearest(name, jobs.keys());
  const known =
    jobs.size === 0 ? `${context.configPath()} has no jobs; see docs/guide/jobs.md` : `there are ${[...jobs.keys()].join(', ')}`;
  throw new CrmError('NOT_FOUND', `there is no job ${name}`, { hint: near === undefined ? known : `did you mean ${near}?` });
}
