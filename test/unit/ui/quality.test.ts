import { describe, expect, test } from 'vitest';
import { alignedLines, wrappedList } from '../../../src/ui/quality-columns.ts';
import { hasBlocks, shareBar, sparkline } from '../../../src/ui/quality-bar.ts';
import { ageLabel } from '../../../src/ui/quality-chart-ages.ts';
import { partsBar } from '../../../src/ui/quality-chart-bar.ts';
import { scoreRing } from '../../../src/ui/quality-chart-ring.ts';
import { trendChart } from '../../../src/ui/quality-chart-trend.ts';
import { html } from '../../../src/ui/quality-markup.ts';
import { reportLanguage, shownShare } from '../../../src/ui/quality-words.ts';

describe('bars', () => {
  test.each([
    [0, '░░░░', '....'],
    [0.0001, '▏░░░', '....'],
    [0.5, '██░░', '##..'],
    [0.54, '██▏░', '##..'],
    [0.999, '███▉', '###.'],
    [1, '████', '####'],
    [7, '████', '####'],
  ])('%f', (share, blocks, ascii) => {
    expect([shareBar(share, 4, true), shareBar(share, 4, false)]).toEqual([blocks, ascii]);
  });

  test.each([
    [[1, 2, 3], '▁▅█', '_=#'],
    [[5, 5], '▄▄', '--'],
    [[1, null, 2], '▁ █', '_ #'],
    [[], '', ''],
  ])('line of %j', (values, blocks, ascii) => {
    expect([sparkline(values, true), sparkline(values, false)]).toEqual([blocks, ascii]);
  });

  test.each([
    [{}, true],
    [{ LANG: 'en_GB.UTF-8' }, true],
    [{ LANG: 'zh_CN.utf8' }, true],
    [{ LANG: 'C' }, false],
    [{ LANG: 'en_GB.UTF-8', LC_ALL: 'POSIX' }, false],
    [{ LANG: 'de_DE.ISO-8859-1', LC_ALL: '' }, false],
  ])('blocks with %j: %j', (env, expected) => {
    expect(hasBlocks(env)).toBe(expected);
  });
});

describe('words', () => {
  test.each([
    [{}, 'en'],
    [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
    [{ LANG: 'zh-Hant' }, 'zh'],
    [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
    [{ LANG: 'zhu' }, 'en'],
  ])('language with %j: %s', (env, expected) => {
    expect(reportLanguage(env)).toBe(expected);
  });

  test.each([
    [null, '–'],
    [0, '0%'],
    [0.00001, '<0.1%'],
    [0.1234, '12.3%'],
    [0.29, '29.0%'],
    [0.99999, '99.9%'],
    [1, '100%'],
  ])('share %j is %s', (share, expected) => {
    expect(shownShare(share)).toBe(expected);
  });

  test.each([
    [0, 30, '< 30 d', '< 30天'],
    [180, 365, '180–365 d', '180–365天'],
    [365, 730, '1–2 y', '1–2年'],
    [1825, null, '> 5 y', '> 5年'],
  ])('from %i to %j days', (fromDays, toDays, en, zh) => {
    expect(ageLabel({ fromDays, toDays })).toEqual({ en, zh });
  });
});

describe('columns', () => {
  test('align wide characters, and cut where told to', () => {
    const rows = [
      [{ text: '电话 phone', shrinks: true }, { text: '5', right: true }, { text: 'x' }],
      [{ text: 'e' }, { text: '10', right: true }, { text: 'a longer end' }],
    ];
    expect(alignedLines(rows, null)).toBe('电话 phone   5  x\ne           10  a longer end\n');
    expect(alignedLines(rows, 26)).toBe('电话 ph…   5  x\ne         10  a longer end\n');
  });

  test('a list goes on in the next line', () => {
    expect(wrappedList('empty:', ['a', 'bb', 'ccc'], 11)).toBe('empty: a,\n  bb, ccc\n');
    expect(wrappedList('empty:', ['a', 'bb', 'ccc'], null)).toBe('empty: a, bb, ccc\n');
  });
});

describe('charts', () => {
  test('markup escapes what is not markup', () => {
    expect(html`<p title="${`"'&<>`}">${'\0\u001b\ud800'}${[html`<b>${1}</b>`]}</p>`.markup).toBe(
      '<p title="&quot;&#39;&amp;&lt;&gt;">\ufffd\ufffd\ufffd<b>1</b></p>',
    );
  });

  test('parts of a bar fill it from left to right', () => {
    expect(partsBar({ good: 3, fair: 0, empty: 1 }, 'x').markup).toContain(
      '<rect class="good" x="0" width="150" height="12"/><rect class="empty" x="150" width="50" height="12"/>',
    );
  });

  test.each([
    ['an empty bar', partsBar({ good: 0, empty: 0 }, 'x').markup],
    ['a score of 0', scoreRing(0, 'bad', 'x').markup],
    ['a score of 100', scoreRing(100, 'good', 'x').markup],
    ['a trend of one', trendChart([{ measured_at: '2026-01-01T00:00:00.000Z', customers: 1, score: 100 }], 'x').markup],
    ['a trend of nothing', trendChart([{ measured_at: '2026-01-01T00:00:00.000Z', customers: 0, score: null }], 'x').markup],
  ])('%s has numbers only', (_what, markup) => {
    expect(markup).not.toMatch(/NaN|Infinity|undefined/);
    expect(markup).toMatch(/^<svg .*<\/svg>$/s);
  });
});
