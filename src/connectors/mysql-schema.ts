import { CrmError } from '../errors.ts';
import type { ForeignKey, ReferenceAction, TableIndex, TableSchema } from '../model/table-schema.ts';
import type { TableEntry } from './connector.ts';
import { columnOf, isTinyint1 } from './mysql-column.ts';
import { type MysqlServer, type MysqlSession, quoteMysqlName, quoteMysqlText, type TextRow } from './mysql-session.ts';

/** Where a copy keeps its ledger: no table of anybody. */
export const LEDGER_TABLE = '_crm_copy';

/** The tables and views of the database, by name. */
export async function readTables(session: MysqlSession): Promise<readonly TableEntry[]> {
  const rows = await session.rows(
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS kind FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE <> 'SEQUENCE' AND TABLE_NAME <> '${LEDGER_TABLE}' ORDER BY TABLE_NAME`,
  );
  return rows.map(({ name, kind }) => ({ name: name ?? '', kind: /VIEW/.test(kind ?? '') ? 'view' : 'table' }));
}

/** A table as the server describes it. @throws {CrmError} NOT_FOUND when there is no such table */
export async function readSchema(session: MysqlSession, server: MysqlServer, table: string): Promise<TableSchema> {
  // MySQL 8 tells the next number of a table as it was up to a day ago.
  if (!server.maria && server.version >= 800) await session.do('SET SESSION information_schema_stats_expiry = 0');
  const mine = `TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ${quoteMysqlText(table)}`;
  const [entry] = await session.rows(
    `SELECT TABLE_COMMENT AS comment, AUTO_INCREMENT AS next, TABLE_TYPE AS kind FROM information_schema.TABLES WHERE ${mine}`,
  );
  if (entry === undefined)
    throw new CrmError('NOT_FOUND', `${session.label} has no table ${table}`, { hint: 'look at its list of tables' });
  const described = await session.rows(
    `SELECT COLUMN_NAME AS name, DATA_TYPE AS type, COLUMN_TYPE AS \`full\`, CHARACTER_MAXIMUM_LENGTH AS length,
       NUMERIC_PRECISION AS digits, NUMERIC_SCALE AS scale, DATETIME_PRECISION AS fraction, COLLATION_NAME AS collation,
       IS_NULLABLE AS nullable, COLUMN_DEFAULT AS \`default\`, EXTRA AS extra, GENERATION_EXPRESSION AS generation, COLUMN_COMMENT AS comment
     FROM information_schema.COLUMNS WHERE ${mine} ORDER BY ORDINAL_POSITION`,
  );
  const context = {
    server,
    checkedJson: await checkedJson(session, server, mine),
    numbers: await numericBooleans(session, table, described),
    nextIdentity: BigInt(entry.next ?? 1),
  };
  const columns = described.map((row) => columnOf(row, context));
  const { primaryKey, indexes } = await readIndexes(session, table, mine);
  const isView = /VIEW/.test(entry.kind ?? '');
  return {
    name: table,
    columns,
    primaryKey,
    indexes,
    foreignKeys: await readForeignKeys(session, table),
    ...(server.maria || server.version >= 800 ? await readRules(session, server, mine) : {}),
    comment: isView || entry.comment === '' ? null : (entry.comment ?? null),
  };
}

