import { decodeEntities } from './html-entities.ts';
import { foldWidth } from './line-width.ts';
import { normalizeText } from './text.ts';
import { dropInvisible } from './invisible.ts';

/** No program encodes a text more often; what goes on after that many rounds is left as it came. */
const MAX_ROUNDS = 8;

/** White space of Unicode, and the fillers that look like it. */
const BLANKS = /[\s\u0085\u3164\uffa0]+/g;
const LINE_ENDS = /\r\n?|[\u000b\u000c\u0085\u2028\u2029]/g;
/** White space of a width of its own; the ideographic space stays in notes, because it indents Chinese paragraphs. */
const EXOTIC_BLANK = /[\u00a0\u1680\u2000-\u200a\u202f\u205f]/g;

/**
 * Canonical text of one line: NFC, HTML character references decoded, control and zero-width characters dropped, any run
 * of white space (line ends too) one space, none at the ends, full-width letters, digits and the signs between them
 * half-width, half-width katakana full-width. Signs of Chinese text (`（深圳）`) stay. Idempotent; the very same string
 * where it is canonical. Joiners stay where Unicode (Standard Annex 31, section 2.3; Technical Standard 51) gives them a
 * meaning.
 */
export function normalizeLine(raw: string): string {
  return isPlainLine(raw) ? raw : decoded(raw, cleanLine);
}

/**
 * Canonical text of several lines: NFC, `\n` between lines, none of them with blanks at its end, HTML character references
 * decoded, control and zero-width characters dropped. Tabs and runs of blanks stay, and so does the width of letters.
 * Idempotent; the very same string where it is canonical.
 */
export function normalizeNotes(raw: string): string {
  return isPlainLine(raw) ? raw : decoded(raw, cleanNotes);
}

/** Decodes and cleans until nothing changes; a text that never comes to rest is cleaned and not decoded. */
function decoded(raw: string, clean: (text: string) => string): string {
  const cleaned = clean(raw);
  let text = cleaned;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const plain = decodeEntities(text);
    if (plain === text) return text;
    const next = clean(plain);
    if (next === text) return text;
    text = next;
  }
  return decodeEntities(text) === text ? text : cleaned;
}

function cleanLine(raw: string): string {
  // White space first: a tab is a control character too. NFC at the end again, because what was dropped stood between.
  const text = dropInvisible(normalizeText(raw).replace(BLANKS, spaceOrMark)).replace(BLANKS, ' ');
  return normalizeText(foldWidth(text).replace(BLANKS, ' '));
}

/** A BOM counts as white space in patterns, but is none: alone it is dropped and does not part words. */
function spaceOrMark(run: string): string {
  return /^\ufeff+$/.test(run) ? '' : ' ';
}

function cleanNotes(raw: string): string {
  const text = dropInvisible(normalizeText(raw).replace(LINE_ENDS, '\n')).replace(EXOTIC_BLANK, ' ');
  // Line by line, because a pattern for blanks before a line end would look at every inner run again and again.
  const lines = text.includes('\n') ? text.split('\n').map(trimLineEnd).join('\n') : text;
  return normalizeText(lines);
}

function trimLineEnd(line: string): string {
  return line.trimEnd();
}

/**
 * One pass without allocation over the characters that need no care: ASCII without entities, Latin, Cyrillic, Han, kana,
 * Hangul syllables, common dashes and quotes; single spaces inside. False says only that the long way must decide.
 */
function isPlainLine(text: string): boolean {
  const { length } = text;
  let spaceBefore = true;
  let hasAmpersand = false;
  let hasBracket = false;
  let hasHan = false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x20) {
      if (spaceBefore) return false;
      spaceBefore = true;
      continue;
    }
    spaceBefore = false;
    if (code < 0x7f) {
      if (code < 0x20) return false;
      if (code === 0x26) hasAmpersand = true;
    } else if (code >= 0x4e00 && code <= 0x9fff) hasHan = true;
    else if (code === 0xff08 || code === 0xff09) hasBracket = true;
    else if (!isPlainLetter(code)) return false;
  }
  if (hasBracket && !hasHan) return false;
  return !(spaceBefore && length > 0) && !(hasAmpersand && decodeEntities(text) !== text);
}

/** Letters and signs beyond ASCII and Han that NFC keeps, alone and beside each other. */
function isPlainLetter(code: number): boolean {
  if (code < 0x300) return code > 0xa0 && code !== 0xad;
  if (code < 0x2010) return code >= 0x410 && code <= 0x44f;
  if (code < 0x3041) return code <= 0x2027 || code === 0x3001 || code === 0x3002;
  return code <= 0x3096 || (code >= 0x30a1 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x4dbf) || (code >= 0xac00 && code <= 0xd7a3);
}
