import { AsyncLocalStorage } from 'node:async_hooks';
import type pg from 'pg';
import { CrmError } from '../errors.ts';
import type { Connection, Engine, TableRows, TransactionOptions } from './connection.ts';
import type { SqlRow, SqlValue } from './engine.ts';
import type { Maintenance } from './maintenance.ts';
import { readMigrations } from './migrator.ts';
import { Mutex } from './mutex.ts';
import { connectClient, type PostgresAddress, postgresAddress, quoteName } from './postgres-client.ts';
import { PostgresConnection, numbered } from './postgres-connection.ts';
import { messageWithoutValue, postgresError, unansweredCommit } from './postgres-errors.ts';
import { postgresFacts } from './postgres-facts.ts';
import { TYPE_PARSERS } from './postgres-types.ts';
import { schemaIndexes } from './schema-indexes.ts';

const STREAM_BATCH = 1000;
/** SQLSTATE codes (PostgreSQL manual, appendix A). */
const UNIQUE_VIOLATION = '23505';
const DUPLICATE_SCHEMA = '42P06';
/** Tables that many rows may have gone from at once. */
const EMPTIED_TABLES = [
  'customers',
  'contact_points',
  'external_ids',
  'interactions',
  'orders',
  'order_items',
  'consents',
  'tags',
  'changes',
];

/** How a PostgreSQL database is opened. */
export interface PostgresOptions {
  /** Make the schema (namespace) named by `?schema=` when it does not exist. */
  readonly create: boolean;
  /** How long a writer waits for another one, in milliseconds. */
  readonly busyTimeoutMs: number;
}

/**
 * Opens `postgres://user:password@host:port/database[?schema=name]`; all tables live in that schema (default: the
 * server's search path).
 * @throws {CrmError} CONNECTION, LOGIN or NO_DATABASE when the server cannot be used.
 */
export async function openPostgres(url: string, options: PostgresOptions): Promise<Engine> {
  const engine = new PostgresEngine(url, options);
  await engine.connect();
  return engine;
}

class PostgresEngine implements Engine {
  readonly facts = postgresFacts;
  readonly label: string;
  readonly schemaFolder = 'postgres';
  readonly isEncrypted = false;
  readonly #address: PostgresAddress;
  readonly #options: PostgresOptions;
  readonly #mutex = new Mutex();
  readonly #inside = new AsyncLocalStorage<true>();
  #client: pg.Client | null = null;

  constructor(url: string, options: PostgresOptions) {
    this.#address = postgresAddress(url);
    this.label = this.#address.label;
    this.#options = options;
  }

  async connect(): Promise<void> {
    this.#client = await this.#newClient();
    const { schema } = this.#address;
    if (this.#options.create && schema !== null) {
      await this.#guard(() => createSchema(this.#main(), schema));
    }
  }

  #newClient(): Promise<pg.Client> {
    return connectClient(this.#address, TYPE_PARSERS as unknown as pg.CustomTypesConfig);
  }

  #main(): pg.Client {
    if (this.#client === null) throw new CrmError('INTERNAL', 'the database is closed');
    return this.#client;
  }

