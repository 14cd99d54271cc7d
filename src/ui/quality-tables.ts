import type { FieldQuality, QualityReport } from '../quality/quality-report.ts';
import { formatCount } from './number.ts';
import { partsBar } from './quality-chart-bar.ts';
import { both, html, type Markup } from './quality-markup.ts';
import { DIMENSION_LABELS, otherGroupsLabel, type ReportLanguage, SEVERITY_LABELS, shownShare, WORDS } from './quality-words.ts';
import { type Dimensions, shareOf } from '../quality/score.ts';

const SEVERITY_LEVEL = { error: 'bad', warning: 'fair', info: 'none' } as const;
const BAD_BELOW = 0.6;
const FAIR_BELOW = 0.9;

/** The name of the colour of a share in [0, 1]. */
export function levelOf(share: number | null): 'good' | 'fair' | 'bad' | 'none' {
  if (share === null) return 'none';
  return share < BAD_BELOW ? 'bad' : share < FAIR_BELOW ? 'fair' : 'good';
}

/** What was found, worst first, with ids and the command that lists or fixes it. */
export function findingsTable({ findings, customers }: QualityReport): Markup {
  if (findings.length === 0) return html`<p>${both(WORDS.noFindings)}</p>`;
  const rows = findings.map(
    ({ severity, label, count, examples, command }) => html`<tr>
<td><span class="badge t-${SEVERITY_LEVEL[severity]}">${both(SEVERITY_LABELS[severity])}</span></td>
<th scope="row"><span class="what">${both(label)}</span><code>${command}</code></th>
<td class="n">${formatCount(count)}<small>${shownShare(shareOf(count, customers))}</small></td>
<td class="ids">${examples.map((id) => `#${id}`).join(' ')}</td></tr>`,
  );
  return html`<table class="findings"><thead><tr><th scope="col">${both(WORDS.severity)}</th><th scope="col">${both(WORDS.what)}</th>
<th scope="col" class="n">${both(WORDS.count)}</th><th scope="col">${both(WORDS.examples)}</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}

/** The fields that are in use, with a bar of what their values are. */
export function fieldsTable(fields: readonly FieldQuality[], language: ReportLanguage): Markup {
  const used = fields.filter(({ filled }) => filled > 0);
  const unused = fields.filter(({ filled }) => filled === 0);
  const legend = (['good', 'fair', 'bad', 'empty'] as const).map((level, i) => {
    const label = [WORDS.canonical, WORDS.notCanonical, WORDS.invalid, WORDS.empty][i] as (typeof WORDS)['empty'];
    return html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${level}" width="10" height="10" rx="2"/></svg>${both(label)}</li>`;
  });
  const columns = [WORDS.filled, WORDS.valid, WORDS.canonical, WORDS.unique, WORDS.fresh];
  const note =
    unused.length === 0
      ? html``
      : html`<p class="note">${both({
          en: `${WORDS.emptyEverywhere.en}, so without weight: ${unused.map(({ label }) => label.en).join(', ')}`,
          zh: `${WORDS.emptyEverywhere.zh}（不计入得分）：${unused.map(({ label }) => label.zh).join('、')}`,
        })}</p>`;
  return html`<ul class="legend">${legend}</ul><div class="scroll" tabindex="0" role="region" aria-label="${WORDS.fields[language]}"><table class="fields"><thead><tr>
<th scope="col">${both(WORDS.field)}</th><td></td>${columns.map((label) => html`<th scope="col" class="n">${both(label)}</th>`)}
<th scope="col" class="n">${both(WORDS.weight)}</th></tr></thead><tbody>${used.map((field) => fieldRow(field, language))}</tbody></table></div>${note}`;
}

function fieldRow(quality: FieldQuality, language: ReportLanguage): Markup {
  const { field, label, weight, applicable, filled, completeness, validity, conformity, uniqueness, freshness } = quality;
  const valid = Math.round((validity ?? 0) * filled);
  const canonical = Math.min(valid, Math.round((conformity ?? 0) * filled));
  const parts = { good: canonical, fair: valid - canonical, bad: filled - valid, empty: applicable - filled };
  const title = `${label[language]}: ${WORDS.filled[language]} ${shownShare(completeness)}, ${WORDS.valid[language]} ${shownShare(validity)}`;
  return html`<tr><th scope="row">${both(label)}<small>${field}</small></th><td class="parts">${partsBar(parts, title)}</td>
${[completeness, validity, conformity, uniqueness, freshness].map(shareCell)}<td class="n t-none">${weight}</td></tr>`;
}

/** The values of the field of `--by`, the largest first. */
export function groupsTable({ groups, otherGroups }: QualityReport, language: ReportLanguage): Markup {
  const names = Object.keys(DIMENSION_LABELS) as (keyof Dimensions)[];
  const rows = groups.map(({ value, customers, score, dimensions }) => {
    const share = score === null ? null : score / 100;
    const bar = partsBar({ [levelOf(share)]: share ?? 0, empty: 1 - (share ?? 0) }, `${WORDS.score[language]} ${score ?? '–'}`);
    return html`<tr><th scope="row">${value === null ? both(WORDS.noValue) : value}</th><td class="n">${formatCount(customers)}</td><td class="parts">${bar}</td>
<td class="n t-${levelOf(share)}"><b>${score === null ? '–' : score.toFixed(1)}</b></td>${names.map((name) => shareCell(dimensions[name]))}</tr>`;
  });
  const rest = otherGroups === 0 ? html`` : html`<p class="note">${both(otherGroupsLabel(otherGroups))}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${WORDS.groups[language]}"><table class="fields"><thead><tr><td></td><th scope="col" class="n">${both(WORDS.count)}</th><td></td>
<th scope="col" class="n">${both(WORDS.score)}</th>${names.map((name) => html`<th scope="col" class="n">${both(DIMENSION_LABELS[name])}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>${rest}`;
}

function shareCell(share: number | null): Markup {
  return html`<td class="n t-${levelOf(share)}">${shownShare(share)}</td>`;
}
