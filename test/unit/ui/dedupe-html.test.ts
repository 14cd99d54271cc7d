import { describe, expect, test } from 'vitest';
import type { DuplicateReport } from '../../../src/dedupe/report-data.ts';
import type { Customer } from '../../../src/model/customer.ts';
import { histogramParts, weightHistogram } from '../../../src/ui/dedupe-chart-histogram.ts';
import { oddsChart } from '../../../src/ui/dedupe-chart-levels.ts';
import { waterfallCharts } from '../../../src/ui/dedupe-chart-waterfall.ts';
import { duplicatesPage } from '../../../src/ui/dedupe-html.ts';
import { histogramLines, printReport } from '../../../src/ui/dedupe-report.ts';
import { levelLabel } from '../../../src/ui/dedupe-words.ts';
import { PLAIN } from '../../../src/ui/style.ts';
import { capturedIo } from '../../support/captured-io.ts';
import { evidence, explanation } from '../../support/duplicate-rows.ts';
import { SUMMARY } from '../../support/model-summary.ts';

const HOSTILE = `"><script>alert('x')</script>`;
const customer = (id: number, name: string | null): Customer =>
  ({ id, name, company_name: null, email: HOSTILE, phone: null, city: null, birthday: null }) as Customer;
const REPORT: DuplicateReport = {
  madeAt: '2026-03-01T10:00:00.000Z',
  summary: SUMMARY,
  open: 12,
  clusters: [{ id: 3, verdict: 'review', size: 40, members: [customer(3, HOSTILE), customer(4, null)] }],
  bands: [
    { from: 8.5, to: 12, samples: [] },
    {
      from: 0,
      to: 8.5,
      samples: [
        {
          explanation: explanation(3, 4, [evidence('attributes.<b>', HOSTILE, `${HOSTILE}!`, 13), evidence('email', null, HOSTILE, 0)], {
            guards: ['twins', HOSTILE],
          }),
          left: customer(3, HOSTILE),
          right: customer(4, null),
        },
      ],
    },
  ],
  decisions: { same: 3, distinct: 2 },
};

describe('the page', () => {
  test.each(['en', 'zh'] as const)('in %s is whole, escaped, and has both languages', (language) => {
    const page = duplicatesPage(REPORT, language);
    expect(page).not.toMatch(/<script|NaN|undefined|Infinity/);
    expect(page).toContain(`id="lang-${language}" checked`);
    expect(page).toContain('&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;');
    for (const text of [
      'Pairs by weight'.toLowerCase(),
      '按权重分布的客户对',
      '>101,629<',
      '99.9%',
      '38 more',
      '另有 38 位',
      'perhaps twins',
      '双胞胎',
      'crm dedupe review',
    ])
      expect(page).toContain(text);
    expect(page.match(/<(section|table|svg|ul|li|tr|td|article)\b/g)?.length).toBe(
      page.match(/<\/(section|table|svg|ul|li|tr|td|article)>/g)?.length,
    );
  });

  test('of a search that found nothing', () => {
    const summary = { ...SUMMARY, histogram: [], comparisons: [], rules: [], clusters: 0, expectedPrecision: null };
    const page = duplicatesPage({ ...REPORT, summary, clusters: [], bands: [], open: 0, decisions: { same: 0, distinct: 0 } }, 'en');
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    expect(page).toContain('There are no pairs to show.');
    expect(page).toContain('No customer seems to be there twice.');
  });
});

describe('charts', () => {
  test('a bin through which a cut goes is divided', () => {
    const parts = histogramParts(
      [
        { from: -2, to: 2, pairs: 7 },
        { from: 2, to: 10, pairs: 3 },
      ],
      0,
      8,
    );
    expect(parts).toEqual([
      { from: -2, to: 0, pairs: 7, verdict: 'distinct' },
      { from: 0, to: 2, pairs: 7, verdict: 'review' },
      { from: 2, to: 8, pairs: 3, verdict: 'review' },
      { from: 8, to: 10, pairs: 3, verdict: 'auto' },
    ]);
    const { markup } = weightHistogram(SUMMARY, 'Pairs');
    expect(markup.match(/class="v-(auto|review|distinct)"/g)?.join(' ')).toBe(
      'class="v-distinct" class="v-distinct" class="v-review" class="v-review" class="v-auto"',
    );
    expect(markup).toContain('merged from +8.5');
  });

  test.each([
    [{ m: 0.9, u: 0.009 }, 'good', 1],
    [{ m: 0.01, u: 0.5 }, 'bad', 1],
    [{ m: 1, u: 0 }, 'good', 1],
  ])('m and u: %j', (odds, level, spans) => {
    const { markup } = oddsChart(odds, 'x');
    expect(markup.match(new RegExp(`class="span s-${level}"`, 'g'))).toHaveLength(spans);
    for (const [, at] of markup.matchAll(/ c?x[12]?="([^"]+)"/g)) expect(Number(at) >= 8 && Number(at) <= 292).toBe(true);
  });

  test('a waterfall begins each bar where the one before it ended', () => {
    const { bars, sum } = waterfallCharts([-4, 6, 0]);
    const box = (markup: string) => /class="(good|bad)" x="([\d.]+)" y="1" width="([\d.]+)"/.exec(markup)?.slice(1).join(' ') ?? 'none';
    expect([...bars, sum].map(({ markup }) => box(markup))).toEqual(['bad 2.0 144.0', 'good 2.0 216.0', 'none', 'good 146.0 72.0']);
  });

  test.each([
    ['exact', 'exact', '完全一致'],
    ['else', 'different', '不同'],
    ['brand_new', 'brand new', 'brand new'],
  ])('level %s: %s, %s', (level, en, zh) => {
    expect(levelLabel(level)).toEqual({ en, zh });
  });
});

describe('the numbers on the terminal', () => {
  test('histogram by the logarithm', () => {
    expect(histogramLines(SUMMARY, false, PLAIN).map((line) => line.replace(/[#.]{40}/, (bar) => String(bar.indexOf('.'))))).toEqual([
      '-12.0   -1 100,000',
      ' -4.0   16 120',
      '  0.0 R 7 9',
      ' +4.0 R 25 1,500',
      '+12.0 A 0 0',
    ]);
    const many = Array.from({ length: 40 }, (_, i) => ({ from: i, to: i + 1, pairs: 1 }));
    expect(histogramLines({ ...SUMMARY, histogram: many }, true, PLAIN)).toHaveLength(14);
  });

  test('and as a result', async () => {
    const io = capturedIo();
    await printReport(io, { json: false, quiet: false }, REPORT, null);
    expect(io.out()).toMatch(/^48,213 customers · 101,629 pairs compared · 1,312 clusters\n\n/);
    expect(io.out()).toContain('\ndecided by people: 3 the same, 2 different · 12 open\n');
  });
});
