import { FIELDS } from './fields.ts';

/** Scalar value of a customer's field: text on every field but `id`, `company_id` and `version`. */
export type FieldValue = string | number | null;

/**
 * A customer as the repository hands it out: the same values from every engine. Instants are ISO-8601 UTC with
 * milliseconds, calendar dates yyyy-mm-dd, phones E.164, countries ISO 3166-1 alpha-2 – or text as it came where that
 * was not understood (dates excepted: what is no date stands in `attributes`).
 */
export interface Customer {
  readonly id: number;
  readonly kind: 'person' | 'organisation';
  readonly name: string | null;
  readonly given_name: string | null;
  readonly family_name: string | null;
  readonly company_name: string | null;
  readonly company_id: number | null;
  readonly job_title: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly phone_ext: string | null;
  readonly website: string | null;
  readonly street: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postal_code: string | null;
  readonly country: string | null;
  readonly birthday: string | null;
  readonly gender: string | null;
  readonly language: string | null;
  readonly tax_id: string | null;
  readonly lifecycle_stage: string | null;
  readonly tier: string | null;
  readonly owner: string | null;
  readonly notes: string | null;
  /** Custom fields, by the header they came with. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly first_contacted_at: string | null;
  readonly last_contacted_at: string | null;
  readonly accessed_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** Grows by one with every change. */
  readonly version: number;
}

/** Fields by name; custom ones as `attributes.NAME`. What a change, an edit or an imported row says about a customer. */
export type FieldValues = Readonly<Record<string, FieldValue>>;

/** Prefix of custom fields in `FieldValues`, changes, headers and filters. */
export const ATTRIBUTE_PREFIX = 'attributes.';

/** Columns of `customers` that hold a scalar a person may see, in table order. */
export const SCALAR_COLUMNS: readonly (keyof Customer & string)[] = [
  ...FIELDS.map((field) => field.name).filter((name) => name !== 'attributes' && name !== 'version' && name !== 'id'),
  'company_id',
] as (keyof Customer & string)[];

const SLOTS: ReadonlyMap<string, number> = new Map(SCALAR_COLUMNS.map((column, slot) => [column, slot]));

/** The place of a scalar column among values in the order of `SCALAR_COLUMNS`. */
export function slotOf(column: string): number {
  return SLOTS.get(column) as number;
}

/** Columns kept by the program itself: no part of what a person changes. */
const BOOKKEEPING: ReadonlySet<string> = new Set(['updated_at', 'version', 'accessed_at']);

/** One field of a customer, custom ones as `attributes.NAME`. */
export function fieldOf(customer: Customer, field: string): FieldValue {
  if (field.startsWith(ATTRIBUTE_PREFIX)) {
    const name = field.slice(ATTRIBUTE_PREFIX.length);
    return Object.hasOwn(customer.attributes, name) ? (customer.attributes[name] as string) : null;
  }
  return (customer as unknown as Record<string, FieldValue>)[field] ?? null;
}

/** The customer with these fields set; the name follows given and family name while it was made of them. */
export function withValues(customer: Customer, values: FieldValues): Customer {
  const result = withFields(customer, values);
  if (Object.hasOwn(values, 'name')) return result;
  const composed = composeName(result.given_name, result.family_name) ?? result.name;
  const followed = customer.name === null || customer.name === composeName(customer.given_name, customer.family_name);
  return followed && composed !== result.name ? { ...result, name: composed } : result;
}

/** The customer with these fields set and nothing else changed. */
export function withFields(customer: Customer, values: FieldValues): Customer {
  const next: Record<string, unknown> = { ...customer };
  let attributes: Record<string, string> | null = null;
  for (const [field, value] of Object.entries(values)) {
    if (!field.startsWith(ATTRIBUTE_PREFIX)) {
      next[field] = value;
      continue;
    }
    attributes ??= { ...customer.attributes };
    const name = field.slice(ATTRIBUTE_PREFIX.length);
    if (value === null) delete attributes[name];
    else Object.defineProperty(attributes, name, { value: String(value), enumerable: true, configurable: true, writable: true });
  }
  if (attributes !== null) next.attributes = attributes;
  return next as unknown as Customer;
}

const HAN_OR_HANGUL = /^[\p{Script=Han}\p{Script=Hangul}]/u;

/** The display name made of its parts: `Ada Lovelace`, `王小明`; null when both are missing. */
export function composeName(given: string | null, family: string | null): string | null {
  if (given === null) return family;
  if (family === null) return given;
  return HAN_OR_HANGUL.test(family) && HAN_OR_HANGUL.test(given) ? family + given : `${given} ${family}`;
}

/** What differs between two states of a customer, field by field, without bookkeeping; null when nothing does. */
export function differences(before: Customer, after: Customer): { before: FieldValues; after: FieldValues } | null {
  const old: Record<string, FieldValue> = {};
  const now: Record<string, FieldValue> = {};
  const compare = (field: string): void => {
    const [left, right] = [fieldOf(before, field), fieldOf(after, field)];
    if (left === right) return;
    old[field] = left;
    now[field] = right;
  };
  for (const column of SCALAR_COLUMNS) if (!BOOKKEEPING.has(column)) compare(column);
  if (before.attributes !== after.attributes) {
    const names = new Set([...Object.keys(before.attributes), ...Object.keys(after.attributes)]);
    for (const name of names) compare(ATTRIBUTE_PREFIX + name);
  }
  return Object.keys(now).length === 0 ? null : { before: old, after: now };
}
