import { CONTACT_KINDS, type ContactKind } from './child-value.ts';
import { ATTRIBUTE_PREFIX } from './customer.ts';
import { FIELDS, fieldByHeader, fieldByNameOrLabel, headerKey, type FieldType } from './fields.ts';
import { nearest } from './nearest.ts';

/** Channels of the table `consents`. */
const CONSENT_CHANNELS = ['email', 'phone', 'sms', 'post', 'messenger', 'any'] as const;

/** A channel that a customer may opt in to or out of. */
export type ConsentChannel = (typeof CONSENT_CHANNELS)[number];

/** Something a query can name: a column of `customers`, a custom field, or a value derived from a customer's other records. */
export type QueryField =
  | { readonly kind: 'column'; readonly name: string; readonly type: FieldType }
  | { readonly kind: 'custom'; readonly name: string; readonly key: string }
  | { readonly kind: 'count' | 'last'; readonly name: string; readonly table: 'orders' | 'interactions' }
  | { readonly kind: 'money'; readonly name: string }
  | {
      readonly kind: 'set';
      readonly name: 'tag' | 'tag_list' | 'source' | 'external_id' | 'external_ids' | 'contact_points' | `contact.${ContactKind}`;
    }
  | { readonly kind: 'consent'; readonly name: string; readonly channel: ConsentChannel };

/** How the values of a field are read and compared. */
export type ValueType = Exclude<FieldType, 'json'> | 'number' | 'consent' | 'custom';

/** What is known about custom fields when names are looked up. */
export interface CustomFields {
  readonly isCustomField: (name: string) => boolean;
  /** Their names, where known, for suggestions. */
  readonly customFieldNames?: () => Iterable<string>;
}

/** These custom fields and no others. */
export function customFieldsOf(names: Iterable<string>): CustomFields {
  const known = new Set(names);
  return { isCustomField: (name) => known.has(name), customFieldNames: () => known };
}

const DERIVED: readonly { readonly field: QueryField; readonly labels: readonly string[] }[] = [
  { field: { kind: 'count', name: 'orders.count', table: 'orders' }, labels: ['订单数'] },
  { field: { kind: 'money', name: 'orders.total' }, labels: ['订单总额'] },
  { field: { kind: 'last', name: 'orders.last_at', table: 'orders' }, labels: ['最近订单时间'] },
  { field: { kind: 'count', name: 'interactions.count', table: 'interactions' }, labels: ['互动次数'] },
  { field: { kind: 'last', name: 'interactions.last_at', table: 'interactions' }, labels: ['最近互动时间'] },
  { field: { kind: 'set', name: 'tag' }, labels: ['tags', '标签'] },
  { field: { kind: 'set', name: 'tag_list' }, labels: [] },
  { field: { kind: 'set', name: 'source' }, labels: ['来源'] },
  { field: { kind: 'set', name: 'external_id' }, labels: ['external id', '外部编号'] },
  { field: { kind: 'set', name: 'external_ids' }, labels: ['external ids'] },
  { field: { kind: 'set', name: 'contact_points' }, labels: ['contact points', '联系方式'] },
  ...CONTACT_KINDS.map((kind) => ({ field: { kind: 'set', name: `contact.${kind}` } as const, labels: [] })),
  ...CONSENT_CHANNELS.map((channel) => ({ field: { kind: 'consent', name: `consent.${channel}`, channel } as const, labels: [] })),
];
const derivedByName = new Map(DERIVED.map(({ field }) => [field.name, field]));
const derivedByLabel = new Map(DERIVED.flatMap(({ field, labels }) => labels.map((label) => [headerKey(label), field] as const)));

/** Names of all fields that a query can name, without custom ones, in the order of the catalogue. */
export const QUERY_FIELD_NAMES: readonly string[] = [
  ...FIELDS.map((field) => field.name).filter((name) => name !== 'attributes'),
  ...DERIVED.map(({ field }) => field.name),
];

/**
 * The field that a name means: of the catalogue by name or label, derived, or custom; `attributes.NAME` is always custom.
 * Catalogue and derived fields go before custom ones of the same name.
 */
export function resolveField(text: string, custom: CustomFields): QueryField | undefined {
  if (text.startsWith(ATTRIBUTE_PREFIX)) return customField(text.slice(ATTRIBUTE_PREFIX.length));
  const derived = derivedByName.get(text) ?? derivedByName.get(text.toLowerCase());
  if (derived !== undefined) return derived;
  const field = fieldByNameOrLabel(text) ?? fieldByNameOrLabel(text.toLowerCase());
  if (field !== undefined) return { kind: 'column', name: field.name, type: field.type };
  const labelled = derivedByLabel.get(headerKey(text));
  return custom.isCustomField(text) ? customField(text) : labelled;
}

function customField(key: string): QueryField | undefined {
  return key === '' || key.includes('\0') ? undefined : { kind: 'custom', name: `${ATTRIBUTE_PREFIX}${key}`, key };
}

/** The name of a field that an unknown one most likely means; undefined where none is near. */
export function suggestField(text: string, custom: CustomFields): string | undefined {
  const alias = fieldByHeader(text);
  if (alias !== undefined) return alias.name;
  const names = [...FIELDS.map((field) => field.name), ...DERIVED.map(({ field }) => field.name), ...(custom.customFieldNames?.() ?? [])];
  const labels = new Map(
    FIELDS.flatMap(
      (field) =>
        [
          [field.label.en, field.name],
          [field.label.zh, field.name],
        ] as const,
    ),
  );
  return nearest(text, names) ?? labels.get(nearest(text, labels.keys()) ?? '');
}

/** How values of a field are read and compared; the JSON of all custom fields is text. */
export function valueType(field: QueryField): ValueType {
  switch (field.kind) {
    case 'column':
      return field.type === 'json' ? 'text' : field.type;
    case 'count':
    case 'money':
      return 'number';
    case 'last':
      return 'instant';
    case 'set':
      return 'text';
    default:
      return field.kind;
  }
}
