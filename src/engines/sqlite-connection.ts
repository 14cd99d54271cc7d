import type Database from 'better-sqlite3';
import { CrmError } from '../errors.ts';
import type { BulkLoad, Connection, TableRows, WordsOptions } from './connection.ts';
import type { SqlRow, SqlValue, WordsEntry } from './engine.ts';
import { sqliteError } from './sqlite-errors.ts';
import { sqliteFacts } from './sqlite-facts.ts';
import { withoutWordMerges } from './sqlite-word-merges.ts';

const STREAM_BATCH = 1000;

/** The statements of one SQLite database handle; the engine sees to it that one task at a time uses it. */
export class SqliteConnection implements Connection {
  readonly facts = sqliteFacts;
  readonly #db: Database.Database;
  readonly #label: string;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(db: Database.Database, label: string) {
    this.#db = db;
    this.#label = label;
  }

  /** @param form what its rows are: a statement is of one form */
  #prepare(sql: string, form: 'objects' | 'arrays' = 'objects'): Database.Statement {
    const key = form === 'objects' ? sql : `${form} ${sql}`;
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      if (form === 'arrays') statement.raw(true);
      if (this.#statements.size > 200) this.#statements.clear();
      this.#statements.set(key, statement);
    }
    return statement;
  }

  #guard<T>(task: () => T): T {
    try {
      return task();
    } catch (error) {
      throw sqliteError(error, this.#label);
    }
  }

  async all<T extends SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    return this.#guard(() => this.#prepare(sql).all(...parameters) as T[]);
  }

  async table(sql: string, parameters: readonly SqlValue[] = []): Promise<TableRows> {
    return this.#guard(() => {
      const statement = this.#prepare(sql, 'arrays');
      return { columns: statement.columns().map(({ name }) => name), rows: statement.all(...parameters) as SqlValue[][] };
    });
  }

  async *stream(sql: string): AsyncIterable<SqlValue[][]> {
    try {
      let batch: SqlValue[][] = [];
      for (const row of this.#prepare(sql, 'arrays').iterate()) {
        batch.push(row as SqlValue[]);
        if (batch.length < STREAM_BATCH) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    } catch (error) {
      throw sqliteError(error, this.#label);
    }
  }

  async run(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    return this.#guard(() => this.#prepare(sql).run(...parameters).changes);
  }

  async script(sql: string): Promise<void> {
    this.#guard(() => this.#db.exec(sql));
  }

  async upsert(table: string, key: readonly string[], rows: readonly SqlRow[]): Promise<void> {
    const first = rows[0];
    if (first === undefined) return;
    const names = Object.keys(first);
    const updates = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`);
    const statement = this.#guard(() =>
      this.#prepare(
        `INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ON CONFLICT (${key.join(', ')}) DO ${updates.length === 0 ? 'NOTHING' : `UPDATE SET ${updates.join(', ')}`}`,
      ),
    );
    this.#guard(() => {
      for (const row of rows) statement.run(names.map((name) => row[name] ?? null));
    });
  }

  async insert(table: string, { columns, rows }: TableRows): Promise<void> {
    const statement = this.#guard(() =>
      this.#prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`),
    );
    this.#guard(() => {
      // Spread: the driver reads arguments faster than the members of an array.
      for (const row of rows) statement.run(...row);
    });
  }

  load(table: string, rows: TableRows): Promise<void> {
    return this.insert(table, rows);
  }

  /** They are checked when the transaction ends. */
  async deferReferences(): Promise<() => Promise<void>> {
    await this.script('PRAGMA defer_foreign_keys = ON');
    return async () => {};
  }

  async update(table: string, key: readonly string[], rows: readonly SqlRow[]): Promise<void> {
    const first = rows[0];
    if (first === undefined) return;
    const names = Object.keys(first).filter((name) => !key.includes(name));
    const set = names.map((name) => `${name} = ?`).join(', ');
    const where = key.map((name) => `${name} = ?`).join(' AND ');
    const statement = this.#guard(() => this.#prepare(`UPDATE ${table} SET ${set} WHERE ${where}`));
    const order = [...names, ...key];
    this.#guard(() => {
      for (const row of rows) statement.run(order.map((name) => row[name] ?? null));
    });
  }

  async bulkLoad(load: BulkLoad): Promise<void> {
    const { columns, rows, pick } = load;
    const names = columns.map((column) => column.name).join(', ');
    // Constants stand in the statement itself: each value bound costs time.
    const bound = columns.map((column) => ('constant' in column ? literal(column.constant) : '?')).join(', ');
    const statement = this.#guard(() => this.#prepare(`INSERT INTO ${load.table} (${names}) VALUES (${bound})`));
    if (columns.some((column) => 'texts' in column)) throw new CrmError('INTERNAL', 'SQLite has no column for packed texts');
    const sources = columns.filter((column) => !('constant' in column));
    const values: SqlValue[] = sources.map(() => null);
    const integers = sources.flatMap((column, slot) => ('integers' in column ? [{ slot, values: column.integers }] : []));
    const cells = sources.flatMap((column, slot) => ('cell' in column ? [{ slot, cell: column.cell }] : []));
    const count = pick === undefined ? rows.count : pick.length;
    this.#guard(() => {
      for (let i = 0; i < count; i++) {
        const row = pick === undefined ? i : (pick[i] as number);
        for (const { slot, values: numbers } of integers) values[slot] = numbers[row] as number;
        const base = row * rows.width;
        for (const { slot, cell } of cells) values[slot] = rows.texts.text(base + cell);
        // Spread: the driver reads arguments faster than the members of an array.
        statement.run(...values);
      }
    });
  }

  async putWords(entries: readonly WordsEntry[], { fresh = false, mergeLater = false }: WordsOptions = {}): Promise<void> {
    const remove = this.#prepare('DELETE FROM customer_search WHERE rowid = ?');
    const insert = this.#prepare('INSERT INTO customer_search (rowid, words) VALUES (?, ?)');
    const put = (): void => {
      for (const { id, words } of entries) {
        if (!fresh) remove.run(id);
        if (words !== null && words !== '') insert.run(id, words);
      }
    };
    this.#guard(() => (mergeLater ? withoutWordMerges(this.#db, put) : put()));
  }

  async suspendIndexes(table: string): Promise<() => Promise<void>> {
    const indexes = await this.all<{ name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
      [table],
    );
    for (const { name } of indexes) await this.script(`DROP INDEX ${name}`);
    return async () => {
      for (const { sql } of indexes) await this.script(sql);
    };
  }

  /** Its plans do not depend on the sizes of tables. */
  async haveGrown(): Promise<void> {}

  async releaseIds(table: string, first: number): Promise<void> {
    await this.run('UPDATE sqlite_sequence SET seq = ? WHERE name = ?', [first - 1, table]);
  }

  async reserveIds(table: string, count: number): Promise<number> {
    const [row] = await this.all<{ seq: number }>('SELECT seq FROM sqlite_sequence WHERE name = ?', [table]);
    const first = (row?.seq ?? 0) + 1;
    if (row === undefined) await this.run('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', [table, count]);
    else await this.run('UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ?', [count, table]);
    return first;
  }
}

function literal(value: SqlValue): string {
  if (value === null) return 'NULL';
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}
