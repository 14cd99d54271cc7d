import { fold } from '../model/fold.ts';
import { isHanSurname } from './chinese-surnames.ts';
import { foldHan } from './han-fold.ts';
import { cutKey } from './key-length.ts';
import { HAN_KEY_TITLES, KEY_TITLES } from './name-titles.ts';

/** Written within a word and not between two: O'Brien is obrien. */
const WITHIN_NAME = /['’‘`´ʼ]/g;
const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;
/** A word of Han characters only. */
export const HAN_WORD = /^\p{Script=Han}+$/u;
/** Any Han character. */
export const HAN = /\p{Script=Han}/u;
/** Titles that tell two people of one family name apart: they stay where one word is left. */
const GENDERED = new Set('mr|mrs|ms|miss|mx|herr|frau|mme|mlle|monsieur|madame|mademoiselle|senora|senorita'.split('|'));

/** Applies a key to itself until nothing changes; both keys change on the second round in rare cases only. */
export function settle(key: string, again: (name: string) => string | null): string {
  let settled = key;
  for (let round = 0; round < 8; round++) {
    const next = again(settled) ?? settled;
    if (next === settled) break;
    settled = next;
  }
  return settled;
}

/** Folded words of a name, signs as blanks; an apostrophe within a word is left out. */
export function foldedWords(name: string): string {
  return fold(name).replace(WITHIN_NAME, '').replace(SIGNS, ' ').trim();
}

/** Words of a folded name without titles; all of them when nothing would be left. */
export function withoutTitles(words: string): string {
  const first = words.indexOf(' ');
  if (first < 0) return words;
  // Most names are two words: no list is made for them.
  if (words.indexOf(' ', first + 1) < 0) return withoutTitle(words, words.slice(0, first), words.slice(first + 1));
  // `Ph. D.` falls into two words; sorted, they are never neighbours in this order again.
  const list = words.replace(/(^| )ph d(?= |$)/, '$1phd').split(' ');
  const rest = list.filter((word) => !isTitle(word));
  if (rest.length === list.length || rest.length === 0) return list.join(' ');
  if (rest.length > 1) return rest.join(' ');
  const telling = list.filter((word) => rest.includes(word) || GENDERED.has(word) || (HAN.test(word) && isTitle(word)));
  return telling.join(' ');
}

function withoutTitle(words: string, first: string, second: string): string {
  const isFirst = isTitle(first);
  if (isFirst === isTitle(second)) return words;
  const title = isFirst ? first : second;
  return GENDERED.has(title) || HAN.test(title) ? words : isFirst ? second : first;
}

function isTitle(word: string): boolean {
  return KEY_TITLES.has(word) || (word.charCodeAt(0) >= 0x4e00 && HAN_KEY_TITLES.includes(foldHan(word)));
}

/** A name in simplified Han without the title at its end; a family name alone keeps its title. */
export function withoutHanTitle(name: string): string {
  if (name.length < 4) return name;
  const title = HAN_KEY_TITLES.find((word) => name.endsWith(word));
  if (title === undefined) return name;
  const rest = name.slice(0, -title.length);
  return rest.length < 2 || isHanSurname(rest) || HAN_KEY_TITLES.includes(rest) ? name : withoutHanTitle(rest);
}

/** The words in Han characters as one word, in their order: blanks between them say nothing. */
export function joinHan(words: string): string {
  const all = words.split(' ');
  const han = all.filter((word) => HAN_WORD.test(word));
  if (han.length === 0) return foldHan(words);
  return [withoutHanTitle(foldHan(han.join(''))), ...all.filter((word) => !HAN_WORD.test(word)).map(foldHan)].join(' ');
}

/** Shape of any text that is none of the others. */
const OTHER = 0;
/** Shape of an ASCII text. */
export const ASCII = 1;
/** Shape of ASCII letters and digits with single spaces between. */
export const WORDS = 2;
/** Shape of Han characters with single spaces between. */
export const HAN_WORDS = 3;

/** The shape of a name, which says how fast its key is made. */
export function shapeOf(text: string): typeof OTHER | typeof ASCII | typeof WORDS | typeof HAN_WORDS {
  let ascii = true;
  let han = true;
  let tidy = true;
  let spaceBefore = true;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 32) {
      if (spaceBefore) tidy = false;
      spaceBefore = true;
      continue;
    }
    spaceBefore = false;
    if (code < 128) {
      han = false;
      if (!isAlphanumeric(code)) tidy = false;
    } else {
      ascii = false;
      if (code < 0x4e00 || code > 0x9fff) han = false;
    }
    if (!ascii && !han) return OTHER;
  }
  if (spaceBefore) tidy = false;
  if (ascii) return tidy ? WORDS : ASCII;
  return tidy ? HAN_WORDS : OTHER;
}

/** The runs of letters and digits of a lower-case ASCII text, one space between; an apostrophe may join two runs. */
export function asciiWords(lower: string): string {
  let words = '';
  let start = -1;
  let joins = false;
  for (let i = 0; i <= lower.length; i++) {
    const code = i < lower.length ? lower.charCodeAt(i) : 32;
    if (isAlphanumeric(code)) {
      if (start < 0) start = i;
      continue;
    }
    if (start >= 0) {
      words += words === '' || joins ? lower.slice(start, i) : ` ${lower.slice(start, i)}`;
      joins = false;
      start = -1;
    }
    joins = (code === 0x27 || code === 0x60) && i > 0 && (joins || isAlphanumeric(lower.charCodeAt(i - 1)));
  }
  return words;
}

function isAlphanumeric(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}

/** The key of words in any order. */
export function sortWords(words: string): string | null {
  const space = words.indexOf(' ');
  if (space < 0) return cut(words);
  if (words.indexOf(' ', space + 1) >= 0) return cut(words.split(' ').sort().join(' '));
  const first = words.slice(0, space);
  const second = words.slice(space + 1);
  return cut(first <= second ? words : `${second} ${first}`);
}

/** The key of folded words, not too long; null when there are none. */
export function cut(words: string): string | null {
  return words === '' ? null : cutKey(words);
}

/** Folded words of a name in their order, without titles; Han in one word, in simplified characters. */
export function joinedNameWords(name: string): string {
  return joinHan(withoutTitles(foldedWords(name)));
}
