import type { DuplicateReport } from '../dedupe/report-data.ts';
import { weightHistogram } from './dedupe-chart-histogram.ts';
import { samplesList } from './dedupe-samples.ts';
import { clustersList, decisionsList, levelsTable, rulesTable } from './dedupe-sections.ts';
import { DEDUPE_STYLE } from './dedupe-style.ts';
import { DEDUPE_WORDS as WORDS, VERDICT_LABELS } from './dedupe-words.ts';
import { formatCount } from './number.ts';
import { both, html, type Markup } from './quality-markup.ts';
import type { ReportLanguage } from './quality-words.ts';

/**
 * The report of a search for duplicates as one HTML page that stands alone: no script, no request, both languages in it.
 * It shows values of customers: that is what it is for.
 * @param language the one that is shown first
 */
export function duplicatesPage(report: DuplicateReport, language: ReportLanguage): string {
  const page = html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-Hans' : 'en'}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><link rel="icon" href="data:,">
<title>${WORDS.title[language]}</title>
<style>${{ markup: DEDUPE_STYLE }}</style></head>
<body>
${heading(report, language)}
<main>
${sections(report, language)}
</main>
</body>
</html>
`;
  return page.markup;
}

function heading({ madeAt, summary }: DuplicateReport, language: ReportLanguage): Markup {
  const option = (id: ReportLanguage, name: string): Markup => {
    const checked = id === language ? { markup: ' checked' } : '';
    return html`<input type="radio" name="language" id="lang-${id}"${checked}><label for="lang-${id}" class="${id}">${name}</label>`;
  };
  return html`<header><h1>${both(WORDS.title)}</h1>
<p class="meta">${formatCount(summary.records)} ${both(WORDS.customers)} · <time datetime="${madeAt}">${madeAt.slice(0, 10)} ${madeAt.slice(11, 16)} UTC</time></p>
<form class="switch" aria-label="Language / 语言">${option('en', 'English')}${option('zh', '中文')}</form></header>`;
}

function sections(report: DuplicateReport, language: ReportLanguage): Markup[] {
  const { summary, clusters, bands } = report;
  return [
    html`<section>${facts(report)}</section>`,
    html`<section><h2>${both(WORDS.histogram)}</h2>${verdictLegend(report)}<div class="scroll" tabindex="0" role="region" aria-label="${WORDS.histogram[language]}">${weightHistogram(summary, WORDS.histogram[language])}</div><p class="note">${both(WORDS.histogramNote)}</p></section>`,
    html`<section><h2>${both(WORDS.decisions)}</h2>${decisionsList(report)}</section>`,
    html`<section class="long"><h2>${both(WORDS.samples)}</h2>${samplesList(bands)}</section>`,
    html`<section class="long"><h2>${both(WORDS.largest)}</h2>${clustersList(clusters)}</section>`,
    html`<section class="long"><h2>${both(WORDS.levels)}</h2>${levelsTable(summary, language)}</section>`,
    html`<section class="long"><h2>${both(WORDS.rules)}</h2>${rulesTable(summary, language)}</section>`,
  ];
}

function facts({ summary, open }: DuplicateReport): Markup {
  const share = (value: number | null): string => (value === null ? '–' : `${(Math.floor(value * 1000) / 10).toFixed(1)}%`);
  const item = (value: string, label: Markup, note: Markup = html``): Markup =>
    html`<li><b>${value}</b>${label}<small>${note}</small></li>`;
  return html`<ul class="facts">${[
    item(formatCount(summary.candidatePairs), both(WORDS.compared)),
    item(formatCount(summary.clusters), both(WORDS.clusters)),
    item(formatCount(open), both(WORDS.open)),
    item(share(summary.expectedPrecision), both(WORDS.precision), both(WORDS.precisionNote)),
    item(share(summary.estimatedRecall), both(WORDS.recall), both(WORDS.recallNote)),
  ]}</ul>`;
}

function verdictLegend({ summary }: DuplicateReport): Markup {
  const items = (['distinct', 'review', 'auto'] as const).map(
    (verdict) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="v-${verdict}" width="10" height="10" rx="2"/></svg>${both(VERDICT_LABELS[verdict])} ${formatCount(summary.verdicts[verdict])}</li>`,
  );
  return html`<ul class="legend">${items}</ul>`;
}
