import type { Engine } from '../engines/connection.ts';
import type { SqlValue } from '../engines/engine.ts';
import { compileCustomerCondition } from './customer-query.ts';
import type { QueryOptions } from './query-options.ts';

const COLUMNS = [
  'id',
  'kind',
  'name',
  'given_name',
  'family_name',
  'company_name',
  'email',
  'phone',
  'website',
  'street',
  'city',
  'region',
  'postal_code',
  'country',
  'birthday',
  'gender',
  'job_title',
  'tax_id',
  'email_key',
  'phone_key',
  'name_key',
  'name_alt_key',
  'company_key',
  'address_key',
  'attributes',
] as const;

/** What is read of a customer to compare it with others; `attributes` is JSON text. */
export type ComparedRow = { readonly id: number } & Readonly<Record<Exclude<(typeof COLUMNS)[number], 'id'>, string | null>>;

/** A further e-mail address or phone number of a customer, by its match key. */
export interface ComparedContact {
  readonly customer: number;
  readonly kind: 'email' | 'phone';
  readonly key: string;
}

/** Which customers are compared. */
export type ComparedScope = Pick<QueryOptions, 'filter' | 'ids'>;

/** Streams customers in the order of their ids, in batches, from one snapshot. @throws {CrmError} FILTER_SYNTAX, UNKNOWN_FIELD */
export async function* comparedRows(engine: Engine, scope: ComparedScope, now: Date): AsyncIterable<ComparedRow[]> {
  const { text, parameters } = await compileCustomerCondition(engine, scope, now);
  const sql = `SELECT ${COLUMNS.map((name) => `customers.${name}`).join(', ')} FROM customers${text} ORDER BY customers.id`;
  // A few named ones are not worth a connection of their own.
  if (scope.ids !== undefined) yield await engine.all<ComparedRow>(sql, parameters);
  else for await (const rows of engine.stream(sql, parameters)) yield rows.map(rowOf);
}

/** Streams further e-mail addresses and phone numbers in the order of their customers. */
export async function* comparedContacts(engine: Engine): AsyncIterable<ComparedContact[]> {
  const sql = `SELECT customer_id, kind, key FROM contact_points WHERE kind IN ('email', 'phone') AND key IS NOT NULL ORDER BY customer_id, id`;
  for await (const rows of engine.stream(sql)) {
    yield rows.map(([customer, kind, key]) => ({ customer: customer as number, kind: kind as 'email' | 'phone', key: key as string }));
  }
}

/** The same of some customers. */
export async function* comparedContactsOf(engine: Engine, ids: readonly number[]): AsyncIterable<ComparedContact[]> {
  const rows = await engine.all<{ customer_id: number; kind: 'email' | 'phone'; key: string }>(
    `SELECT customer_id, kind, key FROM contact_points WHERE ${engine.facts.inJsonArray('customer_id', 'integer')}
     AND kind IN ('email', 'phone') AND key IS NOT NULL ORDER BY customer_id, id`,
    [JSON.stringify(ids)],
  );
  yield rows.map(({ customer_id: customer, kind, key }) => ({ customer, kind, key }));
}

/** Written out, because a million of them are made: an object of one shape is made many times faster. */
function rowOf(v: readonly SqlValue[]): ComparedRow {
  return {
    id: v[0] as number,
    kind: v[1] as string | null,
    name: v[2] as string | null,
    given_name: v[3] as string | null,
    family_name: v[4] as string | null,
    company_name: v[5] as string | null,
    email: v[6] as string | null,
    phone: v[7] as string | null,
    website: v[8] as string | null,
    street: v[9] as string | null,
    city: v[10] as string | null,
    region: v[11] as string | null,
    postal_code: v[12] as string | null,
    country: v[13] as string | null,
    birthday: v[14] as string | null,
    gender: v[15] as string | null,
    job_title: v[16] as string | null,
    tax_id: v[17] as string | null,
    email_key: v[18] as string | null,
    phone_key: v[19] as string | null,
    name_key: v[20] as string | null,
    name_alt_key: v[21] as string | null,
    company_key: v[22] as string | null,
    address_key: v[23] as string | null,
    attributes: v[24] as string | null,
  };
}
