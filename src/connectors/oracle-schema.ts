import { CrmError } from '../errors.ts';
import type { ForeignKey, TableIndex, TableSchema } from '../model/table-schema.ts';
import type { TableEntry } from './connector.ts';
import { COLUMN_FACTS, columnOf, type DescribedColumn, describedColumn, isBareNumber, isOneDigit } from './oracle-column.ts';
import { type OracleSession, quoteOracleName, type TextRow, textBind } from './oracle-session.ts';

/** Where a copy keeps its ledger: no table of anybody. */
export const LEDGER_TABLE = '_crm_copy';

const OWNER = "SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')";
const MINE = `OWNER = ${OWNER} AND TABLE_NAME = :1`;

/** The tables and views of the schema of the session, by name. */
export async function readTables(session: OracleSession): Promise<readonly TableEntry[]> {
  const rows = await session.rows(
    `SELECT t.TABLE_NAME, 'table' FROM ALL_TABLES t WHERE t.OWNER = ${OWNER} AND t.NESTED = 'NO' AND t.SECONDARY = 'N' AND t.DROPPED = 'NO' AND (t.IOT_TYPE IS NULL OR t.IOT_TYPE = 'IOT') AND NOT EXISTS (SELECT 1 FROM ALL_MVIEWS m WHERE m.OWNER = t.OWNER AND m.MVIEW_NAME = t.TABLE_NAME) UNION ALL SELECT v.VIEW_NAME, 'view' FROM ALL_VIEWS v WHERE v.OWNER = ${OWNER} UNION ALL SELECT m.MVIEW_NAME, 'view' FROM ALL_MVIEWS m WHERE m.OWNER = ${OWNER} ORDER BY 1`,
  );
  return rows
    .filter(([name]) => name !== LEDGER_TABLE)
    .map(([name, kind]) => ({ name: name ?? '', kind: kind === 'view' ? 'view' : 'table' }));
}

/**
 * A table as the server describes it.
 * @throws {CrmError} NOT_FOUND when there is no such table; ENGINE when it has columns whose values cannot be read
 */
export async function readSchema(session: OracleSession, table: string): Promise<TableSchema> {
  const name = [textBind(table)];
  // What is invisible to SELECT * is there all the same.
  const described = (
    await session.rows(
      `SELECT ${COLUMN_FACTS} FROM ALL_TAB_COLS WHERE ${MINE} AND (HIDDEN_COLUMN = 'NO' OR (USER_GENERATED = 'YES' AND SUBSTR(COLUMN_NAME, 1, 4) <> 'SYS_')) ORDER BY INTERNAL_COLUMN_ID`,
      name,
    )
  ).map(describedColumn);
  if (described.length === 0)
    throw new CrmError('NOT_FOUND', `${session.label} has no table ${table}`, {
      hint: 'names are told apart by case, and Oracle writes those in capital letters that were not quoted',
    });
  const constraints = await readConstraints(session, table);
  const { indexes, primaryKey } = await readIndexes(session, table, constraints);
  const foreignKeys = referencesOf(constraints);
  const keys = new Set([...primaryKey, ...indexes.filter(({ unique }) => unique).flatMap((index) => index.columns.map((one) => one.name))]);
  for (const { columns } of foreignKeys) for (const column of columns) keys.add(column);
  const context = {
    ...(await lookIntoNumbers(session, table, described, keys)),
    identities: await readIdentities(session, table),
    comments: await readComments(session, table),
  };
  const read = described.map((column) => columnOf(column, context));
  const strange = read.find(({ type }) => type.kind === 'other');
  if (strange !== undefined)
    throw new CrmError('ENGINE', `the column ${strange.name} of ${table} has the type ${strange.declared}, which cannot be read`, {
      hint: 'leave that table out: --tables names those to copy',
    });
  const [comment] = await session.rows(`SELECT COMMENTS FROM ALL_TAB_COMMENTS WHERE ${MINE} AND TABLE_TYPE = 'TABLE'`, name);
  return { name: table, columns: read, primaryKey, indexes, foreignKeys, comment: comment?.[0] ?? null };
}

