import { labelOf } from '../dedupe/compared-fields.ts';
import type { ModelSummary } from '../dedupe/model-summary.ts';
import type { DuplicateReport, ReportCluster } from '../dedupe/report-data.ts';
import type { Customer } from '../model/customer.ts';
import { oddsChart } from './dedupe-chart-levels.ts';
import { DEDUPE_WORDS, levelLabel, VERDICT_LABELS, VERDICT_LEVELS } from './dedupe-words.ts';
import { signedBits } from './guard-words.ts';
import { formatCount } from './number.ts';
import { partsBar } from './quality-chart-bar.ts';
import { both, html, type Markup } from './quality-markup.ts';
import type { ReportLanguage } from './quality-words.ts';

/** What becomes of pairs, as a badge in its colour. */
export function verdictBadge(verdict: keyof typeof VERDICT_LABELS): Markup {
  return html`<span class="badge t-${VERDICT_LEVELS[verdict]}">${both(VERDICT_LABELS[verdict])}</span>`;
}

/** Every level of every comparison with its probabilities and its weight. */
export function levelsTable({ comparisons }: ModelSummary, language: ReportLanguage): Markup {
  const groups = comparisons.map(({ field, levels }) => {
    const rows = levels.map(({ name, m, u, bits }, i) => {
      const title = `${labelOf(field)[language]}, ${levelLabel(name)[language]}: m ${shownShare(m)}, u ${shownShare(u)}`;
      const head = i > 0 ? html`` : html`<th scope="rowgroup" rowspan="${levels.length}">${both(labelOf(field))}</th>`;
      return html`<tr>${head}<td>${both(levelLabel(name))}</td><td class="chartcell">${oddsChart({ m, u }, title)}</td>
<td class="n m-u" data-name="m">${shownShare(m)}</td><td class="n m-u" data-name="u">${shownShare(u)}</td><td class="n bits t-${weightLevel(bits)}"><b>${signedBits(bits)}</b></td></tr>`;
    });
    return html`<tbody>${rows}</tbody>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${DEDUPE_WORDS.levels[language]}"><table class="levels"><thead><tr>
<th scope="col">${both(DEDUPE_WORDS.field)}</th><th scope="col">${both(DEDUPE_WORDS.level)}</th><th scope="col" class="asis">${both(DEDUPE_WORDS.scale)}</th>
<th scope="col" class="n asis">m</th><th scope="col" class="n asis">u</th><th scope="col" class="n">${both(DEDUPE_WORDS.bits)}</th></tr></thead>${groups}</table></div>
<p class="note">${both(DEDUPE_WORDS.levelsNote)}</p>`;
}

/** The rules that choose which customers are compared. */
export function rulesTable({ rules }: ModelSummary, language: ReportLanguage): Markup {
  const most = Math.max(1, ...rules.map(({ pairs }) => pairs));
  const rows = rules.map(({ name, pairs, keys, purgedRecords }) => {
    const title = `${name}: ${formatCount(pairs)} ${DEDUPE_WORDS.pairs[language]}`;
    return html`<tr><th scope="row" class="asis">${name}</th><td class="parts">${partsBar({ accent: pairs / most, empty: 1 - pairs / most }, title)}</td>
<td class="n">${formatCount(pairs)}</td><td class="n">${formatCount(keys)}</td><td class="n${purgedRecords === 0 ? ' t-none' : ''}">${formatCount(purgedRecords)}</td></tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${DEDUPE_WORDS.rules[language]}"><table class="fields rules"><thead><tr>
<th scope="col">${both(DEDUPE_WORDS.rule)}</th><td class="parts"></td><th scope="col" class="n">${both(DEDUPE_WORDS.pairs)}</th>
<th scope="col" class="n">${both(DEDUPE_WORDS.keys)}</th><th scope="col" class="n">${both(DEDUPE_WORDS.purged)}</th></tr></thead><tbody>${rows}</tbody></table></div>
<p class="note">${both(DEDUPE_WORDS.rulesNote)}</p>`;
}

/** The largest clusters with their first members. */
export function clustersList(clusters: readonly ReportCluster[]): Markup {
  if (clusters.length === 0) return html`<p>${both(DEDUPE_WORDS.noClusters)}</p>`;
  return html`<ul class="clusters">${clusters.map(clusterItem)}</ul>`;
}

function clusterItem({ id, verdict, size, members }: ReportCluster): Markup {
  const more = size - members.length;
  const rest =
    more > 0 ? html`<li class="t-none">${both({ en: `${formatCount(more)} more`, zh: `另有 ${formatCount(more)} 位` })}</li>` : html``;
  return html`<li><p class="head"><b>${formatCount(size)}</b> ${both(DEDUPE_WORDS.members)} ${verdictBadge(verdict)} <code>crm show ${id}</code></p>
<ul>${members.map((member) => html`<li><span class="id">#${member.id}</span> ${nameOf(member)} <small>${knownBy(member)}</small></li>`)}${rest}</ul></li>`;
}

/** The name of a customer, or that there is none. */
export function nameOf({ name, company_name }: Customer): Markup {
  return name === null && company_name === null ? both(DEDUPE_WORDS.noName) : html`${name ?? company_name ?? ''}`;
}

function knownBy({ email, phone, city, birthday }: Customer): string {
  return [email, phone, birthday, city].filter((value) => value !== null).join(' · ');
}

/** What people said so far, and what comes next. */
export function decisionsList({ decisions, open }: DuplicateReport): Markup {
  const { same, distinct } = decisions;
  const total = Math.max(1, same + distinct + open);
  const title = `${same} / ${distinct} / ${open}`;
  const next = [...(open > 0 ? ['crm dedupe review'] : []), ...(same > 0 ? ['crm dedupe merge --reviewed'] : [])];
  const commands =
    next.length === 0
      ? html``
      : html`<p class="note">${both(DEDUPE_WORDS.next)}: ${next.map((command) => html`<code>${command}</code> `)}</p>`;
  const item = (level: string, label: (typeof DEDUPE_WORDS)['same' | 'distinct' | 'stillOpen'], count: number): Markup =>
    html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${level}" width="10" height="10" rx="2"/></svg>${both(label)} ${formatCount(count)}</li>`;
  return html`${partsBar({ good: same / total, old: distinct / total, fair: open / total }, title)}
<ul class="legend under">${[item('good', DEDUPE_WORDS.same, same), item('old', DEDUPE_WORDS.distinct, distinct), item('fair', DEDUPE_WORDS.stillOpen, open)]}</ul>${commands}`;
}

/** The colour of a weight. */
export function weightLevel(bits: number): 'good' | 'bad' | 'none' {
  const text = signedBits(bits);
  return text.startsWith('+') ? 'good' : text.startsWith('-') ? 'bad' : 'none';
}

/** A probability with two digits that count: `98%`, `0.23%`, `0.00012%`. */
function shownShare(share: number): string {
  const percent = share * 100;
  if (percent === 0) return '0%';
  if (percent >= 10) return `${percent.toFixed(percent > 99.5 && percent < 100 ? 2 : 0)}%`;
  if (percent < 0.0001) return '<0.0001%';
  return `${percent
    .toFixed(Math.max(1, 1 - Math.floor(Math.log10(percent))))
    .replace(/0+$/, '')
    .replace(/\.$/, '')}%`;
}
