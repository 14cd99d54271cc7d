import { checkSql } from '../model/check-rule.ts';
import type { Cell, Column, ForeignKey, TableIndex, TableSchema } from '../model/table-schema.ts';
import { mysqlLiteral } from './mysql-literal.ts';
import { type MysqlServer, quoteMysqlName, quoteMysqlText } from './mysql-session.ts';
import { declareMysqlType, hasCollation, longColumns } from './mysql-types.ts';

const COLUMN_COMMENT = 1024;
const TABLE_COMMENT = 2048;
const NOW = /^(current_timestamp|now|localtimestamp)( ?\(\d?\))?( on update current_timestamp(\(\d?\))?)?$/i;
/** An index that only this kind of server can make, in its own words. */
const OWN_INDEX = /^CREATE (UNIQUE |FULLTEXT |SPATIAL )?INDEX `/;

/** What DDL needs to know of the server beside the table. */
export interface DdlContext {
  readonly server: MysqlServer;
  /** Collations of the server: a column keeps its own where there is one of that name. */
  readonly collations: ReadonlySet<string>;
}

/** SQL that makes a table with its columns and its primary key. */
export function createTableSql(table: TableSchema, context: DdlContext): string {
  const long = longColumns(table.columns, keyColumns(table));
  const numbered = numberedColumn(table);
  const isFirst = numbered !== null && table.primaryKey[0] === numbered.name;
  const lines = table.columns.map((column) => columnSql(column, context, long.has(column.name), isFirst && column === numbered));
  if (table.primaryKey.length > 0) lines.push(`PRIMARY KEY (${table.primaryKey.map(quoteMysqlName).join(', ')})`);
  lines.push(...checkLines(table, context));
  const comment = table.comment === null ? '' : ` COMMENT=${quoteMysqlText(cut(table.comment, TABLE_COMMENT))}`;
  return `CREATE TABLE IF NOT EXISTS ${quoteMysqlName(table.name)} (\n  ${lines.join(',\n  ')}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=${context.server.collation}${comment}`;
}

/** SQL that makes what a table lacks after its rows are in, by the index names that are there. */
export function finishTableSql(table: TableSchema, there: TableSchema | null, context: DdlContext): readonly string[] {
  const name = quoteMysqlName(table.name);
  const has = new Set(there?.indexes.map((index) => index.name.toLowerCase()));
  const indexes = table.indexes.filter((index) => !has.has(indexName(index).toLowerCase()));
  const plain = indexes.filter(({ special }) => special === null).map((index) => indexSql(index));
  const own = indexes.flatMap(({ special }) => (special !== null && OWN_INDEX.test(special) ? [special] : []));
  return [...(plain.length > 0 ? [`ALTER TABLE ${name} ${plain.join(', ')}`] : []), ...own, ...numberingSql(table, there, context)];
}

/** SQL that adds a reference. @param isNamed whether its name may be used, which must be the only one in the database */
export function referenceSql(table: TableSchema, key: ForeignKey, isNamed: boolean): string {
  const name = key.name === null || !isNamed ? '' : `CONSTRAINT ${quoteMysqlName(key.name)} `;
  const action = (one: string): string => (one === 'set default' ? 'NO ACTION' : one.toUpperCase());
  return `ALTER TABLE ${quoteMysqlName(table.name)} ADD ${name}FOREIGN KEY (${key.columns.map(quoteMysqlName).join(', ')}) REFERENCES ${quoteMysqlName(key.table)} (${key.references.map(quoteMysqlName).join(', ')}) ON DELETE ${action(key.onDelete)} ON UPDATE ${action(key.onUpdate)}`;
}

/** SQL that counts rows which point to nothing. */
export function danglingSql(table: TableSchema, key: ForeignKey): string {
  const filled = key.columns.map((column) => `c.${quoteMysqlName(column)} IS NOT NULL`);
  const same = key.columns.map((column, i) => `p.${quoteMysqlName(key.references[i] ?? '')} = c.${quoteMysqlName(column)}`);
  return `SELECT COUNT(*) AS n FROM ${quoteMysqlName(table.name)} c WHERE ${filled.join(' AND ')} AND NOT EXISTS (SELECT 1 FROM ${quoteMysqlName(key.table)} p WHERE ${same.join(' AND ')})`;
}

const WORDS = { name: quoteMysqlName, text: quoteMysqlText, length: 'char_length' };

/** Names of checks are those of the whole database in MySQL: there it gives them itself. */
function checkLines({ checks = [] }: TableSchema, { server }: DdlContext): readonly string[] {
  return checks.map(({ name, sql, rule }) => {
    const named = name === null || !server.maria ? '' : `CONSTRAINT ${quoteMysqlName(cut(name, 64).trimEnd())} `;
    return `${named}CHECK (${rule === null ? sql : checkSql(rule, WORDS)})`;
  });
}

function columnSql(column: Column, { server, collations }: DdlContext, isLong: boolean, isNumbered: boolean): string {
  const declared = declareMysqlType(column.type, server, isLong);
  const own = column.collation !== null && collations.has(column.collation) ? column.collation : null;
  const collated = hasCollation(column.type, declared) && own !== null ? ` CHARACTER SET utf8mb4 COLLATE ${own}` : '';
  const parts = [`${quoteMysqlName(column.name)} ${declared}${collated}`];
  if (column.generated !== null) {
    parts.push(`GENERATED ALWAYS AS (${column.generated.expression}) ${column.generated.stored ? 'STORED' : 'VIRTUAL'}`);
  } else {
    parts.push(column.nullable ? 'NULL' : 'NOT NULL');
    const value = isNumbered ? null : defaultSql(column, declared);
    if (value !== null) parts.push(`DEFAULT ${value}`);
  }
  if (isNumbered) parts.push('AUTO_INCREMENT');
  if (column.comment !== null) parts.push(`COMMENT ${quoteMysqlText(cut(column.comment, COLUMN_COMMENT))}`);
  return parts.join(' ');
}

/** Texts and bytes outside of the row take expressions only; the moment of now must have the digits of the column. */
function defaultSql(column: Column, declared: string): string | null {
  if (column.default === null) return null;
  if ('value' in column.default) return valueSql(column, column.default.value, declared);
  const { expression } = column.default;
  if (!NOW.test(expression)) return `(${expression})`;
  const isMoment = column.type.kind === 'timestamp';
  const now = isMoment ? `CURRENT_TIMESTAMP(${column.type.precision})` : '(CURRENT_TIMESTAMP)';
  return isMoment && /on update/i.test(expression) ? `${now} ON UPDATE ${now}` : now;
}

function valueSql(column: Column, value: Cell, declared: string): string | null {
  const sql = mysqlLiteral(column)(value);
  return /^long|^json|^(geo|point|multi|line|poly)/.test(declared) ? `(${sql})` : sql;
}

/** The column that numbers new rows: the server has one at most, of whole numbers. */
function numberedColumn(table: TableSchema): Column | null {
  return table.columns.find(({ identity, type }) => identity && type.kind === 'integer') ?? null;
}

/** Numbering goes on where it was; a numbered column that does not lead the primary key needs an index of its own first. */
function numberingSql(table: TableSchema, there: TableSchema | null, { server }: DdlContext): readonly string[] {
  const column = numberedColumn(table);
  if (column === null) return [];
  const name = quoteMysqlName(table.name);
  const sql: string[] = [];
  const isDone = table.primaryKey[0] === column.name || there?.columns.find((one) => one.name === column.name)?.identity === true;
  if (!isDone) {
    const isLed = table.indexes.some((index) => index.special === null && index.columns[0]?.name === column.name);
    const index = isLed ? '' : `ADD INDEX (${quoteMysqlName(column.name)}), `;
    const type = declareMysqlType(column.type, server);
    sql.push(`ALTER TABLE ${name} ${index}MODIFY ${quoteMysqlName(column.name)} ${type} NOT NULL AUTO_INCREMENT`);
  }
  if (column.nextIdentity !== null && column.nextIdentity > 0n) sql.push(`ALTER TABLE ${name} AUTO_INCREMENT = ${column.nextIdentity}`);
  return sql;
}

function indexSql(index: TableIndex): string {
  const columns = index.columns.map(({ name, descending }) => `${quoteMysqlName(name)}${descending ? ' DESC' : ''}`);
  return `ADD ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteMysqlName(indexName(index))} (${columns.join(', ')})`;
}

/** The name of the primary key is taken, and no name ends in a space. */
function indexName({ name, columns }: TableIndex): string {
  const fit = cut(name, 64).trimEnd();
  return fit === '' || fit.toUpperCase() === 'PRIMARY' ? cut(`by_${columns.map((one) => one.name).join('_')}`, 64).trimEnd() : fit;
}

function keyColumns(table: TableSchema): ReadonlySet<string> {
  return new Set([
    ...table.primaryKey,
    ...table.indexes.flatMap(({ columns }) => columns.map(({ name }) => name)),
    ...table.foreignKeys.flatMap(({ columns }) => columns),
  ]);
}

function cut(text: string, length: number): string {
  return [...text].slice(0, length).join('');
}
