import Database from 'better-sqlite3';
import type { Stored, WireColumn } from './tds-wire.ts';
import { checkReferences, columnsOf, describeTables, objectId } from './tsql-catalogue.ts';
import { listOf, quoted, tokensOf, translate, unquoted } from './tsql-translate.ts';
import { convertValue, fitsColumn, switchOffset } from './tsql-values.ts';

/** An error that a server would tell, with its number. */
export class ServerError extends Error {
  readonly number: number;

  constructor(number: number, message: string) {
    super(message);
    this.number = number;
  }
}

/** What a statement answers: rows, which are fetched as they are asked for, or how many it changed. */
export interface Answer {
  readonly columns: readonly WireColumn[];
  readonly rows: Iterable<readonly Stored[]>;
}

const NOTHING: Answer = { columns: [], rows: [] };
/** Sessions that hold the lock of an application, by database. */
const LOCKS = new Map<string, TsqlSession>();
const TAKE_LOCK =
  /^DECLARE @taken int; EXEC @taken = sp_getapplock @Resource = N'[\w ]+', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = \d+; SELECT @taken AS taken$/;
const HARMLESS = /^(set \w+ [\w ]+\s*)+$/i;

/** One session of a fake server: statements of the connector, carried out by SQLite. */
export class TsqlSession {
  readonly #path: string;
  readonly #db: Database.Database;
  #numbering: string | null = null;
  /** Milliseconds that a statement waits for others. */
  lockTimeout = 5000;
  /** The table that the next bulk load goes to. */
  loading: string | null = null;

