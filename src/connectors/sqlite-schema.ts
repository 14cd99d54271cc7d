import type Database from 'better-sqlite3';
import { CrmError } from '../errors.ts';
import type { Column, ForeignKey, ReferenceAction, TableIndex, TableSchema } from '../model/table-schema.ts';
import type { TableEntry } from './connector.ts';
import { readDefault } from './sqlite-default.ts';
import { readDefinition, type TableDefinition } from './sqlite-definition.ts';
import { quoteName } from './sqlite-names.ts';
import { typeOf } from './sqlite-types.ts';

/** The table that tells which parts of a copy are written. */
export const LEDGER_TABLE = '_crm_copy';

interface ListedTable {
  readonly name: string;
  readonly type: 'table' | 'view' | 'virtual' | 'shadow';
  readonly wr: 0 | 1;
}

interface ListedColumn {
  readonly name: string;
  readonly type: string;
  readonly notnull: 0 | 1;
  readonly dflt_value: string | null;
  readonly pk: number;
  readonly hidden: 0 | 1 | 2 | 3;
}

interface ListedIndex {
  readonly name: string;
  readonly unique: 0 | 1;
  readonly origin: 'c' | 'u' | 'pk';
  readonly partial: 0 | 1;
}

interface IndexColumn {
  readonly cid: number;
  readonly name: string | null;
  readonly desc: 0 | 1;
  readonly coll: string;
  readonly key: 0 | 1;
}

interface ListedReference {
  readonly id: number;
  readonly seq: number;
  readonly table: string;
  readonly from: string;
  readonly to: string | null;
  readonly on_update: string;
  readonly on_delete: string;
}

const STORED = 3;
const ORDINARY = 0;

/** Tables and views by name; virtual tables and what they keep their rows in are told of as views. */
export function listTables(db: Database.Database): TableEntry[] {
  return listed(db).map(({ name, type }) => ({ name, kind: type === 'table' ? 'table' : 'view' }));
}

function listed(db: Database.Database): ListedTable[] {
  const sql = `SELECT name, type, wr FROM pragma_table_list
    WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '${LEDGER_TABLE}' ORDER BY name`;
  return db.prepare(sql).all() as ListedTable[];
}

/** Reads how a table is made. @throws {CrmError} NOT_FOUND */
export function readSchema(db: Database.Database, asked: string, label: string): TableSchema {
  const table = listed(db).find(({ name, type }) => type === 'table' && name.toLowerCase() === asked.toLowerCase());
  if (table === undefined) {
    throw new CrmError('NOT_FOUND', `there is no table ${asked} in ${label}`, { hint: 'tables are named as the database names them' });
  }
  const { name } = table;
  const definition = readDefinition(sqlOf(db, 'table', name) ?? '');
  const listedColumns = db.prepare('SELECT * FROM pragma_table_xinfo(?) ORDER BY cid').all(name) as ListedColumn[];
  const key = listedColumns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  const identity = isRowid(db, table, key) ? (key[0] as ListedColumn).name : null;
  const columns = listedColumns.map((column) => {
    const read = columnOf(column, definition, table.wr === 1);
    const isIdentity = column.name === identity;
    return isIdentity ? { ...read, identity: true, nullable: false, nextIdentity: nextIdentity(db, name, identity, definition) } : read;
  });
  return {
    name,
    columns,
    primaryKey: key.map((column) => column.name),
    indexes: indexesOf(db, name, columns),
    foreignKeys: foreignKeysOf(db, name, definition),
    comment: definition.comment,
    ...(definition.checks.length === 0 ? {} : { checks: definition.checks }),
    ...triggersOf(db, name),
  };
}

function sqlOf(db: Database.Database, type: string, name: string): string | null {
  const row = db.prepare('SELECT sql FROM sqlite_schema WHERE type = ? AND name = ?').pluck().get(type, name);
  return (row as string | null | undefined) ?? null;
}

/** A key of one column declared INTEGER is the row's number itself, and has no index of its own. */
function isRowid(db: Database.Database, { name, wr }: ListedTable, key: readonly ListedColumn[]): boolean {
  if (wr === 1 || key.length !== 1 || !/^integer$/i.test((key[0] as ListedColumn).type)) return false;
  return db.prepare("SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'").get(name) === undefined;
}

