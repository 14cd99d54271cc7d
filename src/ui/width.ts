const ASCII = /^[\x20-\x7e]*$/;
/** Marks and format characters that take no cell of their own, and the vowels and finals of decomposed Hangul. */
const ZERO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]/u;
/** Characters that terminals draw as pictures two cells wide. */
const EMOJI = /\p{Emoji_Presentation}/u;
/** One picture made of several characters: with a variation selector or a keycap, joined, with a skin tone, a flag. */
const EMOJI_SEQUENCE = /\p{Emoji}[\ufe0f\u20e3]|\p{Emoji_Presentation}/u;
/** What only occurs in such sequences; text without it is measured character by character, which is much faster. */
const SEQUENCE_PART = /[\u200d\ufe0f\u20e3\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}]/u;

/**
 * East Asian Wide and Fullwidth ranges that are not emoji: first and last code point by turns.
 * Source: Unicode Standard Annex #11, EastAsianWidth.txt (unassigned code points in the CJK planes are wide too).
 */
// biome-ignore format: pairs
const WIDE = [
  0x1100, 0x115f, 0x2329, 0x232a, 0x2e80, 0x303e, 0x3041, 0x3247, 0x3250, 0x4dbf, 0x4e00, 0xa4cf, 0xa960, 0xa97f, 0xac00, 0xd7a3,
  0xf900, 0xfaff, 0xfe10, 0xfe19, 0xfe30, 0xfe6f, 0xff01, 0xff60, 0xffe0, 0xffe6, 0x16fe0, 0x18dff, 0x1aff0, 0x1b2ff,
  0x1f200, 0x1f202, 0x1f210, 0x1f23b, 0x1f240, 0x1f248, 0x1f250, 0x1f251, 0x1f260, 0x1f265, 0x20000, 0x3fffd,
];

/** Made on use: it costs some ten milliseconds, and most text is measured without it. */
let segmenter: Intl.Segmenter | undefined;

/**
 * How many terminal cells a line of text takes: 2 for East Asian wide characters and emoji (a joined emoji counts once),
 * 0 for combining marks and zero-width characters, 1 for all else. Control characters must have been replaced before.
 */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  if (!SEQUENCE_PART.test(text)) {
    for (const character of text) width += characterWidth(character);
    return width;
  }
  for (const { segment } of graphemes(text)) width += graphemeWidth(segment);
  return width;
}

/** Cuts text to at most `width` cells, its end replaced by `…`; characters made of several code points stay whole. */
export function cutToWidth(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Everything that could move the cursor, reverse the text or break the line, lone surrogates included. */
const UNSAFE = /\r\n|[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/gu;

/**
 * Makes data safe to show on one line of a terminal: line ends become `⏎`, tabs a space, other control characters and
 * direction overrides are written as escapes (`\x1b`), so that a value cannot drive the terminal or hide text.
 */
export function printable(text: string): string {
  return ASCII.test(text) ? text : text.replace(UNSAFE, escapeUnsafe);
}

/** The same for text of several lines, such as an error with a caret: its line feeds and tabs stay. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}

function escapeUnsafe(found: string): string {
  if (found === '\n' || found === '\r\n' || found === '\r' || found === '\u2028' || found === '\u2029') return '⏎';
  if (found === '\t') return ' ';
  const code = found.charCodeAt(0);
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

function graphemes(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

function graphemeWidth(grapheme: string): number {
  if (EMOJI_SEQUENCE.test(grapheme)) return 2;
  let width = 0;
  for (const character of grapheme) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) as number;
  if (code < 0x300) return 1;
  if (ZERO_WIDTH.test(character)) return 0;
  return isWide(code) || EMOJI.test(character) ? 2 : 1;
}

function isWide(code: number): boolean {
  let low = 0;
  let high = WIDE.length / 2 - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (code < (WIDE[middle * 2] as number)) high = middle - 1;
    else if (code > (WIDE[middle * 2 + 1] as number)) low = middle + 1;
    else return true;
  }
  return false;
}
