import type { SqlRow, SqlValue } from '../engines/engine.ts';
import type { ChildTable } from '../model/changeset.ts';
import type { Customer } from '../model/customer.ts';
import { addressKey } from '../normalize/address-key.ts';
import { emailKey } from '../normalize/email-key.ts';
import { phoneKey } from '../normalize/phone-key.ts';
import { normalizeText } from '../normalize/text.ts';
import { type ContactKey, isSameContact } from './import-children.ts';

/** A customer of a cluster, with the rows of it that are not simply moved. */
export interface MergedMember {
  readonly customer: Customer;
  readonly contacts: readonly SqlRow[];
  readonly consents: readonly SqlRow[];
  readonly tags: readonly SqlRow[];
}

/** What becomes of a row when its customer is merged: moved, removed, changed, or made (a contact point with the id 0). */
export interface MergedRow {
  readonly table: ChildTable;
  readonly before: SqlRow | null;
  readonly after: SqlRow | null;
  readonly rules?: Readonly<Record<string, string>>;
}

const ADDRESS = ['street', 'city', 'region', 'postal_code', 'country'] as const;

/** Tags of all of them, each once. */
export function mergedTags(survivor: MergedMember, losers: readonly MergedMember[]): MergedRow[] {
  const has = new Set(survivor.tags.map(({ tag }) => tag));
  return losers.flatMap(({ tags }) =>
    tags.map((before): MergedRow => {
      const isNew = !has.has(before.tag as string);
      has.add(before.tag as string);
      return { table: 'tags', before, after: isNew ? { ...before, customer_id: survivor.customer.id } : null };
    }),
  );
}

/** For each channel the most restrictive consent: an opt-out wins over an opt-in, of equal ones the newest. */
export function mergedConsents(survivor: MergedMember, losers: readonly MergedMember[]): MergedRow[] {
  const id = survivor.customer.id;
  const all = [survivor, ...losers].flatMap(({ consents }) => consents);
  return [...new Set(all.map(({ channel }) => channel as string))].flatMap((channel): MergedRow[] => {
    const rows = all.filter((row) => row.channel === channel);
    const best = rows.reduce((one, other) => (isStricter(other, one) ? other : one));
    const own = rows.find(({ customer_id }) => customer_id === id);
    return rows.flatMap((before): MergedRow[] => {
      const moved = { ...best, customer_id: id };
      if (before === own) {
        const rules = { status: `most restrictive #${best.customer_id}` };
        return best === own ? [] : [{ table: 'consents', before, after: moved, rules }];
      }
      return [{ table: 'consents', before, after: before === best && own === undefined ? moved : null }];
    });
  });
}

function isStricter(one: SqlRow, other: SqlRow): boolean {
  if (one.status !== other.status) return one.status === 'out';
  return (one.decided_at as string) > (other.decided_at as string);
}

/**
 * Contact points of all of them, each once, and whatever address, number or site one of them had that the merged customer
 * has nowhere else: no way to reach somebody gets lost.
 * @param merged the survivor with its merged fields
 */
export function mergedContacts(survivor: MergedMember, losers: readonly MergedMember[], merged: Customer, now: string): MergedRow[] {
  const id = survivor.customer.id;
  const carried: ContactKey[] = [...primaries(merged), ...survivor.contacts.map(keyOf)];
  const isNew = (contact: ContactKey): boolean => !carried.some((known) => isSameContact(contact, known));
  const rows: MergedRow[] = [];
  for (const before of losers.flatMap(({ contacts }) => contacts)) {
    const contact = keyOf(before);
    const after = isNew(contact) ? { ...before, customer_id: id } : null;
    if (after !== null) carried.push(contact);
    rows.push({ table: 'contact_points', before, after });
  }
  const addresses: Customer[] = [merged];
  for (const { customer } of [survivor, ...losers]) {
    const lost = [...primaries(customer).slice(0, -1).filter(isNew)];
    const address = addressOf(customer);
    if (address !== null && !addresses.some((known) => isSameAddress(customer, known)) && isNew(address)) lost.push(address);
    addresses.push(customer);
    for (const contact of lost) {
      carried.push(contact);
      const after = { customer_id: id, id: 0, kind: contact.kind, label: null, value: contact.value, key: contact.key, created_at: now };
      rows.push({ table: 'contact_points', before: null, after, rules: { value: `${FIELD_OF[contact.kind]} of #${customer.id}` } });
    }
  }
  return rows;
}

const FIELD_OF: Readonly<Record<string, string>> = { email: 'email', phone: 'phone', url: 'website', address: 'address' };

function keyOf({ kind, key, value }: SqlRow): ContactKey {
  return { kind, key, value } as ContactKey;
}

/** E-mail, number and site of a customer as contact points; a number with an extension is also the number itself. The address is last. */
function primaries(customer: Customer): ContactKey[] {
  const { email, phone, phone_ext: ext, website } = customer;
  const found: ContactKey[] = [];
  if (email !== null) found.push({ kind: 'email', key: emailKey(email), value: email });
  if (phone !== null && ext === null) found.push({ kind: 'phone', key: phoneKey(phone), value: phone });
  if (phone !== null && ext !== null) found.push({ kind: 'phone', key: `${phone};ext=${ext}`, value: `${phone} ext. ${ext}` });
  if (website !== null) found.push({ kind: 'url', key: null, value: website });
  const address = addressOf(customer) ?? { kind: 'address', key: null, value: '' };
  return [...found, address];
}

function addressOf(customer: Customer): ContactKey | null {
  const parts = ADDRESS.map((field) => customer[field]).filter((part) => part !== null);
  return parts.length === 0 ? null : { kind: 'address', key: null, value: parts.join(', ') };
}

/** Whether an address says nothing that another one does not, or is another spelling of it. */
function isSameAddress(one: Customer, other: Customer): boolean {
  const says = (left: SqlValue, right: SqlValue): boolean =>
    left === null || normalizeText(String(left)) === normalizeText(String(right ?? ''));
  if (ADDRESS.every((field) => says(one[field], other[field]))) return true;
  const key = addressKey(one);
  return key !== null && key === addressKey(other);
}
