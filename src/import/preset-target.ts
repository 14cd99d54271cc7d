import { ATTRIBUTE_PREFIX } from '../model/customer.ts';
import { type Target, targetOfName } from '../model/header-target.ts';
import { isRelatedType, type RelatedType, relatedFields } from '../model/related-fields.ts';

/**
 * The target of a name as presets and `--map` write it for rows of that type: of related data a column name or its label,
 * `attributes.NAME`, or nothing; null where there is no such target.
 */
export function presetTarget(type: 'customers' | 'companies' | RelatedType, name: string): Target | null {
  if (!isRelatedType(type)) return targetOfName(name);
  if (name === '' || name === '-' || name === 'ignore') return { kind: 'ignored' };
  if (name.startsWith(ATTRIBUTE_PREFIX)) return { kind: 'attribute', name: name.slice(ATTRIBUTE_PREFIX.length) };
  const field = relatedFields(type).find((known) => known.name === name || known.label.en === name || known.label.zh === name);
  return field === undefined ? null : { kind: 'field', field };
}
