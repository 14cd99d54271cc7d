import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openRepository } from '../../src/repository/repository.ts';
import { runCli } from '../support/cli.ts';
import { describeEachEngine } from '../support/engines.ts';
import { tempDir } from '../support/temp-dir.ts';

const calls: { readonly url: string; readonly body: string }[] = [];
const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    calls.push({ url: request.url ?? '', body });
    response.writeHead(request.url === '/gone' ? 410 : 200).end();
  });
});
const urlOf = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

beforeAll(() => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)));
afterAll(() => void server.close());
beforeEach(() => void calls.splice(0));

describeEachEngine('crm job: log and notifications', (target) => {
  async function place(job: Readonly<Record<string, unknown>>, isThere = true): Promise<string> {
    const cwd = tempDir();
    const database = isThere ? target.freshUrl() : join(cwd, 'no-such.db');
    mkdirSync(join(cwd, 'inbox'));
    writeFileSync(join(cwd, 'crm.config.json'), JSON.stringify({ database, jobs: { nightly: job } }));
    if (isThere) await (await openRepository(database, { create: true })).close();
    return cwd;
  }

  it('are told of a failure, which is logged and stays what it is', { timeout: 60_000 }, async () => {
    const cwd = await place({
      steps: [{ run: 'normalize' }, { run: 'import nowhere.csv' }],
      log: { file: 'logs/nightly.ndjson' },
      notify: { onFailure: { webhook: urlOf('/hook'), pingUrl: urlOf('/gone') }, onSuccess: { pingUrl: urlOf('/good') } },
    });
    const { exitCode, stderr } = await runCli(['job', 'run', 'nightly', '--quiet'], { cwd });
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(
      /^warning: notify\.onFailure: the ping of 127\.0\.0\.1:\d+ did not work: it answered 410\nerror: job nightly failed/,
    );
    expect(calls.map(({ url }) => url).sort()).toEqual(['/gone', '/hook']);
    const news = JSON.parse(calls.find(({ url }) => url === '/hook')?.body ?? '') as Record<string, unknown>;
    expect(news).toMatchObject({
      event: 'job.failed',
      job: 'nightly',
      run: 1,
      status: 'failed',
      exitCode: 4,
      steps: [{}, { name: 'import' }],
    });
    const lines = readFileSync(join(cwd, 'logs/nightly.ndjson'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['started', 'stepEnded', 'stepEnded', 'ended']);
    const shown = await runCli(['job', 'show', 'last'], { cwd });
    expect(shown.stdout).toContain('it answered 410');
    expect((await runCli(['job', 'run', 'nightly', '--dry-run'], { cwd })).exitCode).toBe(4);
    expect([calls.length, readFileSync(join(cwd, 'logs/nightly.ndjson'), 'utf8').trimEnd().split('\n').length]).toEqual([2, 4]);
  });

  it('never change the status of a job that got through', { timeout: 60_000 }, async () => {
    const cwd = await place({
      steps: [{ run: 'normalize' }],
      log: { file: 'inbox' },
      notify: { onSuccess: { command: ['/no/such/program'], pingUrl: urlOf('/good') } },
    });
    const { exitCode, stdout, stderr } = await runCli(['job', 'run', 'nightly', '--json'], { cwd });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect((JSON.parse(stdout) as { warnings: string[] }).warnings).toEqual([
      'the log inbox cannot be written (EISDIR)',
      'notify.onSuccess: the command /no/such/program did not work: it could not be started (ENOENT)',
    ]);
    expect(calls.map(({ url }) => url)).toEqual(['/good']);
    const { stdout: history } = await runCli(['job', 'history'], { cwd });
    expect(history).toContain('the log inbox cannot be written (EISDIR); notify.onSuccess');
    expect((await runCli(['job', 'status', 'nightly', '--max-age', '1h'], { cwd })).exitCode).toBe(0);
  });

  it('are told as well of a job that could not even begin', { timeout: 60_000 }, async () => {
    const cwd = await place({ steps: [{ run: 'normalize' }], notify: { onFailure: { webhook: urlOf('/hook') } } }, false);
    expect((await runCli(['job', 'run', 'nightly', '--quiet'], { cwd })).exitCode).toBe(10);
    expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({ event: 'job.failed', run: null, exitCode: 10 });
  });

  it('says when jobs are due', { timeout: 60_000 }, async () => {
    const cwd = await place({ schedule: '30 2 * * *', timezone: 'Asia/Shanghai', steps: [{ run: 'normalize' }] });
    await runCli(['job', 'run', 'nightly', '--quiet'], { cwd });
    const { stdout } = await runCli(['job', 'next', 'nightly', '--count', '3', '--json'], { cwd });
    const { jobs } = (JSON.parse(stdout) as { result: { jobs: { next: string[]; last: object; inSeconds: number }[] } }).result;
    expect(jobs).toMatchObject([{ job: 'nightly', last: { id: 1, status: 'done' } }]);
    expect(jobs[0]?.next).toHaveLength(3);
    for (const time of jobs[0]?.next ?? []) expect(time).toMatch(/^\d{4}-\d\d-\d\dT02:30:00\+08:00$/);
    expect(jobs[0]?.inSeconds).toBeLessThanOrEqual(86_400);
    expect((await runCli(['job', 'next'], { cwd })).stdout).toMatch(/ 02:30 \+08:00 .*Asia\/Shanghai.*done/);
    expect(await runCli(['job', 'next', '--count', '0'], { cwd })).toMatchObject({ exitCode: 2 });
  });
});

it('prints a crontab whose lines work', { timeout: 60_000 }, async () => {
  const cwd = tempDir();
  writeFileSync(
    join(cwd, 'crm.config.json'),
    '{ "jobs": { "n": { "schedule": "0 2 * * *", "steps": [{ "run": "normalize" }] }, "by-hand": { "steps": [{ "run": "normalize" }] } } }',
  );
  await runCli(['init'], { cwd });
  const { stdout } = await runCli(['job', 'crontab'], { cwd });
  const line = stdout.split('\n').find((one) => one.startsWith('0 2 * * * ')) ?? '';
  const { spawnSync } = await import('node:child_process');
  const ran = spawnSync('/bin/sh', ['-c', line.slice('0 2 * * * '.length)], { cwd: '/', env: {}, encoding: 'utf8' });
  expect(ran).toMatchObject({ status: 0, stdout: '', stderr: '' });
  expect((await runCli(['job', 'history'], { cwd })).stdout).toMatch(/ n .*done/);
  expect(await runCli(['job', 'crontab', 'by-hand'], { cwd })).toMatchObject({ exitCode: 2, stdout: '' });
  const other = await runCli(['job', 'crontab', '--db', 'postgres://me:secret@db/crm'], { cwd });
  expect(other.stdout + other.stderr).not.toContain('secret');
  expect(other.stderr).toContain('holds a password');
});
