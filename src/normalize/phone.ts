import { halfWidth } from './half-width.ts';
import type { Normalized } from './normalizer.ts';
import { splitExtension } from './phone-extension.ts';
import { parseWithLibrary } from './phone-library.ts';
import { e164, isE164 } from './phone-plan.ts';
import { normalizeText } from './text.ts';

/** A phone number, canonical where it was understood. */
export interface PhoneNumber extends Normalized {
  /** E.164 (`+8613800138000`) where understood, else the trimmed text as it came. */
  readonly value: string;
  /** Digits to dial after the connection, null when there are none (then, or when not understood). */
  readonly extension: string | null;
  readonly understood: boolean;
}

/** Longer texts hold more than one plain number. */
const MAX_PLAIN_LENGTH = 40;
/** Longer texts hold no number, as the library holds too. */
const MAX_LENGTH = 250;
const ARABIC_DIGIT = /[\u0660-\u0669\u06f0-\u06f9]/g;
const DASHES = /[\u2010-\u2015\u2043\u207b\u2212\u30fc\ufe58\ufe63]/g;
const BLANKS = /[\s\u0085]+/g;
/** Soft hyphen, zero-width characters and the direction marks that phone books put around numbers. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const LABEL = /^(?:tel|telephone|phone|mobile|cell|fax|电话|手机|座机|電話|手機|☎|📞)\s*[:.]?\s*(?=[+(\d])/iu;
/** What spreadsheets make of a number that they took for a fraction: `13800138000.0`. */
const FLOAT = /^(\d{5,17})\.0$/;
/** Lists and sentences leave their signs behind a number. */
const TRAILING_SIGNS = /[\s,;、。]+$/;
/** The Chinese calling code behind a zero that belongs nowhere, and a mobile number: `086-13800138000`. */
const ZERO_AND_CODE = /^0(861[3-9]\d{9})$/;
/** Chinese habit: `010-12345678-801`. */
const DASHED_EXTENSION = /^(.*\d{3}) ?- ?(\d{1,5})$/;

/**
 * Canonical phone number: E.164 (ITU-T) and the extension apart. A number without calling code belongs to `region`
 * (ISO 3166-1 alpha-2); `00` begins an international one wherever the region does not read it otherwise. Understood is
 * only what libphonenumber-js holds for a valid number of an existing type.
 */
export function normalizePhone(raw: string, region: string | null): PhoneNumber {
  const number = plainE164(raw, region);
  if (typeof number === 'string') return { value: number, extension: null, understood: true };
  const other = number === null ? readAgain(raw, region) : readUnusual(raw, region);
  return other ?? { value: normalizeText(raw), extension: null, understood: false };
}

/**
 * The fast way: the E.164 number of a plain text (digits, ordinary separators, a plus before them), or null when it is
 * not a valid number; both exactly as libphonenumber-js decides. Undefined when the text is not plain.
 */
export function plainE164(text: string, region: string | null): string | null | undefined {
  return scan(text) ? e164(scannedDigits, scannedPlus, region) : undefined;
}

let scannedDigits = '';
let scannedPlus = false;

/**
 * Reads a text of ASCII digits, ordinary separators and at most one plus before them, in one pass. The results are left
 * in module variables, because an object per number would cost more than the pass itself.
 * @returns false when the text is anything else
 */
function scan(text: string): boolean {
  const length = text.length;
  if (length > MAX_PLAIN_LENGTH) return false;
  let plus = false;
  let digits = '';
  let start = -1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57) {
      if (start < 0) start = i;
    } else {
      if (start >= 0) {
        digits = digits === '' ? text.slice(start, i) : digits + text.slice(start, i);
        start = -1;
      }
      if (code === 43) {
        if (plus || digits !== '') return false;
        plus = true;
        // Separators: space - . ( ) /, where `.0` at the end may be a number taken for a fraction.
      } else if (code === 46) {
        if (i === length - 2 && text.charCodeAt(i + 1) === 48) return false;
      } else if (code !== 32 && code !== 45 && code !== 40 && code !== 41 && code !== 47) return false;
    }
  }
  if (start >= 0) digits = digits === '' ? text.slice(start) : digits + text.slice(start);
  scannedDigits = digits;
  scannedPlus = plus;
  return digits.length > 2;
}

/** What the fast way did not understand: other scripts, labels, extensions, habits of writing; then the library. */
function readUnusual(raw: string, region: string | null): PhoneNumber | null {
  if (raw.length > MAX_LENGTH) return null;
  const text = simplify(raw);
  if (!/\d\D*\d/.test(text)) return null;
  const { head, extension } = splitExtension(text);
  const number = readDialled(head, region);
  if (number !== null) return extension === null ? number : { ...number, extension };
  if (scan(text)) return null;
  const parsed = parseWithLibrary(text, region);
  return parsed === null ? null : { value: parsed.e164, extension: parsed.extension, understood: true };
}

/** Folds full-width and Arabic digits, all dashes and blanks to ASCII; drops invisible characters and a label before. */
function simplify(raw: string): string {
  return halfWidth(raw.replace(INVISIBLE, ''))
    .replace(ARABIC_DIGIT, (c) => String(c.charCodeAt(0) & 0xf))
    .replace(DASHES, '-')
    .replace(BLANKS, ' ')
    .trim()
    .replace(LABEL, '')
    .replace(TRAILING_SIGNS, '')
    .replace(FLOAT, '$1');
}

function readDialled(text: string, region: string | null): PhoneNumber | null {
  const number = plainE164(text, region);
  if (number === undefined) return null;
  return number === null ? readAgain(text, region) : { value: number, extension: null, understood: true };
}

/** What a plain text may be that was just scanned and is not valid as it stands. */
function readAgain(text: string, region: string | null): PhoneNumber | null {
  const number = readPrefixed(text, region);
  if (number !== null) return { value: number, extension: null, understood: true };
  if (region !== 'CN' && !text.includes('86')) return null;
  const match = DASHED_EXTENSION.exec(text);
  const head = match === null ? null : readDialled(match[1] as string, region);
  if (head?.value.startsWith('+86') !== true || head.extension !== null) return null;
  return { ...head, extension: (match as RegExpExecArray)[2] as string };
}

/**
 * Stored as E.164 already; or with `00` for the plus, with `011` (as dialled in North America) where no number begins so;
 * or with a trunk prefix in `(0)`.
 */
function readPrefixed(text: string, region: string | null): string | null {
  const digits = scannedDigits;
  if (scannedPlus && isE164(digits)) return `+${digits}`;
  if (!scannedPlus && digits.startsWith('00')) return e164(digits.slice(2), true, region);
  if (!scannedPlus && (region === null || region === 'CN')) {
    const written = digits.startsWith('011') ? digits.slice(3) : ZERO_AND_CODE.exec(digits)?.[1];
    if (written !== undefined) return isE164(written) ? `+${written}` : null;
  }
  return text.includes('(0)') ? (plainE164(text.replace('(0)', ''), region) ?? null) : null;
}
