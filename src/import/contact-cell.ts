import type { ContactKind, ContactPointValue } from '../model/child-value.ts';
import { normalizeEmail } from '../normalize/email.ts';
import { emailKey } from '../normalize/email-key.ts';
import { splitPhones } from '../normalize/phone-list.ts';
import { phoneKey } from '../normalize/phone-key.ts';
import { normalizePhone } from '../normalize/phone.ts';
import { normalizeText } from '../normalize/text.ts';

/** How several values stand in one cell of our own exports, of contact cards and of Google Contacts. */
export const LIST_SEPARATOR = ' ::: ';
/** What people write between several addresses or numbers. The second pattern is tried where the first does not tell them apart. */
const SEPARATORS = {
  email: [/[;；,，、|\n\r]/, /[;；,，、|\s/]/],
  phone: [/[;；,，、|\n\r\t]/, /[;；,，、|\n\r\t/]/],
} as const;
/** What stands in every cell that holds several values. */
const SEPARATOR = { email: /[;；,，、|/[\s]/, phone: /[;；,，、|/[\n\r\t]|:::/ } as const;
const MAX_PARTS = 100;
/** Numbers that QQ gives out. */
const QQ_NUMBER = /^[1-9]\d{4,11}$/;

/** One address or number of a cell, understood. */
export interface Contact {
  readonly kind: 'email' | 'phone' | 'messenger';
  /** Canonical: lower-case address, E.164 number, digits of a QQ number. */
  readonly value: string;
  /** Of a phone number; null where there is none. */
  readonly extension: string | null;
  /** The item of the cell that it stands in; several of them may. */
  readonly item: string;
}

/** Whether a cell that was not understood as one value may hold several; most hold one that is wrong. */
export function mayHoldSeveral(kind: 'email' | 'phone', text: string): boolean {
  return SEPARATOR[kind].test(text) || (kind === 'phone' && splitPhones(text).length > 1);
}

/**
 * The addresses or numbers in one cell, in its order: `a@x.com; b@y.com`, `138… / 139…`, ` ::: ` between them, or a JSON
 * array. Null unless every part is understood: then the cell is kept as it came.
 * @param region ISO 3166-1 alpha-2 region of national phone numbers
 * @param withQq whether QQ numbers may stand among e-mail addresses
 */
export function contactsOf(kind: 'email' | 'phone', text: string, region: string | null, withQq = false): Contact[] | null {
  const list = listedParts(text);
  return list === null ? separated(kind, text, region, withQq) : understood(list, kind, region, withQq);
}

/** The addresses or numbers with separators between them as people write them; null unless every part is understood. */
function separated(kind: 'email' | 'phone', text: string, region: string | null, withQq: boolean): Contact[] | null {
  const item = normalizeText(text);
  // A slash may stand in an address, but not after a QQ number.
  for (const separator of withQq ? SEPARATORS[kind].slice(1) : SEPARATORS[kind]) {
    const found = understood(text.split(separator, MAX_PARTS + 1), kind, region, withQq);
    if (found !== null) return found.map((contact) => ({ ...contact, item }));
  }
  if (kind === 'email') return null;
  // Numbers with different signs, words or blanks between them.
  const parts = splitPhones(text);
  const found = parts.length < 2 ? null : understood(parts, kind, region, withQq);
  return found === null ? null : found.map((contact) => ({ ...contact, item }));
}

function understood(parts: readonly string[], kind: 'email' | 'phone', region: string | null, withQq: boolean): Contact[] | null {
  const found: Contact[] = [];
  if (parts.length > MAX_PARTS) return null;
  for (const part of parts) {
    const text = normalizeText(part);
    if (text === '') continue;
    const contact = contactOf(kind, text, region) ?? (withQq && QQ_NUMBER.test(text) ? qq(text) : null);
    if (contact === null) return null;
    found.push(contact);
  }
  return found;
}

function qq(value: string): Contact {
  return { kind: 'messenger', value, extension: null, item: value };
}

function contactOf(kind: 'email' | 'phone', text: string, region: string | null): Contact | null {
  if (kind === 'email') {
    const { value, understood } = normalizeEmail(text);
    return understood ? { kind, value, extension: null, item: text } : null;
  }
  const phone = normalizePhone(text, region);
  return phone.understood ? { kind, value: phone.value, extension: phone.extension, item: text } : null;
}

/** The values of a cell that is a list of texts as a whole: ` ::: ` between them, or a JSON array; else the cell itself. */
export function listParts(text: string): string[] {
  return (listedParts(text) ?? [text]).map(normalizeText).filter((part) => part !== '');
}

function listedParts(text: string): string[] | null {
  return arrayParts(text) ?? (text.includes(LIST_SEPARATOR) ? text.split(LIST_SEPARATOR) : null);
}

/**
 * The addresses or numbers of a column for contact points: as `contactsOf`, but the items of a list are told apart
 * whether they are understood or not; then one that is not is a text.
 */
export function contactItems(kind: 'email' | 'phone', text: string, region: string | null): (Contact | string)[] {
  return (
    contactsOf(kind, text, region) ?? listParts(text).flatMap<Contact | string>((part) => separated(kind, part, region, false) ?? [part])
  );
}

/** The texts of a JSON array; null where the cell is none, or holds anything else. */
export function arrayParts(text: string): string[] | null {
  if (!text.startsWith('[') || !text.endsWith(']')) return null;
  let items: unknown;
  try {
    items = JSON.parse(text);
  } catch {
    return null;
  }
  const parts = (items as unknown[]).map(textOf);
  return parts.every((part) => part !== null) ? parts : null;
}

/** An item of such an array: a text, or what Twenty writes: `{"number", "callingCode"}`, `{"url"}`, with labels that say nothing more. */
function textOf(item: unknown): string | null {
  if (typeof item === 'string') return item;
  if (typeof item !== 'object' || item === null) return null;
  const { number, callingCode, countryCode: _country, url, label, ...rest } = item as Record<string, unknown>;
  if (Object.keys(rest).length > 0 || (label !== undefined && label !== null && label !== '')) return null;
  if (typeof url === 'string' && number === undefined) return url;
  if (typeof number !== 'string' || url !== undefined) return null;
  return number.startsWith('+') || typeof callingCode !== 'string' ? number : callingCode + number;
}

/** The contact point of an understood address or number. */
export function contactPoint({ kind, value, extension, item }: Contact, label: string | null): ContactPointValue {
  const table = 'contact_points';
  if (kind === 'messenger') return { table, kind, label: label ?? 'QQ', value, key: null };
  if (kind === 'email') return { table, kind, label, value, key: emailKey(value) };
  const said = item === value ? {} : { said: item };
  if (extension === null) return { table, kind, label, value, key: phoneKey(value), ...said };
  // Two extensions of one number reach two desks: they are two contact points.
  return { table, kind, label, value: `${value} ext. ${extension}`, key: `${value};ext=${extension}`, ...said };
}

/** The contact point of a text that has no canonical form, or was not understood. */
export function plainContactPoint(kind: ContactKind, value: string, label: string | null): ContactPointValue {
  return { table: 'contact_points', kind, label, value, key: null };
}
