import type { Migration } from './migrator.ts';

/** An index, or the full-text index, as the schema files make it. */
export interface SchemaIndex {
  readonly name: string;
  readonly sql: string;
}

const STATEMENT =
  /^(?:CREATE (?:UNIQUE )?INDEX (?<index>\w+)\s+ON (?<of>\w+)[^;]*|CREATE VIRTUAL TABLE (?<search>\w+)[^;]*|DROP (?:TABLE|INDEX) (?<dropped>\w+)[^;]*);/gm;

/** The indexes that a database has after all of these schema files, by name. */
export function schemaIndexes(migrations: readonly Pick<Migration, 'sql'>[]): ReadonlyMap<string, SchemaIndex> {
  const indexes = new Map<string, SchemaIndex & { readonly of: string }>();
  for (const { groups = {}, 0: text } of migrations.flatMap(({ sql }) => [...sql.matchAll(STATEMENT)])) {
    const { index, search, of, dropped } = groups;
    const name = index ?? search;
    if (name !== undefined) indexes.set(name, { name, of: of ?? name, sql: text });
    for (const one of [...indexes.values()]) if (one.name === dropped || one.of === dropped) indexes.delete(one.name);
  }
  return indexes;
}
