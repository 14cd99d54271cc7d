import { fold } from '../model/fold.ts';
import { hanSurname, isHanSurname, isPinyinSurname, isStrongPinyinSurname } from './chinese-surnames.ts';
import { foldHan } from './han-fold.ts';
import { HAN_KEY_TITLES, KEY_TITLES } from './name-titles.ts';
import { countPinyinSyllables, isPinyinSyllable } from './name-syllables.ts';
import { formalName } from './nicknames.ts';
import { pinyinSurname, pinyinSyllables } from './pinyin.ts';

/** Keys are cut here, so that no index entry is too long for either engine. */
const MAX_KEY_LENGTH = 200;
/** Han names that are longer are no names; they are not transcribed. */
const MAX_HAN_LENGTH = 12;

/** Written within a word and not between two: O'Brien is obrien. */
const WITHIN_NAME = /['’‘`´ʼ]/g;
const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;
const HAN_WORD = /^\p{Script=Han}+$/u;
/** No Latin, Greek or Cyrillic letter has a code as high; in a sorted key the last word has the highest. */
const FIRST_HAN = 0x2e80;
const HAN = /\p{Script=Han}/u;
const MIDDLE_DOT = /(?<=\p{Script=Han})[·・•‧∙⋅･．.](?=\p{Script=Han})/gu;
const ASCII_ONLY = /^[\x00-\x7f]*$/;
const HYPHENS = /[-‐‑–]/;
const SPACE = /\s+/u;
/** Titles that tell two people of one family name apart: they stay where one word is left. */
const GENDERED = new Set('mr|mrs|ms|miss|mx|herr|frau|mme|mlle|monsieur|madame|mademoiselle|senora|senorita'.split('|'));
/** `ü` after l and n as mail, passports (GB/T 28039) and keyboards write it. */
const UMLAUT: ReadonlyMap<string, string> = new Map(Object.entries({ lv: 'lu', lyu: 'lu', nv: 'nu', nyu: 'nu', lve: 'lue', nve: 'nue' }));

/**
 * Match key of a person's name: folded words in alphabetical order, so that `Smith, John` and `Dr. JOHN SMITH` are equal;
 * a Chinese name without blanks and in simplified characters (`歐陽 鋒` = `欧阳锋`). Titles that are never names are left
 * out (`Dr`, `PhD`, `先生`), those that tell apart are not: `Jr`, `II`, and `Mr` or `女士` beside a family name alone.
 * Null when there is no letter or digit. Idempotent; at most 200 characters.
 */
export function nameKey(name: string): string | null {
  const key = wordsKey(name);
  if (key === null) return null;
  // Where a word was cut off, what is left of it may be a title; and Han titles that were joined are none any more.
  const mayChange = key.length >= MAX_KEY_LENGTH - 1 || key.charCodeAt(key.lastIndexOf(' ') + 1) >= FIRST_HAN;
  return mayChange && key.includes(' ') ? settle(key, wordsKey) : key;
}

/**
 * Loose match key of a person's name: the words of `nameKey` with nicknames as formal names (`bob` → `robert`) and Han
 * names as toneless Pinyin, given name in one word (`张伟明` → `weiming zhang`, as `Zhang Wei-Ming`); `ü` is `u`. Equal
 * keys are a hint that two records are one person, no more. Null and limits as `nameKey`; idempotent.
 */
export function nameAltKey(name: string): string | null {
  const key = altWordsKey(name);
  // In Pinyin words look like Latin ones, titles among them, and cut words may mean something else.
  if (key === null || (key.length < MAX_KEY_LENGTH - 1 && isStable(name, key))) return key;
  return settle(key, altWordsKey);
}

function isStable(name: string, altKey: string): boolean {
  const shape = shapeOf(name);
  return shape === WORDS || shape === ASCII || (shape === HAN_WORDS && ASCII_ONLY.test(altKey));
}

/** Applies a key to itself until nothing changes; both keys change on the second round in rare cases only. */
function settle(key: string, again: (name: string) => string | null): string {
  let settled = key;
  for (let round = 0; round < 8; round++) {
    const next = again(settled) ?? settled;
    if (next === settled) break;
    settled = next;
  }
  return settled;
}

function wordsKey(name: string): string | null {
  switch (shapeOf(name)) {
    case WORDS:
      return sortWords(withoutTitles(name.toLowerCase()));
    case HAN_WORDS:
      return cut(withoutHanTitle(foldHan(name.replaceAll(' ', ''))));
    case ASCII:
      return sortWords(withoutTitles(asciiWords(name.toLowerCase())));
    default:
      return sortWords(joinHan(withoutTitles(foldedWords(name))));
  }
}

function foldedWords(name: string): string {
  return fold(name).replace(WITHIN_NAME, '').replace(SIGNS, ' ').trim();
}

/** Words of a folded name without titles; all of them when nothing would be left. */
function withoutTitles(words: string): string {
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
function withoutHanTitle(name: string): string {
  if (name.length < 4) return name;
  const title = HAN_KEY_TITLES.find((word) => name.endsWith(word));
  if (title === undefined) return name;
  const rest = name.slice(0, -title.length);
  return rest.length < 2 || isHanSurname(rest) || HAN_KEY_TITLES.includes(rest) ? name : withoutHanTitle(rest);
}

/** The words in Han characters as one word, in their order: blanks between them say nothing. */
function joinHan(words: string): string {
  const all = words.split(' ');
  const han = all.filter((word) => HAN_WORD.test(word));
  if (han.length === 0) return foldHan(words);
  return [withoutHanTitle(foldHan(han.join(''))), ...all.filter((word) => !HAN_WORD.test(word)).map(foldHan)].join(' ');
}

function altWordsKey(name: string): string | null {
  // A name longer than any key is cut first: it is the slow path for texts that are no names.
  if (name.length > MAX_KEY_LENGTH) {
    const key = nameKey(name);
    return key === null ? null : sortWords(altWords(key).join(' '));
  }
  return sortWords(altWords(name).join(' '));
}

function altWords(name: string): readonly string[] {
  const words = joinGiven(HAN.test(name) ? transcribe(name) : latinWords(name));
  let formal: string[] | undefined;
  for (const [index, word] of words.entries()) {
    const other = formalName(word);
    if (other === null) continue;
    // Dan and Ben are given names in Pinyin too.
    if (words.length > 1 && words.every((each) => countPinyinSyllables(each) > 0)) return words;
    formal ??= [...words];
    formal[index] = other;
  }
  return formal ?? words;
}

/** `nameKey` joins a name on both sides of a middle dot; in Pinyin they are two words. */
function transcribe(name: string): readonly string[] {
  const groups = name.replace(MIDDLE_DOT, '|').split('|');
  return groups.flatMap((group) =>
    latinWords(group).flatMap((word) => (HAN_WORD.test(word) ? pinyinWords(word, groups.length > 1) : [word])),
  );
}

/** Words of a name in their order: folded, without titles, Han in one word. */
function latinWords(name: string): readonly string[] {
  const parts = HYPHENS.test(name) ? joinSyllables(name) : name;
  const shape = shapeOf(parts);
  if (shape === HAN_WORDS) return [withoutHanTitle(foldHan(parts.replaceAll(' ', '')))];
  if (shape !== WORDS && shape !== ASCII)
    return joinHan(withoutTitles(foldedWords(parts)))
      .split(' ')
      .map(withoutUmlaut);
  const lower = parts.toLowerCase();
  return withoutTitles(shape === WORDS ? lower : asciiWords(lower))
    .split(' ')
    .map(withoutUmlaut);
}

function withoutUmlaut(word: string): string {
  return UMLAUT.get(word) ?? word;
}

function pinyinWords(word: string, isTranscribed: boolean): string[] {
  if (word.length > MAX_HAN_LENGTH) return [word];
  const surname = isTranscribed || word.length > 4 ? null : hanSurname(word);
  if (surname === null) return [pinyinSyllables(word).join('')];
  const family = pinyinSurname(word.slice(0, surname.length));
  return surname.length === word.length ? [family] : [family, pinyinSyllables(word.slice(surname.length)).join('')];
}

/** `Wei-Ming` → `WeiMing`: in Pinyin a hyphen parts syllables, in other names it parts names. */
function joinSyllables(name: string): string {
  return name
    .split(SPACE)
    .map((word) => {
      const syllables = word.split(HYPHENS);
      return syllables.length === 2 && syllables.every((part) => isPinyinSyllable(part.toLowerCase())) ? syllables.join('') : word;
    })
    .join(' ');
}

/** `zhang wei ming` → `zhang weiming` where one of three words in Pinyin is sure to be the family name. */
function joinGiven(words: readonly string[]): readonly string[] {
  if (words.length < 3 || words.length > 4) return words;
  const ou = words.indexOf('ou');
  const yang = words.indexOf('yang');
  if (ou >= 0 && yang >= 0) return joinGiven(['ouyang', ...words.filter((word) => word !== 'ou' && word !== 'yang')]);
  if (words.length !== 3 || !words.every((word) => isPinyinSyllable(word) || isPinyinSurname(word))) return words;
  const families = words.filter(isStrongPinyinSurname);
  const given = words.filter((word) => !isStrongPinyinSurname(word));
  return families.length === 1 && given.length === 2 ? [families[0] as string, given.join('')] : words;
}

/** Shapes of a text: anything; ASCII; ASCII letters and digits with single spaces between; Han with single spaces between. */
const OTHER = 0;
const ASCII = 1;
const WORDS = 2;
const HAN_WORDS = 3;

function shapeOf(text: string): typeof OTHER | typeof ASCII | typeof WORDS | typeof HAN_WORDS {
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
function asciiWords(lower: string): string {
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

function sortWords(words: string): string | null {
  const space = words.indexOf(' ');
  if (space < 0) return cut(words);
  if (words.indexOf(' ', space + 1) >= 0) return cut(words.split(' ').sort().join(' '));
  const first = words.slice(0, space);
  const second = words.slice(space + 1);
  return cut(first <= second ? words : `${second} ${first}`);
}

function cut(key: string): string | null {
  if (key.length <= MAX_KEY_LENGTH) return key === '' ? null : key;
  // A character of two code units is not cut in half, nor is a space left at the end.
  return key
    .slice(0, MAX_KEY_LENGTH)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd();
}
