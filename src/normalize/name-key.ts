import { foldHan } from './han-fold.ts';
import { MAX_KEY_LENGTH } from './key-length.ts';
import {
  ASCII,
  asciiWords,
  cut,
  foldedWords,
  HAN_WORDS,
  joinHan,
  settle,
  shapeOf,
  sortWords,
  WORDS,
  withoutHanTitle,
  withoutTitles,
} from './name-words.ts';

/** No Latin, Greek or Cyrillic letter has a code as high; in a sorted key the last word has the highest. */
const FIRST_HAN = 0x2e80;

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
