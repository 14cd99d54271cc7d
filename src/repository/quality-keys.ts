import { raw, sql, type Fragment } from './query-fragment.ts';

/** What customers may have in common that makes them candidates for duplicates. */
export type SharedKey = 'email' | 'phone' | 'name';

/** SQL of each key; where the loose name key is the strict one, it is not stored again. */
const KEYS: Readonly<Record<SharedKey, string>> = {
  email: 'customers.email_key',
  phone: 'customers.phone_key',
  name: 'coalesce(customers.name_alt_key, customers.name_key)',
};

/** Columns of a candidate, in the order of the query. */
export const CANDIDATE_COLUMNS = [
  'id',
  'kind',
  'name_key',
  'birthday',
  'tax_id',
  'company_key',
  'address_key',
  'street',
  'postal_code',
  'country',
] as const;

/**
 * The customers that share a key with another one: rows of the key and `CANDIDATE_COLUMNS`, those of one key together, in the
 * order of their ids.
 * @param condition ` WHERE …` or nothing
 */
export function compileCandidates(key: SharedKey, condition: Fragment): Fragment {
  const value = KEYS[key];
  const shared = `${value} IN (SELECT ${value} FROM customers WHERE ${value} IS NOT NULL GROUP BY ${value} HAVING count(*) > 1)`;
  const columns = CANDIDATE_COLUMNS.map((name) => `customers.${name}`).join(', ');
  return sql`SELECT ${raw(`${value} AS shared_key, ${columns}`)} FROM customers${and(condition, shared)} ORDER BY shared_key, customers.id`;
}

/** Identifying values whose uniqueness is measured: a name identifies together with a birthday. */
export type IdentifyingField = 'email' | 'phone' | 'tax_id' | 'name';

/** The query of how many customers have an identifying value (`filled`) and how many different values there are (`different`). */
export function compileDistinct(field: IdentifyingField, condition: Fragment): Fragment {
  if (field === 'name') {
    const present = 'customers.name_key IS NOT NULL AND customers.birthday IS NOT NULL';
    const pairs = sql`SELECT count(*) AS n FROM customers${and(condition, present)} GROUP BY customers.name_key, customers.birthday`;
    return sql`SELECT coalesce(sum(n), 0) AS filled, count(*) AS different FROM (${pairs}) AS pairs`;
  }
  const column = field === 'tax_id' ? 'customers.tax_id' : `customers.${field}_key`;
  const values = sql`SELECT count(*) AS n FROM customers${and(condition, `${column} IS NOT NULL`)} GROUP BY ${raw(column)}`;
  return sql`SELECT coalesce(sum(n), 0) AS filled, count(*) AS different FROM (${values}) AS found`;
}

function and(condition: Fragment, further: string): Fragment {
  return condition.text === '' ? raw(` WHERE ${further}`) : sql`${condition} AND ${raw(further)}`;
}
