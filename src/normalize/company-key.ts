import { fold } from '../model/fold.ts';
import { foldHan } from './han-fold.ts';
import { cutKey, MAX_KEY_LENGTH } from './key-length.ts';
import { remembering } from './memo.ts';
import { mayEndInForm } from './legal-forms.ts';
import { mayHaveParts, parseOrganisation } from './organisation-parts.ts';

/** Each round takes a character away at least. */
const MAX_ROUNDS = MAX_KEY_LENGTH + 2;

const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;
const BLANK_BY_HAN = /(?<=\p{Script=Han}) (?=\p{Script=Han})/gu;

/**
 * Match key of a company's name: what is left without legal form, region and branch, folded (case, accents, width,
 * traditional characters), signs as blanks, no blanks between Han characters. At most 200 characters; null when there is no
 * letter or digit. Two companies may share it: see `companiesMayBeOne` of organisation.ts.
 */
export function companyKey(name: string): string | null {
  const lower = isPlainWords(name) ? name.toLowerCase() : name;
  if (isReduced(lower)) return lower;
  return reducedKey(name);
}

const reducedKey = remembering(20_000, (name): string | null => {
  let key = reduced(name);
  // What is left may look like a name with a legal form again; the key must be its own key.
  for (let round = 0; round < MAX_ROUNDS && !isReduced(key); round++) {
    const next = reduced(key);
    if (next === key) break;
    key = next;
  }
  return key === '' ? null : key;
});

/** Whether the text is certainly its own key: lower-case ASCII words, or simplified Han characters, without anything to take off. */
function isReduced(text: string): boolean {
  if (isPlainHan(text)) return foldHan(text) === text && !mayHaveParts(text);
  return isPlainWords(text) && text.toLowerCase() === text && !mayEndInForm(text);
}

function isPlainHan(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > MAX_KEY_LENGTH) return false;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x4e00 || code > 0x9fff) return false;
  }
  return true;
}

function reduced(name: string): string {
  return cutKey(squeezed(parseOrganisation(name).core));
}

function squeezed(text: string): string {
  return foldHan(fold(text)).replace(SIGNS, ' ').trim().replace(BLANK_BY_HAN, '');
}

/** ASCII letters and digits with single spaces between, not longer than a key. */
function isPlainWords(text: string): boolean {
  const { length } = text;
  if (length === 0 || length > MAX_KEY_LENGTH) return false;
  let spaceBefore = true;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 32) {
      if (spaceBefore) return false;
      spaceBefore = true;
    } else if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57)) spaceBefore = false;
    else return false;
  }
  return !spaceBefore;
}
