import { fold } from '../model/fold.ts';
import { isLowerParticle, isMacName, isParticlePair, isVietnameseSurname } from './name-particles.ts';
import { isPrefixTitle, isSpanishSir, titleCase } from './name-titles.ts';

/** What a text names: a person by all names, or one field of them. */
export type NamePart = 'full' | 'given' | 'family';

/** What the case of a name depends on. */
export interface CaseContext {
  readonly part: NamePart;
  /** ISO 3166-1 alpha-2; null when unknown. */
  readonly country: string | null;
}

/** Scripts whose capitals mark names. Georgian has capitals too (Unicode 11), but never one at the head of a word. */
const CASED = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Armenian}]/u;
const UPPER = /\p{Lu}/u;
const LOWER = /\p{Ll}/u;
const CASED_WORD = /[\p{Lu}\p{Ll}]/u;
const VIETNAMESE_MARKS = /[ơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/;
const APOSTROPHES = "'’‘ʼ`";
const CONSONANTS = /^[bcdfghjklmnpqrstvwxz]{2,3}$/;
const INITIALS = /^\p{L}(?:\.\p{L})*\.?$/u;
const ROMAN = new Set(['ii', 'iii', 'iv', 'vii', 'viii', 'ix']);
/** Names without a vowel, which are no initials. */
const NO_INITIALS = new Set(['ng', 'md', 'lv', 'nv', 'hng', 'sng', 'krk', 'smk', 'vlk', 'brk', 'krc', 'srb', 'hrn', 'st']);
/** Parts of hyphenated names that stay in lower case between two others. */
const INNER = new Set(['de', 'du', 'la', 'le', 'les', 'y', 'ye', 'sur', 'di', 'da']);
const SPANISH = new Set('ES|MX|AR|CO|CL|PE|VE|EC|GT|CU|BO|DO|HN|PY|SV|NI|CR|PA|UY|PR'.split('|'));
const FRENCH = new Set('FR|BE|CH|LU|MC|CA'.split('|'));
const DUTCH = new Set('NL|BE'.split('|'));
/** Countries where the words between first and last name are names, not particles. */
const WITHOUT_PARTICLES = new Set('CN|TW|HK|MO|SG|VN|KR|JP'.split('|'));

/**
 * A name with the case put right where it is all upper or all lower case, by the Unicode case mappings; a name in mixed
 * case comes back as it is. A single word of up to three capitals stays: it may be an abbreviation.
 */
export function nameCase(name: string, context: CaseContext): string {
  const upper = UPPER.test(name);
  if (upper === LOWER.test(name)) return name;
  const words = name.split(' ');
  if (upper && isAbbreviation(words, context.part)) return name;
  // The letters say it where the country does not: only Turkic alphabets have these capitals.
  const isTurkic = context.country === 'TR' || context.country === 'AZ' || /[İĞ]/.test(name);
  const lower = (isTurkic ? name.toLocaleLowerCase('tr') : name.toLowerCase()).normalize('NFC').split(' ');
  // Some letters have no counterpart of one character; then the words do not fit together any more.
  if (lower.length !== words.length) return name;
  const frame: Frame = { ...context, words: lower, upper, isTurkic, hasParticles: hasParticles(lower, context.country) };
  return lower
    .map((_, index) => wordCase(frame, index))
    .join(' ')
    .normalize('NFC');
}

interface Frame extends CaseContext {
  /** The words in lower case. */
  readonly words: readonly string[];
  /** Whether the name came in capitals, not in small letters. */
  readonly upper: boolean;
  readonly hasParticles: boolean;
  /** Whether dotted and dotless i are two letters. */
  readonly isTurkic: boolean;
}

function isAbbreviation(words: readonly string[], part: NamePart): boolean {
  const cased = words.filter((word) => CASED_WORD.test(word));
  const longest = part === 'full' ? 3 : part === 'given' ? 2 : 1;
  return cased.length === 1 && (cased[0] as string).replace(/[^\p{L}]/gu, '').length <= longest;
}

function hasParticles(words: readonly string[], country: string | null): boolean {
  if (country !== null && WITHOUT_PARTICLES.has(country)) return false;
  return !isVietnameseSurname(fold(words[0] as string)) && !words.some((word) => VIETNAMESE_MARKS.test(word));
}

function wordCase(frame: Frame, index: number): string {
  const word = frame.words[index] as string;
  if (isParticleAt(frame, index)) return word;
  // Roman numerals and titles are Latin where letters are Turkish too.
  const latin = word.replaceAll('ı', 'i');
  const bare = latin.replace(/[.,]+$/, '');
  const last = index > 0 && frame.words.slice(index + 1).every((next) => titleCase(next.replaceAll('ı', 'i')) !== null);
  if (last && ROMAN.has(bare)) return latin.toUpperCase();
  const title = titleCase(latin);
  if (title !== null && isTitleAt(frame, index, last)) return withLetters(word, title);
  if (INITIALS.test(word)) return upperCase(word, frame.isTurkic);
  // In capitals JP and TJ are initials; in small letters only two consonants are, because three may be a Slavic name.
  const isInitials = CONSONANTS.test(bare) && !NO_INITIALS.has(bare) && (frame.upper || bare.length === 2);
  if (isInitials && frame.part !== 'family') return upperCase(word, frame.isTurkic);
  return hyphenated(frame, word, index);
}

/** Titles before a name come first, those behind it last: `Md Rahman` is a name, `Rahman MD` has a degree. */
function isTitleAt(frame: Frame, index: number, isLast: boolean): boolean {
  const word = frame.words[index] as string;
  if (index === 0 && isSpanishSir(word)) return true;
  if (isPrefixTitle(word) && frame.words.slice(0, index).every((before) => isPrefixTitle(before))) return true;
  return isLast && !isPrefixTitle(word);
}

function isParticleAt(frame: Frame, index: number): boolean {
  const { words } = frame;
  if (!frame.hasParticles || index === words.length - 1) return false;
  const word = words[index] as string;
  const previous = words[index - 1] ?? '';
  if (word === 'y') return index > 0 && frame.country !== null && SPANISH.has(frame.country);
  if (!isLowerParticle(word, previous)) return false;
  if (index > 0) return index > 1 || frame.part !== 'given' || words.length > 2;
  // The first word of a full name is a given name (Ben, Van, Bin), unless two particles open a family name alone.
  return isParticlePair(word, words[1] as string) || (frame.part === 'family' && word !== 'ben' && word !== 'bin');
}

/** A word with each part between hyphens cased on its own: `al-Sayed`, `Jean-de-Dieu`, `Smith-Jones`. */
function hyphenated(frame: Frame, word: string, index: number): string {
  const parts = word.split('-');
  if (parts.length === 1) return partCase(frame, word, index);
  return parts
    .map((part, at) => {
      if (at === 0 && index > 0 && (part === 'al' || part === 'el')) return part;
      if (at > 0 && at < parts.length - 1 && INNER.has(part)) return part;
      return partCase(frame, part, index);
    })
    .join('-');
}

function partCase(frame: Frame, part: string, index: number): string {
  if (part.includes('.')) {
    return part
      .split('.')
      .map((piece) => (piece === '' ? piece : partCase(frame, piece, index)))
      .join('.');
  }
  for (let at = 1; at < part.length - 1; at++) {
    if (APOSTROPHES.includes(part.charAt(at))) return withApostrophe(frame, part, at, index);
  }
  return plainCase(frame, part);
}

/** `O'Brien`, `D'Angelo` (French `d'Estaing`), `Dell'Acqua`; but `Sa'ad` and `Лук'яненко`, where a sound is meant. */
function withApostrophe(frame: Frame, part: string, at: number, index: number): string {
  const head = part.slice(0, at);
  const tail = part.slice(at + 1);
  const isPrefix = /^[a-z]$/.test(head) || head === 'dell' || head === 'dall' || head === 'sant';
  if (!isPrefix || tail.length < 2) return plainCase(frame, part);
  const isFrench = index > 0 && (head === 'd' || head === 'l') && frame.country !== null && FRENCH.has(frame.country);
  return `${isFrench ? head : capital(head, frame.isTurkic)}${part.charAt(at)}${plainCase(frame, tail)}`;
}

function plainCase(frame: Frame, part: string): string {
  if (part.startsWith('mc') && part.length > 4) return `Mc${capital(part.slice(2), frame.isTurkic)}`;
  if (part.startsWith('mac') && isMacName(part.slice(3))) return `Mac${capital(part.slice(3), frame.isTurkic)}`;
  if (part.startsWith('ij') && frame.country !== null && DUTCH.has(frame.country)) return `IJ${part.slice(2)}`;
  return capital(part, frame.isTurkic);
}

/** The first letter of a word as a capital; signs before it stay. */
function capital(word: string, isTurkic: boolean): string {
  const start = word.search(/[\p{L}\p{N}]/u);
  if (start < 0) return word;
  const letter = String.fromCodePoint(word.codePointAt(start) as number);
  return `${word.slice(0, start)}${upperCase(letter, isTurkic)}${word.slice(start + letter.length)}`;
}

/** Capitals letter by letter where one letter stays one: `ß` and ligatures have none. */
function upperCase(text: string, isTurkic: boolean): string {
  const code = text.charCodeAt(0);
  if (text.length === 1 && code < 0x80 && !isTurkic) return text.toUpperCase();
  let result = '';
  for (const letter of text) {
    const upper = isTurkic && letter === 'i' ? 'İ' : CASED.test(letter) ? letter.toUpperCase() : letter;
    result += [...upper].length === 1 ? upper : letter;
  }
  return result;
}

/** The letters of a title in place of those of a word, whose full stops stay: `ph.d.` → `Ph.D.`. */
function withLetters(word: string, title: string): string {
  let next = 0;
  return [...word].map((sign) => (sign === '.' || sign === ',' ? sign : (title[next++] ?? sign))).join('');
}
