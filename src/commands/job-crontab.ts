import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { JobConfig } from '../config/job-config.ts';
import type { Context } from '../context.ts';
import { CrmError } from '../errors.ts';
import type { JobCaller } from '../job/job-call.ts';
import type { Examples } from './help-layout.ts';
import { jobNamed, jobsOf } from './job-config.ts';
import type { Run } from './run.ts';

/** For the help. */
export const EXAMPLES: Examples = [
  ['crm job crontab', 'lines to add with crontab -e'],
  ['crm job crontab nightly --systemd', 'a service and a timer of systemd instead'],
];

/** `crm job crontab` */
export function define(command: Command, run: Run): void {
  command
    .argument('[names...]', 'only these jobs (default: all that have a schedule)')
    .option('--systemd', 'print units of systemd instead of lines of a crontab')
    .action((names: string[], flags: { readonly systemd?: boolean }) => run(command, (context) => crontab(context, names, flags)));
}

async function crontab(context: Context, names: readonly string[], flags: { readonly systemd?: boolean }): Promise<void> {
  const jobs = await scheduledJobs(context, names);
  const warnings: string[] = [];
  const caller = callerOf(context, warnings);
  const { printCrontab, printUnits } = await import('../ui/schedule-report.ts');
  if (flags.systemd === true) {
    const { systemdUnits } = await import('../job/systemd-units.ts');
    const units = jobs.map((job) => systemdUnits(job, caller)).filter((made) => made !== null);
    const left = jobs.filter(({ name }) => !units.some(({ job }) => job === name));
    warnings.push(...left.map(({ name, schedule }) => `${name}: systemd has no words for “${schedule}”; give it lists, ranges and steps`));
    await printUnits(context.io, context.mode, units, warnings);
    return;
  }
  const { crontabOf } = await import('../job/crontab.ts');
  const made = crontabOf(jobs, caller, new Intl.DateTimeFormat().resolvedOptions().timeZone);
  await printCrontab(context.io, context.mode, { ...made, warnings: [...warnings, ...made.warnings] });
}

/** @throws {CrmError} NOT_FOUND for a job that is none, CONFIG_INVALID for one that is named and has no schedule */
async function scheduledJobs(context: Context, names: readonly string[]): Promise<JobConfig[]> {
  if (names.length === 0) {
    const jobs = [...(await jobsOf(context)).values()].filter(({ schedule }) => schedule !== null);
    if (jobs.length > 0) return jobs;
    throw new CrmError('NOT_FOUND', `no job of ${context.configPath()} has a schedule`, {
      hint: 'give one a schedule, for instance: "schedule": "0 2 * * *"',
    });
  }
  const jobs: JobConfig[] = [];
  for (const name of new Set(names)) jobs.push(await jobNamed(context, name));
  const unscheduled = jobs.find(({ schedule }) => schedule === null);
  if (unscheduled === undefined) return jobs;
  throw new CrmError('CONFIG_INVALID', `job ${unscheduled.name} has no schedule`, {
    hint: 'give it one, for instance: "schedule": "0 2 * * *"',
  });
}

/** @throws {CrmError} USAGE for a path that no line can hold */
function callerOf(context: Context, warnings: string[]): JobCaller {
  const { CRM_DB, CRM_KEY_FILE, CRM_KEY } = context.io.env;
  const caller: JobCaller = {
    node: process.execPath,
    script: resolve(process.argv[1] as string),
    folder: process.cwd(),
    config: resolve(context.configPath()),
    database: databaseOf(context, warnings),
    environment: CRM_KEY_FILE === undefined || CRM_KEY_FILE === '' ? {} : { CRM_KEY_FILE: resolve(CRM_KEY_FILE) },
  };
  if (CRM_KEY !== undefined) warnings.push('CRM_KEY is set here and not written down: give jobs a file with the key, CRM_KEY_FILE');
  if (CRM_DB !== undefined && caller.database === null) warnings.push('CRM_DB is not written down');
  const places = [caller.node, caller.script, caller.folder, caller.config, caller.database ?? '', ...Object.values(caller.environment)];
  if (!places.some((place) => /[\n\r\0]/.test(place))) return caller;
  throw new CrmError('USAGE', 'a path holds a line break, which no crontab can', { hint: 'call crm from a folder of another name' });
}

/** The database that was named on the command line or in the environment, which whoever starts the job does not have. */
function databaseOf(context: Context, warnings: string[]): string | null {
  const target = context.databaseTarget();
  const { database } = context.config();
  if (target === database || (database === undefined && target === './crm.db')) return null;
  if (!/^[a-z]+:\/\//i.test(target)) return existsSync(target) || !target.includes(':') ? resolve(target) : target;
  if (!/^[a-z]+:\/\/[^/@]*:[^/@]*@/i.test(target)) return target;
  warnings.push('the address of the database holds a password and is not written down: put it into the config file, or CRM_DB there');
  return null;
}
