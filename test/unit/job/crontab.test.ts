import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JobConfig } from '../../../src/config/job-config.ts';
import { crontabOf } from '../../../src/job/crontab.ts';
import type { JobCaller } from '../../../src/job/job-call.ts';
import { localInstant } from '../../../src/job/next-runs.ts';
import { systemdUnits } from '../../../src/job/systemd-units.ts';
import { tempDir } from '../../support/temp-dir.ts';

const CALLER: JobCaller = {
  node: '/usr/bin/node',
  script: '/opt/crm/bin/crm.js',
  folder: '/srv/data',
  config: '/srv/data/crm.config.json',
  database: null,
  environment: {},
};
const job = (name: string, more: Partial<JobConfig> = {}): JobConfig => ({
  ...{ name, description: null, schedule: '0 2 * * *', timezone: null, atomic: false, timeLimitMs: null, steps: [], notify: {}, log: null },
  ...more,
});

describe('a crontab', () => {
  test('has a line for each job, those of other zones last', () => {
    const jobs = [job('a', { timezone: 'Asia/Shanghai' }), job('b'), job('c', { timezone: 'Europe/Berlin' }), job('d', { schedule: null })];
    const { text, entries, warnings } = crontabOf(jobs, CALLER, 'Europe/Berlin');
    const command = (name: string): string =>
      `cd /srv/data && /usr/bin/node /opt/crm/bin/crm.js job run ${name} --quiet --no-input --config /srv/data/crm.config.json`;
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      `0 2 * * * ${command('b')}`,
      `0 2 * * * ${command('c')}`,
      'CRON_TZ=Asia/Shanghai',
      `0 2 * * * ${command('a')}`,
    ]);
    expect(entries.map((entry) => entry.job)).toEqual(['a', 'b', 'c']);
    expect(warnings).toEqual([expect.stringContaining('a: meant in Asia/Shanghai; a cron without CRON_TZ')]);
    expect(text).toContain('# MAILTO=');
    expect(text).toContain('at that time of Europe/Berlin');
  });

  test('is told of what no cron does', () => {
    const { text, warnings } = crontabOf([job('l', { schedule: '0 0 L * *' }), job('s', { schedule: '0 0 */2 * 5' })], CALLER, 'UTC');
    expect(text).not.toContain('run l');
    expect(warnings).toEqual([expect.stringContaining('l: no cron understands “0 0 L * *”'), expect.stringContaining('cron wants both')]);
  });

  test('starts what it should from any folder, as cron and sh read it', () => {
    const folder = join(tempDir(), "it's 100% “客户” $HOME");
    mkdirSync(folder);
    writeFileSync(join(folder, 'say.mjs'), 'console.log(JSON.stringify([process.cwd(), process.argv.slice(2), process.env.CRM_KEY_FILE]))');
    const caller: JobCaller = {
      ...CALLER,
      ...{ node: process.execPath, script: join(folder, 'say.mjs'), folder, config: join(folder, 'c.json') },
      ...{ database: join(folder, 'x.db'), environment: { CRM_KEY_FILE: join(folder, 'key') } },
    };
    const { text, entries } = crontabOf([job('夜')], caller, 'UTC');
    const line = entries[0]?.line ?? '';
    // What cron does with a line: a bare % ends the command, \% is a %.
    expect(line).not.toMatch(/(?<!\\)%/);
    const command = line.split(' ').slice(5).join(' ').replaceAll('\\%', '%');
    const { stdout } = spawnSync('/bin/sh', ['-c', command], { encoding: 'utf8', cwd: '/', env: {} });
    const words = ['job', 'run', '夜', '--quiet', '--no-input', '--config', join(folder, 'c.json'), '--db', join(folder, 'x.db')];
    expect(JSON.parse(stdout)).toEqual([folder, words, null]);
    expect(text).toContain(`\nCRM_KEY_FILE=${join(folder, 'key')}\n`);
    const checked = spawnSync('crontab', ['-n', '-'], { input: text, encoding: 'utf8' });
    expect(checked.error === undefined && checked.status !== 0 ? checked.stderr : '').toBe('');
  });
});

describe('units of systemd', () => {
  test('start the job as a timer says', () => {
    const made = systemdUnits(job('nightly', { description: 'files\nof 100%', schedule: '0 5 13 * 5', timezone: 'Asia/Shanghai' }), {
      ...CALLER,
      folder: '/srv/a b%',
      environment: { CRM_KEY_FILE: '/k "1"' },
    });
    expect(made?.service.name).toBe('crm-nightly.service');
    expect(made?.service.text).toContain('Description=crm job nightly: files of 100%%\n');
    expect(made?.service.text).toContain('WorkingDirectory=/srv/a b%%\n');
    expect(made?.service.text).toContain('Environment="CRM_KEY_FILE=/k \\"1\\""\n');
    expect(made?.service.text).toContain('ExecStart=/usr/bin/node /opt/crm/bin/crm.js job run nightly --quiet');
    expect(made?.timer.text).toContain('OnCalendar=*-*-13 05:00:00 Asia/Shanghai\nOnCalendar=Fri *-*-* 05:00:00 Asia/Shanghai\n');
    expect(made?.timer.text).toContain('Persistent=true\n');
    expect(made?.timer.text).not.toContain('spring');
  });

  test('warn of the hour that spring skips, and name jobs in any language', () => {
    const made = systemdUnits(job('夜间', { timezone: 'Europe/Berlin' }), CALLER);
    expect(made?.timer.text).toContain('skips in spring');
    expect(made?.timer.name).toBe('crm-\\xe5\\xa4\\x9c\\xe9\\x97\\xb4.timer');
    expect(systemdUnits(job('x', { schedule: '0 0 L * *' }), CALLER)).toBeNull();
  });

  test('are what systemd understands, where there is one', () => {
    const folder = join(tempDir(), 'a b % "c"');
    mkdirSync(folder);
    const made = systemdUnits(job('nightly'), { ...CALLER, node: process.execPath, folder, config: join(folder, 'c.json') });
    const path = join(tempDir(), 'crm-nightly.service');
    writeFileSync(path, made?.service.text ?? '');
    expect(readFileSync(path, 'utf8')).toContain('Type=oneshot');
    const checked = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
    const complaints = (checked.stderr ?? '').split('\n').filter((line) => line.includes('crm-nightly'));
    expect(complaints).toEqual([]);
  });
});

test.each([
  ['2026-03-29T01:00:00Z', 'Europe/Berlin', '2026-03-29T03:00:00+02:00'],
  ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25T02:30:00+02:00'],
  ['2026-10-25T01:30:00Z', 'Europe/Berlin', '2026-10-25T02:30:00+01:00'],
  ['2026-11-01T06:30:00Z', 'America/New_York', '2026-11-01T01:30:00-05:00'],
  ['2026-11-01T16:30:00Z', 'Asia/Shanghai', '2026-11-02T00:30:00+08:00'],
  ['2026-11-01T16:30:00Z', 'UTC', '2026-11-01T16:30:00+00:00'],
])('%s is in %s %s', (time, zone, expected) => {
  expect(localInstant(new Date(time), zone)).toBe(expected);
});
