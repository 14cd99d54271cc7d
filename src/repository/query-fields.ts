import type { EngineFacts } from '../engines/engine.ts';
import { CrmError } from '../errors.ts';
import type { ContactKind } from '../model/child-value.ts';
import { CONTACT_SEPARATOR } from '../model/contact-list.ts';
import type { FieldType } from '../model/fields.ts';
import { resolveField, suggestField, type CustomFields, type QueryField } from '../model/filter-fields.ts';
import { join, mapText, raw, sql, type Fragment } from './query-fragment.ts';
import { decimalText, ORDERS_TOTAL, scaled } from './query-money.ts';

/** What a column of a query's result holds: `number` is a decimal as text or an integer, `tags` text separated by `; `. */
export type ColumnType = FieldType | 'number' | 'tags';

type SetName = Extract<QueryField, { kind: 'set' }>['name'];

/** `source:id`, as `parseExternalIds` of src/model/external-id.ts reads it. */
const QUALIFIED_ID =
  "replace(replace(replace(external_ids.source, '%', '%25'), ';', '%3B'), ':', '%3A') || ':' || replace(replace(external_ids.external_id, '%', '%25'), ';', '%3B')";

/** `kind.label:value`, as `parseContacts` of src/model/contact-list.ts reads it. */
const QUALIFIED_CONTACT =
  "contact_points.kind || CASE WHEN coalesce(contact_points.label, '') = '' THEN '' ELSE '.' || replace(replace(replace(contact_points.label, '%', '%25'), ';', '%3B'), ':', '%3A') END || ':' || replace(replace(contact_points.value, '%', '%25'), ';', '%3B')";

/** A tag, as `tagCell` of src/model/tag-list.ts reads it. */
const QUALIFIED_TAG = "replace(replace(tags.tag, '%', '%25'), ';', '%3B')";

/** Where the several values of a set field stand: which rows of which table, and what is between them when they are shown. */
interface SetSource {
  readonly table: string;
  readonly column: string;
  readonly condition?: string;
  readonly separator?: string;
}

const contactsOfKind = (kind: ContactKind): SetSource => ({
  table: 'contact_points',
  column: 'contact_points.value',
  condition: `contact_points.kind = '${kind}'`,
  separator: CONTACT_SEPARATOR,
});

const SETS: Readonly<Record<SetName, SetSource>> = {
  tag: { table: 'tags', column: 'tags.tag' },
  tag_list: { table: 'tags', column: QUALIFIED_TAG },
  source: { table: 'external_ids', column: 'external_ids.source' },
  external_id: { table: 'external_ids', column: 'external_ids.external_id' },
  external_ids: { table: 'external_ids', column: QUALIFIED_ID },
  contact_points: { table: 'contact_points', column: QUALIFIED_CONTACT },
  'contact.email': contactsOfKind('email'),
  'contact.phone': contactsOfKind('phone'),
  'contact.address': contactsOfKind('address'),
  'contact.url': contactsOfKind('url'),
  'contact.social': contactsOfKind('social'),
  'contact.messenger': contactsOfKind('messenger'),
};

/** SQL of the values of a set field: the table, the value, and FROM with a condition on its rows. */
export function setSource(name: SetName): { readonly table: string; readonly column: string; readonly rows: string } {
  const { table, column, condition = '1 = 1' } = SETS[name];
  return { table, column, rows: `FROM ${table} WHERE ${condition}` };
}

/** Where the newest record of a kind is found. */
const NEWEST = { orders: 'orders.ordered_at', interactions: 'interactions.occurred_at' } as const;

/**
 * The field of that name.
 * @throws {CrmError} UNKNOWN_FIELD that names the nearest field.
 */
export function requireField(name: string, custom: CustomFields): QueryField {
  const field = resolveField(name, custom);
  if (field === undefined) throw unknownField(name, suggestField(name, custom));
  return field;
}

/**
 * The fields of these names, each once.
 * @throws {CrmError} UNKNOWN_FIELD that names the nearest field.
 */
export function distinctFields(names: readonly string[], custom: CustomFields): QueryField[] {
  const fields = names.map((name) => requireField(name, custom));
  return [...new Map(fields.map((field) => [field.name, field])).values()];
}

