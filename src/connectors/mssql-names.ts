import type { MssqlServer } from './mssql-session.ts';

/** The schema whose tables go by their bare names. */
export const DEFAULT_SCHEMA = 'dbo';

/** A name as SQL takes it, whatever is in it. */
export function quoteMssqlName(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}

/** A text as SQL takes it. */
export function quoteMssqlText(text: string): string {
  return `N'${text.replaceAll("'", "''")}'`;
}

/** Where a table is: `sales.orders` is in the schema `sales` where there is one, else it is a name with a point in it. */
export function placeOfTable(table: string, { schemas }: MssqlServer): { readonly schema: string; readonly name: string } {
  const point = table.indexOf('.');
  const schema = table.slice(0, Math.max(0, point));
  return schema !== '' && schemas.has(schema) ? { schema, name: table.slice(point + 1) } : { schema: DEFAULT_SCHEMA, name: table };
}

/** A table with its schema as SQL takes it. */
export function quoteMssqlTable(table: string, server: MssqlServer): string {
  const { schema, name } = placeOfTable(table, server);
  return `${quoteMssqlName(schema)}.${quoteMssqlName(name)}`;
}

/** What a table of a schema goes by. */
export function nameOfTable(schema: string, name: string): string {
  return schema === DEFAULT_SCHEMA ? name : `${schema}.${name}`;
}
