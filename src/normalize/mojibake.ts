import {
  asGbkBytes,
  asOneByteCharacters,
  decodeUtf8,
  gbkText,
  isGb2312,
  isGb2312Common,
  isGbkLead,
  oneByteText,
} from './mojibake-bytes.ts';
import { isPlausibleWestern } from './mojibake-plausible.ts';

/** What was found in a text that was decoded in the wrong encoding. */
export type Mojibake =
  /** The round trip proves what it was: the text as it should be. */
  | { readonly kind: 'proven'; readonly text: string }
  /** Characters were lost, or it cannot be told what they were. */
  | { readonly kind: 'damaged' };

const DAMAGED: Mojibake = { kind: 'damaged' };
/** Texts garbled more often than this are left alone. */
const MAX_ROUNDS = 3;
/** Longer texts are not looked at as a whole: nobody could check what became of them. */
const MAX_LENGTH = 100_000;
const REPLACEMENT = 0xfffd;
/** U+FFFD in UTF-8, read as GBK (twice) or as windows-1252: the characters are lost. */
const LOST = /\ufffd|锟斤|斤拷|\u00ef\u00bf\u00bd/;
/** Pairs that no language writes, where the whole could not be proven. */
const GARBLED_WESTERN = /\u00c3[\u00a1-\u00bf](?=\p{Ll})|\u00e2\u20ac[\u2122\u0153\u201c\u201d\u00a6\u02dc]|\u00c3\u0192\u00c2/u;
const ONE_BYTE_RUN = /[\u00a1-\u00fe]+/g;

/**
 * A first look at a cell as it came: whether it holds characters that text in the wrong encoding is made of. One pass
 * without allocation; ASCII, ordinary accents and Chinese cost no more than that.
 */
export function mayBeMojibake(raw: string): boolean {
  const { length } = raw;
  for (let i = 0; i < length; i++) {
    if (raw.charCodeAt(i) >= 0x80) return mayBeMojibakeFrom(raw, i);
  }
  return false;
}

function mayBeMojibakeFrom(raw: string, index: number): boolean {
  let before = 0;
  for (let i = index; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code >= 0x80 && isSuspect(raw, i, code, before)) return true;
    before = code;
  }
  return false;
}

function isSuspect(raw: string, index: number, code: number, before: number): boolean {
  if (code < 0x100) {
    const next = raw.charCodeAt(index + 1);
    if (code < 0xb0 || next < 0x80 || Number.isNaN(next)) return false;
    if (code >= 0xc2 && code <= 0xf4 && isContinuation(next)) return true;
    return isHigh(next) && isHigh(raw.charCodeAt(index + 2)) && isHigh(raw.charCodeAt(index + 3));
  }
  if (code === REPLACEMENT) return true;
  // Of UTF-8 read as GBK the first character after ASCII tells; those further on are any.
  return code >= 0x2e80 && (before < 0x80 || code === 0x951f) && isGbkLead(code);
}

function isHigh(code: number): boolean {
  return code >= 0xa1 && code <= 0xfe;
}

/** Whether windows-1252 or latin-1 makes this character of a byte 0x80 to 0xBF. */
function isContinuation(code: number): boolean {
  return code < 0xc0 || (code >= 0x100 && oneByteText.isContinuation(code));
}

/**
 * Looks closely at a cell that `mayBeMojibake`: UTF-8 read as windows-1252 or latin-1 (also twice or three times) and
 * UTF-8 read as GBK are proven when the bytes are strict UTF-8, give a text that people write, and that text garbled
 * again is exactly the cell. GBK read as windows-1252 is never more than `damaged`. Null when the text is well.
 */
export function findMojibake(raw: string): Mojibake | null {
  if (raw.length > MAX_LENGTH) return null;
  if (LOST.test(raw)) return DAMAGED;
  const western = proveWestern(raw);
  if (western !== null) return { kind: 'proven', text: western };
  const chinese = proveGbk(raw);
  if (chinese !== null) return { kind: 'proven', text: chinese };
  return GARBLED_WESTERN.test(raw) || isCutGbk(raw) || isGbkAsWestern(raw) ? DAMAGED : null;
}

/** Texts that were garbled twice are nothing plausible in between. */
function proveWestern(raw: string): string | null {
  let proven: string | null = null;
  let text = raw;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const bytes = asOneByteCharacters(text);
    const decoded = bytes === null ? null : decodeUtf8(bytes);
    if (bytes === null || decoded === null || decoded === text || !oneByteText.isExactly(bytes, text)) break;
    if (isPlausibleWestern(text, decoded)) proven = decoded;
    text = decoded;
  }
  return proven;
}

function proveGbk(raw: string): string | null {
  const bytes = asGbkBytes(raw);
  const decoded = bytes === null ? null : decodeUtf8(bytes);
  if (decoded === null || !looksChinese(decoded) || !hasRare(raw)) return null;
  return gbkText(bytes as Uint8Array) === raw ? decoded : null;
}

/** Whether a text holds two Chinese characters at least, most of them common, and nothing but them, ASCII and their signs. */
function looksChinese(text: string): boolean {
  let han = 0;
  let common = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80) continue;
    if (code >= 0x4e00 && code <= 0x9fff) {
      if (!isGb2312(code)) return false;
      han++;
      if (isGb2312Common(code)) common++;
    } else if (!((code >= 0x3001 && code <= 0x3011) || (code >= 0xff01 && code <= 0xff5e))) return false;
  }
  return han >= 2 && common * 2 >= han;
}

/** Whether a text holds a character that GB2312 has not: few texts do, and nearly all garbled ones. */
function hasRare(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80 && !isGb2312(code)) return true;
  }
  return false;
}

/** Of an odd number of Chinese characters in UTF-8 GBK readers leave a `?` at the end: the last one is lost. */
function isCutGbk(raw: string): boolean {
  if (!raw.endsWith('?')) return false;
  const bytes = asGbkBytes(raw.slice(0, -1));
  for (let cut = 1; bytes !== null && cut <= 2; cut++) {
    const decoded = decodeUtf8(bytes.subarray(0, bytes.length - cut));
    if (decoded !== null && looksChinese(decoded) && hasRare(raw.slice(0, -1))) return true;
  }
  return false;
}

/** Whether runs of accented letters, each of an even length, are common Chinese characters when they are read as GBK. */
function isGbkAsWestern(raw: string): boolean {
  const runs = raw.match(ONE_BYTE_RUN) ?? [];
  if (!runs.some((run) => run.length >= 4) || runs.some((run) => run.length % 2 !== 0)) return false;
  if (/[a-z][\u00a1-\u00fe]|[\u00a1-\u00fe][a-z]|[^\u0000-\u00fe]/i.test(raw)) return false;
  return looksChinese(gbkText(Uint8Array.from(runs.join(''), (character) => character.charCodeAt(0))));
}
