import { presetTarget } from '../import/preset-target.ts';
import type { ImportType } from '../import/related-request.ts';
import { FIELDS } from '../model/fields.ts';
import { targetName } from '../model/header-target.ts';
import { isRelatedType, LINK_FIELDS, relatedFields } from '../model/related-fields.ts';
import type { MappedField } from './mapping-form.ts';
import { columnName, listOf, mappingError, nearestHint, textOf } from './mapping-members.ts';
import type { MappingNode } from './mapping-nodes.ts';

/** Names that a field may have in a mapping, for a hint; custom fields are `attributes.NAME`. */
export function targetNames(as: ImportType): readonly string[] {
  if (isRelatedType(as)) return relatedFields(as).map(({ name }) => name);
  return [...FIELDS.flatMap(({ name, writable }) => (writable ? [name] : [])), 'external_id', 'tags', 'contact.email', 'contact.phone'];
}

/** What fills which field. @throws {CrmError} CONFIG_INVALID when there is no such field, or it is filled twice */
export function mappedFields(
  label: string,
  as: ImportType,
  { columns, constants }: { readonly columns: MappingNode; readonly constants: MappingNode | undefined },
  aliases: ReadonlySet<string>,
): readonly MappedField[] {
  const taken = new Set<string>();
  const fields = members(label, columns).map(([name, node]): MappedField => {
    const target = fieldOf(label, as, name, node, taken);
    const from = listOf(node).map((column) => columnName(textOf(label, column), column, aliases));
    if (from.length === 0) throw mappingError(label, node, 'it must name a column, or a list of columns');
    return { path: node.path, line: node.line, target, from, constant: null };
  });
  if (constants === undefined) return fields;
  const same = members(label, constants).map(([name, node]): MappedField => {
    const target = fieldOf(label, as, name, node, taken);
    return { path: node.path, line: node.line, target, from: [], constant: textOf(label, node) };
  });
  return [...fields, ...same];
}

function members(label: string, node: MappingNode): readonly [string, MappingNode][] {
  if (node.members === null) throw mappingError(label, node, 'it must have members: FIELD: COLUMN');
  return [...node.members];
}

function fieldOf(label: string, as: ImportType, name: string, node: MappingNode, taken: Set<string>): string {
  const target = presetTarget(as, name);
  if (target === null || target.kind === 'ignored') {
    throw mappingError(
      label,
      node,
      `${as} have no field “${name}”`,
      `${nearestHint(name, targetNames(as))} A custom field is attributes.NAME`,
    );
  }
  const known = targetName(target) as string;
  if (taken.has(known)) throw mappingError(label, node, `${known} is filled twice`, 'several columns in one field: [COLUMN, COLUMN]');
  taken.add(known);
  return known;
}

/** Checks that rows have what they cannot do without. @throws {CrmError} CONFIG_INVALID naming what is missing */
export function requireFields(label: string, table: MappingNode, as: ImportType, fields: readonly MappedField[]): void {
  const missing = missingFields(
    as,
    fields.map(({ target }) => target),
  );
  if (missing.length === 0) return;
  throw mappingError(label, table, `${as} need ${missing.join(', and ')}`, 'name a column for it under columns');
}

/** Fields that rows of that kind cannot do without, and that nothing fills. */
export function missingFields(as: ImportType, targets: readonly string[]): readonly string[] {
  const has = new Set(targets);
  if (!isRelatedType(as)) return [];
  const missing = relatedFields(as).flatMap(({ name, required }) => (required && !has.has(name) ? [name] : []));
  const isLinked = LINK_FIELDS.some(({ name }) => has.has(name));
  if (as === 'products') return has.has('sku') || has.has('name') ? missing : [...missing, 'sku or name'];
  if (as === 'order-items') return has.has('number') ? missing : [...missing, 'number'];
  return isLinked ? missing : [...missing, 'customer.external_id, customer.email or customer.phone'];
}

/** Whether it holds an amount of money. */
export function isMoney(as: ImportType, target: string): boolean {
  return isRelatedType(as) && relatedFields(as).some(({ name, reads }) => name === target && reads === 'money');
}
