import Database from 'better-sqlite3';
import { alter, comment, createIndex, createTable, dropTable, makeCatalogue } from './oracle-catalogue.ts';
import { addFunctions, checkValue, OraError } from './oracle-functions.ts';
import { doubleBytes, doubleOf, numberBytes } from './oracle-wire.ts';

export { OraError } from './oracle-functions.ts';

/** A bind as the client describes it. */
export interface Param {
  readonly type: number;
  readonly size: number;
}

/** Rows in the bytes that travel. */
export interface Answer {
  readonly columns: readonly { readonly name: string; readonly type: number }[];
  readonly rows: readonly (readonly (Buffer | null)[])[];
}

const RAW_BINDS = [23, 24, 100, 101];
const TYPES: Readonly<Record<string, number>> = {
  NUMBER: 2,
  INTEGER: 2,
  FLOAT: 2,
  VARCHAR2: 1,
  NVARCHAR2: 1,
  CHAR: 96,
  NCHAR: 96,
  LONG: 8,
  LONG_TEXT: 8,
  RAW: 23,
  BINARY_FLOAT: 100,
  BINARY_DOUBLE: 101,
  CLOB: 112,
  NCLOB: 112,
  XMLTYPE: 112,
  JSON: 112,
  BLOB: 113,
};
/** What every session of the connector must have said before it reads or writes. */
const NEEDED = { NLS_SORT: 'BINARY', NLS_COMP: 'BINARY', NLS_NUMERIC_CHARACTERS: '.,', TIME_ZONE: '+00:00', NLS_CALENDAR: 'GREGORIAN' };

