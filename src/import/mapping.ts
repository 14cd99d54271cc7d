import { CrmError } from '../errors.ts';
import { ATTRIBUTE_PREFIX } from '../model/customer.ts';
import { FIELDS, fieldByNameOrLabel } from '../model/fields.ts';
import { type Target, knownTarget } from '../model/header-target.ts';
import { nearest } from '../model/nearest.ts';

/** How it was decided: by the user, by a preset, by the name or an alias of a field, kept as a custom field, or left out. */
export type MappedHow = 'given' | 'preset' | 'alias' | 'custom' | 'ignored';

/** One column of a file and what becomes of it. */
export interface ColumnMapping {
  readonly header: string;
  readonly target: Target;
  readonly how: MappedHow;
}

/**
 * Says for each column of a file where it goes. A field is filled by one column only: the one named like the field
 * goes before one named by an alias, and what comes second is kept as a custom field.
 * @param given `Header=field` pairs of the user: header → field name, `attributes.NAME`, `external_id`, `tags` or empty
 * @throws {CrmError} UNKNOWN_FIELD when a given field does not exist, USAGE when a given header is not in the file
 */
export function mapHeader(header: readonly string[], given: ReadonlyMap<string, string>): ColumnMapping[] {
  checkGiven(header, given);
  const taken = new Set<string>();
  const columns: (ColumnMapping | null)[] = header.map((name) => {
    const target = given.get(name);
    return target === undefined ? null : { header: name, ...givenTarget(target) };
  });
  for (const column of columns) if (column !== null) taken.add(slotOf(column.target));
  for (const exact of [true, false]) {
    for (const [index, name] of header.entries()) {
      if (columns[index] !== null) continue;
      const target = knownTarget(name, exact);
      if (target === null || taken.has(slotOf(target))) continue;
      if (target.kind !== 'ignored') taken.add(slotOf(target));
      columns[index] = { header: name, target, how: target.kind === 'ignored' ? 'ignored' : 'alias' };
    }
  }
  return columns.map((column, index) => column ?? customColumn(header[index] as string, index, taken));
}

function checkGiven(header: readonly string[], given: ReadonlyMap<string, string>): void {
  for (const name of given.keys()) {
    if (header.includes(name)) continue;
    const near = nearest(name, header);
    throw new CrmError('USAGE', `--map: the file has no column “${name}”`, {
      hint: near === undefined ? `its columns are: ${header.join(', ')}` : `did you mean “${near}”?`,
    });
  }
}

function givenTarget(text: string): { target: Target; how: MappedHow } {
  if (text === '' || text === '-' || text === 'ignore') return { target: { kind: 'ignored' }, how: 'ignored' };
  if (text.startsWith(ATTRIBUTE_PREFIX)) return { target: { kind: 'attribute', name: text.slice(ATTRIBUTE_PREFIX.length) }, how: 'given' };
  if (text === 'external_id' || text === 'tags' || text === 'external_ids') return { target: { kind: text }, how: 'given' };
  const field = fieldByNameOrLabel(text);
  if (field?.writable === true) return { target: { kind: 'field', field }, how: 'given' };
  const names = [...FIELDS.filter((candidate) => candidate.writable).map((candidate) => candidate.name), 'external_id', 'tags'];
  const near = nearest(text, names);
  throw new CrmError('UNKNOWN_FIELD', `--map: there is no field “${text}” that a file can fill`, {
    hint: `${near === undefined ? '' : `did you mean “${near}”? `}A custom field is written attributes.NAME; an empty name leaves the column out`,
  });
}

function customColumn(header: string, index: number, taken: Set<string>): ColumnMapping {
  const base = header.trim() === '' ? `column ${index + 1}` : header.trim();
  let name = base;
  for (let n = 2; taken.has(slotOf({ kind: 'attribute', name })); n++) name = `${base} (${n})`;
  taken.add(slotOf({ kind: 'attribute', name }));
  return { header, target: { kind: 'attribute', name }, how: 'custom' };
}

function slotOf(target: Target): string {
  if (target.kind === 'field') return `field ${target.field.name}`;
  return target.kind === 'attribute' ? `attribute ${target.name}` : target.kind;
}

/** The name of a target as the user writes it and the result shows it: null where the column is left out. */
export function targetName(target: Target): string | null {
  if (target.kind === 'field') return target.field.name;
  if (target.kind === 'attribute') return ATTRIBUTE_PREFIX + target.name;
  return target.kind === 'ignored' ? null : target.kind;
}
