import { labelOf } from '../dedupe/compared-fields.ts';
import type { SampleBand } from '../dedupe/report-data.ts';
import type { FieldEvidence } from '../model/duplicates.ts';
import { waterfallCharts } from './dedupe-chart-waterfall.ts';
import { nameOf, verdictBadge, weightLevel } from './dedupe-sections.ts';
import { DEDUPE_WORDS, levelLabel } from './dedupe-words.ts';
import { guardLabel, shownScore, signedBits } from './guard-words.ts';
import { both, html, type Markup } from './quality-markup.ts';
import { diffTexts, type DiffPart } from './text-diff.ts';

/** Longer values are cut. */
const MAX_VALUE = 120;

/** Pairs of each range of weights with their evidence, the highest first. */
export function samplesList(bands: readonly SampleBand[]): Markup {
  if (bands.every(({ samples }) => samples.length === 0)) return html`<p>${both(DEDUPE_WORDS.noSamples)}</p>`;
  return html`${bands.filter(({ samples }) => samples.length > 0).map(bandPart)}`;
}

function bandPart({ from, to, samples }: SampleBand): Markup {
  return html`<h3>${bandName(from, to)} ${both(DEDUPE_WORDS.bits)}</h3>${samples.map(sample)}`;
}

function bandName(from: number, to: number): string {
  const shown = (bits: number): string => signedBits(bits).replace('-', '−');
  if (from <= Number.MIN_SAFE_INTEGER) return `< ${shown(to)}`;
  return to >= Number.MAX_SAFE_INTEGER ? `≥ ${shown(from)}` : `${shown(from)} … ${shown(to)}`;
}

function sample({ explanation, left, right }: SampleBand['samples'][number]): Markup {
  const { fields, priorBits, bits, score, verdict, guards } = explanation;
  const drawn = waterfallCharts([priorBits, ...fields.map((field) => field.bits)]);
  const rows = fields.map((field, i) => fieldRow(field, drawn.bars[i + 1] as Markup));
  const warnings =
    guards.length === 0 ? html`` : html`<ul class="guards">${guards.map((guard) => html`<li>${both(guardLabel(guard))}</li>`)}</ul>`;
  return html`<article class="sample"><p class="head"><b><span class="id">#${left.id}</span> ${nameOf(left)}</b> · <b><span class="id">#${right.id}</span> ${nameOf(right)}</b>
${verdictBadge(verdict)} <span class="sum">${signedBits(bits)} ${both(DEDUPE_WORDS.bits)} · ${both(DEDUPE_WORDS.probability)} ${shownScore(score)}</span></p>
<div class="scroll" tabindex="0" role="region" aria-label="#${left.id} · #${right.id}"><table class="evidence"><tbody>
<tr><th scope="row">${both(DEDUPE_WORDS.prior)}</th><td></td><td></td><td></td>${weightCells(priorBits, drawn.bars[0] as Markup)}</tr>${rows}
<tr class="total"><th scope="row">${both(DEDUPE_WORDS.sum)}</th><td></td><td></td><td></td>${weightCells(bits, drawn.sum)}</tr></tbody></table></div>${warnings}</article>`;
}

function fieldRow(field: FieldEvidence, bar: Markup): Markup {
  const { left, right } = values(field);
  return html`<tr><th scope="row">${both(labelOf(field.field))}</th><td class="v">${left}</td><td class="v">${right}</td>
<td class="l">${both(levelLabel(field.level))}${commonness(field)}</td>${weightCells(field.bits, bar)}</tr>`;
}

function weightCells(bits: number, bar: Markup): Markup {
  return html`<td class="n t-${weightLevel(bits)}">${signedBits(bits)}</td><td class="chartcell">${bar}</td>`;
}

function commonness({ termFrequency }: FieldEvidence): Markup {
  if (termFrequency === null) return html``;
  const percent = termFrequency.share * 100;
  const share = percent < 0.01 ? '<0.01%' : `${percent.toFixed(percent < 1 ? 2 : 1)}%`;
  return html`<small>${share} ${both(DEDUPE_WORDS.common)} (${signedBits(termFrequency.bits)})</small>`;
}

function values({ left, right }: FieldEvidence): { readonly left: Markup; readonly right: Markup } {
  const cut = (text: string): string => (text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1)}…` : text);
  if (left === null || right === null)
    return { left: html`${left === null ? '–' : cut(left)}`, right: html`${right === null ? '–' : cut(right)}` };
  const diff = diffTexts(cut(left), cut(right));
  return { left: marked(diff.left), right: marked(diff.right) };
}

function marked(parts: readonly DiffPart[]): Markup {
  return html`${parts.map(({ text, differs }) => (differs ? html`<mark>${text}</mark>` : html`${text}`))}`;
}
