import { normalizeLine } from './line.ts';
import { remembering } from './memo.ts';
import { nameCase } from './name-case.ts';
import type { NamePart } from './name-case.ts';
import { turnName } from './name-order.ts';
import type { Normalized } from './normalizer.ts';
import { normalizeText } from './text.ts';

/** What a person's name may be read by beside itself. */
export interface NameContext {
  /** ISO 3166-1 alpha-2 of the person; null or absent when unknown. */
  readonly country?: string | null;
}

/** No name of a person is longer; a document in a cell is not cleaned. */
const MAX_LENGTH = 200;
const REMEMBERED = 5000;
const LETTER = /\p{L}/u;
/** Addresses, links and codes. Ordinals (`2nd`) belong to a name. */
const NO_NAME = /[@\\|<>{}=;#]|:\/\/|www\.|\d(?!nd\b|rd\b|th\b)/i;
const HAN_ONLY = /^[\p{Script=Han}· ]+$/u;
/** Middle dots of several standards, and full stops in their place, between the parts of a name transcribed into Han. */
const MIDDLE_DOT = /(?<=\p{Script=Han}) ?[·・•‧∙⋅･．.] ?(?=\p{Script=Han})/gu;
const BLANKS = / /g;

/**
 * Canonical full name of a person: one clean line; all capitals or all small letters put right; `Last, First` turned
 * around; Han names without blanks (in Japan they stay: they part the family name) and with U+00B7 as middle dot. Titles
 * stay. Not understood are texts without a letter, with digits or signs of addresses, longer than 200 characters, or with
 * commas that can be read in more than one way.
 */
export function normalizePersonName(raw: string, context?: NameContext): Normalized {
  return normalizeName(raw, 'full', context?.country ?? null);
}

/** Canonical given names: cleaned and cased as in `normalizePersonName`; nothing is turned around. */
export function normalizeGivenName(raw: string, context?: NameContext): Normalized {
  return normalizeName(raw, 'given', context?.country ?? null);
}

/** Canonical family name: cleaned and cased; particles at its head are lower case where it came in one case (`van der Berg`). */
export function normalizeFamilyName(raw: string, context?: NameContext): Normalized {
  return normalizeName(raw, 'family', context?.country ?? null);
}

function normalizeName(raw: string, part: NamePart, country: string | null): Normalized {
  if (isCanonical(raw)) return { value: raw, understood: true };
  const key = `${part} ${country}`;
  let known = readers.get(key);
  if (known === undefined) {
    known = remembering(REMEMBERED, (name) => readName(name, part, country));
    readers.set(key, known);
  }
  return known(raw);
}

/** Reads names of one part and country; the same given and family names come again and again. */
const readers = new Map<string, (raw: string) => Normalized>();

function readName(raw: string, part: NamePart, country: string | null): Normalized {
  const line = raw.length > MAX_LENGTH * 4 ? '' : normalizeLine(raw);
  if (line.length > MAX_LENGTH || !LETTER.test(line) || NO_NAME.test(line)) return { value: normalizeText(raw), understood: false };
  const han = hanName(line, country);
  if (han !== null) return { value: han, understood: true };
  const ordered = part === 'full' ? turnName(line, country) : { name: line, certain: true };
  if (!ordered.certain) return { value: normalizeText(raw), understood: false };
  // Once more, because signs between letters go by the width of their neighbours, which case may compose.
  return { value: normalizeLine(nameCase(ordered.name, { part, country })), understood: true };
}

/** A name in Han alone in its canonical form; null when it has other letters, whose blanks mean something. */
function hanName(line: string, country: string | null): string | null {
  const code = line.charCodeAt(0);
  if (code < 0x2e80) return null;
  const dotted = line.replace(MIDDLE_DOT, '·');
  if (!HAN_ONLY.test(dotted)) return null;
  return country === 'JP' ? dotted : dotted.replace(BLANKS, '');
}

/**
 * Whether a name needs no care: Han without blanks, or ASCII letters with single blanks, full stops, hyphens and
 * apostrophes between, in mixed case. False says only that the long way must decide.
 */
function isCanonical(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > MAX_LENGTH) return false;
  const first = text.charCodeAt(0);
  if (first >= 0x4e00) return isHan(text);
  let upper = false;
  let lower = false;
  let letterBefore = false;
  let spaceBefore = true;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 97 && code <= 122) lower = true;
    else if (code >= 65 && code <= 90) upper = true;
    else if (code === 0x20 ? spaceBefore : !(letterBefore && (code === 0x2e || code === 0x2d || code === 0x27))) return false;
    spaceBefore = code === 0x20;
    letterBefore = code >= 65;
  }
  // `www.Name` is the one text of these letters that is no name.
  return upper && lower && !spaceBefore && !text.includes('ww.') && !text.includes('WW.');
}

function isHan(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x4e00 || code > 0x9fff) return false;
  }
  return true;
}
