import type pg from 'pg';
import { CrmError } from '../errors.ts';
import type { Column, ForeignKey, ReferenceAction, TableIndex, TableSchema } from '../model/table-schema.ts';
import type { TableEntry } from './connector.ts';
import { postgresDecoder } from './postgres-cell.ts';
import { postgresType } from './postgres-column-type.ts';

/** Table in which a copy keeps how far it has come. */
export const LEDGER_TABLE = '_crm_copy';

const ACTIONS: Readonly<Record<string, ReferenceAction>> = { a: 'no action', r: 'restrict', c: 'cascade', n: 'set null', d: 'set default' };

/** Tables and views of the schema of the session; parts of partitioned tables and what belongs to extensions left out. */
export async function readEntries(client: pg.Client): Promise<TableEntry[]> {
  const { rows } = await client.query<{ name: string; isTable: boolean }>(
    `SELECT c.relname AS name, c.relkind IN ('r', 'p') AS "isTable" FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
       AND c.relname <> $1 AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
     ORDER BY c.relname COLLATE "C"`,
    [LEDGER_TABLE],
  );
  return rows.map(({ name, isTable }) => ({ name, kind: isTable ? 'table' : 'view' }));
}

interface ColumnRow {
  readonly name: string;
  readonly declared: string;
  readonly base: string;
  readonly labels: string[] | null;
  readonly required: boolean;
  readonly identity: boolean;
  readonly generated: boolean;
  readonly expression: string | null;
  readonly sequence: string | null;
  readonly comment: string | null;
  readonly collation: string | null;
}

const COLUMNS = `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS declared,
    format_type(b.oid, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) AS base,
    (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = COALESCE(NULLIF(CASE WHEN b.typcategory = 'A' THEN b.typelem ELSE 0 END, 0), b.oid)) AS labels,
    a.attnotnull AS required, a.attidentity <> '' AS identity, a.attgenerated <> '' AS generated,
    pg_get_expr(d.adbin, d.adrelid) AS expression, pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) AS sequence,
    col_description(a.attrelid, a.attnum) AS comment,
    (SELECT l.collname FROM pg_collation l WHERE l.oid = a.attcollation AND l.collname <> 'default') AS collation
  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`;

/** Ways of ordering and comparing that are not those of the columns. */
const UNUSUAL = `EXISTS (SELECT 1 FROM unnest(i.indclass) k(o) JOIN pg_opclass p ON p.oid = k.o WHERE NOT p.opcdefault)
    OR EXISTS (SELECT 1 FROM unnest(i.indoption) o(n) WHERE (o.n & 1) <> (o.n >> 1 & 1)) OR (to_jsonb(i)->>'indnullsnotdistinct') = 'true'`;

const INDEXES = `SELECT c.relname AS name, i.indisunique AS "isUnique", i.indisprimary AS "isPrimary",
    i.indpred IS NOT NULL OR i.indexprs IS NOT NULL OR m.amname <> 'btree' AS "isSpecial", pg_get_indexdef(i.indexrelid) AS sql,
    i.indnatts > i.indnkeyatts OR ${UNUSUAL} AS "isUnusual",
    length('CREATE ' || CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END || 'INDEX ' || quote_ident(c.relname) || ' ON ') AS head,
    length(quote_ident(n.nspname) || '.' || quote_ident(t.relname)) AS "tableLength",
    ARRAY(SELECT a.attname::text FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY k(n, o) LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n ORDER BY k.o) AS columns,
    ARRAY(SELECT (o.n & 1) = 1 FROM unnest(i.indoption) WITH ORDINALITY o(n, p) ORDER BY o.p) AS descending
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
  WHERE i.indrelid = $1 AND i.indisvalid ORDER BY c.relname COLLATE "C"`;

const REFERENCES = `SELECT c.conname AS name, f.relname AS "table", c.confdeltype AS "onDelete", c.confupdtype AS "onUpdate",
    ARRAY(SELECT a.attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY k.o) AS columns,
    ARRAY(SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY k(n, o) JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY k.o) AS "references"
  FROM pg_constraint c JOIN pg_class f ON f.oid = c.confrelid WHERE c.conrelid = $1 AND c.contype = 'f' AND c.conparentid = 0 ORDER BY c.conname COLLATE "C"`;

interface IndexRow {
  readonly name: string;
  readonly isUnique: boolean;
  readonly isPrimary: boolean;
  readonly isSpecial: boolean;
  readonly isUnusual: boolean;
  readonly sql: string;
  /** Signs before the name of the table in it, and of that name. */
  readonly head: number;
  readonly tableLength: number;
  readonly columns: readonly (string | null)[];
  readonly descending: readonly boolean[];
}
interface ReferenceRow {
  readonly name: string;
  readonly table: string;
  readonly onDelete: string;
  readonly onUpdate: string;
  readonly columns: readonly string[];
  readonly references: readonly string[];
}