function columnOf(column: ListedColumn, definition: TableDefinition, isClustered: boolean): Column {
  const { note = {}, collation = null, generated = null } = definition.columns.get(column.name.toLowerCase()) ?? {};
  const declared = column.type.replace(/\s*GENERATED ALWAYS\s*$/i, '');
  const type = note.type ?? typeOf(declared);
  const isGenerated = column.hidden !== ORDINARY && generated !== null;
  return {
    name: column.name,
    type,
    declared,
    nullable: column.notnull === 0 && !(isClustered && column.pk > 0),
    default: isGenerated ? null : readDefault(column.dflt_value, type),
    generated: isGenerated ? { expression: generated, stored: column.hidden === STORED } : null,
    identity: false,
    nextIdentity: null,
    comment: note.comment ?? null,
    collation: note.collation ?? (collation === null || /^binary$/i.test(collation) ? null : collation.toUpperCase()),
  };
}

function nextIdentity(db: Database.Database, table: string, column: string, { autoincrement }: TableDefinition): bigint {
  const one = (sql: string, ...values: string[]): bigint =>
    ((db
      .prepare(sql)
      .pluck()
      .safeIntegers(true)
      .get(...values) as bigint | null | undefined) ?? 0n) + 1n;
  const behindLast = one(`SELECT CAST(max(${quoteName(column)}) AS INTEGER) FROM ${quoteName(table)}`);
  const kept = autoincrement ? one('SELECT CAST(seq AS INTEGER) FROM sqlite_sequence WHERE name = ?', table) : 1n;
  return [behindLast, kept, 1n].reduce((a, b) => (a > b ? a : b));
}

function indexesOf(db: Database.Database, table: string, columns: readonly Column[]): TableIndex[] {
  const indexes = db.prepare("SELECT * FROM pragma_index_list(?) WHERE origin <> 'pk' ORDER BY seq DESC").all(table) as ListedIndex[];
  const taken = new Set(indexes.map(({ name }) => name.toLowerCase()));
  return indexes.map((index) => {
    const parts = db.prepare('SELECT * FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno').all(index.name) as IndexColumn[];
    const isSpecial = index.partial === 1 || parts.some((part) => part.name === null || part.coll !== collationOf(columns, part.name));
    const named = parts.filter((part) => part.name !== null);
    return {
      name: index.origin === 'u' ? freeName(`${table}_${named.map(({ name }) => name).join('_')}_key`, taken) : index.name,
      columns: named.map(({ name, desc }) => ({ name: name as string, descending: desc === 1 })),
      unique: index.unique === 1,
      special: isSpecial ? sqlOf(db, 'index', index.name) : null,
    };
  });
}

function collationOf(columns: readonly Column[], name: string): string {
  const collation = columns.find((column) => column.name === name)?.collation?.toUpperCase() ?? 'BINARY';
  return collation === 'NOCASE' || collation === 'RTRIM' ? collation : 'BINARY';
}

/** Names that SQLite gave itself can be given to nothing: a constraint gets one of its own. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${wanted}${number}`;
  taken.add(name.toLowerCase());
  return name;
}

function foreignKeysOf(db: Database.Database, table: string, { foreignKeyNames }: TableDefinition): ForeignKey[] {
  const rows = db.prepare('SELECT * FROM pragma_foreign_key_list(?) ORDER BY id DESC, seq').all(table) as ListedReference[];
  const firsts = rows.filter(({ seq }) => seq === 0);
  return firsts.map((first, index) => {
    const parts = rows.filter(({ id }) => id === first.id);
    const parent = listed(db).find(({ name }) => name.toLowerCase() === first.table.toLowerCase())?.name ?? first.table;
    const references = first.to === null ? primaryKeyOf(db, parent) : parts.map(({ to }) => to as string);
    return {
      name: foreignKeyNames[index] ?? null,
      columns: parts.map(({ from }) => from),
      table: parent,
      references,
      onDelete: first.on_delete.toLowerCase() as ReferenceAction,
      onUpdate: first.on_update.toLowerCase() as ReferenceAction,
    };
  });
}

function triggersOf(db: Database.Database, table: string): Pick<TableSchema, 'triggers'> {
  const sql = "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND lower(tbl_name) = lower(?) ORDER BY name";
  const triggers = db.prepare(sql).pluck().all(table) as string[];
  return triggers.length === 0 ? {} : { triggers };
}

function primaryKeyOf(db: Database.Database, table: string): string[] {
  return db.prepare('SELECT name FROM pragma_table_xinfo(?) WHERE pk > 0 ORDER BY pk').pluck().all(table) as string[];
}
