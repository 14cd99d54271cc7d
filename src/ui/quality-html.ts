import type { QualityPoint, QualityReport } from '../quality/quality-report.ts';
import type { Dimensions } from '../quality/score.ts';
import { formatCount } from './number.ts';
import { agesChart } from './quality-chart-ages.ts';
import { partsBar } from './quality-chart-bar.ts';
import { scoreRing } from './quality-chart-ring.ts';
import { trendChart } from './quality-chart-trend.ts';
import { both, html, type Markup } from './quality-markup.ts';
import { QUALITY_STYLE } from './quality-style.ts';
import { fieldsTable, findingsTable, groupsTable, levelOf } from './quality-tables.ts';
import { DIMENSION_LABELS, DIMENSION_MEANINGS, type ReportLanguage, shownShare, WORDS } from './quality-words.ts';
import { formulaNote } from './quality-formula.ts';

/**
 * The report as one HTML page that stands alone: no script, no request, both languages in it.
 * @param trend measurements of the same filter, oldest first, this one among them where it was kept
 * @param language the one that is shown first
 */
export function qualityPage(report: QualityReport, trend: readonly QualityPoint[], language: ReportLanguage): string {
  const page = html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hans' : 'en'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><link rel="icon" href="data:,">
<title>${WORDS.title[language]} ${report.score === null ? '' : report.score.toFixed(1)}</title>
<style>${{ markup: QUALITY_STYLE }}</style></head>
<body>
${heading(report, language)}
<main>
${report.customers === 0 ? html`<section><p>${both(WORDS.nothing)}</p></section>` : sections(report, trend, language)}
</main>
<footer>${formulaNote(report)}</footer>
</body>
</html>
`;
  return page.markup;
}

function heading({ measured_at, filter, customers }: QualityReport, language: ReportLanguage): Markup {
  const option = (id: ReportLanguage, name: string): Markup => {
    const checked = id === language ? { markup: ' checked' } : '';
    return html`<input type="radio" name="language" id="lang-${id}"${checked}><label for="lang-${id}" class="${id}">${name}</label>`;
  };
  return html`<header><h1>${both(WORDS.title)}</h1>
<p class="meta">${formatCount(customers)} ${both(WORDS.customers)} · ${filter === null ? both(WORDS.allCustomers) : html`<code>${filter}</code>`} ·
<time datetime="${measured_at}">${measured_at.slice(0, 10)} ${measured_at.slice(11, 16)} UTC</time></p>
<form class="switch" aria-label="Language / 语言">${option('en', 'English')}${option('zh', '中文')}</form></header>`;
}

function sections(report: QualityReport, trend: readonly QualityPoint[], language: ReportLanguage): Markup[] {
  const { freshness } = report;
  const ages = html`<section><h2>${both(WORDS.ages)}</h2>${agesChart(freshness.histogram, freshness.freshDays, WORDS.ages[language])}
<p class="note">${both({
    en: `${shownShare(freshness.share)} of customers were touched within ${freshness.freshDays} days: changed, contacted or looked at.`,
    zh: `${shownShare(freshness.share)} 的客户在 ${freshness.freshDays} 天内有过修改、联系或查看。`,
  })}</p></section>`;
  const line = trend.length < 2 ? [] : [html`<section><h2>${both(WORDS.trend)}</h2>${trendChart(trend, WORDS.trend[language])}</section>`];
  return [
    hero(report, language),
    html`<div class="pair">${[...line, ages]}</div>`,
    html`<section class="long"><h2>${both(WORDS.findings)}</h2>${findingsTable(report)}</section>`,
    html`<section class="long"><h2>${both(WORDS.fields)} <small>${both(WORDS.worstFirst)}</small></h2>${fieldsTable(report.fields, language)}</section>`,
    ...(report.by === null
      ? []
      : [html`<section class="long"><h2>${both(WORDS.groups)} <code>${report.by}</code></h2>${groupsTable(report, language)}</section>`]),
  ];
}

function hero({ score, previous, dimensions }: QualityReport, language: ReportLanguage): Markup {
  const ring = scoreRing(score ?? 0, levelOf((score ?? 0) / 100), `${WORDS.score[language]} ${(score ?? 0).toFixed(1)} / 100`);
  return html`<section class="hero"><div>${ring}${changeNote(score, previous)}</div>
<ul class="dimensions">${Object.keys(DIMENSION_LABELS).map((name) => dimension(name as keyof Dimensions, dimensions, language))}</ul></section>`;
}

function dimension(name: keyof Dimensions, dimensions: Dimensions, language: ReportLanguage): Markup {
  const share = dimensions[name];
  const level = levelOf(share);
  const shown = shownShare(share);
  const bar = partsBar({ [level]: share ?? 0, empty: 1 - (share ?? 0) }, `${DIMENSION_LABELS[name][language]} ${shown}`);
  return html`<li><span class="name"><span>${both(DIMENSION_LABELS[name])}</span><b class="t-${level}">${shown}</b></span>${bar}<small>${both(DIMENSION_MEANINGS[name])}</small></li>`;
}

function changeNote(score: number | null, previous: QualityPoint | null): Markup {
  if (score === null || previous?.score == null) return html``;
  const change = Math.round((score - previous.score) * 10) / 10;
  const day = previous.measured_at.slice(0, 10);
  const sign = change > 0 ? `▲ +${change.toFixed(1)}` : change < 0 ? `▼ ${change.toFixed(1)}` : '±0';
  const level = change > 0 ? 'good' : change < 0 ? 'bad' : 'none';
  return html`<p class="change"><b class="t-${level}">${sign}</b> ${both({ en: `since ${day}`, zh: `自 ${day} 以来` })}</p>`;
}
