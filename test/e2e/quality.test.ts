import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { runCli, runCliTty } from '../support/cli.ts';
import { resultOf, sampleFolder } from '../support/sample-database.ts';
import { tempDir } from '../support/temp-dir.ts';
import { terminalAvailable } from '../support/terminal.ts';
import { displayWidth } from '../../src/ui/width.ts';

let cwd = '';
beforeEach(async () => {
  cwd = await sampleFolder();
});

const crm = (...args: string[]) => runCli(args, { cwd, env: { LANG: 'C.UTF-8', LC_ALL: undefined } });
const kept = (): number => {
  const db = new Database(join(cwd, 'crm.db'), { readonly: true });
  const { n } = db.prepare('SELECT count(*) AS n FROM quality_reports').get() as { n: number };
  db.close();
  return n;
};

describe('crm quality', () => {
  test('prints fields, dimensions, findings and the score', async () => {
    const { exitCode, stdout, stderr } = await crm('quality');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^7 customers\n\nfield +filled +valid +canonical +unique +fresh\n/);
    expect(stdout).toMatch(/^phone +\S*[█▏▎▍▌▋▊▉░]+ +57\.1% +100% /m);
    expect(stdout).toMatch(/^empty everywhere: .*job_title/m);
    expect(stdout).toMatch(/^completeness +[█▏▎▍▌▋▊▉░]+ +\d+\.\d% +uniqueness /m);
    expect(stdout).toMatch(/^note +3 {2}Phone: empty +crm query "phone is empty"$/m);
    expect(stdout).toMatch(/^score \d+\.\d of 100 · next: crm /m);
    for (const value of ['Ada', 'example.com', '+44', '上海']) expect(stdout).not.toContain(value);
  });

  test('in Chinese, by --lang or by the locale; aligned', async () => {
    const { stdout } = await crm('quality', '--lang', 'zh');
    expect(stdout).toContain('电话 phone');
    expect(stdout).toContain('完整性');
    const rows = stdout.split('\n').filter((line) => /^\S+ [a-z_]+ .*%$/.test(line));
    expect(new Set(rows.map(displayWidth)).size).toBe(1);
    expect((await runCli(['quality'], { cwd, env: { LC_ALL: 'zh_CN.UTF-8' } })).stdout).toContain('电话 phone');
  });

  test('draws with ASCII where the locale has nothing else', async () => {
    const { stdout } = await runCli(['quality'], { cwd, env: { LC_ALL: 'C' } });
    expect(stdout).toMatch(/^phone +#####\.{5} +57\.1%/m);
    expect(stdout).not.toMatch(/[█░]/);
  });

  test.skipIf(!terminalAvailable).each(['en', 'zh'])(
    'fits a terminal of 80 cells, but for commands, which are to be copied: %s',
    async (lang) => {
      const { exitCode, output } = await runCliTty(['quality', '--by', 'tag', '--lang', lang], { cwd, env: { LANG: 'C.UTF-8' } });
      expect(exitCode).toBe(0);
      expect(output).toContain('\u001b[');
      const lines = output.replace(/\u001b\[[0-9;?]*[a-zA-Z]/g, '').split(/\r+\n/);
      expect(lines.filter((line) => displayWidth(line) > 80 && !/^ *crm /.test(line))).toEqual([]);
    },
  );

  test('measures a part, and each value of a field', async () => {
    const result = resultOf((await crm('quality', 'city = Berlin', '--by', 'tag', '--json')).stdout);
    expect(result).toMatchObject({ customers: 3, filter: 'city = Berlin', by: 'tag' });
    expect((result.groups as { value: string }[]).map(({ value }) => value)).toEqual(['cold', 'vip', null]);
    await crm('query', 'city = Berlin', '--save', 'berlin');
    expect(resultOf((await crm('quality', '--segment', 'berlin', '--json')).stdout)).toMatchObject({
      customers: 3,
      filter: 'city = Berlin',
    });
    expect((await crm('quality', '--by', 'nothing')).exitCode).toBe(2);
  });

  test('keeps each measurement for the trend, but not with --no-save', async () => {
    expect((await crm('quality', '--trend')).stdout).toBe('nothing was measured yet: crm quality\n');
    await crm('quality', '--no-save');
    expect(kept()).toBe(0);
    await crm('quality', '--quiet');
    await crm('edit', '4', 'phone=+493023125014');
    expect((await crm('quality')).stdout).toMatch(/ · ▲ \+\d\.\d since \d{4}-\d\d-\d\d \(\d+\.\d\) · /);
    expect(kept()).toBe(2);
    const { stdout } = await crm('quality', '--trend');
    expect(stdout).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d +7 {2}[█▏▎▍▌▋▊▉░]+ +\d+\.\d\n.* \+\d\.\d\ntrend ▁█\n$/);
    expect(resultOf<{ trend: unknown[] }>((await crm('quality', '--trend', '1', '--json')).stdout).trend).toHaveLength(1);
    expect(kept()).toBe(2);
    expect((await crm('history')).stdout).not.toContain('quality');
  });

  test.each<[string[], number]>([
    [['--fail-below', '100'], 5],
    [['--fail-below', '100', '--json'], 5],
    [['--fail-below', '0'], 0],
    [['--fail-below', '20.5'], 0],
    [['--fail-below', '100', 'id = 99'], 0],
    [['--fail-below', '101'], 2],
    [['--fail-below', '-1'], 2],
    [['--fail-below', 'x'], 2],
    [['--fresh-days', '0'], 2],
    [['--examples', 'x'], 2],
    [['--trend', '0'], 2],
    [['--trend', '--by', 'owner'], 2],
    [['--trend', '--html', 'x.html'], 2],
    [['--html', '-', '--json'], 2],
    [['--lang', 'fr'], 2],
    [['--frobnicate'], 2],
    [['citty = Berlin'], 2],
    [['--html', 'no/such/folder/x.html'], 1],
  ])('crm quality %j: exit %i', async (args, expected) => {
    const { exitCode, stdout, stderr } = await crm('quality', ...args);
    expect({ exitCode, talk: stderr !== '' }).toEqual({ exitCode: expected, talk: expected === 1 || expected === 2 });
    if (expected === 5 && args.includes('--json')) expect(JSON.parse(stdout)).toMatchObject({ ok: true, command: 'quality' });
  });

  test('says when there is nothing to measure', async () => {
    const empty = tempDir();
    expect(await runCli(['quality'], { cwd: empty })).toMatchObject({ exitCode: 10, stdout: '' });
    await runCli(['init', '--quiet'], { cwd: empty });
    expect(await runCli(['quality'], { cwd: empty })).toMatchObject({
      exitCode: 0,
      stdout: 'There are no customers to measure.\n',
      stderr: '',
    });
    expect(resultOf((await runCli(['quality', '--json'], { cwd: empty })).stdout)).toMatchObject({ customers: 0, score: null });
  });

  test('is shown even when it cannot be kept, with a warning', async () => {
    const db = new Database(join(cwd, 'crm.db'));
    db.exec('BEGIN IMMEDIATE');
    try {
      const { exitCode, stdout, stderr } = await runCli(['quality'], { cwd, env: { CRM_BUSY_TIMEOUT_MS: '50' } });
      expect({ exitCode, stderr }).toEqual({
        exitCode: 0,
        stderr: 'warning: this measurement is not kept for the trend: another run is writing to ./crm.db\n',
      });
      expect(stdout).toMatch(/^score /m);
    } finally {
      db.close();
    }
  });

  test('the same database gives the same report', async () => {
    const report = async (): Promise<unknown> => ({
      ...resultOf<object>((await crm('quality', '--no-save', '--json')).stdout),
      measured_at: null,
    });
    expect(await report()).toEqual(await report());
  });
});

