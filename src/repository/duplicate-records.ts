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
  for await (const rows of engine.stream(sql, parameters)) yield rows.map(rowOf);
}

/** Streams further e-mail addresses and phone numbers in the order of their customers. */
export async function* comparedContacts(engine: Engine): AsyncIterable<ComparedContact[]> {
  const sql = `SELECT customer_id, kind, key FROM contact_points WHERE kind IN ('email', 'phone') AND key IS NOT NULL ORDER BY customer_id, id`;
  for await (const rows of engine.stream(sql)) {
    yield rows.map(([customer, kind, key]) => ({ customer: customer as number, kind: kind as 'email' | 'phone', key: key as string }));
  }
}

function rowOf(values: readonly SqlValue[]): ComparedRow {
  const row: Record<string, SqlValue> = {};
  for (let i = 0; i < COLUMNS.length; i++) row[COLUMNS[i] as string] = values[i] as SqlValue;
  return row as ComparedRow;
}
