import { scaleBand, scaleLinear } from 'd3-scale';
import type { AgeClass } from '../quality/age-histogram.ts';
import type { Label } from '../quality/measured-fields.ts';
import { formatCount } from './number.ts';
import { bothInChart, html, type Markup } from './quality-markup.ts';

const WIDTH = 440;
const HEIGHT = 220;
const TOP = 22;
const BOTTOM = 40;
const DAYS_A_YEAR = 365;

/**
 * Customers by the time since they were last touched, a column for each class of age.
 * @param freshDays classes that end at or before it are drawn as fresh
 */
export function agesChart(classes: readonly AgeClass[], freshDays: number, title: string): Markup {
  const x = scaleBand(
    classes.map(({ fromDays }) => String(fromDays)),
    [0, WIDTH],
  ).paddingInner(0.18);
  const y = scaleLinear([0, Math.max(1, ...classes.map(({ customers }) => customers))], [HEIGHT - BOTTOM, TOP]);
  const columns = classes.map(({ fromDays, toDays, customers }) => {
    const left = x(String(fromDays)) as number;
    const middle = left + x.bandwidth() / 2;
    const top = y(customers);
    const isFresh = toDays !== null && toDays <= freshDays;
    return html`<g><rect class="${isFresh ? 'good' : 'old'}" x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${x.bandwidth().toFixed(1)}" height="${(HEIGHT - BOTTOM - top).toFixed(1)}" rx="3"/>
<text class="value" text-anchor="middle" x="${middle.toFixed(1)}" y="${(top - 6).toFixed(1)}">${compact(customers)}</text>
<text class="tick" text-anchor="middle" x="${middle.toFixed(1)}" y="${HEIGHT - BOTTOM + 18}">${bothInChart(ageLabel({ fromDays, toDays }))}</text></g>`;
  });
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="ages-title"><title id="ages-title">${title}</title>
<line class="axis" x1="0" x2="${WIDTH}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}"/>${columns}</svg>`;
}

/** What a class of age is called: `< 30 d`, `1–2 y`. */
export function ageLabel({ fromDays, toDays }: Pick<AgeClass, 'fromDays' | 'toDays'>): Label {
  const isYears = fromDays >= DAYS_A_YEAR;
  const shown = (days: number): number => (isYears ? days / DAYS_A_YEAR : days);
  const range = toDays === null ? `> ${shown(fromDays)}` : fromDays === 0 ? `< ${toDays}` : `${shown(fromDays)}–${shown(toDays)}`;
  return isYears ? { en: `${range} y`, zh: `${range}年` } : { en: `${range} d`, zh: `${range}天` };
}

/** A count that fits above a column: 1,234 and 12.3k, 4.5M. */
function compact(count: number): string {
  if (count < 10_000) return formatCount(count);
  const [unit, sign] = count < 999_500 ? [1000, 'k'] : [1_000_000, 'M'];
  const value = count / (unit as number);
  return `${value < 100 ? value.toFixed(1) : Math.round(value)}${sign}`;
}
