import { type Customer, composeName, fieldOf } from '../model/customer.ts';
import type { FieldEvidence, PairExplanation } from '../model/duplicates.ts';
import { fieldByName } from '../model/fields.ts';
import type { CustomerDetails } from '../repository/customer-details.ts';
import { DETAILS_LIMIT } from '../repository/customer-details.ts';

/** One line of two customers side by side. */
export interface ComparedField {
  /** Name of the field, or of the comparison. */
  readonly name: string;
  readonly label: { readonly en: string; readonly zh: string };
  readonly left: string | null;
  readonly right: string | null;
  readonly evidence: FieldEvidence | null;
}

/** Fields of the catalogue in the order in which a person compares them; the names come before, the rest behind. */
const NAMES = ['name', 'given_name', 'family_name'];
const FIRST = ['kind', ...NAMES, 'gender', 'birthday', 'tax_id'];
const CONTACT = ['email', 'phone', 'website'];
const COMPANY = ['company_name', 'job_title'];
const ADDRESS = ['street', 'city', 'region', 'postal_code', 'country'];
const REST = ['language', 'lifecycle_stage', 'tier', 'owner', 'notes'];
const ATTRIBUTE = 'attributes.';

/** Values joined in one line stay readable up to this many. */
const MOST_JOINED = 8;

/**
 * All that at least one of two customers has, line by line, with what the comparisons say of it; comparisons of what is no
 * single field have lines of their own.
 */
export function comparedFields(left: CustomerDetails, right: CustomerDetails, explanation: PairExplanation | null): ComparedField[] {
  const evidence = new Map((explanation?.fields ?? []).map((field) => [field.field, field]));
  const compared = new Set(evidence.keys());
  const lines: ComparedField[] = [];
  const add = (name: string, label: ComparedField['label'], a: string | null, b: string | null): void => {
    const found = evidence.get(name) ?? null;
    evidence.delete(name);
    if (a !== null || b !== null || found !== null) lines.push({ name, label, left: a, right: b, evidence: found });
  };
  const fields = (names: readonly string[]): void => {
    for (const name of names) {
      if (isLeftOut(name, left.customer, right.customer, compared)) continue;
      add(name, labelOf(name), fieldText(left.customer, name), fieldText(right.customer, name));
    }
  };
  fields([...FIRST, ...CONTACT]);
  add('contact_points', { en: 'Contact points', zh: '其他联系方式' }, contactsText(left), contactsText(right));
  fields([...COMPANY, ...ADDRESS]);
  const custom = new Set([...Object.keys(left.customer.attributes), ...Object.keys(right.customer.attributes)]);
  for (const name of [...custom].sort()) {
    const text = ({ attributes }: Customer): string | null => (Object.hasOwn(attributes, name) ? (attributes[name] as string) : null);
    add(ATTRIBUTE + name, { en: name, zh: name }, text(left.customer), text(right.customer));
  }
  fields(REST);
  add('external_ids', { en: 'Known as', zh: '外部编号' }, idsText(left), idsText(right));
  add('tags', { en: 'Tags', zh: '标签' }, joined(left.tags), joined(right.tags));
  add('orders', { en: 'Orders', zh: '订单' }, countText(left.orders.length), countText(right.orders.length));
  add('interactions', { en: 'Interactions', zh: '互动' }, countText(left.interactions.length), countText(right.interactions.length));
  add('created_at', labelOf('created_at'), left.customer.created_at.slice(0, 10), right.customer.created_at.slice(0, 10));
  for (const one of [...evidence.values()]) add(one.field, labelOf(one.field), one.left, one.right);
  return lines;
}

/** What a field, or a comparison, is called. */
export function labelOf(name: string): ComparedField['label'] {
  const known = fieldByName(name)?.label;
  if (known !== undefined) return known;
  const text = name.startsWith(ATTRIBUTE) ? name.slice(ATTRIBUTE.length) : sentence(name.replaceAll('_', ' '));
  return { en: text, zh: text };
}

/** The kind where it is the same; and a name that its parts say already, or parts that the name says. */
function isLeftOut(name: string, left: Customer, right: Customer, compared: ReadonlySet<string>): boolean {
  if (compared.has(name)) return false;
  if (name === 'kind') return left.kind === right.kind;
  if (!NAMES.includes(name)) return false;
  const isComposed = [left, right].every(
    (one) => one.name === null || one.name === composeName(one.given_name, one.family_name) || hasNoParts(one),
  );
  if (!isComposed) return false;
  const partsAreCompared = compared.has('given_name') || compared.has('family_name');
  return name === 'name' ? partsAreCompared && ![left, right].some((one) => one.name !== null && hasNoParts(one)) : !partsAreCompared;
}

function hasNoParts({ given_name, family_name }: Customer): boolean {
  return given_name === null && family_name === null;
}

function fieldText(customer: Customer, name: string): string | null {
  const value = fieldOf(customer, name);
  if (value === null || value === '') return null;
  return name === 'phone' && customer.phone_ext !== null ? `${value} ext. ${customer.phone_ext}` : String(value);
}

function contactsText({ customer, contactPoints }: CustomerDetails): string | null {
  const further = contactPoints.map(({ value }) => String(value)).filter((value) => value !== customer.email && value !== customer.phone);
  return joined([...new Set(further)]);
}

function idsText({ externalIds }: CustomerDetails): string | null {
  return joined(externalIds.map(({ source, external_id }) => `${source}:${external_id}`));
}

function joined(values: readonly string[]): string | null {
  if (values.length === 0) return null;
  const more = values.length - MOST_JOINED;
  return more > 0 ? `${values.slice(0, MOST_JOINED).join(', ')}, +${more}` : values.join(', ');
}

function countText(count: number): string | null {
  if (count === 0) return null;
  return count < DETAILS_LIMIT ? String(count) : `${DETAILS_LIMIT}+`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
