import type { TableSchema } from '../model/table-schema.ts';
import { type CassandraLink, quotedName } from './cassandra-client.ts';
import { CassandraLayout, keyspaceName, LEDGER_TABLE, TABLES_TABLE, UNDO_TABLE } from './cassandra-layout.ts';
import { CassandraTables } from './cassandra-tables.ts';
import { CassandraUndo } from './cassandra-undo.ts';
import { CassandraWriter } from './cassandra-writer.ts';
import type { LedgerEntry, TableEntry, TableTarget, TableWriter } from './connector.ts';
import { schemaJson } from './folder-schema.ts';

/** Writes tables to a keyspace; their schemas stand in `_crm_tables`, where keys alone are enforced by Cassandra. */
export class CassandraTarget implements TableTarget {
  readonly #link: CassandraLink;
  readonly #tables: CassandraTables;
  #isReady = false;

  constructor(link: CassandraLink) {
    this.#link = link;
    this.#tables = new CassandraTables(link);
  }

  tables(): Promise<readonly TableEntry[]> {
    return this.#tables.entries();
  }

  async schema(table: string): Promise<TableSchema> {
    return (await this.#tables.layout(table)).schema;
  }

  plan(table: TableSchema): readonly string[] {
    return [this.#made(table).create];
  }

  async create(table: TableSchema): Promise<void> {
    await this.#makeReady();
    if ((await this.#tables.entries()).some(({ name }) => name === table.name)) return;
    await this.#save(table);
    await this.#link.run(this.#made(table).create);
  }

  async finish(table: TableSchema): Promise<void> {
    const layout = await this.#tables.layout(table.name);
    if (layout.isOurs) await this.#save({ ...layout.schema, ...table });
  }

  async connect(): Promise<void> {}

  async truncate(tables: readonly TableSchema[]): Promise<void> {
    await this.#makeReady();
    for (const { name } of tables) {
      await this.#link.run(`DELETE FROM ${this.#own(UNDO_TABLE)} WHERE "tbl" = ?`, [name]);
      await this.#link.run(`TRUNCATE ${(await this.#tables.layout(name)).cqlName}`);
    }
  }

  async writer(): Promise<TableWriter> {
    await this.#makeReady();
    return new CassandraWriter(this.#link, this.#tables);
  }

  async ledger(copy: string): Promise<readonly LedgerEntry[]> {
    await this.#makeReady();
    const rows = await this.#link.run(`SELECT "tbl", "part", "content" FROM ${this.#own(LEDGER_TABLE)} WHERE "copy" = ?`, [copy]);
    const entries = rows.map(
      (row): LedgerEntry => ({ copy, table: String(row.tbl), part: Number(row.part), content: String(row.content) }),
    );
    return entries.sort((a, b) => (a.table === b.table ? a.part - b.part : a.table < b.table ? -1 : 1));
  }

  async forget(copy: string): Promise<void> {
    await this.#makeReady();
    await new CassandraUndo(this.#link).forget(copy);
    await this.#link.run(`DELETE FROM ${this.#own(LEDGER_TABLE)} WHERE "copy" = ?`, [copy]);
  }

  async close(): Promise<void> {}

  async #makeReady(): Promise<void> {
    if (this.#isReady) return;
    const tables = `CREATE TABLE IF NOT EXISTS ${this.#own(TABLES_TABLE)} ("name" text, "schema" text, PRIMARY KEY (("name")))`;
    for (const cql of [tables, ...CassandraUndo.tables(this.#link.keyspace)]) await this.#link.run(cql);
    this.#isReady = true;
  }

  async #save(table: TableSchema): Promise<void> {
    const { reading: _, ...schema } = table;
    await this.#link.run(`INSERT INTO ${this.#own(TABLES_TABLE)} ("name", "schema") VALUES (?, ?)`, [table.name, schemaJson(schema)]);
  }

  #made(table: TableSchema): CassandraLayout {
    return new CassandraLayout(this.#link.driver, this.#link.keyspace, keyspaceName(table.name), table, true);
  }

  #own(table: string): string {
    return `${quotedName(this.#link.keyspace)}.${quotedName(table)}`;
  }
}