  constructor(path: string, version: string) {
    this.#db = new Database(path, { timeout: 0 });
    this.#path = path;
    this.#db.defaultSafeIntegers(false);
    addFunctions(this.#db, version);
  }

  get inTransaction(): boolean {
    return this.#db.inTransaction;
  }

  /** A transaction of reading sees one moment; one of writing keeps others out. */
  begin(isSnapshot: boolean): void {
    this.#db.exec(isSnapshot ? 'BEGIN' : 'BEGIN IMMEDIATE');
  }

  end(isCommit: boolean): void {
    if (!this.#db.inTransaction) throw new ServerError(3902, 'The request has no corresponding BEGIN TRANSACTION.');
    this.#db.exec(isCommit ? 'COMMIT' : 'ROLLBACK');
  }

  close(): void {
    if (LOCKS.get(this.#path) === this) LOCKS.delete(this.#path);
    this.#db.close();
  }

  /** @throws {ServerError} as a server would; any other error: the fake does not know the statement */
  run(sql: string): Answer {
    if (TAKE_LOCK.test(sql)) return this.#takeLock();
    const set = /^SET (LOCK_TIMEOUT|IDENTITY_INSERT) (?:(\[.*\]) (ON|OFF)|(\d+))$/s.exec(sql);
    if (set?.[4] !== undefined) this.lockTimeout = Number(set[4]);
    if (set?.[1] === 'IDENTITY_INSERT') this.#numbering = set[3] === 'ON' ? (set[2] as string) : null;
    if (set !== null || HARMLESS.test(sql)) return NOTHING;
    const saved = /^(SAVE|ROLLBACK) TRANSACTION (\w+)$/.exec(sql);
    if (saved !== null) return this.#exec(`${saved[1] === 'SAVE' ? 'SAVEPOINT' : 'ROLLBACK TO'} ${saved[2]}`);
    const bulk = /^insert bulk (#crm_rows)\(/.exec(sql);
    if (bulk !== null) {
      this.loading = bulk[1] as string;
      return NOTHING;
    }
    if (/^CREATE TABLE #crm_rows \(.*\)$/s.test(sql)) return this.#exec(stageSql(sql));
    if (/^DROP TABLE #crm_rows$/.test(sql)) return this.#exec(translate(sql));
    if (/^SELECT /.test(sql)) return this.#select(sql);
    if (/^(INSERT INTO|UPDATE t SET|DELETE FROM) /.test(sql)) return this.#change(sql);
    if (this.#atomic(() => describeTables(this.#db, sql))) return NOTHING;
    throw new Error(`the fake server does not know this statement: ${sql}`);
  }

  /** The rows of a bulk load. */
  load(columns: readonly WireColumn[], rows: readonly (readonly Stored[])[]): void {
    const names = columns.map(({ name }) => quoted(name));
    const insert = this.#db.prepare(
      `INSERT INTO temp.${quoted(this.loading ?? '')} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    );
    for (const row of rows) insert.run(...row);
    this.loading = null;
  }

  /** It does not wait: who has the lock has it for long. */
  #takeLock(): Answer {
    const holder = LOCKS.get(this.#path) ?? this;
    LOCKS.set(this.#path, holder);
    return { columns: [{ name: 'taken', type: 'bigint' }], rows: [[holder === this ? 0n : -1n]] };
  }

  #exec(sql: string): Answer {
    this.#db.exec(sql);
    return NOTHING;
  }

  #select(sql: string): Answer {
    const statement = this.#db.prepare(translate(sql)).raw(true).safeIntegers(true);
    const names = statement.columns().map(({ name }) => name);
    const types = this.#typesOf(sql);
    if (types !== null) {
      const columns = names.map((name, i) => ({ name: / AS \w+$/.test(name) ? '' : name, type: types[i] as string }));
      return { columns, rows: statement.iterate() as Iterable<readonly Stored[]> };
    }
    const rows = statement.all() as Stored[][];
    const columns = names.map((name, i) => {
      const value = rows.map((row) => row[i]).find((one) => one !== null);
      return { name, type: typeof value === 'bigint' ? 'bigint' : 'nvarchar(max)' };
    });
    return { columns, rows };
  }

  /** The types of what is read from one table; null where it is another kind of query. */
  #typesOf(sql: string): readonly string[] | null {
    const found = /^SELECT (.*?) FROM (\[(?:[^\]]|\]\])*\]\.\[(?:[^\]]|\]\])*\])(?: WHERE .*| ORDER BY .*)?$/s.exec(sql);
    if (found === null || !/^(\[|CONVERT\()/.test(found[1] as string)) return null;
    const declared = columnsOf(this.#db, objectId(this.#db, found[2] as string));
    return listOf(tokensOf(found[1] as string)).map((tokens) => {
      if (tokens[0] !== 'CONVERT') return declared.find(({ name }) => name === unquoted(tokens[0] as string))?.declared as string;
      const [type = []] = listOf(tokens.slice(2, -1));
      return type.join('');
    });
  }

  #change(sql: string): Answer {
    const table = /^(?:INSERT INTO|DELETE FROM|UPDATE t SET .*? FROM) (\[(?:[^\]]|\]\])*\]\.\[(?:[^\]]|\]\])*\])/s.exec(sql)?.[1] as string;
    const id = objectId(this.#db, table);
    const numbered = columnsOf(this.#db, id).find(({ is_identity }) => is_identity === 1);
    const list = /^ \((.*?)\) (?:SELECT|VALUES)/s.exec(sql.slice(`INSERT INTO ${table}`.length))?.[1];
    if (numbered !== undefined && list?.includes(`[${numbered.name.replaceAll(']', ']]')}]`) && this.#numbering !== table) {
      throw new ServerError(544, 'Cannot insert explicit value for identity column when IDENTITY_INSERT is set to OFF.');
    }
    this.#atomic(() => {
      this.#db.exec(translate(sql));
      checkReferences(this.#db, id);
    });
    if (numbered !== undefined && sql.startsWith('INSERT')) {
      const most = `(SELECT MAX(${quoted(numbered.name)}) FROM ${translate(table)})`;
      this.#db.exec(
        `UPDATE "sys.identity_columns" SET last_value = MAX(COALESCE(last_value, ${most}), ${most}) WHERE object_id = ${id} AND ${most} IS NOT NULL`,
      );
    }
    return NOTHING;
  }

  /** All of a statement or nothing; refusals of SQLite as those of a server. */
  #atomic<T>(work: () => T): T {
    const isOwn = !this.#db.inTransaction;
    this.#db.exec(isOwn ? 'BEGIN IMMEDIATE' : 'SAVEPOINT statement');
    try {
      const result = work();
      this.#db.exec(isOwn ? 'COMMIT' : 'RELEASE statement');
      return result;
    } catch (error) {
      this.#db.exec(isOwn ? 'ROLLBACK' : 'ROLLBACK TO statement; RELEASE statement');
      throw refusalOf(error as Error & { readonly code?: string });
    }
  }
}

function stageSql(sql: string): string {
  const columns = listOf(tokensOf(sql.slice('CREATE TABLE #crm_rows ('.length, -1)));
  return `CREATE TEMP TABLE "#crm_rows" (${columns.map(([name = '']) => quoted(unquoted(name))).join(', ')})`;
}

function refusalOf(error: Error & { readonly code?: string }): Error {
  const column = /\.([^.]*)$/.exec(error.message)?.[1] ?? '';
  switch (error.code) {
    case 'SQLITE_CONSTRAINT_PRIMARYKEY':
    case 'SQLITE_CONSTRAINT_UNIQUE':
      return new ServerError(2627, `Violation of PRIMARY KEY constraint. The duplicate key value is ('secret').`);
    case 'SQLITE_CONSTRAINT_NOTNULL':
      return new ServerError(
        515,
        `Cannot insert the value NULL into column '${column}', table 't'; column does not allow nulls. INSERT fails.`,
      );
    case 'SQLITE_CONSTRAINT_CHECK':
      return new ServerError(2628, `String or binary data would be truncated in table 't', column '${column}'. Truncated value: 'secret'.`);
    default:
      return error;
  }
}

function addFunctions(db: Database.Database, version: string): void {
  const add = (name: string, work: (...values: Stored[]) => unknown): void => {
    db.function(`tsql_${name}`, { varargs: true, deterministic: true, safeIntegers: true }, (...values: unknown[]) => {
      const result = work(...(values as Stored[]));
      return typeof result === 'boolean' ? Number(result) : result instanceof Uint8Array ? Buffer.from(result) : result;
    });
  };
  add('convert', (type, value, style) => convertValue(String(type), value ?? null, Number(style ?? 0)));
  add('try_convert', (type, value, style) => {
    try {
      return convertValue(String(type), value ?? null, Number(style ?? 0));
    } catch (error) {
      if ((error as Error).message.startsWith('Conversion failed')) return null;
      throw error;
    }
  });
  add('fits', (type, value) => fitsColumn(String(type), value ?? null));
  add('code_page', (text) => (text === null ? null : String(text).replace(/[^\0-\xff]/gu, '?')));
  add('left', (text, length) => (text === null ? null : String(text).slice(0, Number(length))));
  add('concat', (...values) => values.map((value) => value ?? '').join(''));
  add('datalength', (value) => (value instanceof Uint8Array ? value.byteLength : value == null ? null : String(value).length * 2));
  add('switchoffset', (value, offset) => switchOffset(value ?? null, offset ?? null));
  add('serverproperty', () => version);
  add('db_id', () => 1);
  add('xact_state', () => (db.inTransaction ? 1 : 0));
}
