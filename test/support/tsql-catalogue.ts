import type Database from 'better-sqlite3';
import { listOf, quoted, tokensOf, translate, unquoted, unquotedText } from './tsql-translate.ts';

/** Numbers of types in the tables of a server. */
const TYPES: Readonly<Record<string, number>> = {
  image: 34,
  text: 35,
  uniqueidentifier: 36,
  date: 40,
  time: 41,
  datetime2: 42,
  datetimeoffset: 43,
  tinyint: 48,
  smallint: 52,
  int: 56,
  smalldatetime: 58,
  real: 59,
  money: 60,
  datetime: 61,
  float: 62,
  sql_variant: 98,
  ntext: 99,
  bit: 104,
  decimal: 106,
  numeric: 108,
  smallmoney: 122,
  bigint: 127,
  geometry: 129,
  varbinary: 165,
  varchar: 167,
  binary: 173,
  char: 175,
  timestamp: 189,
  nvarchar: 231,
  nchar: 239,
  xml: 241,
};
const CLR = 240;
/** The collation of the database: what varchar columns have where nothing is said. */
const COLLATION = 'SQL_Latin1_General_CP1_CI_AS';

const CATALOGUE = `
CREATE TABLE "sys.schemas" (schema_id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE "sys.tables" (object_id INTEGER PRIMARY KEY, schema_id, name TEXT, is_ms_shipped DEFAULT 0, UNIQUE (schema_id, name));
CREATE TABLE "sys.views" (object_id INTEGER PRIMARY KEY, schema_id, name TEXT, is_ms_shipped DEFAULT 0);
CREATE TABLE "sys.types" (user_type_id INTEGER PRIMARY KEY, system_type_id, name TEXT);
CREATE TABLE "sys.columns" (object_id, column_id, name TEXT, system_type_id, user_type_id, max_length, precision, scale, is_nullable, is_identity,
  collation_name, default_object_id, declared, is_computed);
CREATE TABLE "sys.default_constraints" (object_id INTEGER PRIMARY KEY, definition);
CREATE TABLE "sys.computed_columns" (object_id, column_id, definition, is_persisted);
CREATE TABLE "sys.identity_columns" (object_id, column_id, seed_value, increment_value, last_value);
CREATE TABLE "sys.indexes" (object_id, index_id, name, type, is_unique, is_primary_key, filter_definition);
CREATE TABLE "sys.index_columns" (object_id, index_id, column_id, key_ordinal, is_descending_key, is_included_column DEFAULT 0);
CREATE TABLE "sys.foreign_keys" (object_id INTEGER PRIMARY KEY, name, parent_object_id, referenced_object_id, delete_referential_action_desc,
  update_referential_action_desc, is_disabled DEFAULT 0);
CREATE TABLE "sys.foreign_key_columns" (constraint_object_id, constraint_column_id, parent_object_id, parent_column_id, referenced_object_id, referenced_column_id);
CREATE TABLE "sys.extended_properties" (class, major_id, minor_id, name, value, UNIQUE (class, major_id, minor_id, name));
CREATE TABLE "sys.databases" (database_id, snapshot_isolation_state, collation_name);
CREATE TABLE "sys.fn_helpcollations" (name);
CREATE VIEW "sys.objects" AS SELECT object_id, schema_id, name, 'U' AS type FROM "sys.tables" UNION ALL
  SELECT object_id, schema_id, name, 'V' FROM "sys.views" UNION ALL SELECT object_id, 1, name, 'F' FROM "sys.foreign_keys";
INSERT INTO "sys.schemas" VALUES (1, 'dbo'), (2, 'sales');
INSERT INTO "sys.fn_helpcollations" VALUES ('${COLLATION}'), ('Latin1_General_BIN2'), ('French_CI_AS');
`;

