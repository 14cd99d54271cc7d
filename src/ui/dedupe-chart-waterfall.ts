import { scaleLinear } from 'd3-scale';
import { html, type Markup } from './quality-markup.ts';

const WIDTH = 220;
const HEIGHT = 14;
/** A weight is never without width. */
const LEAST_WIDTH = 1.5;

/** One bar of a waterfall for each weight, and one for their sum, each beginning where the one before it ended. */
export function waterfallCharts(weights: readonly number[]): { readonly bars: readonly Markup[]; readonly sum: Markup } {
  const sums = [0];
  for (const bits of weights) sums.push((sums.at(-1) as number) + bits);
  const [low, high] = [Math.min(...sums), Math.max(...sums)];
  const x = scaleLinear([low, high > low ? high : low + 1], [2, WIDTH - 2]);
  const bar = (from: number, to: number): Markup => {
    const [left, right] = [x(Math.min(from, to)), x(Math.max(from, to))];
    const drawn =
      from === to
        ? html``
        : html`<rect class="${to > from ? 'good' : 'bad'}" x="${left.toFixed(1)}" y="1" width="${Math.max(LEAST_WIDTH, right - left).toFixed(1)}" height="${HEIGHT - 2}" rx="2"/>`;
    const axis = x(0).toFixed(1);
    return html`<svg class="fall" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true"><line class="axis" x1="${axis}" x2="${axis}" y1="0" y2="${HEIGHT}"/>${drawn}</svg>`;
  };
  return { bars: weights.map((_, i) => bar(sums[i] as number, sums[i + 1] as number)), sum: bar(0, sums.at(-1) as number) };
}
