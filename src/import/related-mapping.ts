import { CrmError } from '../errors.ts';
import { ATTRIBUTE_PREFIX } from '../model/customer.ts';
import { headerKey } from '../model/fields.ts';
import { type Target, targetName } from '../model/header-target.ts';
import { nearest } from '../model/nearest.ts';
import { LINK_FIELDS, type RelatedField, type RelatedType, relatedFields, relatedFit } from '../model/related-fields.ts';
import type { ColumnMapping } from './mapping.ts';
import type { Preset } from './preset.ts';
import { presetColumns } from './preset-columns.ts';
import { presetTarget } from './preset-target.ts';

/** Columns that our own rejects files have beside those of the file; a mended rejects file is imported as it is. */
const REJECT_COLUMNS: ReadonlySet<string> = new Set(['_table', '_key', '_line', '_byte', '_column', '_code', '_reason']);

/**
 * Says for each column of a file of related data where it goes: as the user says, else as the preset does; each column of
 * the catalogue that is left is filled by the header that fits it best, everything else is kept as a custom field.
 * @param given `Header=column` pairs of the user: header → column name, `attributes.NAME` or empty
 * @throws {CrmError} UNKNOWN_FIELD when a given column does not exist, USAGE when a given header is not in the file
 */
export function mapRelatedHeader(
  type: RelatedType,
  header: readonly string[],
  given: ReadonlyMap<string, string>,
  preset: Preset | null = null,
): ColumnMapping[] {
  const columns = new Map<number, ColumnMapping>();
  const taken = new Set<string>();
  for (const [name, target] of given) {
    const index = header.indexOf(name);
    if (index < 0) throw unknownHeader(name, header);
    const column = givenColumn(type, name, target);
    if (column.target.kind === 'field') taken.add(column.target.field.name);
    columns.set(index, column);
  }
  if (preset !== null) applyPreset(preset, header, columns, taken);
  for (const { index, field } of fits(type, header)) {
    if (columns.has(index) || taken.has(field.name)) continue;
    taken.add(field.name);
    columns.set(index, { header: header[index] as string, target: { kind: 'field', field }, how: 'alias' });
  }
  const names = new Set([...columns.values()].flatMap(({ target }) => (target.kind === 'attribute' ? [target.name] : [])));
  return header.map((name, index) => columns.get(index) ?? otherColumn(name, index, names));
}

/** Columns that the user gave away are not read with others; what comes second for a column of the catalogue is a custom field. */
function applyPreset(preset: Preset, header: readonly string[], columns: Map<number, ColumnMapping>, taken: Set<string>): void {
  const free = header.map((name, index) => (columns.has(index) ? '' : name));
  const refused = new Set<number>();
  for (const { index, target, rule } of presetColumns(preset, free)) {
    const name = header[index] as string;
    const isRead = rule?.readWith === undefined ? takeSlot(target, taken) : !refused.has(rule.readWith);
    const custom: Target = { kind: 'attribute', name: name.trim() };
    if (isRead) {
      const how = target.kind === 'ignored' ? 'ignored' : 'preset';
      columns.set(index, { header: name, target, how, ...(rule === null ? {} : { rule }) });
    } else {
      refused.add(index);
      if (takeSlot(custom, taken)) columns.set(index, { header: name, target: custom, how: 'preset' });
    }
  }
}

/** Whether nothing had filled the column or custom field yet. */
function takeSlot(target: Target, taken: Set<string>): boolean {
  const slot = target.kind === 'field' ? target.field.name : targetName(target);
  if (slot === null) return true;
  if (taken.has(slot)) return false;
  taken.add(slot);
  return true;
}

/** All pairs of a header and a column that it may mean, the best first. */
function fits(type: RelatedType, header: readonly string[]): { index: number; field: RelatedField; fit: number }[] {
  const all = header.flatMap((name, index) => {
    if (headerKey(name) === '' || REJECT_COLUMNS.has(name)) return [];
    return relatedFields(type).flatMap((field) => {
      const fit = relatedFit(field, name);
      return fit === null ? [] : [{ index, field, fit }];
    });
  });
  return all.sort((a, b) => a.fit - b.fit || a.index - b.index);
}

function givenColumn(type: RelatedType, header: string, text: string): ColumnMapping {
  const target = presetTarget(type, text);
  if (target !== null) return { header, target, how: target.kind === 'ignored' ? 'ignored' : 'given' };
  const names = relatedFields(type).map(({ name }) => name);
  const near = nearest(text, names);
  throw new CrmError('UNKNOWN_FIELD', `--map: ${type} have no column “${text}”`, {
    hint: `${near === undefined ? '' : `did you mean “${near}”? `}There are ${names.join(', ')}; a custom field is written attributes.NAME`,
  });
}

function unknownHeader(name: string, header: readonly string[]): CrmError {
  const near = nearest(name, header);
  return new CrmError('USAGE', `--map: the file has no column “${name}”`, {
    hint: near === undefined ? `its columns are: ${header.join(', ')}` : `did you mean “${near}”?`,
  });
}

function otherColumn(header: string, index: number, taken: Set<string>): ColumnMapping {
  if (REJECT_COLUMNS.has(header)) return { header, target: { kind: 'ignored' }, how: 'ignored' };
  const written = header.startsWith(ATTRIBUTE_PREFIX) ? header.slice(ATTRIBUTE_PREFIX.length) : header;
  const base = written.trim() === '' ? `column ${index + 1}` : written.trim();
  let name = base;
  for (let n = 2; taken.has(name); n++) name = `${base} (${n})`;
  taken.add(name);
  return { header, target: { kind: 'attribute', name }, how: 'custom' };
}

/**
 * Checks that a file has what its rows cannot do without: the required columns, and one that says whom they are about.
 * @throws {CrmError} INPUT_NO_HEADER naming what is missing
 */
export function requireRelatedColumns(type: RelatedType, columns: readonly ColumnMapping[]): void {
  const has = new Set(columns.flatMap(({ target }) => (target.kind === 'field' ? [target.field.name] : [])));
  const missing = relatedFields(type).flatMap(({ name, required }) => (required && !has.has(name) ? [name] : []));
  const isLinked = LINK_FIELDS.some(({ name }) => has.has(name));
  if (type === 'products' && !has.has('sku') && !has.has('name')) missing.push('sku or name');
  else if (type === 'order-items' && !has.has('number')) missing.push('number');
  else if (type !== 'products' && type !== 'order-items' && !isLinked)
    missing.push('customer.external_id, customer.email or customer.phone');
  if (missing.length === 0) return;
  throw new CrmError('INPUT_NO_HEADER', `a file of ${type} needs a column for ${missing.join(', and for ')}`, {
    hint: `say which it is: --map "Header=${(missing[0] as string).split(/,? /)[0]}"; its columns are: ${columns.map(({ header }) => header).join(', ')}`,
  });
}
