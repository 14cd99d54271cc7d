import type Database from 'better-sqlite3';
import { Mutex } from '../engines/mutex.ts';
import { sqliteError } from '../engines/sqlite-errors.ts';
import { CrmError } from '../errors.ts';
import type { TableSchema } from '../model/table-schema.ts';
import type { LedgerEntry, TableEntry, TableTarget, TableWriter } from './connector.ts';
import { createSql, identityColumn, indexSql } from './sqlite-create.ts';
import { quoteName, quoteText } from './sqlite-names.ts';
import { LEDGER_TABLE, listTables, readSchema } from './sqlite-schema.ts';
import { SqliteWriter } from './sqlite-writer.ts';

const MAX_ROWID = 2n ** 63n - 1n;
/** How many broken references are counted. */
const MAX_COUNTED = 1_000_000;

/** A SQLite file that tables are written to; its writers take turns, since SQLite has one at a time. */
export class SqliteTarget implements TableTarget {
  readonly #db: Database.Database;
  readonly #label: string;
  readonly #open: () => Database.Database;
  readonly #mutex = new Mutex();
  readonly #writers = new Set<SqliteWriter>();

  /** @param open makes a handle that writes */
  constructor(label: string, open: () => Database.Database) {
    this.#label = label;
    this.#open = open;
    this.#db = open();
  }

  async tables(): Promise<readonly TableEntry[]> {
    return this.#guard(() => listTables(this.#db));
  }

  async schema(table: string): Promise<TableSchema> {
    return this.#guard(() => readSchema(this.#db, table, this.#label));
  }

  plan(table: TableSchema): readonly string[] {
    return [createSql(table), ...table.indexes.map((index) => indexSql(table, index, index.name)), ...sequenceSql(table)];
  }

  async create(table: TableSchema): Promise<void> {
    await this.#write(() => {
      if (!this.#exists(table.name)) this.#db.exec(createSql(table));
    });
  }

  async finish(table: TableSchema): Promise<void> {
    await this.#write(() => {
      const there = new Set(readSchema(this.#db, table.name, this.#label).indexes.map(({ name }) => name.toLowerCase()));
      for (const index of table.indexes) {
        const own = `${table.name}_${index.name}`;
        if (there.has(index.name.toLowerCase()) || there.has(own.toLowerCase())) continue;
        // Names of indexes are those of the whole file here.
        this.#db.exec(indexSql(table, index, this.#exists(index.name) ? own : index.name));
      }
      // A file whose tables number their rows by the largest that is there keeps no sequences.
      if (this.#exists('sqlite_sequence')) for (const sql of sequenceSql(table)) this.#db.exec(sql);
    });
  }

  async connect(table: TableSchema): Promise<void> {
    const sql = 'SELECT count(*) FROM (SELECT 1 FROM pragma_foreign_key_check(?) LIMIT ?)';
    const count = this.#guard(() => this.#db.prepare(sql).pluck().get(table.name, MAX_COUNTED) as number);
    if (count === 0) return;
    throw new CrmError(
      'INTEGRITY',
      `${table.name} in ${this.#label}: ${count} ${count === 1 ? 'row points' : 'rows point'} to rows that are not there`,
      {
        hint: 'copy the tables that they point to as well, or put the source right',
        details: { table: table.name, count },
      },
    );
  }

  async truncate(tables: readonly TableSchema[]): Promise<void> {
    await this.#write(() => {
      for (const { name } of tables) this.#db.exec(`DELETE FROM ${quoteName(name)}`);
    });
  }

  async writer(): Promise<TableWriter> {
    const writer = new SqliteWriter(this.#guard(this.#open), this.#label, () => this.#turn());
    this.#writers.add(writer);
    return writer;
  }

  checkReferences(table: TableSchema): Promise<void> {
    return this.connect(table);
  }

  async ledger(copy: string): Promise<readonly LedgerEntry[]> {
    return this.#guard(() => {
      if (!this.#exists(LEDGER_TABLE)) return [];
      const sql = `SELECT copy, table_name AS "table", part, content FROM ${LEDGER_TABLE} WHERE copy = ? ORDER BY table_name, part`;
      return this.#db.prepare(sql).all(copy) as LedgerEntry[];
    });
  }

  async forget(copy: string): Promise<void> {
    await this.#write(() => {
      if (!this.#exists(LEDGER_TABLE)) return;
      this.#db.prepare(`DELETE FROM ${LEDGER_TABLE} WHERE copy = ?`).run(copy);
      if (this.#db.prepare(`SELECT 1 FROM ${LEDGER_TABLE}`).get() === undefined) this.#db.exec(`DROP TABLE ${LEDGER_TABLE}`);
    });
  }

  async close(): Promise<void> {
    for (const writer of this.#writers) await writer.close();
    this.#db.close();
  }

  #exists(name: string): boolean {
    return this.#db.prepare('SELECT 1 FROM sqlite_schema WHERE lower(name) = lower(?)').get(name) !== undefined;
  }

  /** Waits until nobody else of this target writes: two handles of one thread would wait for each other for ever. */
  #turn(): Promise<() => void> {
    return new Promise((begin) => {
      void this.#mutex.run(() => new Promise<void>((end) => begin(end)));
    });
  }

  #write(task: () => void): Promise<void> {
    return this.#mutex.run(async () => this.#guard(() => this.#db.transaction(task).immediate()));
  }

  #guard<T>(task: () => T): T {
    try {
      return task();
    } catch (error) {
      throw sqliteError(error, this.#label);
    }
  }
}

/** Says which number is the next; numbers that are taken are never given again. */
function sequenceSql(table: TableSchema): string[] {
  const column = identityColumn(table);
  if (column === null || column.nextIdentity === null) return [];
  const [name, id] = [quoteText(table.name), quoteName(column.name)];
  const wanted = column.nextIdentity > MAX_ROWID ? MAX_ROWID : column.nextIdentity - 1n;
  const last = `max(${wanted}, (SELECT coalesce(max(${id}), 0) FROM ${quoteName(table.name)}))`;
  return [`DELETE FROM sqlite_sequence WHERE name = ${name}`, `INSERT INTO sqlite_sequence (name, seq) VALUES (${name}, ${last})`];
}
