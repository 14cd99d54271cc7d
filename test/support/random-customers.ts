import fc from 'fast-check';
import type { Customer, FieldValues } from '../../src/model/customer.ts';
import { withFields } from '../../src/model/customer.ts';
import { newCustomer } from '../../src/repository/new-customer.ts';

/** A customer of random fields with few different values, and a system that it comes from. */
export interface RandomMember {
  readonly values: FieldValues;
  readonly customer: Customer;
  readonly source: string;
}

const of = (...values: string[]): fc.Arbitrary<string | undefined> => fc.option(fc.constantFrom(...values), { nil: undefined });
const FIELDS = {
  name: of('Ada', 'Ada Lovelace', 'Bob'),
  given_name: of('Ada', 'A.'),
  family_name: of('Lovelace'),
  company_name: of('Acme'),
  email: of('a@x.org', 'b@x.org'),
  phone: of('+4930111111', '+4930222222'),
  phone_ext: of('1'),
  website: of('x.org', 'y.org'),
  street: of('Main St 1', 'Main Street 1', 'Elm St 2'),
  city: of('Berlin', 'Ulm'),
  postal_code: of('10115'),
  country: of('DE'),
  birthday: of('1990-01-01', '1991-02-02'),
  tier: of('gold', 'silver'),
  owner: of('x', 'y'),
  notes: of('first', 'second', 'first and second'),
  first_contacted_at: of('2024-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'),
  last_contacted_at: of('2024-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z'),
  'attributes.Colour': of('red', 'blue'),
};
const instant = fc.constantFrom('2023-01-01T00:00:00.000Z', '2024-01-01T00:00:00.000Z');

/** Any such customer. */
export const randomMember: fc.Arbitrary<RandomMember> = fc
  .record({ fields: fc.record(FIELDS), created_at: instant, updated_at: instant, source: fc.constantFrom('erp', 'shop', 'web') })
  .map(({ fields, created_at, updated_at, source }) => {
    const values: FieldValues = Object.fromEntries(
      Object.entries({ ...fields, created_at }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const empty = newCustomer({ values: {}, derived: {} }, created_at);
    return { values, source, customer: { ...withFields({ ...empty, id: 1 }, values), updated_at } };
  });