describe('crm quality --html', () => {
  test('writes a page, whole or not at all', async () => {
    const { exitCode, stdout } = await crm('quality', '--html', 'out.html');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^score /m);
    const page = readFileSync(join(cwd, 'out.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page.trimEnd().endsWith('</html>')).toBe(true);
    expect(readdirSync(cwd).filter((name) => name.includes('.part-'))).toEqual([]);
    expect(page).not.toMatch(/<script|https?:|@import|url\(|<link(?! rel="icon" href="data:,")| src=/);
    for (const value of ['Ada', 'example.com', '+44', '上海', 'Analytical']) expect(page).not.toContain(value);
  });

  test('to standard output, and nothing else', async () => {
    const { stdout } = await crm('quality', '--html', '-', '--lang', 'zh');
    expect(stdout).toMatch(/^<!doctype html>\n<html lang="zh-Hans">[\s\S]*<\/html>\n$/);
  });

  test('escapes what people wrote: the filter, names of tags', async () => {
    await crm('edit', '1', '--tag', `<b onclick="x">&'`);
    const { stdout } = await crm('quality', "city != '<i>'", '--by', 'tag', '--html', '-');
    expect(stdout).toContain('&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;');
    expect(stdout).not.toMatch(/<b onclick|<i>/);
  });

  test('keeps an older page when the new one cannot be written', async () => {
    writeFileSync(join(cwd, 'old.html'), 'old');
    chmodSync(join(cwd, 'old.html'), 0o600);
    expect((await crm('quality', 'citty = x', '--html', 'old.html')).exitCode).toBe(2);
    expect(readFileSync(join(cwd, 'old.html'), 'utf8')).toBe('old');
  });
});
