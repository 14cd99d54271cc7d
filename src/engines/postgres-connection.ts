import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { BulkLoad, Connection, TableRows } from './connection.ts';
import { copyText, rowsCopyText } from './copy-text.ts';
import type { SqlRow, SqlValue, WordsEntry } from './engine.ts';
import { postgresError } from './postgres-errors.ts';
import { postgresFacts } from './postgres-facts.ts';
import { rowJson } from './postgres-types.ts';

const UPSERT_BATCH = 2000;
const STREAM_BATCH = 1000;
/** Bytes of rows gathered for COPY before they are sent, over all tables. */
const PENDING_BYTES = 4 * 1024 * 1024;

const numberedTexts = new Map<string, string>();

/** Rewrites `?` outside of quotes to `$1`, `$2` …; memoised. */
export function numbered(sql: string): string {
  let text = numberedTexts.get(sql);
  if (text === undefined) {
    let n = 0;
    text = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\?/g, (match) => (match === '?' ? `$${++n}` : match));
    if (numberedTexts.size > 500) numberedTexts.clear();
    numberedTexts.set(sql, text);
  }
  return text;
}

/** The statements of one PostgreSQL session; the engine sees to it that one task at a time uses it. */
export class PostgresConnection implements Connection {
  readonly facts = postgresFacts;
  readonly #client: pg.Client;
  readonly #label: string;
  /** COPY statement → text to be sent. */
  #pending = new Map<string, Buffer[]>();
  #pendingBytes = 0;
  /** The rows under way, while further ones are gathered. */
  #sending: Promise<void> = Promise.resolve();

  constructor(client: pg.Client, label: string) {
    this.#client = client;
    this.#label = label;
  }

