import type { Crontab } from '../job/crontab.ts';
import type { DueJob } from '../job/next-runs.ts';
import type { JobUnits } from '../job/systemd-units.ts';
import { shortTime } from './card.ts';
import { type OutputMode, printResult } from './envelope.ts';
import type { Io } from './io.ts';
import { formatDuration } from './number.ts';
import { styleOf } from './style.ts';
import { renderTable } from './table.ts';

const SECONDS_OF_DAY = 86_400;

/** Prints when jobs are due, one line for each time. */
export async function printDueJobs(io: Io, mode: OutputMode, jobs: readonly DueJob[]): Promise<void> {
  const style = await styleOf(io, 'stdout');
  await printResult(io, mode, { ok: true, command: 'job next', result: { jobs }, warnings: [] }, () => {
    if (jobs.length === 0) return style.dim('the config file has no jobs');
    const columns = ['job', 'next', 'zone', 'in', 'last run', 'state'].map((name) => ({ name, type: name === 'in' ? 'number' : 'text' }));
    const rows = jobs.flatMap(({ job, schedule, timezone, next, inSeconds, last }) => {
      const head = [last === null ? 'never' : shortTime(last.started_at), last?.status ?? ''];
      if (next.length === 0) return [[job, schedule === null ? 'by hand' : 'never', '', '', ...head]];
      return next.map((time, index) => [
        index === 0 ? job : '',
        `${time.slice(0, 10)} ${time.slice(11, 16)} ${time.slice(19)}`,
        timezone ?? '',
        index === 0 ? waitText(inSeconds ?? 0) : '',
        ...(index === 0 ? head : ['', '']),
      ]);
    });
    return renderTable(columns, rows, { maxWidth: io.isTty.stdout ? io.columns : null, style });
  });
}

function waitText(seconds: number): string {
  const days = Math.floor(seconds / SECONDS_OF_DAY);
  if (days < 2) return formatDuration(seconds * 1000);
  return `${days} d`;
}

/** Prints lines of a crontab, so that they can be piped on. */
export async function printCrontab(io: Io, mode: OutputMode, { text, entries, warnings }: Crontab): Promise<void> {
  const result = { text, entries, units: [] };
  await printResult(io, mode, { ok: true, command: 'job crontab', result, warnings }, () => text);
}

/** Prints units of systemd, each below a comment with its name. */
export async function printUnits(io: Io, mode: OutputMode, units: readonly JobUnits[], warnings: readonly string[]): Promise<void> {
  const files = units.flatMap(({ service, timer }) => [service, timer]);
  const timers = units.map(({ timer }) => timer.name).join(' ');
  const text = [
    '# Save each part as the file that its first line names, in ~/.config/systemd/user, then:',
    `#   systemctl --user daemon-reload && systemctl --user enable --now ${timers.replaceAll('\\', '\\\\')}`,
    '#   loginctl enable-linger   # else user timers rest while you are not logged in',
    '',
    files.map((file) => `# ${file.name}\n${file.text}`).join('\n'),
  ].join('\n');
  const result = { text, entries: [], units };
  await printResult(io, mode, { ok: true, command: 'job crontab', result, warnings }, () => text);
}
