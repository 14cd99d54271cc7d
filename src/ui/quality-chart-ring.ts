import { arc } from 'd3-shape';
import { html, type Markup } from './quality-markup.ts';

const SIZE = 180;
const OUTER = 84;
const INNER = 68;

/**
 * A score from 0 to 100 as a ring with the number in it.
 * @param level name of the colour: good, fair, bad
 */
export function scoreRing(score: number, level: string, title: string): Markup {
  const ring = arc<number>()
    .innerRadius(INNER)
    .outerRadius(OUTER)
    .cornerRadius(8)
    .startAngle(0)
    .endAngle((share) => share * 2 * Math.PI);
  const half = SIZE / 2;
  return html`<svg class="ring" viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-labelledby="ring-title"><title id="ring-title">${title}</title>
<g transform="translate(${half} ${half})"><path class="track" d="${ring(1) ?? ''}"/><path class="${level}" d="${ring(score / 100) ?? ''}"/>
<text class="big" text-anchor="middle" dy="0.28em">${score.toFixed(1)}</text><text class="small" text-anchor="middle" y="34">/ 100</text></g></svg>`;
}
