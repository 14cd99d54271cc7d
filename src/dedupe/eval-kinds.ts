import type { Customer } from '../model/customer.ts';
import { addressKey } from '../normalize/address-key.ts';
import { companyKey } from '../normalize/company-key.ts';
import { emailKey } from '../normalize/email-key.ts';
import { isRoleAddress } from '../normalize/email-role.ts';
import { formalName, sameNickname } from '../normalize/nicknames.ts';
import { nameAltKey } from '../normalize/name-alt-key.ts';
import { nameKey } from '../normalize/name-key.ts';
import { phoneKey } from '../normalize/phone-key.ts';
import { sameNamePossible } from '../normalize/same-name.ts';
import { generationOf, otherBirthday } from '../normalize/same-person.ts';

/** What makes two records hard to tell: in what they differ, or in what two people agree by chance or kinship. */
export const ERROR_KINDS = [
  'joined by the import',
  'never compared',
  'same values',
  'other script',
  'swapped names',
  'nickname',
  'initial',
  'typo in name',
  'other family name',
  'other name',
  'mistyped birthday',
  'other birthday',
  'other generation',
  'other tax id',
  'changed e-mail',
  'changed phone',
  'moved',
  'other company',
  'missing values',
  'household',
  'twins',
  'shared e-mail',
  'shared phone',
  'same company',
  'namesakes',
] as const;

/** One of `ERROR_KINDS`. */
export type ErrorKind = (typeof ERROR_KINDS)[number];

const HAN = /\p{Script=Han}/u;
/** So many fields that only one of two customers has make a pair hard. */
const MANY_MISSING = 2;
const COMPARED = ['given_name', 'family_name', 'email', 'phone', 'birthday', 'street', 'postal_code', 'company_name'] as const;

/** In what two records of one person differ, so that they were not found: all that is so. */
export function missedKinds(left: Customer, right: Customer): ErrorKind[] {
  const kinds: (ErrorKind | null)[] = [
    nameKind(left, right),
    birthdayKind(left, right),
    differs(left.tax_id, right.tax_id) ? 'other tax id' : null,
    differs(keyOf(left.email, emailKey), keyOf(right.email, emailKey)) ? 'changed e-mail' : null,
    differs(keyOf(left.phone, phoneKey), keyOf(right.phone, phoneKey)) ? 'changed phone' : null,
    isMoved(left, right) ? 'moved' : null,
    differs(keyOf(left.company_name, companyKey), keyOf(right.company_name, companyKey)) ? 'other company' : null,
    COMPARED.filter((field) => (left[field] === null) !== (right[field] === null)).length >= MANY_MISSING ? 'missing values' : null,
  ];
  const found = kinds.filter((kind) => kind !== null);
  return found.length === 0 ? ['same values'] : found;
}

/** In what two people agree, or differ and were taken for one all the same: all that is so. */
export function mergedKinds(left: Customer, right: Customer): ErrorKind[] {
  const email = keyOf(left.email, emailKey);
  const hasEmail = email !== null && email === keyOf(right.email, emailKey);
  const hasPhone = agrees(keyOf(left.phone, phoneKey), keyOf(right.phone, phoneKey));
  const hasAddress = agrees(addressOf(left), addressOf(right));
  const name = nameKind(left, right);
  const isFamily = agrees(keyOf(left.family_name, nameKey), keyOf(right.family_name, nameKey));
  const isOther = name === 'other name' && isFamily;
  const kinds: (ErrorKind | null)[] = [
    name,
    birthdayKind(left, right),
    generationOf(keyOf(left.name, nameKey)) === generationOf(keyOf(right.name, nameKey)) ? null : 'other generation',
    differs(left.tax_id, right.tax_id) ? 'other tax id' : null,
    isOther && agrees(left.birthday, right.birthday) ? 'twins' : null,
    isFamily && (hasAddress || hasPhone || (hasEmail && !isRoleAddress(email))) ? 'household' : null,
    hasEmail ? 'shared e-mail' : null,
    hasPhone ? 'shared phone' : null,
    agrees(keyOf(left.company_name, companyKey), keyOf(right.company_name, companyKey)) ? 'same company' : null,
    name === null && !hasEmail && !hasPhone && !hasAddress ? 'namesakes' : null,
  ];
  const found = kinds.filter((kind) => kind !== null);
  return found.length === 0 ? ['same values'] : found;
}

/** How two names differ; null where they do not, or one is missing. */
function nameKind(left: Customer, right: Customer): ErrorKind | null {
  const [a, b] = [keyOf(left.name, nameKey), keyOf(right.name, nameKey)];
  if (a === null || b === null) return null;
  if (isSwapped(left, right)) return 'swapped names';
  if (a === b) return null;
  if (HAN.test(a) !== HAN.test(b)) return 'other script';
  const [words, others] = [a.split(' '), b.split(' ')];
  const rest = words.filter((word) => !others.includes(word));
  const otherRest = others.filter((word) => !words.includes(word));
  if (rest.some((word) => otherRest.some((other) => isInitial(word, other) || isInitial(other, word)))) return 'initial';
  if (nameAltKey(a) === nameAltKey(b) || rest.some((word) => otherRest.some((other) => isNickname(word, other)))) return 'nickname';
  // A word more is a middle name, a title or a generation.
  if (rest.length === 0 || otherRest.length === 0) return null;
  if (sameNamePossible(a, b)) return 'typo in name';
  const isSameGiven = agrees(keyOf(left.given_name, nameKey), keyOf(right.given_name, nameKey));
  return isSameGiven ? 'other family name' : 'other name';
}

function isSwapped(left: Customer, right: Customer): boolean {
  const [given, family] = [keyOf(left.given_name, nameKey), keyOf(left.family_name, nameKey)];
  if (given === null || family === null || given === family) return false;
  return given === keyOf(right.family_name, nameKey) && family === keyOf(right.given_name, nameKey);
}

function isInitial(letter: string, word: string): boolean {
  return letter.length === 1 && word.length > 1 && word.startsWith(letter);
}

function isNickname(a: string, b: string): boolean {
  return sameNickname(a, b) || (formalName(a) ?? a) === (formalName(b) ?? b);
}

function birthdayKind(left: Customer, right: Customer): ErrorKind | null {
  if (!differs(left.birthday, right.birthday)) return null;
  return otherBirthday(left.birthday, right.birthday) ? 'other birthday' : 'mistyped birthday';
}

function isMoved(left: Customer, right: Customer): boolean {
  return differs(addressOf(left), addressOf(right)) || (differs(left.postal_code, right.postal_code) && differs(left.city, right.city));
}

function addressOf(customer: Customer): string | null {
  return customer.street === null ? null : addressKey(customer);
}

function keyOf(value: string | null, make: (text: string) => string | null): string | null {
  return value === null ? null : make(value);
}

function differs(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}

function agrees(a: string | null, b: string | null): boolean {
  return a !== null && a === b;
}
