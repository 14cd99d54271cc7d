import { halfWidth } from './half-width.ts';

const FOLDABLE = /[\uff01-\uff9f]/;
const FULL_WIDTH_WORD = /[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]+/g;
const HALF_WIDTH_KANA = /[\uff61-\uff9f]+/g;
/** Scripts whose signs are full-width ones of their own. */
const EAST_ASIAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}]/u;
/**
 * Full-width signs without the brackets: a pair of those must not be changed at one end only. A mark behind the letter may
 * become one with it only afterwards.
 */
const SIGNS_BETWEEN_LATIN =
  /(?<=[\p{Script=Latin}\d]\p{M}* ?)[\uff01-\uff07\uff0a-\uff0f\uff1a-\uff20\uff3c\uff3e-\uff40\uff5c\uff5e]+(?= ?[\p{Script=Latin}\d])/gu;
/** The full-width point is no sign of Chinese text, which has `。`: behind a letter it ends an abbreviation. */
const POINT_AFTER_LATIN = /(?<=[\p{Script=Latin}\d]\p{M}*)\uff0e/gu;

/**
 * Full-width letters and digits as ASCII ones, half-width katakana and its signs as full-width ones; full-width signs as
 * ASCII ones where the text has no Chinese or Japanese or where they stand between Latin letters or digits. Source:
 * Unicode Standard Annex 11. The same string where there is nothing to fold; NFC is for the caller to restore.
 */
export function foldWidth(text: string): string {
  if (!FOLDABLE.test(text)) return text;
  const words = text.replace(FULL_WIDTH_WORD, halfWidth).replace(HALF_WIDTH_KANA, compatible);
  if (!EAST_ASIAN.test(words)) return halfWidth(words);
  return words.replace(SIGNS_BETWEEN_LATIN, halfWidth).replace(POINT_AFTER_LATIN, '.');
}

function compatible(text: string): string {
  return text.normalize('NFKC');
}
