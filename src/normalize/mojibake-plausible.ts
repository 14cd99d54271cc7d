const LATIN = /[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u0218-\u021b\u01a0\u01a1\u01af\u01b0\u1e00-\u1eff]/;
/** Accents that stand apart from their letter, as some systems write file and place names. */
const ACCENT = /[\u0300-\u0303\u0306\u0308\u030a\u030c\u0327\u0328]/;
/** Signs of Latin-1, typographic punctuation, currencies, emoji; a byte order mark. */
const SIGN = /[\u00a0-\u00bf\u00d7\u00f7\u2010-\u2027\u2030\u2039\u203a\u20a0-\u20bf\u2116\u2122\ufeff\ufe0f\u200d]|[\u{1f300}-\u{1faff}]/u;
/** Greek, Cyrillic, Hebrew, Arabic, Thai, kana, Chinese, Hangul, and their punctuation. */
const SCRIPT =
  /[\u0386-\u03ce\u0400-\u045f\u0490\u0491\u05d0-\u05ea\u0621-\u064a\u0e01-\u0e5b\u3001-\u3011\u3041-\u30fe\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e]/;
const HAN = /[\u4e00-\u9fff]/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
/** What may follow the last letter of a word in a text that is well: then `Ã…` could be two characters. */
const AFTER_A_WORD = /[\u2026\u2019\u201d\u2013\u2014\u2122\u203a\u00bb\u00ae\u00a9\u00b0\u00aa\u00ba\u00b9\u00b2\u00b3\u00b7]/;

/**
 * Whether a text decoded from UTF-8 that had been read as windows-1252 is one that people write, and the garbled one is
 * not: only letters and signs of living scripts; letters of another script never alone among Latin ones.
 */
export function isPlausibleWestern(garbled: string, decoded: string): boolean {
  const characters = [...decoded];
  let found = 0;
  for (const [i, character] of characters.entries()) {
    if (character < '\u0080') continue;
    found++;
    if (LATIN.test(character) || SIGN.test(character)) continue;
    if (ACCENT.test(character) && /[A-Za-z]/.test(characters[i - 1] ?? '')) continue;
    if (!SCRIPT.test(character) || !standsWell(characters, i)) return false;
  }
  return found > 1 || !isEndOfWord(garbled);
}

/** Beside another of a foreign script, or a Chinese character alone between blanks and signs. */
function standsWell(characters: readonly string[], index: number): boolean {
  const before = characters[index - 1] ?? '';
  const after = characters[index + 1] ?? '';
  if (SCRIPT.test(before) || SCRIPT.test(after)) return true;
  return HAN.test(characters[index] as string) && !LETTER_OR_DIGIT.test(before) && !LETTER_OR_DIGIT.test(after);
}

/** The one garbled pair could be the accented capital that ends a word in capitals, and a sign: `AMANHÃ…`, `CAFÉ®`. */
function isEndOfWord(garbled: string): boolean {
  const at = garbled.search(/[\u00c3-\u00df]/);
  const [sign = '', next = ''] = [garbled.charAt(at + 1), garbled.charAt(at + 2)];
  const begins = at === 0 ? garbled.length === 2 : /\p{Lu}/u.test(garbled.charAt(at - 1));
  return begins && AFTER_A_WORD.test(sign) && !LETTER_OR_DIGIT.test(next);
}
