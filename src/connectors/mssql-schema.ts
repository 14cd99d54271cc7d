import { CrmError } from '../errors.ts';
import type { Column, ForeignKey, ReferenceAction, TableIndex, TableSchema } from '../model/table-schema.ts';
import type { TableEntry } from './connector.ts';
import { mssqlDefault, withoutParentheses } from './mssql-default.ts';
import { nameOfTable, placeOfTable, quoteMssqlName, quoteMssqlTable, quoteMssqlText } from './mssql-names.ts';
import { UNICODE_COLLATION } from './mssql-order.ts';
import type { MssqlServer, MssqlSession, TextRow } from './mssql-session.ts';
import { declaredMssqlType, type DescribedType, typeOfMssql } from './mssql-types.ts';

/** Where a copy keeps its ledger: no table of anybody. */
export const LEDGER_TABLE = '_crm_copy';

/** The tables and views of the database, by name. */
export async function readTables(session: MssqlSession): Promise<readonly TableEntry[]> {
  const rows = await session.rows(
    `SELECT s.name AS owner, t.name AS name, 'table' AS kind FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id WHERE t.is_ms_shipped = 0
     UNION ALL
     SELECT s.name, v.name, 'view' FROM sys.views v JOIN sys.schemas s ON s.schema_id = v.schema_id WHERE v.is_ms_shipped = 0`,
  );
  return rows
    .map(({ owner, name, kind }): TableEntry => ({ name: nameOfTable(owner ?? '', name ?? ''), kind: kind === 'view' ? 'view' : 'table' }))
    .filter(({ name }) => name !== LEDGER_TABLE)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The number of a table or view in the server's own tables; null: there is none. */
export async function idOfTable(session: MssqlSession, server: MssqlServer, table: string): Promise<number | null> {
  const { schema, name } = placeOfTable(table, server);
  const [row] = await session.rows(
    `SELECT o.object_id AS id FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
     WHERE s.name = ${quoteMssqlText(schema)} AND o.name = ${quoteMssqlText(name)} AND o.type IN ('U', 'V')`,
  );
  return row === undefined ? null : Number(row.id);
}

/** A table as the server describes it. @throws {CrmError} NOT_FOUND when there is no such table */
export async function readSchema(session: MssqlSession, server: MssqlServer, table: string): Promise<TableSchema> {
  const id = await idOfTable(session, server, table);
  if (id === null) throw new CrmError('NOT_FOUND', `${session.label} has no table ${table}`, { hint: 'look at its list of tables' });
  const columns = await readColumns(session, server, id);
  const [comment] = await session.rows(
    `SELECT CONVERT(nvarchar(4000), p.value) AS value FROM sys.extended_properties p
     WHERE p.class = 1 AND p.major_id = ${id} AND p.minor_id = 0 AND p.name = 'MS_Description'`,
  );
  return {
    name: table,
    columns,
    ...(await readIndexes(session, id, quoteMssqlTable(table, server), columns)),
    foreignKeys: await readForeignKeys(session, id),
    comment: comment?.value ?? null,
  };
}

/** The server keeps the words of defaults and computed columns from users who may only read: then they would be lost silently. */
async function readColumns(session: MssqlSession, server: MssqlServer, id: number): Promise<readonly Column[]> {
  const rows = await session.rows(
    `SELECT c.name AS name, COALESCE(b.name, u.name) AS type, c.max_length AS length, c.precision AS digits, c.scale AS scale,
       CONVERT(int, c.is_nullable) AS nullable, c.collation_name AS collation,
       c.default_object_id AS has_preset, d.definition AS preset, CONVERT(int, c.is_computed) AS computed,
       g.definition AS expression, CONVERT(int, g.is_persisted) AS stored, CONVERT(nvarchar(4000), p.value) AS comment,
       CONVERT(int, c.is_identity) AS numbered, CONVERT(varchar(40), i.seed_value) AS seed, CONVERT(varchar(40), i.increment_value) AS step,
       CONVERT(varchar(40), i.last_value) AS last
     FROM sys.columns c
     JOIN sys.types u ON u.user_type_id = c.user_type_id
     LEFT JOIN sys.types b ON b.user_type_id = c.system_type_id
     LEFT JOIN sys.default_constraints d ON d.object_id = c.default_object_id
     LEFT JOIN sys.computed_columns g ON g.object_id = c.object_id AND g.column_id = c.column_id
     LEFT JOIN sys.identity_columns i ON i.object_id = c.object_id AND i.column_id = c.column_id
     LEFT JOIN sys.extended_properties p ON p.class = 1 AND p.major_id = c.object_id AND p.minor_id = c.column_id AND p.name = 'MS_Description'
     WHERE c.object_id = ${id} ORDER BY c.column_id`,
  );
  const hidden = rows.find((row) => (row.has_preset !== '0' && row.preset == null) || (row.computed === '1' && row.expression == null));
  if (hidden !== undefined) {
    throw new CrmError('PERMISSION', `${session.label} does not tell how the column ${hidden.name} is computed or filled`, {
      hint: 'GRANT VIEW DEFINITION to the user',
    });
  }
  return rows.map((row) => columnOf(row, server));
}

function columnOf(row: TextRow, server: MssqlServer): Column {
  const described: DescribedType = {
    name: (row.type ?? '').toLowerCase(),
    length: Number(row.length),
    precision: Number(row.digits),
    scale: Number(row.scale),
  };
  const type = typeOfMssql(described);
  const identity = row.numbered === '1';
  return {
    name: row.name ?? '',
    type,
    declared: declaredMssqlType(described),
    nullable: row.nullable === '1',
    default: row.preset == null ? null : mssqlDefault(row.preset, type),
    generated: generatedOf(row, described),
    identity,
    nextIdentity: identity ? nextOf(row) : null,
    comment: row.comment ?? null,
    collation: collationOf(row.collation ?? null, described, server),
  };
}

/** None of its own has a column of the database's collation, and one of Unicode as a copy makes them. */
function collationOf(collation: string | null, { name }: DescribedType, server: MssqlServer): string | null {
  const isUsual = collation === server.collation || (name.startsWith('n') && collation === UNICODE_COLLATION);
  return isUsual ? null : collation;
}

/** The server fills a rowversion itself, and refuses values for it. */
function generatedOf(row: TextRow, { name }: DescribedType): Column['generated'] {
  if (name === 'timestamp') return { expression: 'rowversion', stored: true };
  return row.expression == null ? null : { expression: withoutParentheses(row.expression), stored: row.stored === '1' };
}

function nextOf({ last, seed, step }: TextRow): bigint {
  return last == null ? BigInt(seed ?? 1) : BigInt(last) + BigInt(step ?? 1);
}

async function readIndexes(
  session: MssqlSession,
  id: number,
  table: string,
  columns: readonly Column[],
): Promise<Pick<TableSchema, 'primaryKey' | 'indexes'>> {
  const rows = await session.rows(
    `SELECT i.name AS name, CONVERT(int, i.is_unique) AS uniq, CONVERT(int, i.is_primary_key) AS main, i.filter_definition AS filter,
       c.name AS col, CONVERT(int, k.is_descending_key) AS down
     FROM sys.indexes i
     JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id AND k.is_included_column = 0
     JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
     WHERE i.object_id = ${id} AND i.type IN (1, 2) AND k.key_ordinal > 0 ORDER BY i.index_id, k.key_ordinal`,
  );
  const byName = grouped(rows);
  const main = [...byName.values()].find(([first]) => first?.main === '1') ?? [];
  const others = [...byName].filter(([, parts]) => parts !== main);
  return { primaryKey: main.map(({ col }) => col ?? ''), indexes: others.map(([name, parts]) => indexOf(name, parts, table, columns)) };
}

function indexOf(name: string, parts: readonly TextRow[], table: string, columns: readonly Column[]): TableIndex {
  const keys = parts.map(({ col, down }) => ({ name: col ?? '', descending: down === '1' }));
  const unique = parts[0]?.uniq === '1';
  const filter = parts[0]?.filter == null ? null : withoutParentheses(parts[0].filter);
  const isPlain = filter === null || (unique && filter === filledFilter(keys, columns));
  const words = keys.map((key) => `${quoteMssqlName(key.name)}${key.descending ? ' DESC' : ''}`).join(', ');
  const special = `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quoteMssqlName(name)} ON ${table} (${words}) WHERE ${filter}`;
  return { name, columns: keys, unique, special: isPlain ? null : special };
}

/**
 * What makes a unique index leave rows alone that have a NULL in it, as it is everywhere else: without it the server takes
 * two NULLs for the same. Null where no column can be NULL.
 */
export function filledFilter(keys: readonly { readonly name: string }[], columns: readonly Column[]): string | null {
  const open = keys.filter(({ name }) => columns.find((column) => column.name === name)?.nullable);
  return open.length === 0 ? null : open.map(({ name }) => `${quoteMssqlName(name)} IS NOT NULL`).join(' AND ');
}

async function readForeignKeys(session: MssqlSession, id: number): Promise<readonly ForeignKey[]> {
  const rows = await session.rows(
    `SELECT f.name AS name, c.name AS col, s.name AS owner, t.name AS parent, r.name AS parentcol,
       f.delete_referential_action_desc AS deleted, f.update_referential_action_desc AS updated
     FROM sys.foreign_keys f
     JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id
     JOIN sys.columns c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
     JOIN sys.columns r ON r.object_id = k.referenced_object_id AND r.column_id = k.referenced_column_id
     JOIN sys.tables t ON t.object_id = f.referenced_object_id
     JOIN sys.schemas s ON s.schema_id = t.schema_id
     WHERE f.parent_object_id = ${id} ORDER BY f.name, k.constraint_column_id`,
  );
  return [...grouped(rows)].map(([name, parts]) => ({
    name,
    columns: parts.map(({ col }) => col ?? ''),
    table: nameOfTable(parts[0]?.owner ?? '', parts[0]?.parent ?? ''),
    references: parts.map(({ parentcol }) => parentcol ?? ''),
    onDelete: actionOf(parts[0]?.deleted),
    onUpdate: actionOf(parts[0]?.updated),
  }));
}

function grouped(rows: readonly TextRow[]): ReadonlyMap<string, TextRow[]> {
  const byName = new Map<string, TextRow[]>();
  for (const row of rows) byName.set(row.name ?? '', [...(byName.get(row.name ?? '') ?? []), row]);
  return byName;
}

function actionOf(words: string | null | undefined): ReferenceAction {
  return (words ?? 'NO_ACTION').toLowerCase().replaceAll('_', ' ') as ReferenceAction;
}