/** Makes the tables by which a server describes a database. */
export function makeCatalogue(db: Database.Database, keepsVersions: boolean): void {
  db.exec(CATALOGUE);
  db.prepare('INSERT INTO "sys.databases" VALUES (1, ?, ?)').run(keepsVersions ? 1 : 0, COLLATION);
  const type = db.prepare('INSERT INTO "sys.types" VALUES (?, ?, ?)');
  for (const [name, id] of Object.entries(TYPES)) type.run(id, name === 'geometry' ? CLR : id, name);
}

interface NewColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly collation: string | null;
  readonly identity: readonly [string, string] | null;
  readonly preset: string | null;
  readonly computed: { readonly expression: string; readonly stored: boolean } | null;
}

/** Carries out statements that describe tables. @returns whether it is one */
export function describeTables(db: Database.Database, sql: string): boolean {
  const parts = (pattern: RegExp): RegExpExecArray | null => pattern.exec(sql);
  const name = String.raw`(\[(?:[^\]]|\]\])*\]\.\[(?:[^\]]|\]\])*\])`;
  const one = String.raw`(\[(?:[^\]]|\]\])*\])`;
  const table = parts(new RegExp(`^CREATE TABLE ${name} \\((.*)\\)$`, 's'));
  if (table !== null) return done(() => createTable(db, table[1] as string, table[2] as string));
  const index = parts(new RegExp(`^CREATE (UNIQUE )?INDEX ${one} ON ${name} \\((.*?)\\)(?: WHERE (.*))?$`, 's'));
  if (index !== null) return done(() => createIndex(db, index));
  const key = parts(
    new RegExp(
      `^ALTER TABLE ${name} ADD (?:CONSTRAINT ${one} )?FOREIGN KEY \\((.*)\\) REFERENCES ${name} \\((.*)\\) ON DELETE (.*) ON UPDATE (.*)$`,
      's',
    ),
  );
  if (key !== null) return done(() => addReference(db, key));
  const switched = parts(new RegExp(`^ALTER TABLE ${name} (NOCHECK|WITH CHECK CHECK) CONSTRAINT ALL$`));
  if (switched !== null) return done(() => switchReferences(db, objectId(db, switched[1] as string), switched[2] === 'NOCHECK'));
  const dropped = parts(new RegExp(`^DROP TABLE ${name}$`));
  if (dropped !== null) return done(() => dropTable(db, dropped[1] as string));
  const reseeded = parts(/^DBCC CHECKIDENT \((N'.*'), RESEED, (-?\d+)\)$/s);
  if (reseeded !== null) return done(() => reseed(db, objectId(db, unquotedText(reseeded[1] as string)), BigInt(reseeded[2] as string)));
  const view = parts(new RegExp(`^CREATE VIEW ${name} AS `, 's'));
  if (view !== null) return done(() => insert(db, 'sys.views', [nextId(db), ...placeOf(db, view[1] as string), 0]));
  if (!sql.startsWith('EXEC sys.sp_addextendedproperty ')) return false;
  return done(() => addProperty(db, sql));
}

/** The number of a table. */
export function objectId(db: Database.Database, name: string): number {
  const [schema, table] = placeOf(db, name);
  const id = db.prepare('SELECT object_id FROM "sys.tables" WHERE schema_id = ? AND name = ?').pluck().get(schema, table);
  if (id === undefined) throw Object.assign(new Error('Cannot find the object'), { number: 208 });
  return id as number;
}

/** Name and type in SQL of each column of a table, and whether new rows are numbered by it. */
export function columnsOf(db: Database.Database, id: number): readonly { name: string; declared: string; is_identity: number }[] {
  return db.prepare('SELECT name, declared, is_identity FROM "sys.columns" WHERE object_id = ? ORDER BY column_id').all(id) as {
    name: string;
    declared: string;
    is_identity: number;
  }[];
}

function done(work: () => unknown): true {
  work();
  return true;
}

