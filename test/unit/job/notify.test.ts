import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { NotifyTarget } from '../../../src/config/job-config.ts';
import { type JobNews, notify } from '../../../src/job/notify.ts';
import { tempDir } from '../../support/temp-dir.ts';

interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const FAILED: JobNews = {
  ...{ job: '夜间', run: 7, status: 'failed', exitCode: 4, counts: { read: 3 }, message: 'step 1: no', durationMs: 12 },
  steps: [{ position: 1, name: 'import', status: 'failed', exitCode: 4, counts: {}, message: 'no' }],
};
const PATIENCE = { attempts: 3, timeoutMs: 300, firstPauseMs: 5 };
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that gives these statuses one after another, the last one again and again; null: it never answers. */
async function server(...statuses: (number | null)[]): Promise<{ readonly calls: Call[]; readonly port: number }> {
  const calls: Call[] = [];
  const made = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const status = statuses[Math.min(calls.length, statuses.length - 1)] ?? null;
      calls.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
      if (status !== null) response.writeHead(status, { Location: '/elsewhere' }).end('answer');
    });
  });
  servers.push(made);
  await new Promise<void>((listening) => made.listen(0, '127.0.0.1', listening));
  return { calls, port: (made.address() as AddressInfo).port };
}

const tell = (target: NotifyTarget, env: Record<string, string> = {}, news: JobNews = FAILED, signal?: AbortSignal): Promise<string[]> =>
  notify({ [news.status === 'done' ? 'onSuccess' : 'onFailure']: target }, news, {
    ...{ env, now: new Date('2026-01-02T03:04:05Z'), patience: PATIENCE, commandTimeoutMs: 400 },
    ...(signal === undefined ? {} : { signal }),
  });

describe('a webhook', () => {
  test('gets the news, signed, again until it takes them', async () => {
    const { calls, port } = await server(500, 500, 200);
    expect(await tell({ webhook: `http://127.0.0.1:${port}/hook?t=1`, secretEnv: 'HOOK_SECRET' }, { HOOK_SECRET: 's3cret' })).toEqual([]);
    expect(calls).toHaveLength(3);
    const [first, , last] = calls;
    expect(last).toEqual({ ...first, headers: { ...last?.headers } });
    expect(last).toMatchObject({ method: 'POST', url: '/hook?t=1' });
    expect(JSON.parse(last?.body ?? '')).toEqual({
      ...{ event: 'job.failed', timestamp: '2026-01-02T03:04:05.000Z', host: expect.any(String), ...FAILED },
    });
    expect(last?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-crm-event': 'job.failed',
      'x-crm-timestamp': '2026-01-02T03:04:05.000Z',
      'x-crm-signature': `sha256=${createHmac('sha256', 's3cret')
        .update(last?.body ?? '')
        .digest('hex')}`,
    });
    expect(new Set(calls.map(({ headers }) => headers['x-crm-delivery'])).size).toBe(1);
  });

  test.each<[string, (number | null)[], number, string]>([
    ['answers 503 for good', [503], 3, 'it answered 503, 3 times'],
    ['never answers', [null], 3, 'it did not answer in time, 3 times'],
    ['answers 404', [404], 1, 'it answered 404'],
    ['sends elsewhere', [302], 1, 'it answered 302'],
    ['is busy, then wrong', [429, 400], 2, 'it answered 400'],
  ])('that %s is a warning', async (_, statuses, count, words) => {
    const { calls, port } = await server(...statuses);
    const found = await tell({ webhook: `http://127.0.0.1:${port}/T0P/secret-path` });
    expect(found).toEqual([`notify.onFailure: the webhook at 127.0.0.1:${port} did not work: ${words}`]);
    expect(calls).toHaveLength(count);
    expect(calls[0]?.headers['x-crm-signature']).toBeUndefined();
  });

  test('that is not there is a warning without the secrets of its URL', async () => {
    const { port } = await server(200);
    servers.splice(0).forEach((one) => {
      one.close();
    });
    const found = await tell({ webhook: `http://me:pass-word@127.0.0.1:${port}/token` });
    expect(found).toEqual([`notify.onFailure: the webhook at 127.0.0.1:${port} did not work: it refused the connection, 3 times`]);
  });

  test('gets a login of its URL as a header', async () => {
    const { calls, port } = await server(204);
    expect(await tell({ webhook: `http://me:p%40ss@127.0.0.1:${port}/` })).toEqual([]);
    expect(calls[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  test('is not called unsigned where the secret is missing', async () => {
    const { calls, port } = await server(200);
    expect(await tell({ webhook: `http://127.0.0.1:${port}`, secretEnv: 'HOOK_SECRET' })).toEqual([
      'notify.onFailure: the webhook was not sent: the environment has no HOOK_SECRET',
    ]);
    expect(calls).toEqual([]);
  });

  test('is given up at once when the job is interrupted', async () => {
    const { port } = await server(null);
    const interruption = new AbortController();
    const told = tell({ webhook: `http://127.0.0.1:${port}` }, {}, FAILED, interruption.signal);
    await sleep(50);
    interruption.abort();
    expect(await told).toEqual([expect.stringContaining('there was no time left')]);
  });
});

test('a ping is a GET, and only of its own case', async () => {
  const { calls, port } = await server(502, 200);
  const done: JobNews = { ...FAILED, status: 'done', exitCode: 0 };
  expect(await tell({ pingUrl: `http://127.0.0.1:${port}/ping/uuid` }, {}, done)).toEqual([]);
  expect(calls.map(({ method, url }) => [method, url])).toEqual([
    ['GET', '/ping/uuid'],
    ['GET', '/ping/uuid'],
  ]);
  expect(await notify({ onSuccess: { pingUrl: `http://127.0.0.1:${port}` } }, FAILED, { env: {}, now: new Date() })).toEqual([]);
  expect(calls).toHaveLength(2);
});

describe('a command', () => {
  test('gets the news on standard input, and its words as they are', async () => {
    const out = join(tempDir(), 'out');
    const script = `let t='';process.stdin.on('data',d=>t+=d).on('end',()=>require('fs').writeFileSync(process.argv[1],t+process.argv[2]))`;
    expect(await tell({ command: [process.execPath, '-e', script, out, '$(id); `id`'] })).toEqual([]);
    const [json, words] = readFileSync(out, 'utf8').split('\n');
    expect(JSON.parse(json ?? '')).toMatchObject({ event: 'job.failed', job: '夜间', run: 7 });
    expect(words).toBe('$(id); `id`');
  });

  test.each<[string, string[], string]>([
    ['fails', [process.execPath, '-e', 'process.exitCode = 3'], 'it ended with status 3'],
    ['is not there', ['/no/such/program'], 'it could not be started (ENOENT)'],
    ['takes too long', ['/bin/sh', '-c', 'sleep 20 & sleep 20'], 'it did not end within 0.4 s'],
    ['does not read', ['/bin/sh', '-c', 'exec <&-; exit 0'], ''],
  ])('that %s', async (_, command, words) => {
    const began = performance.now();
    const found = await tell({ command });
    expect(found).toEqual(words === '' ? [] : [`notify.onFailure: the command ${command[0]} did not work: ${words}`]);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('does not keep the others from being told', async () => {
    const { calls, port } = await server(200);
    const out = join(tempDir(), 'out');
    const found = await tell({ command: ['/no/such/program'], pingUrl: `http://127.0.0.1:${port}/`, webhook: `http://127.0.0.1:${port}/` });
    expect([found.length, calls.map(({ method }) => method).sort(), existsSync(out)]).toEqual([1, ['GET', 'POST'], false]);
  });
});
