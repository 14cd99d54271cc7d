import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { nextTimes } from '../../../src/config/job-schedule.ts';
import { systemdCalendar } from '../../../src/job/systemd-calendar.ts';

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
/** In the middle of a month without changes of clocks. */
const FROM = '2026-06-10T10:17:00Z';
const COUNT = 6;

/** What systemd makes of values of `OnCalendar=`, as ISO instants. */
function systemdTimes(values: readonly string[]): string[] {
  const found = values.flatMap((value) => {
    const base = `--base-time=${FROM.replace('T', ' ').replace('Z', ' UTC')}`;
    const { stdout, status } = spawnSync('systemd-analyze', ['calendar', base, `--iterations=${COUNT}`, value], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    });
    expect({ value, status }).toEqual({ value, status: 0 });
    return [...stdout.matchAll(/(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC/g)].map(([, date, time]) => `${date}T${time}.000Z`);
  });
  return [...new Set(found)].sort().slice(0, COUNT);
}

describe('cron expressions as calendars of systemd', () => {
  test.each<[string, string | null, string[]]>([
    ['0 2 * * *', null, ['*-*-* 02:00:00']],
    ['30 2 * * *', 'Europe/Berlin', ['*-*-* 02:30:00 Europe/Berlin']],
    ['*/15 * * * *', null, ['*-*-* *:00/15:00']],
    ['* * * * *', null, ['*-*-* *:*:00']],
    ['5,10,40 9-17 * * *', 'Asia/Shanghai', ['*-*-* 09..17:05,10,40:00 Asia/Shanghai']],
    ['0 8-18/2 * * mon-fri', null, ['Mon,Tue,Wed,Thu,Fri *-*-* 08..18/2:00:00']],
    ['0 0 1-15/3 * *', null, ['*-*-01..13/3 00:00:00']],
    ['0 0 1,15 1-3 *', 'America/New_York', ['*-01..03-01,15 00:00:00 America/New_York']],
    ['0 0 13 * 5', 'UTC', ['*-*-13 00:00:00 UTC', 'Fri *-*-* 00:00:00 UTC']],
    ['0 0 * * 0', null, ['Sun *-*-* 00:00:00']],
    ['0 0 * * 6-7', null, ['Sat,Sun *-*-* 00:00:00']],
    ['@monthly', null, ['*-*-01 00:00:00']],
    ['7 */6 * * *', null, ['*-*-* 00/6:07:00']],
  ])('%s %s', (schedule, zone, expected) => {
    const values = systemdCalendar(schedule, zone);
    expect(values).toEqual(expected);
    if (!hasSystemd) return; // the table above holds everywhere; here systemd is asked as well
    const ours = nextTimes(schedule, zone ?? 'UTC', new Date(FROM), COUNT).map((time) => time.toISOString());
    expect(systemdTimes(values ?? [])).toEqual(ours);
  });

  test('there are none for what only some crons know', () => {
    expect(systemdCalendar('0 0 L * *', null)).toBeNull();
  });
});
