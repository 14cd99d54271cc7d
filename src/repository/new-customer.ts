import { composeName, type Customer, type FieldValues, withValues } from '../model/customer.ts';

const EMPTY = {
  id: 0,
  kind: 'person',
  name: null,
  given_name: null,
  family_name: null,
  company_name: null,
  company_id: null,
  job_title: null,
  email: null,
  phone: null,
  phone_ext: null,
  website: null,
  street: null,
  city: null,
  region: null,
  postal_code: null,
  country: null,
  birthday: null,
  gender: null,
  language: null,
  tax_id: null,
  lifecycle_stage: null,
  tier: null,
  owner: null,
  notes: null,
  attributes: {},
  first_contacted_at: null,
  last_contacted_at: null,
  accessed_at: null,
  version: 1,
} as const satisfies Partial<Customer>;

/** The customer that a row makes when there is none yet; id 0. */
export function newCustomer(row: { readonly values: FieldValues; readonly derived: FieldValues }, now: string): Customer {
  const base: Customer = { ...EMPTY, created_at: now, updated_at: now };
  const values: Record<string, string | number | null> = {};
  for (const [field, value] of [...Object.entries(row.derived), ...Object.entries(row.values)]) if (value !== null) values[field] = value;
  const customer = withValues(base, values);
  if (customer.name !== null) return customer;
  return { ...customer, name: composeName(customer.given_name, customer.family_name) };
}
