import type { JobConfig } from '../config/job-config.ts';
import { fiveFields, scheduleFields } from '../config/schedule-fields.ts';
import { type JobCaller, jobWordsOf, secretsOf } from './job-call.ts';

/** Lines of a crontab, and what there is to know about them. */
export interface Crontab {
  readonly text: string;
  /** Only the lines that start jobs, by job. */
  readonly entries: readonly { readonly job: string; readonly line: string }[];
  readonly warnings: readonly string[];
}

/**
 * The crontab of jobs with a schedule. Jobs of a time zone that is not that of the machine come last, below a `CRON_TZ` that holds
 * for all lines after it. No cron without `CRON_TZ` can be given another zone's times: their distance changes twice a year.
 * @param machineZone IANA name
 */
export function crontabOf(jobs: readonly JobConfig[], caller: JobCaller, machineZone: string): Crontab {
  const warnings: string[] = [];
  const entries: { readonly job: string; readonly line: string; readonly zone: string | null }[] = [];
  for (const job of jobs) {
    const line = entryLine(job, caller, warnings);
    if (line !== null) entries.push({ job: job.name, line, zone: job.timezone === machineZone ? null : job.timezone });
  }
  const zones = [...new Set(entries.map(({ zone }) => zone).filter((zone) => zone !== null))];
  for (const zone of zones) {
    const names = entries.filter((entry) => entry.zone === zone).map(({ job }) => job);
    warnings.push(
      `${names.join(', ')}: meant in ${zone}; a cron without CRON_TZ (Debian, Ubuntu, macOS) starts it at that time of ${machineZone}: use --systemd there`,
    );
  }
  const lines = [
    '# Jobs of crm: add these lines to yours with crontab -e.',
    '# MAILTO=you@example.com   # jobs say nothing when all is well: each mail is a failure',
    ...secretLines(jobs),
    ...Object.entries(caller.environment).map(([name, value]) => `${name}=${value}`),
    ...entries.filter(({ zone }) => zone === null).map(({ line }) => line),
    ...zones.flatMap((zone) => [
      `# Not every cron knows CRON_TZ: that of Debian, Ubuntu and macOS does not, and starts these at that time of ${machineZone}.`,
      `# There, leave them out and use: crm job crontab --systemd`,
      `CRON_TZ=${zone}`,
      ...entries.filter((entry) => entry.zone === zone).map(({ line }) => line),
    ]),
  ];
  return { text: `${lines.join('\n')}\n`, entries: entries.map(({ job, line }) => ({ job, line })), warnings };
}

/** Null for one that no cron can start. */
function entryLine(job: JobConfig, caller: JobCaller, warnings: string[]): string | null {
  const { name, schedule } = job;
  if (schedule === null) return null;
  const fields = scheduleFields(schedule);
  if (fields === null) {
    warnings.push(`${name}: no cron understands “${schedule}”; give it lists, ranges and steps of numbers`);
    return null;
  }
  const [, , days = '', , weekdays = ''] = fiveFields(schedule).split(' ');
  if (fields.days !== null && fields.weekdays !== null && (days.startsWith('*') || weekdays.startsWith('*')))
    warnings.push(`${name}: days that begin with * and weekdays together: cron wants both to hold, crm job next shows either`);
  return `${fiveFields(schedule)} ${commandLine(caller, name)}`;
}

/** For the shell that cron starts; a `%` would end the command there, also within quotes. */
function commandLine(caller: JobCaller, job: string): string {
  const command = `cd ${shellQuoted(caller.folder)} && ${jobWordsOf(caller, job).map(shellQuoted).join(' ')}`;
  return command.replaceAll('%', '\\%');
}

function shellQuoted(word: string): string {
  return /^[\w./:@=,+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function secretLines(jobs: readonly JobConfig[]): string[] {
  const names = [...new Set(jobs.filter(({ schedule }) => schedule !== null).flatMap(secretsOf))];
  return names.map((name) => `# ${name}=…   # signs notifications; crontabs can be read by root only`);
}
