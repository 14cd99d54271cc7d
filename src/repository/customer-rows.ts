import type { SqlRow, SqlValue } from '../engines/engine.ts';
import { type Customer, SCALAR_COLUMNS } from '../model/customer.ts';
import { storedJson } from './stored-json.ts';
import { FIELDS } from '../model/fields.ts';
import { matchKeys } from '../normalize/match-keys.ts';
import { phoneWords, WordBuffer } from '../model/search-words.ts';

/** Columns of `customers` that make a Customer. */
export const CUSTOMER_COLUMNS: readonly string[] = ['id', ...SCALAR_COLUMNS, 'attributes', 'version'];

/** Fields whose words `--search` finds, beside the custom ones. */
export const SEARCHABLE_FIELDS: readonly string[] = FIELDS.filter((field) => field.searchable).map((field) => field.name);

/** The customer in a database row that holds `CUSTOMER_COLUMNS`. */
export function customerOf(row: SqlRow): Customer {
  const attributes = row.attributes;
  return { ...row, attributes: typeof attributes === 'string' ? storedJson(attributes) : {} } as unknown as Customer;
}

/** The database row of a customer, match keys included. `rowHash`: see `ImportWriter`; null after any other change. */
export function rowOf(customer: Customer, rowHash: number | null): Record<string, SqlValue> {
  const row: Record<string, SqlValue> = { id: customer.id };
  for (const column of SCALAR_COLUMNS) row[column] = (customer[column] as string | number | null) ?? null;
  row.attributes = attributesJson(customer);
  row.version = customer.version;
  row.row_hash = rowHash;
  return Object.assign(row, matchKeys(customer));
}

/** Custom fields as they are stored: null where there are none. */
export function attributesJson({ attributes }: Customer): string | null {
  return Object.keys(attributes).length === 0 ? null : JSON.stringify(attributes);
}

/** One buffer for all: a million customers must not make a million of them. */
const WORDS = new WordBuffer();

/** The full-text words of a customer. */
export function wordsOf(customer: Customer): string {
  const words = WORDS;
  words.clear();
  for (const field of SEARCHABLE_FIELDS) {
    const value = (customer as unknown as Record<string, unknown>)[field];
    if (typeof value === 'string' && !isPartOfName(customer, field)) words.add(field === 'phone' ? phoneWords(value) : value);
  }
  for (const value of Object.values(customer.attributes)) words.add(value);
  words.cut();
  return words.toString();
}

/** Given and family name are mostly part of the name: their words need not stand in the index twice. */
function isPartOfName(customer: Customer, field: string): boolean {
  if (field !== 'given_name' && field !== 'family_name') return false;
  return customer.name === null ? false : customer.name.includes(customer[field] as string);
}