/** A NUMBER does not say what it is for: the rows do, in columns of one digit, and in keys. */
async function lookIntoNumbers(
  session: OracleSession,
  table: string,
  columns: readonly DescribedColumn[],
  keys: ReadonlySet<string>,
): Promise<{ readonly numeric: ReadonlySet<string>; readonly whole: ReadonlySet<string> }> {
  const digits = columns.filter((column) => !column.virtual && isOneDigit(column)).map(({ name }) => name);
  const bare = columns.filter((column) => isBareNumber(column) && keys.has(column.name)).map(({ name }) => name);
  const tests = [
    ...digits.map((name) => `${quoteOracleName(name)} NOT IN (0, 1)`),
    ...bare.map(
      (name) => `(${quoteOracleName(name)} <> TRUNC(${quoteOracleName(name)}) OR ABS(${quoteOracleName(name)}) >= 9223372036854775807)`,
    ),
  ];
  const found: boolean[] = [];
  for (const test of tests) {
    const rows = await session.rows(`SELECT COUNT(*) FROM ${quoteOracleName(table)} WHERE ${test} AND ROWNUM = 1`);
    found.push(rows[0]?.[0] !== '0');
  }
  return {
    numeric: new Set(digits.filter((_name, i) => found[i])),
    whole: new Set(bare.filter((_name, i) => !found[digits.length + i])),
  };
}

async function readIdentities(session: OracleSession, table: string): Promise<ReadonlyMap<string, bigint>> {
  const rows = await session.rows(
    `SELECT i.COLUMN_NAME, s.LAST_NUMBER FROM ALL_TAB_IDENTITY_COLS i JOIN ALL_SEQUENCES s ON s.SEQUENCE_OWNER = i.OWNER AND s.SEQUENCE_NAME = i.SEQUENCE_NAME WHERE i.OWNER = ${OWNER} AND i.TABLE_NAME = :1`,
    [textBind(table)],
  );
  return new Map(rows.map(([column, next]) => [column ?? '', BigInt(next ?? 1)]));
}

async function readComments(session: OracleSession, table: string): Promise<ReadonlyMap<string, string>> {
  const rows = await session.rows(`SELECT COLUMN_NAME, COMMENTS FROM ALL_COL_COMMENTS WHERE ${MINE}`, [textBind(table)]);
  return new Map(rows.flatMap(([column, comment]) => (comment === null || comment === undefined ? [] : [[column ?? '', comment]])));
}

interface Constraint {
  readonly name: string;
  readonly kind: 'P' | 'U' | 'R';
  readonly index: string | null;
  readonly onDelete: string | null;
  readonly columns: string[];
  readonly parent: string | null;
  readonly references: string[];
}

/** Keys and references; what names the server gave itself are of no use elsewhere. */
async function readConstraints(session: OracleSession, table: string): Promise<readonly Constraint[]> {
  const rows = await session.rows(
    `SELECT c.CONSTRAINT_NAME, c.CONSTRAINT_TYPE, c.INDEX_NAME, c.DELETE_RULE, k.COLUMN_NAME, p.TABLE_NAME, p.COLUMN_NAME FROM ALL_CONSTRAINTS c JOIN ALL_CONS_COLUMNS k ON k.OWNER = c.OWNER AND k.CONSTRAINT_NAME = c.CONSTRAINT_NAME LEFT JOIN ALL_CONS_COLUMNS p ON p.OWNER = c.R_OWNER AND p.CONSTRAINT_NAME = c.R_CONSTRAINT_NAME AND p.POSITION = k.POSITION WHERE c.OWNER = ${OWNER} AND c.TABLE_NAME = :1 AND c.CONSTRAINT_TYPE IN ('P', 'U', 'R') ORDER BY c.CONSTRAINT_NAME, k.POSITION`,
    [textBind(table)],
  );
  const byName = new Map<string, Constraint>();
  for (const [name, kind, index, onDelete, column, parent, reference] of rows) {
    const found = byName.get(name ?? '') ?? {
      name: name ?? '',
      kind: (kind ?? 'U') as Constraint['kind'],
      index: index ?? null,
      onDelete: onDelete ?? null,
      columns: [],
      parent: parent ?? null,
      references: [],
    };
    byName.set(found.name, found);
    found.columns.push(column ?? '');
    if (reference !== null && reference !== undefined) found.references.push(reference);
  }
  return [...byName.values()];
}