/** Checks that are more than the type of a column, and triggers. */
async function readRules(session: MysqlSession, { maria }: MysqlServer, mine: string): Promise<Pick<TableSchema, 'checks' | 'triggers'>> {
  const rows = await session.rows(
    `SELECT c.CONSTRAINT_NAME AS name, c.CHECK_CLAUSE AS clause FROM information_schema.TABLE_CONSTRAINTS t
     JOIN information_schema.CHECK_CONSTRAINTS c ON c.CONSTRAINT_SCHEMA = t.CONSTRAINT_SCHEMA AND c.CONSTRAINT_NAME = t.CONSTRAINT_NAME${maria ? ' AND c.TABLE_NAME = t.TABLE_NAME' : ''}
     WHERE t.CONSTRAINT_TYPE = 'CHECK' AND ${mine.replace('TABLE_SCHEMA', 't.TABLE_SCHEMA').replace('TABLE_NAME', 't.TABLE_NAME')}`,
  );
  const checks = rows
    .filter(({ clause }) => !/^json_valid\(`[^`]*`\)$/i.test(clause ?? ''))
    .map(({ name, clause }) => ({ name: name ?? null, sql: clause ?? '', rule: null, isCollated: true }));
  const triggers = await session.rows(
    `SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS
     WHERE ${mine.replace('TABLE_SCHEMA', 'EVENT_OBJECT_SCHEMA').replace('TABLE_NAME', 'EVENT_OBJECT_TABLE')} ORDER BY TRIGGER_NAME`,
  );
  return {
    ...(checks.length === 0 ? {} : { checks }),
    ...(triggers.length === 0 ? {} : { triggers: triggers.map(({ name }) => name ?? '') }),
  };
}

/** MariaDB has no type JSON but a check that a text is some. */
async function checkedJson(session: MysqlSession, server: MysqlServer, mine: string): Promise<ReadonlySet<string>> {
  if (!server.maria) return new Set();
  const checks = await session.rows(
    `SELECT CHECK_CLAUSE AS clause FROM information_schema.CHECK_CONSTRAINTS
     WHERE ${mine.replace('TABLE_SCHEMA', 'CONSTRAINT_SCHEMA')}`,
  );
  return new Set(checks.map(({ clause }) => /^json_valid\(`(.*)`\)$/is.exec(clause ?? '')?.[1]?.replaceAll('``', '`') ?? ''));
}

/** Columns of `tinyint(1)` whose numbers are no booleans. */
async function numericBooleans(session: MysqlSession, table: string, described: readonly TextRow[]): Promise<ReadonlySet<string>> {
  const names = described.filter(isTinyint1).map(({ name }) => name ?? '');
  if (names.length === 0) return new Set();
  const tests = names.map(
    (name, i) => `EXISTS (SELECT 1 FROM ${quoteMysqlName(table)} WHERE ${quoteMysqlName(name)} NOT IN (0, 1)) AS c${i}`,
  );
  const [row] = await session.rows(`SELECT ${tests.join(', ')}`);
  return new Set(names.filter((_name, i) => row?.[`c${i}`] !== '0'));
}

async function readIndexes(session: MysqlSession, table: string, mine: string): Promise<Pick<TableSchema, 'primaryKey' | 'indexes'>> {
  const rows = await session.rows(`SELECT * FROM information_schema.STATISTICS WHERE ${mine} ORDER BY INDEX_NAME, SEQ_IN_INDEX`);
  const byName = new Map<string, TextRow[]>();
  for (const row of rows) {
    const name = row.INDEX_NAME ?? '';
    byName.set(name, [...(byName.get(name) ?? []), row]);
  }
  const primaryKey = (byName.get('PRIMARY') ?? []).map(({ COLUMN_NAME }) => COLUMN_NAME ?? '');
  byName.delete('PRIMARY');
  return { primaryKey, indexes: [...byName].map(([name, parts]) => indexOf(name, parts, table)) };
}

function indexOf(name: string, parts: readonly TextRow[], table: string): TableIndex {
  const [first] = parts;
  const unique = first?.NON_UNIQUE === '0';
  const kind = ['FULLTEXT', 'SPATIAL'].find((one) => one === first?.INDEX_TYPE);
  const isPlain = kind === undefined && parts.every(({ SUB_PART, COLUMN_NAME }) => SUB_PART === null && COLUMN_NAME !== null);
  const pieces = parts.map(({ COLUMN_NAME, EXPRESSION, SUB_PART, COLLATION }) => {
    const piece = COLUMN_NAME == null ? `(${(EXPRESSION ?? '').replaceAll("\\'", "'")})` : quoteMysqlName(COLUMN_NAME);
    return `${piece}${SUB_PART === null || kind !== undefined ? '' : `(${SUB_PART})`}${COLLATION === 'D' ? ' DESC' : ''}`;
  });
  const words = `CREATE ${unique ? 'UNIQUE ' : ''}${kind === undefined ? '' : `${kind} `}INDEX`;
  return {
    name,
    columns: parts
      .filter(({ COLUMN_NAME }) => COLUMN_NAME !== null)
      .map(({ COLUMN_NAME, COLLATION }) => ({ name: COLUMN_NAME ?? '', descending: COLLATION === 'D' })),
    unique,
    special: isPlain ? null : `${words} ${quoteMysqlName(name)} ON ${quoteMysqlName(table)} (${pieces.join(', ')})`,
  };
}

async function readForeignKeys(session: MysqlSession, table: string): Promise<readonly ForeignKey[]> {
  const rows = await session.rows(
    `SELECT k.CONSTRAINT_NAME AS name, k.COLUMN_NAME AS col, k.REFERENCED_TABLE_NAME AS parent, k.REFERENCED_COLUMN_NAME AS parentcol,
       r.DELETE_RULE AS deleted, r.UPDATE_RULE AS updated
     FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r
       ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME
     WHERE k.TABLE_SCHEMA = DATABASE() AND k.TABLE_NAME = ${quoteMysqlText(table)} AND k.REFERENCED_TABLE_NAME IS NOT NULL
     ORDER BY k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
  );
  const byName = new Map<string, TextRow[]>();
  for (const row of rows) byName.set(row.name ?? '', [...(byName.get(row.name ?? '') ?? []), row]);
  return [...byName].map(([name, parts]) => ({
    name,
    columns: parts.map(({ col }) => col ?? ''),
    table: parts[0]?.parent ?? '',
    references: parts.map(({ parentcol }) => parentcol ?? ''),
    onDelete: actionOf(parts[0]?.deleted),
    onUpdate: actionOf(parts[0]?.updated),
  }));
}

function actionOf(rule: string | null | undefined): ReferenceAction {
  return (rule ?? 'no action').toLowerCase() as ReferenceAction;
}
