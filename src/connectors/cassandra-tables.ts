import type { types } from 'cassandra-driver';
import { CrmError } from '../errors.ts';
import { bareColumn, type Column, type TableSchema } from '../model/table-schema.ts';
import type { CassandraLink } from './cassandra-client.ts';
import { quotedName } from './cassandra-client.ts';
import { CassandraLayout, keyspaceName, LEDGER_TABLE, TABLES_TABLE, UNDO_TABLE } from './cassandra-layout.ts';
import { isWritten, typeOfCql } from './cassandra-types.ts';
import type { TableEntry } from './connector.ts';
import { schemaOfJson } from './folder-schema.ts';

const HIDDEN: readonly string[] = [TABLES_TABLE, LEDGER_TABLE, UNDO_TABLE];
const NOT_CARRIED = 'not read as of one moment: Cassandra has no snapshots; times to live and times of writing are not carried';

/** The tables of a keyspace and how they lie there. */
export class CassandraTables {
  readonly #link: CassandraLink;

  constructor(link: CassandraLink) {
    this.#link = link;
  }

  async entries(): Promise<readonly TableEntry[]> {
    const own = new Map([...(await this.#ownSchemas()).keys()].map((name) => [keyspaceName(name), name]));
    const tables = (await this.#names('tables', 'table_name')).map((name): TableEntry => ({ name: own.get(name) ?? name, kind: 'table' }));
    const views = (await this.#names('views', 'view_name')).map((name): TableEntry => ({ name, kind: 'view' }));
    return [...tables, ...views].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws {CrmError} NOT_FOUND when there is no such table */
  async layout(table: string): Promise<CassandraLayout> {
    const { driver, keyspace, label } = this.#link;
    const entries = await this.entries();
    if (!entries.some(({ name, kind }) => name === table && kind === 'table')) {
      throw new CrmError('NOT_FOUND', `${label} has no table of that name`, {
        hint: `it has: ${
          entries
            .map(({ name }) => name)
            .slice(0, 20)
            .join(', ') || 'none'
        }`,
      });
    }
    const own = (await this.#ownSchemas()).get(table);
    if (own !== undefined) return new CassandraLayout(driver, keyspace, keyspaceName(table), schemaOfJson(own), true);
    return new CassandraLayout(driver, keyspace, table, await this.#describe(table), false);
  }

  /** A schema with what has to be said of reading it. */
  withNotes(schema: TableSchema): TableSchema {
    const notes = [{ column: null, reason: NOT_CARRIED }, ...(schema.reading?.notes ?? [])];
    return { ...schema, reading: { notes, conversions: [] } };
  }

  /** Schemas of the tables that we made, by name. */
  async #ownSchemas(): Promise<ReadonlyMap<string, string>> {
    if (!(await this.#all('tables', 'table_name')).includes(TABLES_TABLE)) return new Map();
    const rows = await this.#link.run(`SELECT "name", "schema" FROM ${quotedName(this.#link.keyspace)}.${quotedName(TABLES_TABLE)}`);
    return new Map(rows.map((row) => [String(row.name), String(row.schema)]));
  }

  async #names(what: string, column: string): Promise<readonly string[]> {
    return (await this.#all(what, column)).filter((name) => !HIDDEN.includes(name));
  }

  async #all(what: string, column: string): Promise<readonly string[]> {
    const rows = await this.#link.run(`SELECT ${column} FROM system_schema.${what} WHERE keyspace_name = ?`, [this.#link.keyspace]);
    return rows.map((row) => String(row[column]));
  }

  async #describe(table: string): Promise<TableSchema> {
    const where = 'WHERE keyspace_name = ? AND table_name = ?';
    const names = [this.#link.keyspace, table];
    const found = await this.#link.run(`SELECT column_name, kind, position, type FROM system_schema.columns ${where}`, names);
    const sorted = [...found].sort(
      (a, b) => rank(a) - rank(b) || Number(a.position) - Number(b.position) || (a.column_name < b.column_name ? -1 : 1),
    );
    const keys = sorted.filter(isKey).map((row) => String(row.column_name));
    const indexes = await this.#link.run(`SELECT index_name FROM system_schema.indexes ${where}`, names);
    return {
      name: table,
      columns: sorted.map(columnOf),
      primaryKey: keys,
      indexes: [],
      foreignKeys: [],
      comment: null,
      reading: { notes: [...sorted.flatMap(noteOf), ...indexes.map(indexNote)], conversions: [] },
    };
  }
}

function columnOf(row: types.Row): Column {
  const declared = String(row.type);
  return { ...bareColumn(String(row.column_name), typeOfCql(declared)), declared, nullable: !isKey(row) };
}

function noteOf(row: types.Row): { readonly column: string; readonly reason: string }[] {
  const column = String(row.column_name);
  if (row.kind === 'static') return [{ column, reason: 'a static column: its value comes with each row of its partition' }];
  if (row.type === 'counter') return [{ column, reason: 'a counter: its value is copied as a number' }];
  return isWritten(String(row.type)) ? [] : [{ column, reason: `${row.type} becomes JSON` }];
}

function indexNote(row: types.Row): { readonly column: null; readonly reason: string } {
  return { column: null, reason: `index ${row.index_name} is not carried` };
}

function isKey({ kind }: types.Row): boolean {
  return kind === 'partition_key' || kind === 'clustering';
}

function rank({ kind }: types.Row): number {
  return ['partition_key', 'clustering', 'static'].indexOf(String(kind)) >>> 0;
}
