/** Unicode white space, BOM, zero-width space, joiners and word joiner: invisible at either end of a cell. */
const LEADING = /^[\s\u0085\u200b-\u200d\u2060]+/;
const TRAILING_CHARACTER = /[\s\u0085\u200b-\u200d\u2060]/;
/** A UTF-16 half without its partner, which no encoding can carry. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * Canonical text: NFC (Unicode Standard Annex 15), without white space or zero-width characters at the ends; inside
 * nothing changes, so that an export imported again is the same. Idempotent. Half surrogates become U+FFFD.
 */
export function normalizeText(raw: string): string {
  const length = raw.length;
  if (length === 0) return raw;
  const first = raw.charCodeAt(0);
  const last = raw.charCodeAt(length - 1);
  if (mayBeTrimmed(first) || mayBeTrimmed(last)) return compose(trimEnds(raw));
  for (let i = 0; i < length; i++) {
    if (!isStable(raw.charCodeAt(i))) return compose(raw);
  }
  return raw;
}

/** Removes white space, BOM and zero-width characters from both ends. */
export function trimEnds(raw: string): string {
  const text = raw.replace(LEADING, '');
  // A loop, because a pattern anchored at the end would look at every inner run of blanks again and again.
  let end = text.length;
  while (end > 0 && TRAILING_CHARACTER.test(text.charAt(end - 1))) end--;
  return end === text.length ? text : text.slice(0, end);
}

/** Code units that are white space or lie in a range that holds some. Letters of most scripts are not among them. */
function mayBeTrimmed(code: number): boolean {
  return code <= 0x20 || (code >= 0x85 && code <= 0xa0) || (code >= 0x1680 && code <= 0x3000) || code === 0xfeff;
}

/** Code units that NFC never changes nor joins with a neighbour: Latin up to U+02FF, and unified Han ideographs. */
function isStable(code: number): boolean {
  return code < 0x300 || (code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3400 && code <= 0x4dbf);
}

function compose(text: string): string {
  return text.normalize('NFC').replace(LONE_SURROGATE, '\ufffd');
}
