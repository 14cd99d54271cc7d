import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { browse, CHROMIUM } from '../support/browser.ts';
import { runCli } from '../support/cli.ts';
import { sampleFolder } from '../support/sample-database.ts';

let cwd = '';
beforeAll(async () => {
  cwd = await sampleFolder();
  await runCli(['quality', '--quiet'], { cwd });
  await runCli(['edit', '4', 'phone=+493023125014', '--quiet'], { cwd });
  await runCli(['quality', '--by', 'tag', '--html', 'page.html', '--quiet'], { cwd });
  await runCli(['quality', '--html', 'zh.html', '--lang', 'zh', '--quiet'], { cwd });
}, 60_000);

const page = (name: string): string => `file://${join(cwd, name)}`;

describe.skipIf(CHROMIUM === undefined)('the page in a browser', { timeout: 90_000 }, () => {
  test('has text and charts, and nothing in the console', async () => {
    const { stdout, stderr } = await browse('--dump-dom', page('page.html'));
    expect(stderr).not.toMatch(/CONSOLE|Uncaught|Refused to/);
    for (const text of [
      'Data quality',
      'completeness',
      '完整性',
      'Phone: empty',
      'crm query &quot;phone is empty&quot;'.replaceAll('&quot;', '"'),
    ])
      expect(stdout).toContain(text);
    expect(stdout.match(/<svg class="(ring|chart)"/g)).toHaveLength(3);
    expect(stdout.match(/<svg class="bar"/g)?.length).toBeGreaterThan(15);
    expect(stdout).not.toContain('NaN');
    // A browser that mends nothing has the tables and charts where the page put them.
    expect((stdout.match(/<tr>/g) ?? []).length).toBe((readFileSync(join(cwd, 'page.html'), 'utf8').match(/<tr>/g) ?? []).length);
  });

  test('asks for nothing: a server that it comes from sees one request', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'text/html; charset=utf-8').end(readFileSync(join(cwd, 'page.html')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const { stderr } = await browse(
        '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
        '--dump-dom',
        `http://127.0.0.1:${port}/page.html`,
      );
      // The page forbids itself all requests (Content Security Policy): one that it tried would be told in the console.
      expect(stderr).not.toMatch(/CONSOLE/);
    } finally {
      server.close();
    }
    expect(asked).toEqual(['/page.html']);
  });

  test('shows one language at a time', async () => {
    const probe = (language: string): string =>
      `<script>addEventListener('load', () => { document.title = [...document.querySelectorAll('h2 [lang=${language}]')].map((one) => getComputedStyle(one).display).join(' ') })</script></head>`;
    for (const [name, hidden] of [
      ['page.html', 'zh'],
      ['zh.html', 'en'],
    ] as const) {
      const server = createServer((_request, response) => {
        const text = readFileSync(join(cwd, name), 'utf8')
          .replace(/<meta http-equiv[^>]*>/, '')
          .replace('</head>', probe(hidden));
        response.setHeader('content-type', 'text/html; charset=utf-8').end(text);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const { stdout } = await browse('--dump-dom', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
        expect(/<title>(.*?)<\/title>/.exec(stdout)?.[1]).toMatch(/^none( none)+$/);
      } finally {
        server.close();
      }
    }
  });

  test.each([
    ['light', []],
    ['dark', ['--blink-settings=preferredColorScheme=0']],
    ['narrow', ['--window-size=500,1600']],
  ])('can be drawn: %s', async (name, args) => {
    const picture = join(cwd, `${name}.png`);
    await browse(`--screenshot=${picture}`, ...args, page('page.html'));
    expect(existsSync(picture) && statSync(picture).size).toBeGreaterThan(20_000);
  });

  test('can be printed', async () => {
    const paper = join(cwd, 'page.pdf');
    await browse(`--print-to-pdf=${paper}`, page('zh.html'));
    expect(readFileSync(paper).subarray(0, 5).toString()).toBe('%PDF-');
  });
});
