import { domainToASCII } from 'node:url';
import { halfWidth } from './half-width.ts';
import type { Normalized } from './normalizer.ts';
import { normalizeText } from './text.ts';

const MAX_LOCAL_BYTES = 64;
const MAX_LABEL_LENGTH = 63;
/** RFC 5321 4.5.3.1.3: a path is at most 256 octets, two of which are its angle brackets. */
const MAX_ADDRESS_BYTES = 254;

/** What an ASCII character may be part of: 1 local part (RFC 5322 atext), 2 domain label, 4 an upper-case letter. */
const LOCAL = 1;
const DOMAIN = 2;
const UPPER = 4;
const CLASSES = new Uint8Array(128);
for (const [characters, kinds] of [
  ["!#$%&'*+/=?^_`{|}~", LOCAL],
  ['-0123456789abcdefghijklmnopqrstuvwxyz', LOCAL | DOMAIN],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZ', LOCAL | DOMAIN | UPPER],
] as const) {
  for (let i = 0; i < characters.length; i++) CLASSES[characters.charCodeAt(i)] = kinds;
}

const ASCII = /^[\x00-\x7f]*$/;
const DIGITS = /^\d+$/;
/** Direction marks that address books put around values; never part of an address. */
const DIRECTION_MARKS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const UNICODE_ATOM = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+$/u;
const UNICODE_LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}\u200c\u200d\u30fb-]*[\p{L}\p{M}\p{N}])?$/u;
/** A display name before, and after it signs or a comment at most. */
const IN_BRACKETS = /^[^<>]*<([^<>]*)>[\s.,;]*(?:\([^()<>@]*\)[\s.,;]*)?$/;
/** Sentences and lists leave their signs behind an address. */
const TRAILING_SIGN = /[\s.,;。、]/;
/**
 * Blanks around the at sign, or around the one dot before a top-level domain: without what follows there would be no
 * domain, so it can only belong to it. In `a@b.com. It` it need not.
 */
const SPACED = /^([^\s@]+)\s*@\s*(?:([^\s@.]+)\s*\.\s*((?:com|net|org|edu|gov|info|biz|[a-z]{2})(?:\.[a-z]{2})?)|([^\s@]+))$/;
/** No address with blanks and signs around it is longer. */
const MAX_REPAIRED_LENGTH = 400;

/**
 * Canonical e-mail address: lower case, without `mailto:`, display name and full-width letters, signs behind it
 * (`a@b.com.`) and blanks inside it that can be read in one way only (`a @ b.com`, `a@b .com`). Understood is a dot-atom
 * mailbox of RFC 5321 (UTF-8 local part of RFC 6531, IDN domain allowed) whose domain has a dot.
 */
export function normalizeEmail(raw: string): Normalized {
  const kind = asciiAddress(raw);
  if (kind === CANONICAL) return { value: raw, understood: true };
  if (kind === UPPER_CASE) return { value: raw.toLowerCase(), understood: true };
  const address = canonicalAddress(raw);
  return address === null ? { value: normalizeText(raw), understood: false } : { value: address, understood: true };
}

const DECLINED = 0;
const CANONICAL = 1;
const UPPER_CASE = 2;

/** Decides plain ASCII addresses in one pass without allocation; DECLINED means only that the long way must decide. */
function asciiAddress(text: string): typeof DECLINED | typeof CANONICAL | typeof UPPER_CASE {
  const length = text.length;
  if (length > MAX_ADDRESS_BYTES) return DECLINED;
  let seen = 0;
  let wanted = LOCAL;
  let partStart = 0;
  let domainStart = 0;
  let topHasLetter = false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    const kind = code < 128 ? (CLASSES[code] as number) : 0;
    if ((kind & wanted) !== 0) {
      seen |= kind;
      if (code > 57) topHasLetter = true;
      continue;
    }
    if (i === partStart) return DECLINED;
    if (code === 0x2e) {
      if (wanted === DOMAIN && !isLabel(text, partStart, i)) return DECLINED;
    } else if (code === 0x40 && wanted === LOCAL && i <= MAX_LOCAL_BYTES) {
      wanted = DOMAIN;
      domainStart = i + 1;
    } else return DECLINED;
    partStart = i + 1;
    topHasLetter = false;
  }
  if (domainStart === 0 || partStart === domainStart || !topHasLetter || !isLabel(text, partStart, length)) return DECLINED;
  return (seen & UPPER) === 0 ? CANONICAL : UPPER_CASE;
}

/** Whether the characters between form a label of RFC 1123: not empty, not too long, no hyphen at its ends. */
function isLabel(text: string, start: number, end: number): boolean {
  return end > start && end - start <= MAX_LABEL_LENGTH && text.charCodeAt(start) !== 0x2d && text.charCodeAt(end - 1) !== 0x2d;
}

/** The long way: unwraps, folds full-width characters, then judges; null when it is no address, even without stray signs. */
function canonicalAddress(raw: string): string | null {
  let text = normalizeText(halfWidth(raw.replace(DIRECTION_MARKS, '')));
  const bracketed = IN_BRACKETS.exec(text);
  if (bracketed !== null) text = normalizeText(bracketed[1] as string);
  if (/^mailto:/i.test(text)) text = normalizeText(text.slice(7).replace(/(@[^?]*)\?.*$/s, '$1'));
  const lower = text.toLowerCase().normalize('NFC');
  return judged(lower) ?? repaired(lower);
}

function judged(lower: string): string | null {
  if (ASCII.test(lower)) return asciiAddress(lower) === DECLINED ? null : lower;
  return unicodeAddress(lower);
}

/** The address without signs behind it and blanks inside it, where that can be read in one way only. */
function repaired(lower: string): string | null {
  if (lower.length > MAX_REPAIRED_LENGTH) return null;
  let end = lower.length;
  while (end > 0 && TRAILING_SIGN.test(lower.charAt(end - 1))) end--;
  const match = SPACED.exec(lower.slice(0, end));
  if (match === null) return null;
  const address = `${match[1]}@${match[4] ?? `${match[2]}.${match[3]}`}`;
  return address === lower ? null : judged(address);
}

function unicodeAddress(lower: string): string | null {
  const at = lower.lastIndexOf('@');
  const local = lower.slice(0, at);
  const domain = lower.slice(at + 1).replaceAll('。', '.');
  const address = `${local}@${domain}`;
  if (at < 1 || Buffer.byteLength(local) > MAX_LOCAL_BYTES || Buffer.byteLength(address) > MAX_ADDRESS_BYTES) return null;
  if (!local.split('.').every((atom) => UNICODE_ATOM.test(atom))) return null;
  const labels = domain.split('.');
  if (labels.length < 2 || DIGITS.test(labels.at(-1) as string) || !labels.every((label) => UNICODE_LABEL.test(label))) return null;
  // The name must also be one that IDNA can write down (Unicode Technical Standard 46).
  const ascii = domainToASCII(domain);
  return ascii !== '' && ascii.split('.').every((label) => label.length <= MAX_LABEL_LENGTH) ? address : null;
}
