import { normalizeLine } from './line.ts';
import { nameParts } from './name-culture.ts';
import type { NameParts } from './name-culture.ts';
import { turnName } from './name-order.ts';
import { parseChinese, parseJapanese, parseKorean } from './name-parts-han.ts';
import { parseLatin } from './name-parts-latin.ts';
import type { NameContext } from './person-name.ts';

export type { NameParts } from './name-culture.ts';

/** Longer texts are no names; they are not divided. */
const MAX_LENGTH = 200;
const LETTER = /\p{L}/u;
const HAN_NAME = /^[\p{Script=Han}· ]+$/u;
const KANA_NAME = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー・·々 ]+$/u;
const HANGUL_NAME = /^[\p{Script=Hangul} ]+$/u;
const EAST_ASIAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/**
 * Takes a full name apart: titles, given and middle names, family name with its particles, suffixes. Reads it by script,
 * country, order and capitals; where more than one reading is plausible, `certain` is false. One word alone is a given
 * name, never certain, because it may be a family name as well; after a title it is the family name.
 */
export function parsePersonName(name: string, context?: NameContext): NameParts {
  const country = context?.country ?? null;
  const line = name.length > MAX_LENGTH * 4 ? '' : normalizeLine(name);
  if (line.length > MAX_LENGTH || !LETTER.test(line)) return nameParts('unknown', false);
  if (HAN_NAME.test(line)) return country === 'JP' ? parseJapanese(line) : parseChinese(line, country);
  if (HANGUL_NAME.test(line)) return parseKorean(line);
  if (KANA_NAME.test(line)) return parseJapanese(line);
  // 张伟 David and the like: two names of one person, or of two.
  if (EAST_ASIAN.test(line)) return nameParts('unknown', false);
  const ordered = turnName(line, country);
  return ordered.certain ? parseLatin(ordered.name.replace(/ ?[,，] ?/g, ' '), country) : nameParts('unknown', false);
}
