import { scaleLinear, scaleSymlog } from 'd3-scale';
import type { ModelSummary } from '../dedupe/model-summary.ts';
import type { DuplicateVerdict } from '../model/duplicates.ts';
import { DEDUPE_WORDS, VERDICT_LABELS } from './dedupe-words.ts';
import { formatCount } from './number.ts';
import { bothInChart, html, type Markup } from './quality-markup.ts';

const WIDTH = 900;
const HEIGHT = 300;
const LEFT = 52;
const TOP = 46;
const BOTTOM = 34;

type Bin = ModelSummary['histogram'][number];

/** A part of a bin that belongs to one verdict; a bin through which a cut goes has several. */
export interface HistogramPart {
  readonly from: number;
  readonly to: number;
  readonly pairs: number;
  readonly verdict: DuplicateVerdict;
}

/** The bins, cut where the verdicts change. */
export function histogramParts(histogram: readonly Bin[], reviewBits: number, autoBits: number): HistogramPart[] {
  const verdictOf = (bits: number): DuplicateVerdict => (bits >= autoBits ? 'auto' : bits >= reviewBits ? 'review' : 'distinct');
  return histogram.flatMap(({ from, to, pairs }) => {
    const edges = [from, ...[reviewBits, autoBits].filter((cut) => cut > from && cut < to), to];
    return edges.slice(1).map((end, i) => ({ from: edges[i] as number, to: end, pairs, verdict: verdictOf(edges[i] as number) }));
  });
}

/** Pairs by their weight, coloured by what becomes of them, with the two cuts. */
export function weightHistogram(summary: Pick<ModelSummary, 'histogram' | 'reviewBits' | 'autoBits'>, title: string): Markup {
  const { histogram, reviewBits, autoBits } = summary;
  const low = Math.min(reviewBits - 1, ...histogram.map(({ from }) => from));
  const high = Math.max(autoBits + 1, ...histogram.map(({ to }) => to));
  const most = Math.max(1, ...histogram.map(({ pairs }) => pairs));
  const x = scaleLinear([low, high], [LEFT, WIDTH - 8]);
  const y = scaleSymlog([0, most], [HEIGHT - BOTTOM, TOP]);
  const columns = histogramParts(histogram, reviewBits, autoBits)
    .filter(({ pairs }) => pairs > 0)
    .map(({ from, to, pairs, verdict }) => {
      const [left, right, top] = [x(from) + 0.75, x(to) - 0.75, y(pairs)];
      const shown = `${from} … ${to}: ${formatCount(pairs)} ${DEDUPE_WORDS.pairs.en} (${VERDICT_LABELS[verdict].en} / ${VERDICT_LABELS[verdict].zh})`;
      return html`<rect class="v-${verdict}" x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${Math.max(0.5, right - left).toFixed(1)}" height="${(HEIGHT - BOTTOM - top).toFixed(1)}"><title>${shown}</title></rect>`;
    });
  const rows = powersUpTo(most).map(
    (count) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y(count).toFixed(1)}" y2="${y(count).toFixed(1)}"/>
<text text-anchor="end" x="${LEFT - 7}" y="${(y(count) + 4).toFixed(1)}">${formatCount(count)}</text>`,
  );
  const ticks = x
    .ticks(10)
    .map(
      (bits) => html`<text class="tick" text-anchor="middle" x="${x(bits).toFixed(1)}" y="${HEIGHT - BOTTOM + 18}">${signed(bits)}</text>`,
    );
  return html`<svg class="chart wide" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="weights-title"><title id="weights-title">${title}</title>
${rows}${columns}<line class="axis" x1="${LEFT}" x2="${WIDTH}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}"/>${ticks}
${cutLine(x(reviewBits), TOP - 26, DEDUPE_WORDS.review, reviewBits)}${cutLine(x(autoBits), TOP - 8, DEDUPE_WORDS.auto, autoBits)}</svg>`;
}

function cutLine(at: number, top: number, label: { readonly en: string; readonly zh: string }, bits: number): Markup {
  const isRight = at > WIDTH * 0.7;
  const [anchor, x] = isRight ? ['end', at - 6] : ['start', at + 6];
  const value = ` ${signed(Math.round(bits * 10) / 10)}`;
  return html`<line class="cut" x1="${at.toFixed(1)}" x2="${at.toFixed(1)}" y1="${top - 10}" y2="${HEIGHT - BOTTOM}"/>
<text class="value" text-anchor="${anchor}" x="${x.toFixed(1)}" y="${top}">${bothInChart({ en: label.en + value, zh: label.zh + value })}</text>`;
}

function powersUpTo(most: number): number[] {
  const powers: number[] = [];
  for (let power = 1; power <= most; power *= 10) powers.push(power);
  // More than six lines are too close to each other.
  return powers.length <= 6 ? powers : powers.filter((_, i) => i % 2 === 0);
}

function signed(bits: number): string {
  return bits > 0 ? `+${bits}` : String(bits).replace('-', '−');
}
