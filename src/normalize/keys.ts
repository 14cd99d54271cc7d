import { fold } from '../model/fold.ts';
import { normalizeEmail } from './email.ts';

/** Keys are cut here, so that no index entry is too long for either engine. */
const MAX_KEY_LENGTH = 200;

const E164 = /^\+[1-9]\d{4,19}$/;
/** Written within a word and not between two: O'Brien is obrien. */
const WITHIN_NAME = /['’‘`´ʼ]/g;
const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;
const HAN_WORD = /^\p{Script=Han}+$/u;

/** Match key of an e-mail address: its canonical form; null when it is none (also when longer than 254 bytes). */
export function emailKey(email: string): string | null {
  const { value, understood } = normalizeEmail(email);
  return understood ? value : null;
}

/** Match key of a phone number: the E.164 number itself; null when it is not in that form. */
export function phoneKey(e164: string): string | null {
  return E164.test(e164) ? e164 : null;
}

/**
 * Match key of a person's name: folded words in alphabetical order, so that `Smith, John` and `JOHN SMITH` are equal; a
 * Chinese name without blanks (`张 伟` = `张伟`). Null when there is no letter or digit. At most 200 characters.
 */
export function nameKey(name: string): string | null {
  switch (shapeOf(name)) {
    case WORDS:
      return sortWords(name.toLowerCase());
    case HAN:
      return cut(name.replaceAll(' ', ''));
    case ASCII:
      return sortWords(asciiWords(name.toLowerCase(), true));
    default:
      return sortWords(joinHan(fold(name).replace(WITHIN_NAME, '').replace(SIGNS, ' ').trim()));
  }
}

/** Match key of a company's name: folded, punctuation as blanks, blanks squeezed. At most 200 characters, null when empty. */
export function companyKey(name: string): string | null {
  switch (shapeOf(name)) {
    case WORDS:
      return cut(name.toLowerCase());
    case HAN:
      return cut(name);
    case ASCII:
      return cut(asciiWords(name.toLowerCase(), false));
    default:
      return cut(fold(name).replace(SIGNS, ' ').trim());
  }
}

/** Shapes of a text: anything; ASCII; ASCII letters and digits with single spaces between; Han with single spaces between. */
const OTHER = 0;
const ASCII = 1;
const WORDS = 2;
const HAN = 3;

function shapeOf(text: string): typeof OTHER | typeof ASCII | typeof WORDS | typeof HAN {
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
  return tidy ? HAN : OTHER;
}

/** The runs of letters and digits of a lower-case ASCII text, one space between; an apostrophe may join two runs. */
function asciiWords(lower: string, apostropheJoins: boolean): string {
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
    if (apostropheJoins && (code === 0x27 || code === 0x60)) joins = i > 0 && (joins || isAlphanumeric(lower.charCodeAt(i - 1)));
    else joins = false;
  }
  return words;
}

/** The words in Han characters as one word, in their order: blanks between them say nothing. */
function joinHan(words: string): string {
  const all = words.split(' ');
  const han = all.filter((word) => HAN_WORD.test(word));
  return han.length < 2 ? words : [han.join(''), ...all.filter((word) => !HAN_WORD.test(word))].join(' ');
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
