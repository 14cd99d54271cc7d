import { normalizeText } from './text.ts';

/** No cell that holds phone numbers is longer; a document is not taken apart. */
const MAX_LENGTH = 4000;
/** Signs and words between numbers; a dash, point or bracket is never one. */
const SEPARATOR = /[;；,，、|\n\r\t／/]|:::|[或和]|&| (?:or|and|oder|und|ou|et|y) /giu;
/** What continues the number before it: an extension, or a part that is too short for a number. */
const EXTENSION = /^\s*(?:;?\s*ext|extn?\b|x\s*\d|#|转|轉|分机|分機|内线|內線)/iu;
/** Fewest digits of a number that stands alone: hotlines as `95588`. */
const MIN_DIGITS = 5;
/** And of one beside a slash, which may stand between an area code and the rest. */
const MIN_DIGITS_AT_SLASH = 7;
const NON_DIGITS = /[^\d\uff10-\uff19]+/g;
const CHINESE_MOBILE = /^(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}$/;
const MOBILES_WITH_BLANKS = /^1[3-9]\d \d{4} \d{4}(?: 1[3-9]\d \d{4} \d{4})+$/;
const COMPLETE = 10;

/**
 * The phone numbers written in one cell, as they are written and in their order: `138… / 139…`, `;`, `,`, `、`, ` or `, `或`,
 * lines, or blanks between complete numbers. One number written with such signs (`030/1234567`, `010-65551234,801`) stays
 * whole, so does what is no list. Every digit of the cell is in one of the parts; an empty cell has none.
 */
export function splitPhones(text: string): string[] {
  const trimmed = normalizeText(text);
  if (trimmed === '') return [];
  if (trimmed.length > MAX_LENGTH) return [trimmed];
  return atSeparators(trimmed).flatMap(atBlanks);
}

/** The parts between separators that have a number on both sides. */
function atSeparators(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (const match of text.matchAll(SEPARATOR)) {
    const end = match.index + match[0].length;
    const isSlash = match[0] === '/' || match[0] === '／';
    const least = isSlash ? MIN_DIGITS_AT_SLASH : MIN_DIGITS;
    const before = text.slice(start, match.index);
    const next = text.slice(end);
    if (digitsOf(before) < least || digitsBeforeSeparator(next) < least || EXTENSION.test(text.slice(match.index))) continue;
    if (EXTENSION.test(next)) continue;
    parts.push(normalizeText(before));
    start = end;
  }
  parts.push(normalizeText(text.slice(start)));
  return parts;
}

function digitsOf(text: string): number {
  return text.replace(NON_DIGITS, '').length;
}

function digitsBeforeSeparator(text: string): number {
  SEPARATOR.lastIndex = 0;
  const next = text.search(SEPARATOR);
  return digitsOf(next < 0 ? text : text.slice(0, next));
}

/** Complete numbers with nothing but blanks between them. */
function atBlanks(text: string): string[] {
  if (!text.includes(' ') && !text.includes('\u3000')) return [text];
  if (MOBILES_WITH_BLANKS.test(text)) return text.match(/1[3-9]\d \d{4} \d{4}/g) as string[];
  const parts: string[] = [];
  for (const word of text.split(/[ \u3000]+/)) {
    const before = parts.at(-1);
    if (before === undefined) parts.push(word);
    else if (beginsNumber(before, word)) parts.push(word);
    else parts[parts.length - 1] = `${before} ${word}`;
  }
  return parts.length === 1 ? [text] : parts.map(normalizeText);
}

/** Whether a word begins a number of its own, behind what stands before it. */
function beginsNumber(before: string, word: string): boolean {
  const known = digitsOf(before);
  if (known < MIN_DIGITS_AT_SLASH) return false;
  if (/^\+[\d(\uff10-\uff19]/.test(word)) return true;
  if (CHINESE_MOBILE.test(word)) return true;
  return known >= COMPLETE && digitsOf(word) >= COMPLETE;
}