function referencesOf(constraints: readonly Constraint[]): readonly ForeignKey[] {
  return constraints
    .filter(({ kind, parent }) => kind === 'R' && parent !== null)
    .map(({ name, columns, parent, references, onDelete }) => ({
      name: /^SYS_C\d+$/.test(name) ? null : name,
      columns,
      table: parent ?? '',
      references,
      onDelete: onDelete === 'CASCADE' ? 'cascade' : onDelete === 'SET NULL' ? 'set null' : 'no action',
      onUpdate: 'no action',
    }));
}

async function readIndexes(
  session: OracleSession,
  table: string,
  constraints: readonly Constraint[],
): Promise<Pick<TableSchema, 'primaryKey' | 'indexes'>> {
  const rows = await session.rows(
    `SELECT i.INDEX_NAME, i.INDEX_TYPE, i.UNIQUENESS, c.COLUMN_NAME, c.DESCEND, e.COLUMN_EXPRESSION FROM ALL_INDEXES i JOIN ALL_IND_COLUMNS c ON c.INDEX_OWNER = i.OWNER AND c.INDEX_NAME = i.INDEX_NAME LEFT JOIN ALL_IND_EXPRESSIONS e ON e.INDEX_OWNER = c.INDEX_OWNER AND e.INDEX_NAME = c.INDEX_NAME AND e.COLUMN_POSITION = c.COLUMN_POSITION WHERE i.TABLE_OWNER = ${OWNER} AND i.TABLE_NAME = :1 AND i.INDEX_TYPE <> 'LOB' ORDER BY i.INDEX_NAME, c.COLUMN_POSITION`,
    [textBind(table)],
  );
  const byName = new Map<string, TextRow[]>();
  for (const row of rows) byName.set(row[0] ?? '', [...(byName.get(row[0] ?? '') ?? []), row]);
  const primary = constraints.find(({ kind }) => kind === 'P');
  const unique = new Set(constraints.flatMap(({ kind, index }) => (kind === 'U' && index !== null ? [index] : [])));
  if (primary?.index) byName.delete(primary.index);
  const indexes = [...byName].map(([name, parts]) => indexOf(name, parts, table, unique.has(name)));
  return { primaryKey: primary?.columns ?? [], indexes };
}

/** An index; a descending column stands there as an expression of a hidden one. */
function indexOf(name: string, parts: readonly TextRow[], table: string, isConstraint: boolean): TableIndex {
  const [, kind = '', uniqueness] = parts[0] ?? [];
  const pieces = parts.map(([, , , column, descend, expression]) => {
    const descending = descend === 'DESC';
    const plain = /^"([^"]+)"$/.exec(expression ?? '')?.[1];
    return { name: expression === null ? (column ?? '') : (plain ?? null), descending, expression: expression ?? null };
  });
  const isPlain = /^(FUNCTION-BASED )?NORMAL(\/REV)?$/.test(kind ?? '') && pieces.every((piece) => piece.name !== null);
  const unique = uniqueness === 'UNIQUE' || isConstraint;
  const columns = pieces.flatMap((piece) => (piece.name === null ? [] : [{ name: piece.name, descending: piece.descending }]));
  const list = pieces.map((piece) => `${piece.expression ?? quoteOracleName(piece.name ?? '')}${piece.descending ? ' DESC' : ''}`);
  const words = /BITMAP/.test(kind ?? '') ? 'BITMAP ' : unique ? 'UNIQUE ' : '';
  const sql = /DOMAIN/.test(kind ?? '')
    ? `${kind} INDEX`
    : `CREATE ${words}INDEX ${quoteOracleName(name)} ON ${quoteOracleName(table)} (${list.join(', ')})`;
  return { name, columns, unique, special: isPlain ? null : sql };
}
