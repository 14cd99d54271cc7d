import type { JobConfig } from '../config/job-config.ts';
import { scheduleFields } from '../config/schedule-fields.ts';
import { type JobCaller, jobWordsOf, secretsOf } from './job-call.ts';
import { systemdCalendar } from './systemd-calendar.ts';

/** A file of systemd. */
export interface UnitFile {
  readonly name: string;
  readonly text: string;
}

/** What starts one job. */
export interface JobUnits {
  readonly job: string;
  readonly service: UnitFile;
  readonly timer: UnitFile;
}

/** The hours in which clocks change; nothing is lost by a warning too many. */
const LAST_HOUR_OF_CHANGES = 3;

/** The units of a job; null where it has no schedule, or one that systemd has no words for. */
export function systemdUnits(job: JobConfig, caller: JobCaller): JobUnits | null {
  const calendar = job.schedule === null ? null : systemdCalendar(job.schedule, job.timezone);
  if (calendar === null) return null;
  const base = `crm-${unitEscaped(job.name)}`;
  const description = `crm job ${job.name}${job.description === null ? '' : `: ${job.description}`}`;
  return {
    job: job.name,
    service: { name: `${base}.service`, text: serviceText(job, caller, description) },
    timer: { name: `${base}.timer`, text: timerText(job, calendar, description) },
  };
}

function serviceText(job: JobConfig, caller: JobCaller, description: string): string {
  return unit([
    '[Unit]',
    `Description=${plain(description)}`,
    'Wants=network-online.target',
    'After=network-online.target',
    '',
    '[Service]',
    'Type=oneshot',
    `WorkingDirectory=${percentDoubled(caller.folder)}`,
    ...Object.entries(caller.environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    ...secretsOf(job).map((name) => `# ${name} signs notifications: EnvironmentFile=/a/file/of/mode/600`),
    `ExecStart=${jobWordsOf(caller, job.name)
      .map((word) => quoted(word.replaceAll('$', '$$$$')))
      .join(' ')}`,
    '# Rejected rows are in a file of their own, and no failure.',
    'SuccessExitStatus=3',
  ]);
}

function timerText(job: JobConfig, calendar: readonly string[], description: string): string {
  return unit([
    '[Unit]',
    `Description=${plain(description)}`,
    '',
    '[Timer]',
    ...(isSkippedInSpring(job)
      ? ['# systemd passes over a time that the clock skips in spring; cron makes up for it. From 4 o’clock on there is none.']
      : []),
    ...calendar.map((value) => `OnCalendar=${value}`),
    '# A time that came while the machine was off is made up for.',
    'Persistent=true',
    '',
    '[Install]',
    'WantedBy=timers.target',
  ]);
}

function isSkippedInSpring({ schedule, timezone }: JobConfig): boolean {
  const hours = schedule === null ? null : (scheduleFields(schedule)?.hours ?? null);
  if (hours === null || !hours.some((hour) => hour <= LAST_HOUR_OF_CHANGES)) return false;
  const offset = (month: string): string =>
    new Intl.DateTimeFormat('en-US', { timeZoneName: 'longOffset', ...(timezone === null ? {} : { timeZone: timezone }) })
      .formatToParts(new Date(`2026-${month}-15T12:00:00Z`))
      .find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return offset('01') !== offset('07');
}

/** As `systemd-escape` does: other bytes than letters, digits and `:_.-` become `\xNN`. */
function unitEscaped(name: string): string {
  return [...Buffer.from(name, 'utf8')]
    .map((byte) =>
      /[A-Za-z0-9:_.-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
    )
    .join('');
}

function quoted(word: string): string {
  const text = percentDoubled(word);
  return /^[\w./:@=,+%$-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function percentDoubled(text: string): string {
  return text.replaceAll('%', '%%');
}

/** One line. */
function plain(text: string): string {
  return percentDoubled(text.replace(/\s+/g, ' ').trim().replace(/\\$/, ''));
}

function unit(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