/** Describes a table of the schema of the session. @throws {CrmError} NOT_FOUND */
export async function readSchema(client: pg.Client, name: string, label: string): Promise<TableSchema> {
  const { rows: tables } = await client.query<{ oid: number; comment: string | null }>(
    `SELECT c.oid, obj_description(c.oid, 'pg_class') AS comment FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    [name],
  );
  const [table] = tables;
  if (table === undefined) throw new CrmError('NOT_FOUND', `${label} has no table ${name}`, { hint: 'names are told apart by case' });
  const columns = (await client.query<ColumnRow>(COLUMNS, [table.oid])).rows;
  const indexes = (await client.query<IndexRow>(INDEXES, [table.oid])).rows;
  const references = (await client.query<ReferenceRow>(REFERENCES, [table.oid])).rows;
  const described: Column[] = [];
  for (const column of columns) described.push(columnOf(column, await nextNumber(client, column.sequence)));
  return {
    name,
    columns: described,
    primaryKey: (indexes.find(({ isPrimary }) => isPrimary)?.columns ?? []) as readonly string[],
    indexes: indexes.filter(({ isPrimary }) => !isPrimary).map(indexOf),
    foreignKeys: references.map(referenceOf),
    comment: table.comment,
    ...(await readRules(client, table.oid)),
  };
}

const CHECKS = `SELECT c.conname AS name, pg_get_expr(c.conbin, c.conrelid) AS sql FROM pg_constraint c
  WHERE c.conrelid = $1 AND c.contype = 'c' ORDER BY c.conname COLLATE "C"`;
const TRIGGERS = `SELECT t.tgname AS name FROM pg_trigger t WHERE t.tgrelid = $1 AND NOT t.tgisinternal ORDER BY t.tgname COLLATE "C"`;

async function readRules(client: pg.Client, oid: number): Promise<Pick<TableSchema, 'checks' | 'triggers'>> {
  const { rows: checks } = await client.query<{ name: string; sql: string }>(CHECKS, [oid]);
  const { rows: triggers } = await client.query<{ name: string }>(TRIGGERS, [oid]);
  return {
    ...(checks.length === 0 ? {} : { checks: checks.map(({ name, sql }) => ({ name, sql, rule: null })) }),
    ...(triggers.length === 0 ? {} : { triggers: triggers.map(({ name }) => name) }),
  };
}

async function nextNumber(client: pg.Client, sequence: string | null): Promise<bigint | null> {
  if (sequence === null) return null;
  const { rows } = await client.query<{ next: string }>(
    `SELECT CASE WHEN is_called THEN last_value + 1 ELSE last_value END::text AS next FROM ${sequence}`,
  );
  return BigInt(rows[0]?.next ?? '1');
}

function columnOf(row: ColumnRow, nextIdentity: bigint | null): Column {
  const type = postgresType(row.base, row.labels);
  const isNumbered = row.identity || (row.sequence !== null && /^nextval\(/.test(row.expression ?? ''));
  return {
    name: row.name,
    type,
    declared: row.declared,
    nullable: !row.required,
    default: row.generated || isNumbered || row.expression === null ? null : defaultOf(row.expression, type),
    generated: row.generated ? { expression: row.expression ?? '', stored: true } : null,
    identity: isNumbered,
    nextIdentity: isNumbered ? nextIdentity : null,
    comment: row.comment,
    collation: row.collation === 'default' ? null : row.collation,
  };
}

/** `'it''s'::text`, `7`, `true` are constants; the rest is computed. */
function defaultOf(expression: string, type: Column['type']): Column['default'] {
  if (/^NULL(::.*)?$/.test(expression)) return null;
  const decode = postgresDecoder(type) ?? ((text: string) => text);
  const text = /^'((?:[^']|'')*)'(?:::[^':()]+(?:\([\d,]+\))?[\w [\]]*)?$/.exec(expression)?.[1]?.replaceAll("''", "'");
  if (text !== undefined) return /^(now|today|tomorrow|yesterday)$/i.test(text) ? { expression } : { value: decode(text) };
  const number = /^\(?(-?\d+(?:\.\d+)?)\)?(?:::[a-z ]+(?:\([\d,]+\))?)?$/.exec(expression)?.[1];
  if (number !== undefined) return { value: decode(number) };
  return expression === 'true' || expression === 'false' ? { value: expression === 'true' } : { expression };
}

function indexOf({ name, isUnique, isSpecial, isUnusual, sql, head, tableLength, columns, descending }: IndexRow): TableIndex {
  const known = columns.flatMap((column, i) => (column === null ? [] : [{ name: column, descending: descending[i] === true }]));
  const rest = sql.slice(head);
  const definition = rest.slice(tableLength + (rest.startsWith('ONLY ') ? 'ONLY '.length : 0)).trimStart();
  return { name, columns: known, unique: isUnique, special: isSpecial ? sql : null, ...(isSpecial || isUnusual ? { definition } : {}) };
}

function referenceOf({ name, table, onDelete, onUpdate, columns, references }: ReferenceRow): ForeignKey {
  return { name, columns, table, references, onDelete: ACTIONS[onDelete] ?? 'no action', onUpdate: ACTIONS[onUpdate] ?? 'no action' };
}
