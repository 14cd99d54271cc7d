import { isDeepStrictEqual } from 'node:util';
import { checkSql } from '../model/check-rule.ts';
import type { Column, ForeignKey, TableCheck, TableIndex, TableSchema } from '../model/table-schema.ts';
import { defaultSql } from './sqlite-default.ts';
import { noteSql, type ColumnNote } from './sqlite-definition.ts';
import { nameList, quoteName, quoteText } from './sqlite-names.ts';
import { declaredName, typeOf } from './sqlite-types.ts';

/** Collations that every SQLite has. */
const COLLATIONS: ReadonlySet<string> = new Set(['BINARY', 'NOCASE', 'RTRIM']);

/** The statement that makes a table, its references included: SQLite cannot add them later. */
export function createSql(table: TableSchema): string {
  const key = identityColumn(table);
  const lines = table.columns.map((column) => columnSql(column, column === key));
  if (key === null && table.primaryKey.length > 0) lines.push(`PRIMARY KEY (${nameList(table.primaryKey)})`);
  lines.push(...(table.checks ?? []).map(checkLine));
  lines.push(...table.foreignKeys.map(referenceSql));
  const comment = table.comment === null ? '' : noteSql({ comment: table.comment });
  return `CREATE TABLE ${quoteName(table.name)} (${comment}\n  ${lines.join(',\n  ')}\n)${isClustered(table) ? ' WITHOUT ROWID' : ''}`;
}

/** The statement that makes an index. @param name one that nothing else has */
export function indexSql(table: TableSchema, index: TableIndex, name: string): string {
  if (index.special !== null) return index.special;
  const columns = index.columns.map((column) => `${quoteName(column.name)}${column.descending ? ' DESC' : ''}`);
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteName(name)} ON ${quoteName(table.name)} (${columns.join(', ')})`;
}

/** The column that numbers new rows: SQLite numbers by a primary key of one column only; null where there is none. */
export function identityColumn({ columns, primaryKey }: TableSchema): Column | null {
  if (primaryKey.length !== 1) return null;
  return columns.find(({ name, identity, type }) => name === primaryKey[0] && identity && type.kind === 'integer') ?? null;
}

/** Rows lie in the order of their key, unless a part of it may be NULL, as SQLite alone allows. */
function isClustered(table: TableSchema): boolean {
  const key = table.columns.filter(({ name }) => table.primaryKey.includes(name));
  return key.length > 0 && identityColumn(table) === null && key.every(({ nullable }) => !nullable);
}

function columnSql(column: Column, isIdentity: boolean): string {
  const declared = isIdentity ? 'INTEGER' : declaredName(column.type);
  const isKnown = column.collation !== null && COLLATIONS.has(column.collation.toUpperCase());
  const note: ColumnNote = {
    ...(isDeepStrictEqual(typeOf(declared), column.type) ? {} : { type: column.type }),
    ...(column.comment === null ? {} : { comment: column.comment }),
    ...(column.collation === null || isKnown ? {} : { collation: column.collation }),
  };
  const start = `${quoteName(column.name)}${declared === '' ? '' : ` ${declared}`}${noteSql(note)}`;
  if (isIdentity) return `${start} PRIMARY KEY AUTOINCREMENT`;
  const collation = isKnown ? ` COLLATE ${column.collation}` : '';
  const rest = column.generated === null ? defaultSql(column) : generatedSql(column.generated);
  return `${start}${column.nullable ? '' : ' NOT NULL'}${collation}${rest}`;
}

const WORDS = { name: quoteName, text: quoteText, length: 'length' };

function checkLine({ name, sql, rule }: TableCheck): string {
  return `${name === null ? '' : `CONSTRAINT ${quoteName(name)} `}CHECK (${rule === null ? sql : checkSql(rule, WORDS)})`;
}

function generatedSql({ expression, stored }: NonNullable<Column['generated']>): string {
  return ` GENERATED ALWAYS AS (${expression}) ${stored ? 'STORED' : 'VIRTUAL'}`;
}

function referenceSql(key: ForeignKey): string {
  const name = key.name === null ? '' : `CONSTRAINT ${quoteName(key.name)} `;
  const actions = [
    ...(key.onDelete === 'no action' ? [] : [` ON DELETE ${key.onDelete.toUpperCase()}`]),
    ...(key.onUpdate === 'no action' ? [] : [` ON UPDATE ${key.onUpdate.toUpperCase()}`]),
  ].join('');
  return `${name}FOREIGN KEY (${nameList(key.columns)}) REFERENCES ${quoteName(key.table)} (${nameList(key.references)})${actions}`;
}
