import type { Label } from '../quality/measured-fields.ts';

/** A piece of HTML that is safe to put into a page as it stands. */
export interface Markup {
  readonly markup: string;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** What ends an attribute or begins a tag, and what HTML cannot hold: control characters and lone surrogates. */
const SPECIAL = /[&<>"']/g;
const NOT_ALLOWED = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\p{Cs}/gu;

/** Template of HTML: markup and lists of it are put in as they stand, every other value is escaped. */
export function html(strings: TemplateStringsArray, ...values: readonly (Markup | readonly Markup[] | string | number)[]): Markup {
  let markup = strings[0] as string;
  values.forEach((value, i) => {
    markup += piece(value) + (strings[i + 1] as string);
  });
  return { markup };
}

/** A text in both languages; the page shows the chosen one (see `qualityStyle`). */
export function both({ en, zh }: Label): Markup {
  return html`<span lang="en">${en}</span><span lang="zh">${zh}</span>`;
}

/** The same inside of an SVG text. */
export function bothInChart({ en, zh }: Label): Markup {
  return html`<tspan lang="en">${en}</tspan><tspan lang="zh">${zh}</tspan>`;
}

function piece(value: Markup | readonly Markup[] | string | number): string {
  if (typeof value === 'string' || typeof value === 'number') return escaped(String(value));
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}

function escaped(text: string): string {
  return text.replace(NOT_ALLOWED, '\ufffd').replace(SPECIAL, (character) => ENTITIES[character] as string);
}
