import type { TableSchema } from '../model/table-schema.ts';

/** Tables that others point to come before those; in a cycle, and else, by name. */
export function parentsFirst(tables: readonly TableSchema[]): readonly TableSchema[] {
  const byName = new Map([...tables].sort((a, b) => (a.name < b.name ? -1 : 1)).map((table) => [table.name, table]));
  const seen = new Set<string>();
  const ordered: TableSchema[] = [];
  const visit = (table: TableSchema): void => {
    if (seen.has(table.name)) return;
    seen.add(table.name);
    for (const parent of parentsOf(table)) {
      const found = byName.get(parent);
      if (found !== undefined) visit(found);
    }
    ordered.push(table);
  };
  for (const table of byName.values()) visit(table);
  return ordered;
}

/** Names of the tables that a table points to, without itself. */
export function parentsOf({ name, foreignKeys }: TableSchema): readonly string[] {
  return [...new Set(foreignKeys.map(({ table }) => table))].filter((parent) => parent !== name).sort();
}
