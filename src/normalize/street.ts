import { normalizeLine } from './line.ts';
import type { Normalized } from './normalizer.ts';
import { capitalized, isApostrophe, isElision, isParticle, onlySigns, recased, type WordPlace } from './place.ts';

const LINE_END = /[\r\n\u000b\u000c\u0085\u2028\u2029]/;
const LINE_ENDS = /[\r\n\u000b\u000c\u0085\u2028\u2029]+/;
/** Abbreviations that are written in capitals: directions, post boxes, road classes, Roman numerals. */
const CAPITALS: ReadonlySet<string> = new Set(
  'ne|nw|se|sw|po|us|fm|cr|sr|rr|hc|psc|apo|fpo|dpo|uk|usa|ii|iii|iv|vi|vii|viii|ix|xi|xii|bp|cp|zi|za'.split('|'),
);
const ORDINAL = /^(?:st|nd|rd|th)$/;
const DIGIT = /\d/;

/**
 * Canonical street line: one clean line, line breaks as `, `; a Latin line all in capitals or all in small letters in title
 * case (`123 MAIN ST NW` → `123 Main St NW`, `5TH AVE` → `5th Ave`, `PO BOX 12` → `PO Box 12`). Nothing is abbreviated or
 * expanded; other scripts stay. Always understood.
 */
export function normalizeStreet(raw: string): Normalized {
  const line = normalizeLine(LINE_END.test(raw) ? joinLines(raw) : raw);
  if (line === '') return onlySigns(raw);
  return { value: recased(line, streetWord), understood: true };
}

function joinLines(raw: string): string {
  return raw
    .split(LINE_ENDS)
    .map((part) => normalizeLine(part).replace(/ ?[,，]$/, ''))
    .filter((part) => part !== '')
    .join(', ');
}

function streetWord(word: string, { first, last, before, after }: WordPlace): string {
  const lower = word.toLowerCase();
  if (DIGIT.test(before)) return ORDINAL.test(lower) ? lower : word;
  if (isApostrophe(before) && word.length === 1) return lower;
  if (DIGIT.test(after)) return word.length === 1 ? word.toUpperCase() : capitalized(word);
  if (isApostrophe(after) && isElision(lower)) return first ? capitalized(word) : lower;
  if (word.length === 1 || CAPITALS.has(lower)) return word.toUpperCase();
  return !first && !last && isParticle(lower) ? lower : capitalized(word);
}
