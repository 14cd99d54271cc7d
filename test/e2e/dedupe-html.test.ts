import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import reportSchema from '../../schemas/results/dedupe-report.schema.json' with { type: 'json' };
import { duplicateReport } from '../../src/dedupe/report-data.ts';
import type { ExplainPairs } from '../../src/dedupe/explain-pair.ts';
import { duplicatesPage } from '../../src/ui/dedupe-html.ts';
import { printReport } from '../../src/ui/dedupe-report.ts';
import { browse, CHROMIUM } from '../support/browser.ts';
import { capturedIo } from '../support/captured-io.ts';
import { importText, type TestDatabase, testDatabase } from '../support/customer-database.ts';
import { addClusters, addPairs, evidence, explanation } from '../support/duplicate-rows.ts';
import { describeEachEngine } from '../support/engines.ts';
import { type JsonSchema, schemaErrors } from '../support/json-schema.ts';
import { SUMMARY } from '../support/model-summary.ts';
import { tempDir } from '../support/temp-dir.ts';

const explain: ExplainPairs = async (_repository, pairs) =>
  pairs.map(({ left, right }) =>
    explanation(left, right, [evidence('email', 'a@example.com', 'b@example.com', 9), evidence('name', '王小明', '王晓明', 4)]),
  );

async function fill({ repository, engine, folder }: TestDatabase): Promise<void> {
  await importText(
    { repository, folder },
    `id,name,email\n${Array.from({ length: 20 }, (_, i) => `${i + 1},<i>Person ${i + 1}</i>,p${i + 1}@example.com\n`).join('')}`,
  );
  await addPairs(engine, [
    [1, 2, -11, { verdict: 'distinct' }],
    [1, 3, 1],
    [2, 3, 2],
    [3, 4, 3],
    [4, 5, 5],
    [5, 6, 9, { verdict: 'auto' }],
    [6, 7, 19, { verdict: 'auto' }],
    [7, 99, 19, { verdict: 'auto' }],
  ]);
  await addClusters(engine, [
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
    [15, 16],
  ]);
  await (await repository.duplicates()).decide([{ left: 1, right: 3, decision: 'same', ground: 'review' }]);
}

describeEachEngine('what the report shows', (target) => {
  test('samples at each weight, the largest clusters, what was decided', async () => {
    const database = await testDatabase(target);
    await fill(database);
    const report = await duplicateReport(database.repository, SUMMARY, explain, new Date('2026-03-01T10:00:00.000Z'));
    expect(
      report.bands.map(({ from, samples }) => `${from}: ${samples.map(({ left, right }) => `${left.id}-${right.id}`).join(' ')}`),
    ).toEqual([
      '14.25: 6-7',
      '8.5: 5-6',
      '4.25: 4-5',
      `0: ${report.bands[3]?.samples.map(({ left, right }) => `${left.id}-${right.id}`).join(' ')}`,
      `${Number.MIN_SAFE_INTEGER}: 1-2`,
    ]);
    expect(report.bands[3]?.samples).toHaveLength(2);
    expect(report.clusters.map(({ id, size, members }) => [id, size, members.length])).toEqual([
      [1, 14, 12],
      [15, 2, 2],
    ]);
    expect(report).toMatchObject({ open: 3, decisions: { same: 1, distinct: 0 }, madeAt: '2026-03-01T10:00:00.000Z' });
    const io = capturedIo();
    await printReport(io, { json: true, quiet: false }, report, 'page.html');
    expect(schemaErrors(reportSchema as JsonSchema, (JSON.parse(io.out()) as { result: unknown }).result)).toEqual([]);
  });

  test('needs a search', async () => {
    const { repository } = await testDatabase(target);
    await expect(duplicateReport(repository, null, explain)).rejects.toMatchObject({ code: 'NOT_FOUND', hint: 'run crm dedupe find' });
  });
});

describe.skipIf(CHROMIUM === undefined)('the page in a browser', { timeout: 90_000 }, () => {
  const folder = tempDir();
  const path = (name: string): string => join(folder, name);
  beforeAll(async () => {
    const { openRepository } = await import('../../src/repository/repository.ts');
    const { openEngine } = await import('../../src/engines/index.ts');
    const repository = await openRepository(path('crm.db'), { create: true, actor: 'tester' });
    const engine = await openEngine(path('crm.db'), { create: false, busyTimeoutMs: 1000 });
    await fill({ url: path('crm.db'), repository, engine, folder });
    const report = await duplicateReport(repository, SUMMARY, explain);
    for (const language of ['en', 'zh'] as const) writeFileSync(path(`${language}.html`), duplicatesPage(report, language));
    await engine.close();
    await repository.close();
  });

  test('has text and charts, and nothing in the console', async () => {
    const { stdout, stderr } = await browse('--dump-dom', `file://${path('en.html')}`);
    expect(stderr).not.toMatch(/CONSOLE|Uncaught|Refused to/);
    for (const text of ['&lt;i&gt;Person 1&lt;/i&gt;', 'Pairs by weight'.toLowerCase(), '<mark>小</mark>']) expect(stdout).toContain(text);
    expect(stdout.match(/<svg class="odds"/g)).toHaveLength(5);
    expect(stdout.match(/<svg class="fall"/g)?.length).toBeGreaterThan(15);
    // A browser that mends nothing has the tables where the page put them.
    expect((stdout.match(/<tr\b/g) ?? []).length).toBe((readFileSync(path('en.html'), 'utf8').match(/<tr\b/g) ?? []).length);
  });

  test('asks for nothing: a server that it comes from sees one request', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.setHeader('content-type', 'text/html; charset=utf-8').end(readFileSync(path('zh.html')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const { stderr } = await browse(
        '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
        '--dump-dom',
        `http://127.0.0.1:${port}/page.html`,
      );
      expect(stderr).not.toMatch(/CONSOLE/);
    } finally {
      server.close();
    }
    expect(asked).toEqual(['/page.html']);
  });

  test.each([
    ['light', 'en', []],
    ['dark', 'zh', ['--blink-settings=preferredColorScheme=0']],
    ['narrow', 'zh', ['--window-size=500,1600']],
  ])('can be drawn: %s, %s', async (name, language, args) => {
    const picture = path(`${name}.png`);
    await browse(`--screenshot=${picture}`, ...args, `file://${path(`${language}.html`)}`);
    expect(existsSync(picture) && statSync(picture).size).toBeGreaterThan(20_000);
  });

  test('is no wider than a narrow window', async () => {
    const probe = `<script>addEventListener('load', () => { const own = document.querySelector('iframe').contentDocument.documentElement; document.title = own.scrollWidth + '/' + own.clientWidth })</script>`;
    writeFileSync(path('frame.html'), `${probe}<iframe src="zh.html" style="width:420px;height:900px;border:0"></iframe>`);
    const { stdout } = await browse('--allow-file-access-from-files', '--dump-dom', `file://${path('frame.html')}`);
    expect(/<title>(.*?)<\/title>/.exec(stdout)?.[1]).toMatch(/^(\d+)\/\1$/);
  });
});
