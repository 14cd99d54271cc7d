import { fold } from './fold.ts';

const WORDS = /[\p{L}\p{M}\p{N}]+/gu;
/** Scripts written without spaces: Chinese, Japanese kana, and neighbours. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;
const SPACE = 32;
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
 * Gathers index words, separated by single spaces: folded words, and for scripts without spaces every pair of
 * neighbouring characters plus the last one (`张伟明` → `张伟 伟明 明`), so that any one, two or more characters are found.
 */
export class WordBuffer {
  /** The words as UTF-16 code units; only the first `length` count. */
  units = new Uint16Array(1024);
  /** Code units so far. */
  length = 0;

  /** Forgets all words. */
  clear(): void {
    this.length = 0;
    if (this.units.length > MAX_WORDS_LENGTH) this.units = new Uint16Array(1024);
  }

  /** Adds the words of a text. */
  add(text: string): void {
    if (this.#addPlain(text)) return;
    const words = foldedWords(text);
    if (words === '') return;
    this.#reserve(words.length + 1);
    if (this.length > 0) this.units[this.length++] = SPACE;
    for (let i = 0; i < words.length; i++) this.units[this.length++] = words.charCodeAt(i);
  }

  /** Leaves out the words beyond the number that every engine can index. */
  cut(): void {
    if (this.length <= MAX_WORDS_LENGTH) return;
    this.length = MAX_WORDS_LENGTH;
    while (this.units[this.length] !== SPACE) this.length--;
  }

  toString(): string {
    return Buffer.from(this.units.buffer, 0, this.length * 2).toString('utf16le');
  }

  /** Adds the words of a text of ASCII and common Chinese characters only, in one pass; false where there are others. */
  #addPlain(text: string): boolean {
    this.#reserve(3 * text.length + 1);
    const { units } = this;
    let at = this.length;
    let wordLength = 0;
    for (let i = 0; i < text.length; i++) {
      let code = text.charCodeAt(i);
      if (code >= 65 && code <= 90) code += 32;
      if ((code >= 97 && code <= 122) || (code >= 48 && code <= 57)) {
        if (wordLength === 0 && at > 0) units[at++] = SPACE;
        if (wordLength++ < MAX_WORD_LENGTH) units[at++] = code;
        continue;
      }
      wordLength = 0;
      if (code < 128) continue;
      if (!isHan(code)) return false;
      if (at > 0) units[at++] = SPACE;
      units[at++] = code;
      const next = text.charCodeAt(i + 1);
      if (isHan(next)) units[at++] = next;
    }
    this.length = at;
    return true;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.units.length) return;
    const grown = new Uint16Array(Math.max(this.length + more, this.units.length * 2));
    grown.set(this.units.subarray(0, this.length));
    this.units = grown;
  }
}

/** The index words of one text, as a WordBuffer gathers them. */
export function searchWords(text: string): string {
  const words = new WordBuffer();
  words.add(text);
  return words.toString();
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
