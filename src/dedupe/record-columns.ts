import { foldHan } from '../normalize/han-fold.ts';
import { addressKey } from '../normalize/address-key.ts';
import { companyKey } from '../normalize/company-key.ts';
import { normalizeDate } from '../normalize/date.ts';
import { pastDatePivot } from '../normalize/date-two-digit-year.ts';
import { remembering } from '../normalize/memo.ts';
import { joinedNameWords } from '../normalize/name-words.ts';
import { parsePersonName } from '../normalize/name-parts.ts';
import { isPlaceholderDay } from '../normalize/same-person.ts';
import { websiteDomain } from '../normalize/website.ts';
import { fieldByHeader } from '../model/fields.ts';
import { fold } from '../model/fold.ts';
import type { ComparedRow } from '../repository/duplicate-records.ts';

const SIGNS = /[^\p{L}\p{M}\p{N}]+/gu;
const MAX_TEXT = 120;
const MEMO = 50_000;
/** At the end of a name; alone it is the family name itself: Ii, Senior. */
const GENERATION = /(?<=[^\s,.])[\s,.]+(jr|junior|jnr|sr|senior|snr|ii|iii|iv)\.?$/i;
const GIVEN_GENERATION = /\s(jr|sr|i|ii|iii|iv)\.?$/i;
const FAMILY_NAME = /^(?:junior|senior|ii)$/i;
/** A quick look whether a birthday may be among custom fields. */
const BIRTHDAY_HEADER = /"(?:[^"]*(?:birth|born|dob|geburt|naissance|nacimiento|nascita|生|出生)[^"]*)"\s*:/i;
const NO_DIGITS = /\D/g;
/** A number is written with signs or without. */
const NUMBER = /^[\d\s./()-]*\d[\d\s./()-]*$/;
const MAX_DATE = 8;
const PIVOT = pastDatePivot(new Date().getUTCFullYear());
const GENERATIONS: Readonly<Record<string, string>> = { junior: 'jr', jnr: 'jr', senior: 'sr', snr: 'sr' };

/** A name part as it is compared: folded words in their order, without titles, Han simplified and without blanks. */
const nameText = remembering(MEMO, (name: string): string => joinedNameWords(name));
const folded = remembering(MEMO, (text: string): string => foldHan(fold(text)).replace(SIGNS, ' ').trim().slice(0, MAX_TEXT));
const parsedName = remembering(MEMO, (name: string): readonly [string | null, string | null] => {
  const { given, middle, family } = parsePersonName(name);
  return [given === null ? null : middle === null ? given : `${given} ${middle}`, family];
});

/** The place of a customer among those compared, and its values as they are compared: canonical, folded; null where absent. */
export interface RecordTexts {
  readonly given: string | null;
  readonly family: string | null;
  readonly name: string | null;
  readonly alt: string | null;
  readonly generation: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly birthday: string | null;
  readonly street: string | null;
  readonly address: string | null;
  readonly city: string | null;
  readonly postal: string | null;
  readonly region: string | null;
  readonly country: string | null;
  readonly company: string | null;
  readonly website: string | null;
  readonly tax: string | null;
  readonly gender: string | null;
  readonly job: string | null;
}

/** What is compared of a customer. */
export function recordTexts(row: ComparedRow): RecordTexts {
  const [given, family] = namesOf(row);
  const isPerson = row.kind === 'person';
  const company = isPerson ? row.company_name : (row.name ?? row.company_name);
  return {
    given: given === null ? null : nameText(given),
    family: family === null ? null : nameText(withoutGeneration(family)),
    name: isPerson ? row.name_key : fold(company ?? ''),
    alt: isPerson ? (row.name_alt_key ?? row.name_key) : null,
    generation: isPerson ? generationOf(row) : null,
    email: row.email_key ?? (row.email === null ? null : row.email.toLowerCase()),
    phone: row.phone_key,
    birthday: birthdayOf(row),
    street: streetText(row),
    address: row.address_key,
    city: row.city === null ? null : cityText(row.city),
    postal: row.postal_code === null ? null : fold(row.postal_code).replace(SIGNS, ''),
    region: row.region === null ? null : folded(row.region),
    country: row.country,
    company: isPerson ? row.company_key : (row.company_key ?? (company === null ? null : companyKey(company))),
    website: row.website === null ? null : (websiteDomain(row.website) ?? folded(row.website)),
    tax: row.tax_id === null ? null : fold(row.tax_id).replace(SIGNS, ''),
    gender: row.gender === null ? null : folded(row.gender),
    job: row.job_title === null ? null : folded(row.job_title),
  };
}

function birthdayOf({ birthday, attributes }: ComparedRow): string | null {
  if (birthday === null) return doubtfulBirthday(attributes);
  return isPlaceholderDay(birthday) ? null : birthday.replaceAll('-', '');
}

/**
 * A birthday that was kept as it came, because day and month were in doubt: read with the month first. Read the other way
 * round it has day and month swapped, which is a level of its own.
 */
function doubtfulBirthday(json: string | null): string | null {
  if (json === null || !BIRTHDAY_HEADER.test(json)) return null;
  for (const [header, value] of Object.entries(JSON.parse(json) as Record<string, string>)) {
    if (fieldByHeader(header)?.name !== 'birthday') continue;
    const { value: date, understood } = normalizeDate(value, { dateOrder: 'mdy', twoDigitYearPivot: PIVOT });
    return understood ? date.replaceAll('-', '') : value.replace(NO_DIGITS, '').slice(0, MAX_DATE) || null;
  }
  return null;
}

/** A custom value as it is compared. */
export function customText(value: string): string {
  if (NUMBER.test(value)) return value.replace(NO_DIGITS, '').slice(0, MAX_TEXT);
  return folded(value.length > MAX_TEXT ? value.slice(0, MAX_TEXT) : value);
}

function namesOf(row: ComparedRow): readonly [string | null, string | null] {
  if (row.kind !== 'person') return [null, null];
  if (row.given_name !== null || row.family_name !== null || row.name === null) return [row.given_name, row.family_name];
  const [given, family] = parsedName(row.name);
  return given === null && family === null ? [row.name, null] : [given, family];
}

const cityText = remembering(MEMO, (city: string): string => {
  const text = folded(city);
  return text.length > 2 && text.endsWith('市') ? text.slice(0, -1) : text;
});

/** House number in front, one token for all spellings of a word; the place left out. */
function streetText({ street, city, country }: ComparedRow): string | null {
  if (street === null) return null;
  const key = addressKey({ street, city, region: null, postal_code: '0', country });
  return key === null ? folded(street) : key.slice(2);
}

/** Jr, II and the like, at the end of the name or of the given name (`Morris II Klein`). */
function generationOf({ name, given_name, family_name }: ComparedRow): string | null {
  const atEnd = name === null || FAMILY_NAME.test(family_name ?? '') ? undefined : GENERATION.exec(name)?.[1];
  const found = (atEnd ?? (given_name === null ? undefined : GIVEN_GENERATION.exec(given_name)?.[1]))?.toLowerCase();
  return found === undefined ? null : (GENERATIONS[found] ?? found);
}

function withoutGeneration(family: string): string {
  return GENERATION.test(family) ? family.replace(GENERATION, '') : family;
}