function createTable(db: Database.Database, name: string, body: string): void {
  const lines = listOf(tokensOf(body));
  const keys = lines.filter((line) => line[0] === 'PRIMARY').map((line) => line.filter((token) => token.startsWith('[')).map(unquoted));
  const columns = lines.filter((line) => line[0] !== 'PRIMARY').map(readColumn);
  const [schema, table] = placeOf(db, name);
  const id = nextId(db);
  insert(db, 'sys.tables', [id, schema, table, 0]);
  for (const [at, column] of columns.entries()) addColumn(db, id, at + 1, column);
  const defined = columns.map(columnSql);
  const [key] = keys;
  if (columns.some(({ name, nullable, identity }) => nullable && (identity !== null || key?.includes(name)))) {
    throw Object.assign(new Error('Cannot define PRIMARY KEY constraint on nullable column.'), { number: 8111 });
  }
  if (key !== undefined) {
    defined.push(`PRIMARY KEY (${key.map(quoted).join(', ')})`);
    insert(db, 'sys.indexes', [id, 1, `PK__${id}`, 1, 1, 1, null]);
    addIndexColumns(
      db,
      id,
      1,
      key.map((one) => [one]),
    );
  } else insert(db, 'sys.indexes', [id, 0, null, 0, 0, 0, null]);
  db.exec(`CREATE TABLE ${translate(name)} (${defined.join(', ')})`);
}

function readColumn(tokens: readonly string[]): NewColumn {
  const rest = tokens.slice(1).join('').trim();
  const name = unquoted(tokens[0] as string);
  const computed = /^AS \((.*)\)( PERSISTED)?$/s.exec(rest);
  const none = { name, nullable: true, collation: null, identity: null, preset: null };
  if (computed !== null) {
    return { ...none, type: 'nvarchar(max)', computed: { expression: computed[1] as string, stored: computed[2] !== undefined } };
  }
  const found = /^(\w+(?:\([^)]*\))?)(?: COLLATE (\w+))?(?: IDENTITY\((-?\d+),(\d+)\))?(?: (NULL|NOT NULL))?(?: DEFAULT (.*))?$/s.exec(
    rest,
  );
  if (found === null) throw new Error(`a column that the fake does not understand: ${rest}`);
  const [, type = '', collation, seed, step, nullable, preset] = found;
  return {
    name,
    type: type === 'rowversion' ? 'timestamp' : type,
    nullable: nullable !== 'NOT NULL' && type !== 'rowversion',
    collation: collation ?? (/char|text/.test(type) ? COLLATION : null),
    identity: seed === undefined ? null : [seed, step ?? '1'],
    preset: preset ?? null,
    computed: null,
  };
}

function columnSql({ name, type, nullable, computed }: NewColumn): string {
  if (computed !== null) {
    return `${quoted(name)} GENERATED ALWAYS AS (${translate(computed.expression)}) ${computed.stored ? 'STORED' : 'VIRTUAL'}`;
  }
  if (type === 'timestamp') return `${quoted(name)} DEFAULT x'00000000000007d1'`;
  return `${quoted(name)} ${nullable ? '' : 'NOT NULL '}CONSTRAINT ${quoted(name)} CHECK (tsql_fits('${type}', ${quoted(name)}))`;
}

