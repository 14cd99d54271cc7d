import { normalizeLine } from './line.ts';
import { remembering } from './memo.ts';
import type { Normalized } from './normalizer.ts';
import { normalizeText } from './text.ts';

/** Words inside a name of a place that are written small. */
const PARTICLES: ReadonlySet<string> = new Set(
  'de|do|da|dos|das|del|della|delle|dei|di|du|des|la|le|les|las|los|el|e|y|et|van|von|der|den|dem|het|ter|ten|op|of|the|and|upon|on|in|under|by|am|an|auf|im|bei|ob|vor|sur|sous|en|aux|lès|près|na|nad|pod|och|og'.split(
    '|',
  ),
);
/** After an apostrophe or before one: d'Abruzzo, L'Aquila, O'Connor. */
const ELISION: ReadonlySet<string> = new Set(['d', 'l', 'dell', 'all', 'sull', 'nell']);
/** Letters with case of other scripts: their texts are left as they are. */
const OTHER_CASE = /(?!\p{Script=Latin})[\p{Lu}\p{Ll}\p{Lt}]/u;
const LATIN_WORD = /\p{Script=Latin}[\p{Script=Latin}\p{M}]*/gu;
const ABBREVIATION = /^\p{Lu}{1,3}$/u;
/** No place has a longer name; a document in a cell keeps its letters. */
const MAX_NAME_LENGTH = 200;

/** Decides how one word is written: the word, whether it is the first or last, and the sign before and after it. */
export type WordCase = (word: string, at: WordPlace) => string;

/** Where a word stands in its text. */
export interface WordPlace {
  readonly first: boolean;
  readonly last: boolean;
  /** Character before and after the word; empty at the ends. */
  readonly before: string;
  readonly after: string;
}

/**
 * Canonical name of a city or other place: one clean line; a Latin name all in capitals or all in small letters in title
 * case with small particles (`RIO DE JANEIRO` → `Rio de Janeiro`). Up to three capitals alone (`NYC`) stay, and so do mixed
 * case and other scripts. Always understood.
 */
export const normalizePlace = remembering(5000, (raw: string): Normalized => {
  const line = normalizeLine(raw);
  if (line === '') return onlySigns(raw);
  return { value: ABBREVIATION.test(line) ? line : recased(line, placeWord), understood: true };
});

/** What is left of a value without anything to read: nothing, or control characters as they came. */
export function onlySigns(raw: string): Normalized {
  const value = normalizeText(raw);
  return { value, understood: value === '' };
}

/**
 * A text whose Latin letters are all capital or all small, each word written as the rule says; any other text as it is.
 * Idempotent: where the rule would change its own result, the text stays.
 */
export function recased(line: string, rule: WordCase): string {
  if (line.length > MAX_NAME_LENGTH || !isOneCase(line)) return line;
  const cased = applyCase(line, rule);
  return isOneCase(cased) && applyCase(cased, rule) !== cased ? line : cased;
}

/** Word with a capital first letter and small ones after it; a Turkish İ becomes a plain i inside. */
export function capitalized(word: string): string {
  const [first = ''] = word;
  const rest = word.slice(first.length).replaceAll('İ', 'i').toLowerCase();
  return (first === 'ß' ? first : first.toUpperCase()) + rest;
}

/** Whether the word is a particle that is small inside a name. */
export function isParticle(lower: string): boolean {
  return PARTICLES.has(lower);
}

/** Whether the word is an elided article or preposition (`d'`, `l'`). */
export function isElision(lower: string): boolean {
  return ELISION.has(lower);
}

function placeWord(word: string, { first, last, before, after }: WordPlace): string {
  const lower = word.toLowerCase();
  if (isApostrophe(before) && word.length === 1) return lower;
  if (isApostrophe(after) && isElision(lower) && !first) return lower;
  return !first && !last && before !== "'" && isParticle(lower) ? lower : capitalized(word);
}

/** Whether the character is a straight or curly apostrophe. */
export function isApostrophe(sign: string): boolean {
  return sign === "'" || sign === '’';
}

function applyCase(line: string, rule: WordCase): string {
  const { length } = line;
  return line
    .replace(LATIN_WORD, (word, start: number) => {
      const end = start + word.length;
      return rule(word, { first: start === 0, last: end === length, before: line.charAt(start - 1), after: line.charAt(end) });
    })
    .normalize('NFC');
}

/** Whether the text has Latin letters, and they are all capital (ß aside) or all small. */
function isOneCase(line: string): boolean {
  let upper = false;
  let lower = false;
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (code >= 97 && code <= 122) lower = true;
    else if (code >= 65 && code <= 90) upper = true;
    if (upper && lower) return false;
  }
  if (OTHER_CASE.test(line)) return false;
  const plain = line.replaceAll('ß', '');
  return plain.toUpperCase() !== plain.toLowerCase() && (plain === plain.toUpperCase() || plain === plain.toLowerCase());
}
