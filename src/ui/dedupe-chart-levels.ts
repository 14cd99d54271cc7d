import { scaleLog } from 'd3-scale';
import { html, type Markup } from './quality-markup.ts';

const WIDTH = 300;
const HEIGHT = 20;
const EDGE = 8;
/** The left end of the scale; what is rarer stands there too. */
const LEAST = 1e-6;
const DECADES = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];

/** How often a level occurs among pairs of one customer (m, filled) and among others (u, hollow), on a logarithmic scale. */
export function oddsChart({ m, u }: { readonly m: number; readonly u: number }, title: string): Markup {
  const x = scaleLog([LEAST, 1], [EDGE, WIDTH - EDGE]).clamp(true);
  const at = (share: number): string => x(Math.max(LEAST, share)).toFixed(1);
  const level = m >= u ? 'good' : 'bad';
  const grid = DECADES.map((share) => html`<line class="grid" x1="${at(share)}" x2="${at(share)}" y1="0" y2="${HEIGHT}"/>`);
  return html`<svg class="odds" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}"><title>${title}</title>${grid}
<line class="span s-${level}" x1="${at(u)}" x2="${at(m)}" y1="${HEIGHT / 2}" y2="${HEIGHT / 2}"/>
<circle class="hollow s-${level}" cx="${at(u)}" cy="${HEIGHT / 2}" r="5"/><circle class="${level}" cx="${at(m)}" cy="${HEIGHT / 2}" r="5.5"/></svg>`;
}
