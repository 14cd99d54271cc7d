const ASCII = /^[\x00-\x7f]*$/;
const MARKS = /[\u0300-\u036f]/g;
/** Latin letters that carry no combining mark and so survive decomposition. */
const LATIN: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', þ: 'th', ł: 'l', ħ: 'h', ı: 'i' };
const LATIN_LETTERS = /[ßæœøđðþłħı]/g;

/**
 * Folds text for comparison: compatibility form (full-width becomes half-width), lower case, no accents.
 * Idempotent; `Müller`, `MÜLLER` and `muller` fold to the same text; Chinese characters stay as they are.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(LATIN_LETTERS, (letter) => LATIN[letter] as string)
    .normalize('NFKC');
}
