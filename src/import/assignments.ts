import { CrmError } from '../errors.ts';
import { ATTRIBUTE_PREFIX, type FieldValue, type FieldValues } from '../model/customer.ts';
import { type Field, fieldByNameOrLabel, fieldByName } from '../model/fields.ts';
import { suggestField } from '../model/filter-fields.ts';
import type { Target } from '../model/header-target.ts';
import { normalizeText } from '../normalize/text.ts';
import type { ColumnMapping } from './mapping.ts';
import type { RowOptions } from './row-options.ts';
import { RowValues, splitList } from './row-values.ts';
import { Warnings } from './warnings.ts';

/** What the values of assignments depend on beside themselves. */
export type AssignmentContext = Pick<RowOptions, 'known' | 'rules'>;

/** `FIELD=VALUE` texts of the command line, read as the cells of one imported row. */
export interface Assignments {
  /** Normalised values by field, custom ones as `attributes.NAME`; null where an empty value clears the field. */
  readonly values: FieldValues;
  /** Names of the fields that were set, custom ones as `attributes.NAME`. */
  readonly assigned: readonly string[];
  /** Fields whose value was not understood and is kept as it came. */
  readonly notUnderstood: readonly string[];
}

/**
 * Reads assignments such as `email=ada@example.com`, `电话=13800138000`, `attributes.Lead source=fair`, `city=`.
 * @param known the customer that they are about, and rules of the user
 * @param region ISO 3166-1 alpha-2 region of national phone numbers where no country is assigned; null when unknown
 * @throws {CrmError} USAGE for a text without `=` or a field named twice, UNKNOWN_FIELD naming the nearest one
 */
export function readAssignments(texts: readonly string[], region: string | null, known: AssignmentContext = {}): Assignments {
  const assigned = texts.map((text, i) => parseAssignment(text, i + 1));
  const columns = assigned.map(({ column }) => column);
  const names = columns.map((column) => column.header);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new CrmError('USAGE', `${twice} is set twice`, { hint: 'give each field once' });
  const warnings = new Warnings();
  const row = new RowValues({ region, blank: 'clear', tags: [], oneValue: true, ...known }, warnings);
  row.setColumns(columns);
  row.read(
    assigned.map(({ text }) => text),
    1,
  );
  const read: Record<string, FieldValue> = {};
  for (const field of row.cleared) read[field] = null;
  Object.assign(read, row.fields);
  for (const [name, value] of Object.entries(row.attributes)) read[ATTRIBUTE_PREFIX + name] = value;
  const given = names.filter((name) => Object.hasOwn(read, name)).map((name) => [name, read[name] as FieldValue] as const);
  const values: Record<string, FieldValue> = { ...Object.fromEntries(given), ...read };
  // An extension belongs to its number.
  if (Object.hasOwn(values, 'phone') && !Object.hasOwn(values, 'phone_ext')) values.phone_ext = null;
  return { values, assigned: names, notUnderstood: warnings.list().flatMap(({ field }) => (field === null ? [] : [field])) };
}

/** Tags given as options: several in one text, as in a file. */
export function readTags(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => splitList(normalizeText(text))))];
}

/** @param position of the text among the others, from 1: errors hold no values */
function parseAssignment(text: string, position: number): { column: ColumnMapping; text: string } {
  const at = text.search(/[=＝]/);
  if (at < 1)
    throw new CrmError('USAGE', `assignment ${position} sets no field: write FIELD=VALUE`, {
      hint: 'put quotes around a value of several words: "city=New York"',
    });
  if (text.includes('\0')) throw new CrmError('USAGE', `assignment ${position} holds a zero character`, { hint: 'leave it out' });
  const target = targetOf(text.slice(0, at).trim());
  const header = target.kind === 'field' ? target.field.name : ATTRIBUTE_PREFIX + target.name;
  return { column: { header, target, how: 'given' }, text: text.slice(at + 1) };
}

function targetOf(name: string): Extract<Target, { kind: 'field' | 'attribute' }> {
  if (name.startsWith(ATTRIBUTE_PREFIX)) {
    const custom = name.slice(ATTRIBUTE_PREFIX.length).trim();
    if (custom === '') throw new CrmError('USAGE', 'a custom field needs a name', { hint: 'for instance: "attributes.Lead source=fair"' });
    return { kind: 'attribute', name: custom };
  }
  const field = fieldByNameOrLabel(name) ?? fieldByNameOrLabel(name.toLowerCase());
  if (field?.writable === true) return { kind: 'field', field };
  if (field !== undefined)
    throw new CrmError('USAGE', `${field.name} is kept by crm itself and cannot be set`, { hint: writableHint(name, field) });
  const near = suggestField(name, { isCustomField: () => false });
  const isWritable = near !== undefined && fieldByName(near)?.writable === true;
  throw new CrmError('UNKNOWN_FIELD', `there is no field ${name}${isWritable ? `; did you mean ${near}?` : ''}`, {
    hint: /^(tags?|标签)$/i.test(name) ? 'tags are given with --tag and --untag' : `a custom field is written attributes.${name}=…`,
    details: { field: name, nearest: isWritable ? near : null },
  });
}

function writableHint(name: string, field: Field): string {
  return field.name === 'attributes'
    ? 'a custom field is written attributes.NAME=…'
    : `to keep it as a custom field, write attributes.${name}=…`;
}
