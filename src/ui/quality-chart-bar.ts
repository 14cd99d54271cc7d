import { scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import { html, type Markup } from './quality-markup.ts';

const WIDTH = 200;
const HEIGHT = 12;

/** Parts of a whole as one bar, from left to right: each is a class of the page's style and a number. */
export function partsBar(parts: Readonly<Record<string, number>>, title: string): Markup {
  const names = Object.keys(parts);
  const whole = names.reduce((sum, name) => sum + (parts[name] as number), 0);
  const x = scaleLinear([0, Math.max(whole, Number.MIN_VALUE)], [0, WIDTH]);
  const series = stack<Readonly<Record<string, number>>>().keys(names)([parts]);
  const rectangles = series.flatMap(({ key, 0: span }) => {
    const [from, to] = span as unknown as [number, number];
    return to > from ? [html`<rect class="${key}" x="${round(x(from))}" width="${round(x(to) - x(from))}" height="${HEIGHT}"/>`] : [];
  });
  return html`<svg class="bar" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${title}"><title>${title}</title>${rectangles}</svg>`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
