import type { EngineFacts } from '../engines/engine.ts';
import { FIELDS } from '../model/fields.ts';
import { ATTRIBUTE_PREFIX } from '../model/customer.ts';
import { resolveField, type CustomFields, type QueryField } from '../model/filter-fields.ts';
import { columnType, distinctFields, requireField, shownValue, sortTerms } from './query-fields.ts';
import { join, raw, sql, type Fragment } from './query-fragment.ts';
import type { QueryColumn, QueryOptions } from './query-options.ts';

const DEFAULT_SELECT = ['id', 'name', 'company_name', 'email', 'phone', 'city', 'country'];
/** Fields that `*` leaves out: the custom ones come one by one, the version is for the program. */
const INTERNAL = new Set(['attributes', 'version']);

/** The two statements of a query and the columns of the first. */
export interface CompiledSelect {
  readonly rows: Fragment;
  readonly columns: readonly QueryColumn[];
  readonly count: Fragment;
}

/**
 * A query that shows customers, one row each.
 * @param condition ` WHERE …` or nothing
 */
export function compileRows(
  options: QueryOptions,
  condition: Fragment,
  facts: EngineFacts,
  custom: CustomFields,
  customNames: readonly string[],
): CompiledSelect {
  const fields = selectedFields(options.select ?? [], custom, customNames);
  const columns = fields.map((field, i) => column(field, i, custom));
  const shown = fields.map((field, i) => sql`${shownValue(field, facts)} AS ${raw(quoted(columns[i]?.key ?? ''))}`);
  return {
    rows: sql`SELECT ${join(shown, ', ')} FROM customers${condition} ORDER BY ${order(options.sort ?? [], facts, custom)}`,
    columns,
    count: sql`SELECT count(*) AS count FROM customers${condition}`,
  };
}

function selectedFields(select: readonly string[], custom: CustomFields, customNames: readonly string[]): QueryField[] {
  const names = (select.length === 0 ? DEFAULT_SELECT : select).flatMap((name) => (name === '*' ? everyName(customNames) : [name]));
  return distinctFields(names, custom);
}

function everyName(customNames: readonly string[]): string[] {
  const names = FIELDS.map((field) => field.name).filter((name) => !INTERNAL.has(name));
  return [...names, ...customNames.map((name) => `${ATTRIBUTE_PREFIX}${name}`)];
}

/** A result column; a custom field goes by its short name where that means no other field. */
export function column(field: QueryField, index: number, custom: CustomFields): QueryColumn {
  const type = columnType(field);
  if (field.kind !== 'custom') return { name: field.name, key: field.name, type };
  const isClear = resolveField(field.key, custom)?.name === field.name;
  return { name: isClear ? field.key : field.name, key: `custom_${index + 1}`, type };
}

/** A name of ours as an SQL identifier. */
export function quoted(name: string): string {
  return `"${name}"`;
}

function order(sort: readonly string[], facts: EngineFacts, custom: CustomFields): Fragment {
  const terms: Fragment[] = [];
  let byId = false;
  for (const entry of sort) {
    const descending = entry.startsWith('-');
    const field = requireField(descending ? entry.slice(1) : entry, custom);
    terms.push(sortTerms(field, descending, facts));
    byId ||= field.name === 'id';
  }
  return join(byId ? terms : [...terms, raw('customers.id')], ', ');
}