  async #guard<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      throw postgresError(error, this.#label);
    }
  }

  async all<T extends SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    return (await this.#query<T & pg.QueryResultRow>(numbered(sql), parameters)).rows;
  }

  async table(sql: string, parameters: readonly SqlValue[] = []): Promise<TableRows> {
    await this.flush();
    const query = { text: numbered(sql), values: [...parameters], rowMode: 'array' } as const;
    const { fields, rows } = await this.#guard(() => this.#client.query<SqlValue[]>(query));
    return { columns: fields.map(({ name }) => name), rows };
  }

  async *stream(sql: string): AsyncIterable<SqlValue[][]> {
    await this.script(`DECLARE crm_rows NO SCROLL CURSOR FOR ${sql}`);
    for (;;) {
      const { rows } = await this.table(`FETCH ${STREAM_BATCH} FROM crm_rows`);
      if (rows.length === 0) break;
      yield rows as SqlValue[][];
    }
    await this.script('CLOSE crm_rows');
  }

  async run(sql: string, parameters: readonly SqlValue[] = []): Promise<number> {
    return (await this.#query(numbered(sql), parameters)).rowCount ?? 0;
  }

  async script(sql: string): Promise<void> {
    await this.flush();
    await this.#guard(() => this.#client.query(sql));
  }

  async upsert(table: string, key: readonly string[], rows: readonly SqlRow[]): Promise<void> {
    const first = rows[0];
    if (first === undefined) return;
    const names = Object.keys(first);
    const updates = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`);
    const sql = `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.join(', ')} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb) ON CONFLICT (${key.join(', ')}) DO ${updates.length === 0 ? 'NOTHING' : `UPDATE SET ${updates.join(', ')}`}`;
    await this.#sendRows(sql, rows);
  }

  async insert(table: string, { columns, rows }: TableRows): Promise<void> {
    const sql = `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${columns.join(', ')} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
    const objects = rows.map((row): SqlRow => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null])));
    await this.#sendRows(sql, objects);
  }

  async update(table: string, key: readonly string[], rows: readonly SqlRow[]): Promise<void> {
    const first = rows[0];
    if (first === undefined) return;
    const names = Object.keys(first).filter((name) => !key.includes(name));
    const set = names.map((name) => `${name} = x.${name}`).join(', ');
    const where = key.map((name) => `t.${name} = x.${name}`).join(' AND ');
    const sql = `UPDATE ${table} t SET ${set} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb) x WHERE ${where}`;
    await this.#sendRows(sql, rows);
  }

  /** Runs a statement that takes rows as one JSON array, for some rows at a time. */
  async #sendRows(sql: string, rows: readonly SqlRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += UPSERT_BATCH) {
      const batch = rows.slice(at, at + UPSERT_BATCH).map(rowJson);
      await this.#query(sql, [`[${batch.join(',')}]`]);
    }
  }

  /** Gathers rows of all tables and sends them together: a COPY of its own for every batch would mostly wait. */
  async bulkLoad(load: BulkLoad): Promise<void> {
    const sql = `COPY ${load.table} (${load.columns.map((column) => column.name).join(', ')}) FROM STDIN`;
    await this.#gather(sql, copyText(load));
  }

  async load(table: string, { columns, rows }: TableRows): Promise<void> {
    await this.#gather(`COPY ${table} (${columns.join(', ')}) FROM STDIN`, rowsCopyText(rows));
  }

  async #gather(sql: string, bytes: Buffer): Promise<void> {
    const chunks = this.#pending.get(sql) ?? [];
    this.#pending.set(sql, chunks);
    chunks.push(bytes);
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes <= PENDING_BYTES) return;
    await this.#sending;
    this.#sending = this.#send();
    this.#sending.catch(() => {}); // awaited by the next statement
  }

  /** Foreign keys go, and are made again at the end: all rows are then checked at once. */
  async deferReferences(): Promise<() => Promise<void>> {
    const keys = await this.all<{ owner: string; name: string; ddl: string }>(
      `SELECT conrelid::regclass::text AS owner, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS ddl
       FROM pg_constraint WHERE contype = 'f' AND connamespace = to_regnamespace(quote_ident(current_schema())) ORDER BY conname`,
    );
    for (const { owner, name } of keys) await this.script(`ALTER TABLE ${owner} DROP CONSTRAINT ${name}`);
    return async () => {
      for (const { owner, name, ddl } of keys) await this.script(`ALTER TABLE ${owner} ADD CONSTRAINT ${name} ${ddl}`);
    };
  }

  /** Sends the rows gathered by `bulkLoad` and `load`; every other statement does so first. */
  async flush(): Promise<void> {
    await this.#sending;
    await this.#send();
  }

  async #send(): Promise<void> {
    const pending = this.#pending;
    this.#pending = new Map();
    this.#pendingBytes = 0;
    for (const [sql, chunks] of pending) await this.#guard(() => this.#copy(sql, chunks));
  }

  async #copy(sql: string, chunks: readonly Buffer[]): Promise<void> {
    const stream = this.#client.query(copyFrom(sql));
    const done = finished(stream);
    done.catch(() => {}); // awaited below
    for (const chunk of chunks) {
      if (!stream.write(chunk)) await Promise.race([once(stream, 'drain'), done]);
    }
    stream.end();
    await done;
  }

  async #query<T extends pg.QueryResultRow>(sql: string, parameters: readonly SqlValue[]): Promise<pg.QueryResult<T>> {
    await this.flush();
    return this.#guard(() => this.#client.query<T>(sql, [...parameters]));
  }

  async putWords(entries: readonly WordsEntry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += UPSERT_BATCH) {
      const json = JSON.stringify(entries.slice(at, at + UPSERT_BATCH));
      await this.run(
        'UPDATE customers SET search = CAST(x.words AS tsvector) FROM jsonb_to_recordset(CAST(? AS jsonb)) AS x (id bigint, words text) WHERE customers.id = x.id',
        [json],
      );
    }
  }

  async suspendIndexes(table: string): Promise<() => Promise<void>> {
    const indexes = await this.all<{ name: string; ddl: string }>(
      `SELECT indexname AS name, indexdef AS ddl FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ?
       AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE connamespace = to_regnamespace(quote_ident(current_schema())))`,
      [table],
    );
    for (const { name } of indexes) await this.script(`DROP INDEX ${name}`);
    return async () => {
      await this.script("SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL max_parallel_maintenance_workers = 2");
      for (const { ddl } of indexes) await this.script(ddl);
      await this.script('ANALYZE'); // the planner still believes that the tables are empty
    };
  }

  /**
   * Foreign keys are checked by plans that a session keeps: made while a table was empty, they read all of it for each row,
   * until statistics say otherwise.
   */
  async haveGrown(tables: readonly string[]): Promise<void> {
    await this.script(`ANALYZE ${tables.join(', ')}`);
  }

  async releaseIds(table: string, first: number): Promise<void> {
    await this.#query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2, false)", [table, first]);
  }

  async reserveIds(table: string, count: number): Promise<number> {
    const [row] = await this.all<{ first: number }>(
      "SELECT setval(pg_get_serial_sequence(?, 'id'), nextval(pg_get_serial_sequence(?, 'id')) + ?) - ? AS first",
      [table, table, count - 1, count - 1],
    );
    return (row as { first: number }).first;
  }
}
