import { scaleLinear, scalePoint } from 'd3-scale';
import { area, curveMonotoneX, line } from 'd3-shape';
import type { QualityPoint } from '../quality/quality-report.ts';
import { html, type Markup } from './quality-markup.ts';

const WIDTH = 440;
const HEIGHT = 220;
const LEFT = 34;
const RIGHT = 20;
const TOP = 22;
const BOTTOM = 40;
/** The scale shows at least so many points of the score, so that a small change does not look like a fall. */
const LEAST_SPAN = 10;

/** Scores over time as a line, one point a measurement; those without a score are left out. */
export function trendChart(trend: readonly QualityPoint[], title: string): Markup {
  const points = trend.flatMap(({ measured_at, score }, i) =>
    score === null ? [] : [{ key: String(i), when: measured_at.slice(0, 16), score }],
  );
  const x = scalePoint(
    points.map(({ key }) => key),
    [LEFT + 12, WIDTH - RIGHT],
  );
  const y = scaleLinear(domainOf(points.map(({ score }) => score)), [HEIGHT - BOTTOM, TOP]).nice(4);
  const at = ({ key }: { readonly key: string }): number => x(key) as number;
  const shape = line<(typeof points)[number]>(at, ({ score }) => y(score)).curve(curveMonotoneX);
  const below = area<(typeof points)[number]>(at, HEIGHT - BOTTOM, ({ score }) => y(score)).curve(curveMonotoneX);
  const ticks = y.ticks(4).map(
    (tick) => html`<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}"/>
<text text-anchor="end" x="${LEFT - 6}" y="${(y(tick) + 4).toFixed(1)}">${tick}</text>`,
  );
  const dots = points.map(
    (point) =>
      html`<circle class="dot" cx="${at(point).toFixed(1)}" cy="${y(point.score).toFixed(1)}" r="3.5"><title>${point.when.slice(0, 10)}: ${point.score.toFixed(1)}</title></circle>`,
  );
  const [first, last] = [points[0], points.at(-1)];
  // Several measurements of one day are told apart by the time.
  const shown = ({ when }: { readonly when: string }): string =>
    first?.when.slice(0, 10) === last?.when.slice(0, 10) ? when.replace('T', ' ') : when.slice(0, 10);
  const labels = [
    ...(first === undefined ? [] : [html`<text x="${LEFT}" y="${HEIGHT - BOTTOM + 18}">${shown(first)}</text>`]),
    ...(last === undefined
      ? []
      : [
          html`<text text-anchor="end" x="${WIDTH}" y="${HEIGHT - BOTTOM + 18}">${shown(last)}</text>`,
          html`<text class="value" text-anchor="end" x="${WIDTH}" y="${(y(last.score) - 9).toFixed(1)}">${last.score.toFixed(1)}</text>`,
        ]),
  ];
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="trend-title"><title id="trend-title">${title}</title>
${ticks}<path class="area" d="${below(points) ?? ''}"/><path class="line" d="${shape(points) ?? ''}"/>${dots}${labels}</svg>`;
}

/** From the lowest to the highest score with some air, within 0 to 100. */
function domainOf(scores: readonly number[]): [number, number] {
  const low = Math.min(...scores);
  const high = Math.max(...scores);
  const air = Math.max((LEAST_SPAN - (high - low)) / 2, 1);
  const from = Math.max(0, Math.min(low - air, 100 - LEAST_SPAN));
  return [from, Math.min(100, Math.max(high + air, from + LEAST_SPAN))];
}
