import { CrmError } from '../errors.ts';
import { type Field, FIELDS, fieldByName } from '../model/fields.ts';
import { type Target, knownTarget, likelyTarget, targetName, targetOfName } from '../model/header-target.ts';
import { nearest } from '../model/nearest.ts';
import { birthdayColumns } from './birthday-columns.ts';
import { type CellRule, DATE_JOINT } from './cell-rule.ts';
import type { Preset } from './preset.ts';
import { presetColumns } from './preset-columns.ts';

/** How it was decided: by the user, by a preset, by the name or an alias of a field, kept as a custom field, or left out. */
export type MappedHow = 'given' | 'preset' | 'alias' | 'custom' | 'ignored';

/** One column of a file and what becomes of it. */
export interface ColumnMapping {
  readonly header: string;
  readonly target: Target;
  readonly how: MappedHow;
  /** What a preset says of its cells. */
  readonly rule?: CellRule;
}

/**
 * Says for each column of a file where it goes: as the user says, else as the preset does, else by itself. A field is
 * filled by one column only: the one named like the field goes before one named by an alias, and what comes second is
 * kept as a custom field.
 * @param given `Header=field` pairs of the user: header → a name as `targetOfName` reads it
 * @throws {CrmError} UNKNOWN_FIELD when a given field does not exist, USAGE when a given header is not in the file
 */
export function mapHeader(header: readonly string[], given: ReadonlyMap<string, string>, preset: Preset | null = null): ColumnMapping[] {
  checkGiven(header, given);
  const taken = new Set<string>();
  const columns: (ColumnMapping | null)[] = header.map((name) => {
    const target = given.get(name);
    return target === undefined ? null : { header: name, ...givenTarget(target) };
  });
  for (const column of columns) if (column !== null) take(column.target, taken);
  if (preset !== null) applyPreset(preset, header, columns, taken);
  const exact = (name: string): Target | null => knownTarget(name, true);
  const alias = (name: string): Target | null => knownTarget(name, false);
  for (const targetOf of [exact, alias, likelyTarget]) {
    for (const [index, name] of header.entries()) {
      if (columns[index] !== null) continue;
      const target = targetOf(name);
      if (target === null || !take(target, taken)) continue;
      columns[index] = { header: name, target, how: target.kind === 'ignored' ? 'ignored' : 'alias' };
    }
  }
  fillBirthday(header, columns, taken);
  const mapped = columns.map((column, index) => column ?? customColumn(header[index] as string, index, taken));
  for (const field of ['email', 'phone'] as const) fillPrimary(field, mapped, taken);
  return mapped;
}

/** Where no column fills the field, the first one that may stand for it does. */
function fillPrimary(name: 'email' | 'phone', columns: ColumnMapping[], taken: Set<string>): void {
  const index = columns.findIndex(({ target, rule }) => target.kind === 'contact' && target.contact === name && rule?.primary === true);
  if (index < 0 || !take({ kind: 'field', field: fieldByName(name) as Field }, taken)) return;
  const { header, how, rule = {} } = columns[index] as ColumnMapping;
  columns[index] = { header, target: { kind: 'field', field: fieldByName(name) as Field }, how, rule };
  if (rule.label === undefined) return;
  const label = columns[rule.label] as ColumnMapping;
  columns[rule.label] = { header: label.header, target: { kind: 'attribute', name: label.header.trim() }, how: label.how };
}

/** A birthday that stands in three columns, where no column is one by itself. */
function fillBirthday(header: readonly string[], columns: (ColumnMapping | null)[], taken: Set<string>): void {
  const parts = birthdayColumns(header.map((name, index) => (columns[index] === null ? name : '')));
  const target: Target = { kind: 'field', field: fieldByName('birthday') as Field };
  if (parts === null || !take(target, taken)) return;
  const [year, ...others] = parts;
  for (const index of parts) {
    const rule: CellRule = index === year ? { parts: others, joint: DATE_JOINT } : { readWith: year };
    columns[index] = { header: header[index] as string, target, how: 'alias', rule };
  }
}

/** Columns that the user gave away are not read with others; what comes second for a field is a custom field. */
function applyPreset(preset: Preset, header: readonly string[], columns: (ColumnMapping | null)[], taken: Set<string>): void {
  const free = header.map((name, index) => (columns[index] === null ? name : ''));
  const refused = new Set<number>();
  for (const { index, target, rule } of presetColumns(preset, free)) {
    const name = header[index] as string;
    const isRead = rule?.readWith === undefined ? take(target, taken) : !refused.has(rule.readWith);
    const custom: Target = { kind: 'attribute', name: name.trim() };
    if (isRead) columns[index] = { header: name, target, how: 'preset', ...(rule === null ? {} : { rule }) };
    else {
      refused.add(index);
      if (take(custom, taken)) columns[index] = { header: name, target: custom, how: 'preset' };
    }
  }
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
  const target = targetOfName(text);
  if (target !== null) return { target, how: target.kind === 'ignored' ? 'ignored' : 'given' };
  const names = [...FIELDS.filter((candidate) => candidate.writable).map((candidate) => candidate.name), 'external_id', 'tags'];
  const near = nearest(text, names);
  throw new CrmError('UNKNOWN_FIELD', `--map: there is no field “${text}” that a file can fill`, {
    hint: `${near === undefined ? '' : `did you mean “${near}”? `}A custom field is written attributes.NAME; an empty name leaves the column out`,
  });
}

function customColumn(header: string, index: number, taken: Set<string>): ColumnMapping {
  const base = header.trim() === '' ? `column ${index + 1}` : header.trim();
  let name = base;
  for (let n = 2; !take({ kind: 'attribute', name }, taken); n++) name = `${base} (${n})`;
  return { header, target: { kind: 'attribute', name }, how: 'custom' };
}

/** Whether the target was still free; any number of columns may hold contact points and consents. */
function take(target: Target, taken: Set<string>): boolean {
  if (target.kind === 'ignored' || target.kind === 'contact' || target.kind === 'consent') return true;
  const slot = target.kind === 'field' ? `field ${target.field.name}` : (targetName(target) as string);
  if (taken.has(slot)) return false;
  taken.add(slot);
  return true;
}
