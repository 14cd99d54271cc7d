import type Database from 'better-sqlite3';
import { sqliteError } from '../engines/sqlite-errors.ts';
import { type Column, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import { type LedgerEntry, RefusedRows, type TableWriter, type WriteMode } from './connector.ts';
import { encoderOf, type Stored } from './sqlite-cells.ts';
import { removeWholeRows, updateRows } from './sqlite-change.ts';
import { RowInsert } from './sqlite-insert.ts';
import { quoteName } from './sqlite-names.ts';
import { LEDGER_TABLE } from './sqlite-schema.ts';

/** Waits for the turn to write; what it returns ends the turn. */
export type Turn = () => Promise<() => void>;

/** Writes rows through a handle of its own. */
export class SqliteWriter implements TableWriter {
  readonly #db: Database.Database;
  readonly #label: string;
  readonly #turn: Turn;
  readonly #inserts = new Map<string, RowInsert>();
  #endTurn: (() => void) | null = null;

  constructor(db: Database.Database, label: string, turn: Turn) {
    this.#db = db;
    this.#label = label;
    this.#turn = turn;
  }

  async begin(): Promise<void> {
    const endTurn = await this.#turn();
    try {
      this.#db.exec('BEGIN IMMEDIATE');
    } catch (error) {
      endTurn();
      throw sqliteError(error, this.#label);
    }
    this.#endTurn = endTurn;
  }

  async write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void> {
    const insert = this.#guard(() => this.#insert(table, columns, mode));
    this.#allOrNone(() => insert.run(rows));
  }

  async remove(table: TableSchema, keys: readonly Row[]): Promise<void> {
    const columns = rowKey(table).map((name) => table.columns.find((column) => column.name === name) as Column);
    const encoders = columns.map(encoderOf);
    const same = columns.map(({ name }) => `${quoteName(name)} IS ?`).join(' AND ');
    const statement = this.#guard(() => this.#db.prepare(`DELETE FROM ${quoteName(table.name)} WHERE ${same}`));
    this.#allOrNone(() => {
      for (const key of keys) statement.run(key.map((cell, i) => (cell === null ? null : (encoders[i]?.(cell) ?? (cell as Stored)))));
    });
  }

  async update(table: TableSchema, columns: readonly string[], rows: readonly Row[]): Promise<void> {
    this.#allOrNone(() => updateRows(this.#db, table, columns, rows));
  }

  async removeWhole(table: TableSchema, columns: readonly string[], rows: readonly Row[]): Promise<void> {
    this.#allOrNone(() => removeWholeRows(this.#db, table, columns, rows));
  }

  async record({ copy, table, part, content }: LedgerEntry): Promise<void> {
    this.#guard(() => {
      this.#db.exec(
        `CREATE TABLE IF NOT EXISTS ${LEDGER_TABLE} (copy TEXT NOT NULL, table_name TEXT NOT NULL, part INT NOT NULL, content TEXT NOT NULL,
         PRIMARY KEY (copy, table_name, part)) WITHOUT ROWID`,
      );
      this.#db
        .prepare(`INSERT OR REPLACE INTO ${LEDGER_TABLE} (copy, table_name, part, content) VALUES (?, ?, ?, ?)`)
        .run(copy, table, part, content);
    });
  }

  async commit(): Promise<void> {
    this.#guard(() => this.#db.exec('COMMIT'));
    this.#release();
  }

  async rollback(): Promise<void> {
    this.#guard(() => {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
    });
    this.#release();
  }

  async close(): Promise<void> {
    this.#db.close();
    this.#release();
  }

  #release(): void {
    this.#endTurn?.();
    this.#endTurn = null;
  }

  #insert(table: TableSchema, columns: readonly string[], mode: WriteMode): RowInsert {
    const name = JSON.stringify([table.name, mode, columns]);
    const insert = this.#inserts.get(name) ?? new RowInsert(this.#db, table, columns, mode);
    this.#inserts.set(name, insert);
    return insert;
  }

  #allOrNone(task: () => void): void {
    this.#guard(() => this.#db.exec('SAVEPOINT rows'));
    try {
      task();
    } catch (error) {
      const refused = refusal(error);
      if (refused !== null) this.#guard(() => this.#db.exec('ROLLBACK TO rows; RELEASE rows'));
      throw refused ?? sqliteError(error, this.#label);
    }
    this.#guard(() => this.#db.exec('RELEASE rows'));
  }

  #guard<T>(task: () => T): T {
    try {
      return task();
    } catch (error) {
      throw sqliteError(error, this.#label);
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  SQLITE_CONSTRAINT_PRIMARYKEY: 'duplicate key',
  SQLITE_CONSTRAINT_ROWID: 'duplicate key',
  SQLITE_CONSTRAINT_UNIQUE: 'duplicate key',
  SQLITE_CONSTRAINT_NOTNULL: 'NULL where a value is required',
  SQLITE_CONSTRAINT_CHECK: 'against a check of the table',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'points to a row that is not there',
  SQLITE_CONSTRAINT_TRIGGER: 'refused by a trigger',
  SQLITE_CONSTRAINT_DATATYPE: 'a value of another type',
  SQLITE_MISMATCH: 'a value of another type',
  SQLITE_TOOBIG: 'value too large',
};

/** What an error says of the rows, if it is about them. Messages name tables and columns, which go in; values they do not have. */
function refusal(thrown: unknown): RefusedRows | null {
  if (thrown instanceof RefusedRows) return thrown;
  // The driver itself refuses what SQLite has no type for: a whole number beyond 64 bits, an array in a column of numbers.
  if (thrown instanceof RangeError) return new RefusedRows('value out of range', null, thrown);
  if (thrown instanceof TypeError) return new RefusedRows('a value of another type', null, thrown);
  const { code, message } = thrown as { readonly code?: unknown; readonly message?: string };
  if (typeof code !== 'string') return null;
  const reason = REASONS[code] ?? (code.startsWith('SQLITE_CONSTRAINT') ? 'against a constraint of the table' : undefined);
  if (reason === undefined) return null;
  const named = /failed: (?:[^,]*\.)?([^.,]+)$/.exec(message ?? '');
  return new RefusedRows(reason, code === 'SQLITE_CONSTRAINT_CHECK' ? null : (named?.[1] ?? null), thrown);
}