function addColumn(db: Database.Database, id: number, at: number, column: NewColumn): void {
  const [base = '', args = ''] = column.type.split(/[()]/);
  const number = TYPES[base];
  if (number === undefined) throw new Error(`a type that the fake does not know: ${base}`);
  const [first = 0, second = 0] = args.split(',').map(Number);
  const isDecimal = base === 'decimal' || base === 'numeric';
  const length = args === 'max' ? -1 : base.startsWith('n') && base.includes('char') ? first * 2 : first;
  let preset = 0;
  if (column.preset !== null) {
    preset = nextId(db);
    const isNumber = /^-?[\d.]+$/.test(column.preset);
    const bare = column.preset.startsWith('(') ? column.preset : `(${column.preset})`;
    insert(db, 'sys.default_constraints', [preset, isNumber ? `(${bare})` : bare]);
  }
  const shape = [isDecimal ? 0 : length, isDecimal ? first : 0, isDecimal ? second : /time/.test(base) ? first : 0];
  const facts = [
    column.nullable ? 1 : 0,
    column.identity === null ? 0 : 1,
    column.collation,
    preset,
    column.type,
    column.computed === null ? 0 : 1,
  ];
  insert(db, 'sys.columns', [id, at, column.name, base === 'geometry' ? CLR : number, number, ...shape, ...facts]);
  const { computed, identity } = column;
  if (computed !== null) insert(db, 'sys.computed_columns', [id, at, `(${computed.expression})`, computed.stored ? 1 : 0]);
  if (identity !== null) insert(db, 'sys.identity_columns', [id, at, ...identity, null]);
}

function createIndex(db: Database.Database, [, unique, name = '', table = '', list = '', filter]: RegExpExecArray): void {
  const id = objectId(db, table);
  const columns = listOf(tokensOf(list)).map((tokens): [string, boolean] => [unquoted(tokens[0] as string), tokens.includes('DESC')]);
  const at = (db.prepare('SELECT MAX(index_id) FROM "sys.indexes" WHERE object_id = ?').pluck().get(id) as number) + 1;
  insert(db, 'sys.indexes', [
    id,
    Math.max(2, at),
    unquoted(name),
    2,
    unique === undefined ? 0 : 1,
    0,
    filter === undefined ? null : `(${filter})`,
  ]);
  addIndexColumns(db, id, Math.max(2, at), columns);
  const where = filter === undefined ? '' : ` WHERE ${translate(filter)}`;
  db.exec(`CREATE ${unique ?? ''}INDEX ${quoted(`${id}.${unquoted(name)}`)} ON ${translate(table)} (${translate(list)})${where}`);
}

function addIndexColumns(db: Database.Database, id: number, index: number, columns: readonly (readonly [string, boolean?])[]): void {
  for (const [i, [name, down]] of columns.entries()) {
    insert(db, 'sys.index_columns', [id, index, columnId(db, id, name), i + 1, down === true ? 1 : 0, 0]);
  }
}

function addReference(
  db: Database.Database,
  [, table = '', name, list = '', parent = '', others = '', deleted, updated]: RegExpExecArray,
): void {
  const ids = [objectId(db, table), objectId(db, parent)] as const;
  const id = nextId(db);
  const action = (words: string | undefined): string => (words ?? '').replaceAll(' ', '_');
  insert(db, 'sys.foreign_keys', [id, name === undefined ? `FK__${id}` : unquoted(name), ...ids, action(deleted), action(updated), 0]);
  const references = listOf(tokensOf(others));
  listOf(tokensOf(list)).forEach(([column = ''], i) => {
    const [reference = ''] = references[i] ?? [];
    const places = [ids[0], columnId(db, ids[0], unquoted(column)), ids[1], columnId(db, ids[1], unquoted(reference))];
    insert(db, 'sys.foreign_key_columns', [id, i + 1, ...places]);
  });
  checkReferences(db, ids[0]);
}

function switchReferences(db: Database.Database, id: number, isOff: boolean): void {
  db.prepare('UPDATE "sys.foreign_keys" SET is_disabled = ? WHERE parent_object_id = ?').run(isOff ? 1 : 0, id);
  checkReferences(db, id);
}

