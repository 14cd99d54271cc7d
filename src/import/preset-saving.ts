import { headerKey } from '../model/fields.ts';
import { knownTarget, targetName } from '../model/header-target.ts';
import type { CellRule } from './cell-rule.ts';
import type { ColumnMapping } from './mapping.ts';
import type { Preset, PresetColumn } from './preset.ts';

/**
 * The mapping of an import as a preset for the config file: a file with all these headers is mapped in the same way.
 * @param from what is known of the rows beside their columns
 */
export function presetOfColumns(
  columns: readonly ColumnMapping[],
  from: Pick<Preset, 'source' | 'kind' | 'type' | 'constants'>,
): Omit<Preset, 'name' | 'title' | 'isOwn'> {
  const signature: string[] = [];
  const mapped: Record<string, string | PresetColumn> = {};
  const custom: string[] = [];
  const omit: string[] = [];
  for (const { header, target, rule } of columns) {
    const name = header.trim();
    if (headerKey(name) === '' || knownTarget(header, true)?.kind === 'ignored' || Object.hasOwn(mapped, name) || name === '__proto__')
      continue;
    signature.push(name);
    if (rule?.readWith !== undefined) continue;
    if (rule?.omitted === true) omit.push(name);
    else if (target.kind === 'attribute' && target.name === name && rule === undefined) custom.push(name);
    else mapped[name] = columnOf(targetName(target) ?? '', rule, columns);
  }
  const { source, kind, type, constants } = from;
  return {
    ...{ type, source, kind, signature: [signature], columns: mapped, custom },
    ...(omit.length === 0 ? {} : { omit }),
    ...(constants === undefined ? {} : { constants }),
  };
}

function columnOf(to: string, rule: CellRule | undefined, columns: readonly ColumnMapping[]): string | PresetColumn {
  if (rule === undefined) return to;
  const { prefix, parts, joint: ___, else: others, label, readWith: _, omitted: __, ...same } = rule;
  const nameOf = (index: number): string => columns[index]?.header.trim() ?? '';
  return {
    to,
    ...same,
    ...(prefix === undefined ? {} : { prefix: nameOf(prefix) }),
    ...(parts === undefined ? {} : { parts: parts.map(nameOf) }),
    ...(others === undefined ? {} : { else: others.map(nameOf) }),
    ...(label === undefined ? {} : { label: nameOf(label) }),
  };
}
