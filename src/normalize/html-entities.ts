import { createRequire } from 'node:module';

/** A character reference that ends as it must: without the semicolon, `R&D` and `?a=1&copy=2` would be in danger. */
const REFERENCE = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/gi;
/** A reference to the ampersand, again and again: `&amp;amp;amp;`, however deep, is taken off at once. */
const AMPERSANDS = /&(?:(?:amp|#0{0,4}38|#x0{0,4}26);)+/gi;

const require = createRequire(import.meta.url);
let decodeStrictly: ((text: string) => string) | undefined;

/** Whether the text may hold an HTML character reference (`&amp;`, `&#39;`): a cheap look before `decodeEntities`. */
export function mayHoldEntities(text: string): boolean {
  const first = text.indexOf('&');
  return first >= 0 && text.indexOf(';', first) > 0;
}

/**
 * One round of decoding: HTML character references that end in a semicolon, as the HTML standard (section 13.5) names
 * them, as their characters; the same string where there is none. What names no character (`&#0;`, `&foo;`) stays.
 */
export function decodeEntities(text: string): string {
  if (!mayHoldEntities(text)) return text;
  return text.replace(AMPERSANDS, '&amp;').replace(REFERENCE, decode);
}

function decode(reference: string): string {
  decodeStrictly ??= (require('entities/decode') as { decodeHTMLStrict: (text: string) => string }).decodeHTMLStrict;
  const character = decodeStrictly(reference);
  return character === '\ufffd' ? reference : character;
}