/** References of a table, or to it, must lead somewhere, as long as they are not switched off. @throws with the number of the server */
export function checkReferences(db: Database.Database, id: number): void {
  const keys = db
    .prepare(
      'SELECT object_id, parent_object_id, referenced_object_id FROM "sys.foreign_keys" WHERE is_disabled = 0 AND ? IN (parent_object_id, referenced_object_id)',
    )
    .raw()
    .all(id) as number[][];
  for (const [key, child = 0, parent = 0] of keys) {
    const columns = db
      .prepare(
        `SELECT c.name, p.name FROM "sys.foreign_key_columns" k JOIN "sys.columns" c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
         JOIN "sys.columns" p ON p.object_id = k.referenced_object_id AND p.column_id = k.referenced_column_id WHERE k.constraint_object_id = ?`,
      )
      .raw()
      .all(key) as string[][];
    const filled = columns.map(([name = '']) => `c.${quoted(name)} IS NOT NULL`).join(' AND ');
    const same = columns.map(([own = '', other = '']) => `p.${quoted(other)} = c.${quoted(own)}`).join(' AND ');
    const sql = `SELECT 1 FROM ${tableOf(db, child)} c WHERE ${filled} AND NOT EXISTS (SELECT 1 FROM ${tableOf(db, parent)} p WHERE ${same})`;
    if (db.prepare(sql).get() !== undefined) {
      throw Object.assign(new Error('The statement conflicted with the FOREIGN KEY constraint.'), { number: 547 });
    }
  }
}

function tableOf(db: Database.Database, id: number): string {
  const sql = 'SELECT s.name, t.name FROM "sys.tables" t JOIN "sys.schemas" s ON s.schema_id = t.schema_id WHERE t.object_id = ?';
  return quoted((db.prepare(sql).raw().get(id) as string[]).join('.'));
}

function dropTable(db: Database.Database, name: string): void {
  const id = objectId(db, name);
  for (const table of ['tables', 'columns', 'indexes', 'index_columns', 'identity_columns', 'computed_columns']) {
    db.prepare(`DELETE FROM "sys.${table}" WHERE object_id = ?`).run(id);
  }
  db.exec(`DROP TABLE ${translate(name)}`);
}

/** What follows is one more, but for a table that never had a row. */
function reseed(db: Database.Database, id: number, to: bigint): void {
  db.prepare('UPDATE "sys.identity_columns" SET last_value = ? WHERE object_id = ? AND last_value IS NOT NULL').run(to, id);
}

function addProperty(db: Database.Database, sql: string): void {
  const tokens = tokensOf(sql);
  const given = (name: string): string | null => {
    const at = tokens.indexOf(`@${name}`);
    return at < 0 ? null : unquotedText(tokens[at + 4] as string);
  };
  const bracketed = (name: string): string => `[${name.replaceAll(']', ']]')}]`;
  const id = objectId(db, `${bracketed(given('level0name') ?? '')}.${bracketed(given('level1name') ?? '')}`);
  const column = given('level2name');
  insert(db, 'sys.extended_properties', [1, id, column === null ? 0 : columnId(db, id, column), given('name'), given('value')]);
}

function columnId(db: Database.Database, id: number, name: string): number {
  const found = db.prepare('SELECT column_id FROM "sys.columns" WHERE object_id = ? AND name = ?').pluck().get(id, name);
  if (found === undefined) throw Object.assign(new Error(`Invalid column name '${name}'`), { number: 207 });
  return found as number;
}

function placeOf(db: Database.Database, name: string): [number, string] {
  const [schema = '', , table = ''] = tokensOf(name);
  const id = db.prepare('SELECT schema_id FROM "sys.schemas" WHERE name = ?').pluck().get(unquoted(schema));
  if (id === undefined) throw Object.assign(new Error('no such schema'), { number: 2760 });
  return [id as number, unquoted(table)];
}

function nextId(db: Database.Database): number {
  const most = db.prepare(
    'SELECT MAX(id) FROM (SELECT MAX(object_id) AS id FROM "sys.objects" UNION ALL SELECT MAX(object_id) FROM "sys.default_constraints")',
  );
  return Number(most.pluck().get() ?? 1000) + 1;
}

function insert(db: Database.Database, table: string, values: readonly unknown[]): void {
  db.prepare(`INSERT INTO ${quoted(table)} VALUES (${values.map(() => '?').join(', ')})`).run(...values);
}
