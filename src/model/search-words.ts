import { fold } from './fold.ts';

const WORDS = /[\p{L}\p{M}\p{N}]+/gu;
/** Scripts written without spaces: Chinese, Japanese kana, and neighbours. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;
/** Longer words are cut, so that no index entry is too long for either engine. */
const MAX_WORD_LENGTH = 64;

/** More words of one customer are not indexed: PostgreSQL takes no text search vector of 1 MiB or more. */
const MAX_WORDS_LENGTH = 250_000;

/** One word to look for: exactly, or (`prefix`) any word that begins with it. */
export interface SearchTerm {
  readonly text: string;
  readonly prefix: boolean;
}

/**
 * The index words of a text, separated by single spaces: folded words, and for scripts without spaces every pair of
 * neighbouring characters plus the last one (`张伟明` → `张伟 伟明 明`), so that any one, two or more characters are found.
 */
export function searchWords(text: string): string {
  return plainWords(text) ?? foldedWords(text);
}

/** The words of a text of ASCII and common Chinese characters only, in one pass; undefined where there are others. */
function plainWords(text: string): string | undefined {
  const lower = text.toLowerCase();
  let words = '';
  let start = -1;
  for (let i = 0; i <= lower.length; i++) {
    const code = i < lower.length ? lower.charCodeAt(i) : 32;
    if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) {
      if (start < 0) start = i;
      continue;
    }
    if (start >= 0) {
      const end = i - start > MAX_WORD_LENGTH ? start + MAX_WORD_LENGTH : i;
      words += words === '' ? lower.slice(start, end) : ` ${lower.slice(start, end)}`;
      start = -1;
    }
    if (code < 128) continue;
    if (!isHan(code)) return undefined;
    const pair = isHan(lower.charCodeAt(i + 1)) ? lower.slice(i, i + 2) : lower.charAt(i);
    words += words === '' ? pair : ` ${pair}`;
  }
  return words;
}

/** CJK Unified Ideographs: every one folds to itself. */
function isHan(code: number): boolean {
  return code >= 0x4e00 && code <= 0x9fff;
}

function foldedWords(text: string): string {
  const words: string[] = [];
  for (const run of fold(text).match(WORDS) ?? []) segment(run, words);
  return words.join(' ');
}

/**
 * The terms of a search text: every one must occur. Each word may be the beginning of a longer one, so it is a prefix;
 * a Chinese word becomes its character pairs.
 */
export function searchTerms(text: string): SearchTerm[] {
  const terms: SearchTerm[] = [];
  const dialled = fold(text).replace(/\+[1-9]\d{5,14}(?!\d)/g, phoneWords);
  for (const run of dialled.match(WORDS) ?? []) {
    let at = 0;
    for (const match of run.matchAll(UNSPACED)) {
      if (match.index > at) terms.push({ text: cut(run.slice(at, match.index)), prefix: true });
      const characters = [...match[0]];
      if (characters.length === 1) terms.push({ text: characters[0] as string, prefix: true });
      for (let i = 0; i + 1 < characters.length; i++) terms.push({ text: `${characters[i]}${characters[i + 1]}`, prefix: false });
      at = match.index + match[0].length;
    }
    if (at < run.length) terms.push({ text: cut(run.slice(at)), prefix: true });
  }
  return terms;
}

function segment(run: string, words: string[]): void {
  let at = 0;
  for (const match of run.matchAll(UNSPACED)) {
    if (match.index > at) words.push(cut(run.slice(at, match.index)));
    const characters = [...match[0]];
    for (let i = 0; i < characters.length; i++) words.push(`${characters[i]}${characters[i + 1] ?? ''}`);
    at = match.index + match[0].length;
  }
  if (at < run.length) words.push(cut(run.slice(at)));
}

function cut(word: string): string {
  return word.length <= MAX_WORD_LENGTH ? word : word.slice(0, MAX_WORD_LENGTH);
}

/** The words of one customer, cut to the number that every engine can index. */
export function cutWords(words: string): string {
  return words.length <= MAX_WORDS_LENGTH ? words : words.slice(0, words.lastIndexOf(' ', MAX_WORDS_LENGTH));
}

/** Calling codes of two digits (ITU-T E.164 assignments); 1 and 7 have one, all others three. */
const TWO_DIGIT_CODES: ReadonlySet<string> = new Set(
  '20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
);

const E164 = /^\+[1-9]\d{5,14}$/;

/** What `--search` finds an E.164 number by: its digits without the calling code; any other text stays as it is. */
export function phoneWords(phone: string): string {
  if (phone.charCodeAt(0) !== 43 || !E164.test(phone)) return phone;
  const first = phone.charCodeAt(1);
  const codeLength = first === 49 || first === 55 ? 1 : TWO_DIGIT_CODES.has(phone.slice(1, 3)) ? 2 : 3;
  return phone.slice(1 + codeLength);
}
