import type { Column, ForeignKey, TableIndex, TableSchema } from '../model/table-schema.ts';
import { defaultSql } from './mssql-default.ts';
import { placeOfTable, quoteMssqlName, quoteMssqlTable, quoteMssqlText } from './mssql-names.ts';
import { BY_BYTES } from './mssql-order.ts';
import { filledFilter } from './mssql-schema.ts';
import type { MssqlServer } from './mssql-session.ts';
import { declareMssqlType } from './mssql-types.ts';

const NAME_SIGNS = 128;

/** What DDL needs to know of the server beside the table. */
export interface DdlContext {
  readonly server: MssqlServer;
  /** Collations of the server: a column keeps its own where there is one of that name. */
  readonly collations: ReadonlySet<string>;
}

/** SQL that makes a table with its columns and its primary key. */
export function createTableSql(table: TableSchema, context: DdlContext): string {
  const numbered = numberedColumn(table);
  const required = new Set([...table.primaryKey, numbered?.name]);
  const columns = table.columns.map((column) => (required.has(column.name) ? { ...column, nullable: false } : column));
  const lines = columns.map((column) => columnSql(column, context, column.name === numbered?.name));
  if (table.primaryKey.length > 0) lines.push(`PRIMARY KEY (${table.primaryKey.map(quoteMssqlName).join(', ')})`);
  return `CREATE TABLE ${quoteMssqlTable(table.name, context.server)} (\n  ${lines.join(',\n  ')}\n)`;
}

/** SQL that makes what a table lacks after its rows are in, by what is there. */
export function finishTableSql(table: TableSchema, there: TableSchema | null, { server }: DdlContext): readonly string[] {
  const has = new Set(there?.indexes.map(({ name }) => name.toLowerCase()));
  const indexes = table.indexes.filter((index) => !has.has(cut(index.name).toLowerCase()));
  const own = /^CREATE (UNIQUE )?INDEX \[/;
  return [
    ...indexes.flatMap((index) =>
      index.special === null ? [indexSql(table, index, server)] : own.test(index.special) ? [index.special] : [],
    ),
    ...numberingSql(table, there, server),
    ...commentsSql(table, there, server),
  ];
}

/** SQL that adds a reference. @param isNamed whether its name may be used, which must be the only one in its schema */
export function referenceSql(table: TableSchema, key: ForeignKey, isNamed: boolean, server: MssqlServer): string {
  const name = key.name === null || !isNamed ? '' : `CONSTRAINT ${quoteMssqlName(key.name)} `;
  const action = (one: string): string => (one === 'restrict' ? 'NO ACTION' : one.toUpperCase());
  return `ALTER TABLE ${quoteMssqlTable(table.name, server)} ADD ${name}FOREIGN KEY (${list(key.columns)}) REFERENCES ${quoteMssqlTable(key.table, server)} (${list(key.references)}) ON DELETE ${action(key.onDelete)} ON UPDATE ${action(key.onUpdate)}`;
}

/** SQL that counts rows which point to nothing. */
export function danglingSql(table: TableSchema, key: ForeignKey, server: MssqlServer): string {
  const filled = key.columns.map((column) => `c.${quoteMssqlName(column)} IS NOT NULL`);
  const same = key.columns.map((column, i) => `p.${quoteMssqlName(key.references[i] ?? '')} = c.${quoteMssqlName(column)}`);
  return `SELECT COUNT_BIG(*) AS n FROM ${quoteMssqlTable(table.name, server)} c WHERE ${filled.join(' AND ')} AND NOT EXISTS (SELECT 1 FROM ${quoteMssqlTable(key.table, server)} p WHERE ${same.join(' AND ')})`;
}

/** The column that numbers new rows: a table has one at most, of whole numbers. */
export function numberedColumn({ columns }: TableSchema): Column | null {
  return columns.find(({ identity, type }) => identity && type.kind === 'integer') ?? null;
}

function columnSql(column: Column, { collations }: DdlContext, isNumbered: boolean): string {
  const name = quoteMssqlName(column.name);
  const { generated } = column;
  if (generated?.expression === 'rowversion') return `${name} rowversion`;
  if (generated !== null) return `${name} AS (${generated.expression})${generated.stored ? ' PERSISTED' : ''}`;
  const declared = declareMssqlType(column.type);
  const own = column.collation !== null && collations.has(column.collation) ? `COLLATE ${column.collation}` : BY_BYTES;
  const parts = [name, declared, ...(declared.startsWith('nvarchar') ? [own] : [])];
  if (isNumbered) parts.push(`IDENTITY(${column.nextIdentity ?? 1},1)`);
  parts.push(column.nullable ? 'NULL' : 'NOT NULL');
  const preset = isNumbered ? null : defaultSql(column);
  if (preset !== null) parts.push(`DEFAULT ${preset}`);
  return parts.join(' ');
}

function indexSql(table: TableSchema, index: TableIndex, server: MssqlServer): string {
  const columns = index.columns.map(({ name, descending }) => `${quoteMssqlName(name)}${descending ? ' DESC' : ''}`);
  const filter = index.unique ? filledFilter(index.columns, table.columns) : null;
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteMssqlName(cut(index.name))} ON ${quoteMssqlTable(table.name, server)} (${columns.join(', ')})${filter === null ? '' : ` WHERE ${filter}`}`;
}

/** Numbering goes on where it was; what counts is the last number given, where one was. */
function numberingSql(table: TableSchema, there: TableSchema | null, server: MssqlServer): readonly string[] {
  const column = numberedColumn(table);
  const next = column?.nextIdentity ?? null;
  const found = there?.columns.find(({ identity }) => identity);
  if (next === null || found === undefined || found.nextIdentity === next) return [];
  return [`DBCC CHECKIDENT (${quoteMssqlText(quoteMssqlTable(table.name, server))}, RESEED, ${next - 1n})`];
}

function commentsSql(table: TableSchema, there: TableSchema | null, server: MssqlServer): readonly string[] {
  const { schema, name } = placeOfTable(table.name, server);
  const comment = (text: string, column: string | null): string =>
    `EXEC sys.sp_addextendedproperty @name = N'MS_Description', @value = ${quoteMssqlText(text)}, @level0type = N'SCHEMA', @level0name = ${quoteMssqlText(schema)}, @level1type = N'TABLE', @level1name = ${quoteMssqlText(name)}${column === null ? '' : `, @level2type = N'COLUMN', @level2name = ${quoteMssqlText(column)}`}`;
  const columns = table.columns.filter(
    (column) => column.comment !== null && (there?.columns.find((one) => one.name === column.name)?.comment ?? null) === null,
  );
  return [
    ...(table.comment !== null && (there?.comment ?? null) === null ? [comment(table.comment, null)] : []),
    ...columns.map((column) => comment(column.comment ?? '', column.name)),
  ];
}

function list(names: readonly string[]): string {
  return names.map(quoteMssqlName).join(', ');
}

function cut(name: string): string {
  return name.slice(0, NAME_SIGNS);
}
