import { hanSurname, isPinyinSurname, isStrongPinyinSurname } from './chinese-surnames.ts';
import { foldHan } from './han-fold.ts';
import { nameKey } from './name-key.ts';
import { countPinyinSyllables, isPinyinSyllable } from './name-syllables.ts';
import { MAX_KEY_LENGTH } from './key-length.ts';
import {
  ASCII,
  asciiWords,
  foldedWords,
  HAN,
  HAN_WORD,
  HAN_WORDS,
  joinHan,
  settle,
  shapeOf,
  sortWords,
  WORDS,
  withoutHanTitle,
  withoutTitles,
} from './name-words.ts';
import { formalName } from './nicknames.ts';
import { pinyinSurname, pinyinSyllables } from './pinyin.ts';

/** Han names that are longer are no names; they are not transcribed. */
const MAX_HAN_LENGTH = 12;
/** Longer ones may be cut. */
const MAX_PLAIN_LENGTH = 150;
const MIDDLE_DOT = /(?<=\p{Script=Han})[·・•‧∙⋅･．.](?=\p{Script=Han})/gu;
const ASCII_ONLY = /^[\x00-\x7f]*$/;
const HYPHENS = /[-‐‑–]/;
const SPACE = /\s+/u;
/** `ü` after l and n as mail, passports (GB/T 28039) and keyboards write it. */
const UMLAUT: ReadonlyMap<string, string> = new Map(Object.entries({ lv: 'lu', lyu: 'lu', nv: 'nu', nyu: 'nu', lve: 'lue', nve: 'nue' }));

/**
 * Loose match key of a person's name: the words of `nameKey` with nicknames as formal names (`bob` → `robert`) and Han
 * names as toneless Pinyin, given name in one word (`张伟明` → `weiming zhang`, as `Zhang Wei-Ming`); `ü` is `u`. Equal
 * keys are a hint that two records are one person, no more. Null and limits as `nameKey`; idempotent.
 * @param key the `nameKey` of the name, where it is known
 */
export function nameAltKey(name: string, key: string | null = nameKey(name)): string | null {
  if (key === null) return null;
  const shape = shapeOf(name);
  if (shape === HAN_WORDS) return hanAltKey(key) ?? anyAltKey(name);
  return (shape === WORDS || (shape === ASCII && !name.includes('-')) ? plainAltKey(key) : undefined) ?? anyAltKey(name);
}

/** The key of a name of Han alone by its `nameKey`, which has neither blanks nor titles; undefined where a character has no reading. */
function hanAltKey(key: string): string | undefined {
  const [first = '', second] = pinyinWords(key, false);
  if (!ASCII_ONLY.test(first) || second === undefined) return ASCII_ONLY.test(first) ? first : undefined;
  return ASCII_ONLY.test(second) ? (first <= second ? `${first} ${second}` : `${second} ${first}`) : undefined;
}

/** The key of a name of one or two ASCII words without a hyphen, by its `nameKey`; undefined for more words. */
function plainAltKey(key: string): string | undefined {
  if (key.length > MAX_PLAIN_LENGTH) return undefined;
  const space = key.indexOf(' ');
  if (space < 0) return formalWords([withoutUmlaut(key)]).join();
  if (key.indexOf(' ', space + 1) >= 0) return undefined;
  const [first, second] = formalWords([withoutUmlaut(key.slice(0, space)), withoutUmlaut(key.slice(space + 1))]) as [string, string];
  return first <= second ? `${first} ${second}` : `${second} ${first}`;
}

function anyAltKey(name: string): string | null {
  const key = altWordsKey(name);
  // In Pinyin words look like Latin ones, titles among them, and cut words may mean something else.
  if (key === null || (key.length < MAX_KEY_LENGTH - 1 && isStable(name, key))) return key;
  return settle(key, altWordsKey);
}

function isStable(name: string, altKey: string): boolean {
  const shape = shapeOf(name);
  return shape === WORDS || shape === ASCII || (shape === HAN_WORDS && ASCII_ONLY.test(altKey));
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
  return formalWords(joinGiven(HAN.test(name) ? transcribe(name) : latinWords(name)));
}

/** The words with formal names for nicknames, unless all of them are Pinyin. */
function formalWords(words: readonly string[]): readonly string[] {
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