/** The error for a name that is none of the fields that can stand there. */
export function unknownField(name: string, near: string | undefined): CrmError {
  return new CrmError('UNKNOWN_FIELD', `there is no field ${name}${near === undefined ? '' : `; did you mean ${near}?`}`, {
    hint: 'fields are those of the catalogue, custom fields, tag, source, orders.total …',
    details: { field: name, nearest: near ?? null },
  });
}

/** SQL of a field's value for one row of `customers`, to be compared and sorted: money in ten-thousandths. */
export function fieldValue(field: Exclude<QueryField, { kind: 'set' }>, facts: EngineFacts): Fragment {
  switch (field.kind) {
    case 'column':
      return raw(`customers.${field.name}`);
    case 'custom':
      return raw(facts.jsonText('customers.attributes'), field.key);
    case 'count':
      return raw(`(SELECT count(*) FROM ${field.table} WHERE ${field.table}.customer_id = customers.id)`);
    case 'last':
      return raw(`(SELECT max(${NEWEST[field.table]}) FROM ${field.table} WHERE ${field.table}.customer_id = customers.id)`);
    case 'money':
      return ORDERS_TOTAL;
    case 'consent':
      return sql`(SELECT consents.status FROM consents WHERE consents.customer_id = customers.id AND consents.channel = ${field.channel})`;
  }
}

/** SQL of a field as a query shows it: sets are joined, sorted, with `; `; money is decimal text. */
export function shownValue(field: QueryField, facts: EngineFacts): Fragment {
  if (field.kind === 'money') return decimalText(ORDERS_TOTAL);
  if (field.kind !== 'set') return fieldValue(field, facts);
  const { table, column, rows } = setSource(field.name);
  const separator = SETS[field.name].separator ?? '; ';
  return raw(
    `(SELECT string_agg(item.value, '${separator}' ORDER BY ${facts.byteOrder('item.value')}) FROM (SELECT DISTINCT ${column} AS value ${rows} AND ${table}.customer_id = customers.id) AS item)`,
  );
}

/** What a field's column holds. */
export function columnType(field: QueryField): ColumnType {
  switch (field.kind) {
    case 'column':
      return field.type;
    case 'count':
    case 'money':
      return 'number';
    case 'last':
      return 'instant';
    case 'set':
      return 'tags';
    default:
      return 'text';
  }
}

/** SQL of the ORDER BY terms of a field: empty values last in both directions, numbers in custom fields before words. */
export function sortTerms(field: QueryField, descending: boolean, facts: EngineFacts): Fragment {
  const direction = raw(descending ? ' DESC' : '');
  if (field.kind === 'column' && field.name === 'id') return sql`customers.id${direction}`;
  const value = field.kind === 'set' ? shownValue(field, facts) : fieldValue(field, facts);
  const terms = [sql`(${value} IS NULL)`];
  if (field.kind === 'custom') {
    const number = mapText(value, facts.toNumber);
    terms.push(sql`(${number} IS NULL)`, sql`${number}${direction}`);
  }
  terms.push(sql`${isText(field) ? mapText(value, facts.byteOrder) : value}${direction}`);
  return join(terms, ', ');
}

/** Whether the value is text that an engine could sort by a language. */
export function isText(field: QueryField): boolean {
  if (field.kind !== 'column') return field.kind === 'custom' || field.kind === 'set' || field.kind === 'consent';
  return field.type === 'text' || field.type === 'email' || field.type === 'phone' || field.type === 'country';
}

/**
 * SQL of a field as a number to be added up, in ten-thousandths; NULL where a custom field holds no number.
 * @throws {CrmError} USAGE when the field is not a number.
 */
export function summand(field: QueryField, facts: EngineFacts): Fragment {
  if (field.kind === 'money') return ORDERS_TOTAL;
  if (field.kind === 'count') return scaled(fieldValue(field, facts));
  if (field.kind === 'custom') return scaled(mapText(fieldValue(field, facts), facts.toNumber));
  throw new CrmError('USAGE', `${field.name} cannot be added up: it is not a number`, {
    hint: 'sum orders.total, orders.count, interactions.count or a custom field',
  });
}
