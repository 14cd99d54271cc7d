import { knownTarget } from '../model/header-target.ts';
import type { TableSchema } from '../model/table-schema.ts';
import type { DraftLink } from './draft-form.ts';
import { pointsTo } from './draft-names.ts';

/** Names of keys that say nothing of what they are the key of. */
const PLAIN_KEYS = /^(?:id|key|no|nr|code|number|编号|序号|代码)$/i;

/**
 * Which columns point to which tables: as references that are declared, else by their names: `customer_id` to the key of
 * `customers`, or a column named like the key of one other table.
 */
export function linksOf(schema: TableSchema, all: readonly TableSchema[]): readonly DraftLink[] {
  const declared = schema.foreignKeys.flatMap(({ columns: [column, ...further], table, references: [references] }): DraftLink[] =>
    column === undefined || references === undefined || further.length > 0 ? [] : [{ column, table, references, isDeclared: true }],
  );
  const known = new Set(declared.map(({ column }) => column));
  const others = all.filter((other) => other.name !== schema.name && other.primaryKey.length === 1);
  const named = schema.columns.flatMap(({ name }): DraftLink[] => {
    if (known.has(name) || (schema.primaryKey.length === 1 && schema.primaryKey[0] === name)) return [];
    const [target, ...further] = others.filter((other) => pointsTo(name, other.name) || isKeyOf(name, other));
    if (target === undefined || further.length > 0) return [];
    return [{ column: name, table: target.name, references: target.primaryKey[0] as string, isDeclared: false }];
  });
  return [...declared, ...named];
}

/** What has the name of a field is no reference: tables of words have a `name` as their key. */
function isKeyOf(column: string, { primaryKey }: TableSchema): boolean {
  return primaryKey[0] === column && !PLAIN_KEYS.test(column) && knownTarget(column, false)?.kind !== 'field';
}