/** What a server of Oracle keeps, in a SQLite file: each session sees what is committed, or what was when its transaction began. */
export class OracleEngine {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    const db = new Database(path);
    db.pragma('journal_mode = WAL');
    makeCatalogue(db);
    db.close();
  }

  session(): OracleEngineSession {
    return new OracleEngineSession(new Database(this.#path, { timeout: 0 }));
  }

  /** Looks into the file itself. */
  look(sql: string): unknown[] {
    const db = new Database(this.#path, { readonly: true });
    try {
      return db.prepare(sql).raw().all();
    } finally {
      db.close();
    }
  }
}

/** One session. */
export class OracleEngineSession {
  readonly #db: Database.Database;
  readonly #settings = new Map<string, string>();
  #readsOnly = false;

  constructor(db: Database.Database) {
    this.#db = db;
    db.pragma('synchronous = OFF');
    addFunctions(db, this.#settings);
    db.function('FITS', { deterministic: true }, (place: unknown, declared: unknown, value: unknown) =>
      checkValue(String(place), String(declared), value),
    );
  }

  get isOpen(): boolean {
    return this.#db.open && this.#db.inTransaction && !this.#readsOnly;
  }

  commit(): void {
    if (this.#db.inTransaction) this.#db.exec('COMMIT');
    this.#readsOnly = false;
  }

  rollback(): void {
    if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
    this.#readsOnly = false;
  }

  close(): void {
    this.#db.close();
  }

  query(sql: string, params: readonly Param[], values: readonly (Buffer | null)[]): Answer {
    if (!/ALL_|NLS_|DUAL/.test(sql)) this.#checkSettings();
    const statement = guarded(() => this.#db.prepare(translated(sql)));
    const rows = guarded(() => statement.raw().all(bound(params, values))) as unknown[][];
    const columns = statement.columns().map(({ name, type }, i) => {
      const base = type?.toUpperCase() ?? '';
      const isNumber = rows.some((row) => typeof row[i] === 'number');
      return { name: name.slice(0, 30), type: TYPES[base] ?? (isNumber ? 2 : 1), base };
    });
    return { columns, rows: rows.map((row) => row.map((value, i) => wireValue(value, columns[i]?.base ?? ''))) };
  }

  /** Carries out anything but a query. @returns how many rows were changed */
  change(sql: string, params: readonly Param[], values: readonly (Buffer | null)[]): number {
    const words = sql.trim();
    if (/^ALTER SESSION SET /.test(words)) return this.#set(words.slice(18));
    if (words === 'SET TRANSACTION READ ONLY') {
      this.commit();
      this.#db.exec('BEGIN; SELECT 1 FROM sqlite_master LIMIT 1');
      this.#readsOnly = true;
      return 0;
    }
    if (/^(SAVEPOINT|ROLLBACK TO SAVEPOINT) crm_rows$/.test(words)) {
      this.#begin();
      this.#db.exec(words.replace('TO SAVEPOINT', 'TO'));
      return 0;
    }
    if (/^(INSERT INTO|UPDATE|DELETE FROM) /.test(words)) return this.#write(words, params, values);
    this.commit();
    guarded(() => this.#define(words));
    return 0;
  }

  #write(sql: string, params: readonly Param[], values: readonly (Buffer | null)[]): number {
    this.#checkSettings();
    if (this.#readsOnly) throw new OraError(1456, 'may not perform insert, delete, update operation inside a READ ONLY transaction');
    this.#begin();
    return guarded(() => this.#db.prepare(translated(sql)).run(bound(params, values)).changes);
  }

  #begin(): void {
    if (!this.#db.inTransaction) guarded(() => this.#db.exec('BEGIN IMMEDIATE'));
  }

  #define(sql: string): void {
    const [word = ''] =
      /^CREATE TABLE|^CREATE (UNIQUE )?INDEX|^ALTER TABLE|^COMMENT ON|^TRUNCATE TABLE|^DROP TABLE|^CREATE VIEW/.exec(sql) ?? [];
    switch (word.replace('UNIQUE ', '')) {
      case 'CREATE TABLE':
        return createTable(this.#db, sql);
      case 'CREATE INDEX':
        return createIndex(this.#db, sql);
      case 'ALTER TABLE':
        return alter(this.#db, sql);
      case 'COMMENT ON':
        return comment(this.#db, sql);
      case 'DROP TABLE':
        return dropTable(this.#db, sql);
      case 'TRUNCATE TABLE':
        this.#db.prepare(sql.replace('TRUNCATE TABLE', 'DELETE FROM')).run();
        return;
      case 'CREATE VIEW':
        this.#db.prepare(sql).run();
        this.#db.prepare("INSERT INTO ALL_VIEWS VALUES ('CRM', ?)").run(/VIEW "([^"]+)"/.exec(sql)?.[1]);
        return;
      default:
        throw new Error(`no statement of the connector: ${sql}`);
    }
  }

  #set(text: string): number {
    for (const [, name = '', value = ''] of text.matchAll(/(\w+) = (?:'([^']*)'|"([^"]*)"|(\d+))/g)) this.#settings.set(name, value);
    return 0;
  }

  #checkSettings(): void {
    for (const [name, value] of Object.entries(NEEDED))
      if (this.#settings.get(name) !== value) throw new Error(`the session did not set ${name}`);
  }
}

function bound(params: readonly Param[], values: readonly (Buffer | null)[]): Record<string, unknown> {
  const entries = params.map(({ type }, i) => {
    const value = values[i] ?? null;
    return [String(i + 1), value === null ? null : RAW_BINDS.includes(type) ? value : value.toString()];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** The few words of the server that SQLite has not. */
function translated(sql: string): string {
  return sql
    .replace(/XMLSERIALIZE\(CONTENT ("[^"]+") AS CLOB\)/g, '$1')
    .replace(/JSON_SERIALIZE\(("[^"]+") RETURNING CLOB\)/g, '$1')
    .replace(' AND ROWNUM = 1', '')
    .replace('NOT IN (0, 1)', "NOT IN (TO_NUMBER('0'), TO_NUMBER('1'))")
    .replace('>= 9223372036854775807', ">= TO_NUMBER('9223372036854775807')");
}

function wireValue(value: unknown, base: string): Buffer | null {
  if (value === null) return null;
  if (typeof value === 'number') return numberBytes(String(value));
  if (typeof value === 'string') return value === '' ? null : Buffer.from(value);
  const bytes = value as Buffer;
  return base === 'BINARY_FLOAT' ? doubleBytes(doubleOf(bytes), 4) : bytes;
}

/** What SQLite refuses, in the words of the server, with the values that those tell. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string };
    const [, table = '', column = ''] = /failed: (.+?)\.([^,]+)/.exec(message) ?? [];
    const raised = /^ORA-(\d{5}): (.*)$/s.exec(message);
    if (error instanceof OraError || !(error instanceof Database.SqliteError)) throw error;
    if (raised !== null) throw new OraError(Number(raised[1]), raised[2] ?? '');
    if (code === 'SQLITE_BUSY') throw new OraError(54, 'resource busy and acquire with NOWAIT specified or timeout expired');
    if (code.endsWith('NOTNULL')) throw new OraError(1400, `cannot insert NULL into ("CRM"."${table}"."${column}")`);
    if (/UNIQUE|PRIMARYKEY/.test(code))
      throw new OraError(1, `unique constraint (CRM.SYS_C1) violated on table CRM.${table} with 'secret'`);
    throw error;
  }
}