  async #guard<T>(task: () => Promise<T>): Promise<T> {
    try {
      return await task();
    } catch (error) {
      throw postgresError(error, this.label);
    }
  }

  async all<T extends SqlRow>(sql: string, parameters: readonly SqlValue[] = []): Promise<T[]> {
    return this.#exclusive(() => new PostgresConnection(this.#main(), this.label).all<T>(sql, parameters));
  }

  async table(sql: string, parameters: readonly SqlValue[] = []): Promise<TableRows> {
    return this.#exclusive(() => new PostgresConnection(this.#main(), this.label).table(sql, parameters));
  }

  async transaction<T>(work: (connection: Connection) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.#exclusive(async () => {
      const client = this.#main();
      await this.#guard(() => client.query('BEGIN'));
      try {
        // 0 would mean to wait for ever.
        await this.#guard(() =>
          client.query(`SET LOCAL lock_timeout = ${Math.max(1, Math.trunc(options.waitMs ?? this.#options.busyTimeoutMs))}`),
        );
        await this.#guard(() => client.query("SELECT pg_advisory_xact_lock(hashtext('crm writer'), hashtext(current_schema()))"));
        const connection = new PostgresConnection(client, this.label);
        const result = await this.#inside.run(true, () => work(connection));
        await connection.flush();
        if (options.commit === false) await this.#guard(() => client.query('ROLLBACK'));
        else await this.#commit(client);
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {}); // the first error is the one to tell; the server rolls back by itself
        throw error;
      }
    });
  }

  async #commit(client: pg.Client): Promise<void> {
    try {
      await this.#guard(() => client.query('COMMIT'));
    } catch (error) {
      throw unansweredCommit(error, this.label);
    }
  }

  #exclusive<T>(task: () => Promise<T>): Promise<T> {
    if (this.#inside.getStore()) {
      throw new CrmError('INTERNAL', 'the database was used from inside its own transaction without the transaction handle');
    }
    return this.#mutex.run(task);
  }

  async *stream(sql: string, parameters: readonly SqlValue[] = []): AsyncIterable<SqlValue[][]> {
    const client = await this.#newClient();
    try {
      yield* (await this.#cursor(client, numbered(sql), parameters)).rows;
    } finally {
      await client.end().catch(() => {});
    }
  }

  async readOnly(sql: string): Promise<{ columns: string[]; rows: AsyncIterable<SqlValue[][]> }> {
    const client = await this.#newClient();
    try {
      const cursor = await this.#cursor(client, sql.trim().replace(/;$/, ''), []);
      async function* rows(): AsyncIterable<SqlValue[][]> {
        try {
          yield* cursor.rows;
        } finally {
          await client.end().catch(() => {});
        }
      }
      return { columns: cursor.columns, rows: rows() };
    } catch (error) {
      await client.end().catch(() => {});
      throw userSqlError(error);
    }
  }

  /** Opens a cursor in a read-only snapshot: the server refuses anything but one statement that only reads. */
  async #cursor(
    client: pg.Client,
    sql: string,
    parameters: readonly SqlValue[],
  ): Promise<{ columns: string[]; rows: AsyncIterable<SqlValue[][]> }> {
    const guard = <T>(task: () => Promise<T>): Promise<T> => this.#guard(task);
    await guard(() => client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY'));
    const declare = { text: `DECLARE crm_cursor NO SCROLL CURSOR FOR ${sql}`, values: [...parameters], queryMode: 'extended' };
    await guard(() => client.query(declare));
    const fetch = (): Promise<pg.QueryArrayResult> =>
      guard(() => client.query({ text: `FETCH ${STREAM_BATCH} FROM crm_cursor`, rowMode: 'array' }));
    const first = await fetch();
    async function* rows(): AsyncIterable<SqlValue[][]> {
      for (let batch = first; batch.rows.length > 0; batch = await fetch()) {
        yield batch.rows as SqlValue[][];
        if (batch.rows.length < STREAM_BATCH) return;
      }
    }
    return { columns: first.fields.map((column) => column.name), rows: rows() };
  }

  async beginWordIndex(): Promise<null> {
    return null;
  }

  async explain(sql: string, parameters: readonly SqlValue[] = []): Promise<readonly string[]> {
    const client = await this.#newClient();
    try {
      const [statement, values] = [parameters.length === 0 ? sql : numbered(sql), [...parameters]];
      await client.query('BEGIN READ ONLY');
      const { rows } = await client.query<string[]>({ text: `EXPLAIN (COSTS OFF) ${statement}`, values, rowMode: 'array' });
      return rows.map(([line]) => line ?? '');
    } finally {
      await client.end().catch(() => {});
    }
  }

  async maintenance(): Promise<Maintenance> {
    const { PostgresMaintenance } = await import('./postgres-maintenance.ts'); // only the upkeep needs it
    const { label } = this;
    const [openClient, indexes] = [() => this.#newClient(), schemaIndexes(readMigrations(this))];
    return new PostgresMaintenance({ client: this.#main(), label, openClient, busyTimeoutMs: this.#options.busyTimeoutMs, indexes });
  }

  async storageBytes(): Promise<number> {
    const sql =
      "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint AS bytes FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(quote_ident(current_schema()))";
    return Number((await this.all(sql))[0]?.bytes);
  }

  /** What is free becomes usable for other rows; at the end of a table it goes back to the system. */
  async reclaim(): Promise<boolean> {
    await this.#exclusive(() => this.#guard(() => this.#main().query(`VACUUM (SKIP_LOCKED) ${EMPTIED_TABLES.join(', ')}`)));
    return false;
  }

  async compact(): Promise<void> {
    await this.#exclusive(async () => {
      for (const table of EMPTIED_TABLES) await this.#guard(() => this.#main().query(`VACUUM (FULL) ${table}`));
    });
  }

  async expectLargeTransactions(): Promise<() => Promise<void>> {
    return async () => {};
  }

  joinable(): null {
    return null;
  }

  async tryLock(name: string): Promise<(() => Promise<void>) | null> {
    const key = '(hashtext(?), hashtext(current_schema()))';
    const [row] = await this.all<{ taken: number }>(`SELECT pg_try_advisory_lock${key} AS taken`, [`crm ${name}`]);
    if (row?.taken !== 1) return null;
    return async () => {
      await this.all(`SELECT pg_advisory_unlock${key}`, [`crm ${name}`]);
    };
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => {});
  }
}

/** Makes the schema unless it is there; two programs that make it at once may both be told that it was not. */
async function createSchema(client: pg.Client, name: string): Promise<void> {
  try {
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${quoteName(name)}`);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== UNIQUE_VIOLATION && code !== DUPLICATE_SCHEMA) throw error;
  }
}

function userSqlError(thrown: unknown): unknown {
  if (!(thrown instanceof CrmError) || thrown.code !== 'INTERNAL') return thrown;
  const cause = thrown.cause as { message?: string; code?: string };
  const hint = 'give one SELECT statement';
  if (
    cause.code === '42601' &&
    /^syntax error at or near "(insert|update|delete|drop|create|alter|truncate|copy|vacuum)/i.test(cause.message ?? '')
  ) {
    return new CrmError('PERMISSION', '--sql only reads: the database refused a statement that writes', { cause, hint });
  }
  return new CrmError('USAGE', `--sql: ${messageWithoutValue(cause)}`, { cause, hint });
}
