import { once } from 'node:events';
import type { Connection, Query, QueryError, ResultSetHeader } from 'mysql2';
import { CrmError } from '../errors.ts';
import type { MysqlAddress } from './mysql-address.ts';
import { mysqlError } from './mysql-errors.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/**
 * What a session of ours reads and writes does not depend on the settings of the server: UTC, nothing cut to fit, zero dates
 * as they are, 0 in a numbered column as 0; sorting by whole keys; a reader that waits for its consumer is not thrown out.
 */
const SESSION = `SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION',
  sql_notes = 1, max_sort_length = 4096, sql_select_limit = DEFAULT, net_write_timeout = 86400, net_read_timeout = 86400,
  wait_timeout = 86400, max_error_count = 1024`;

/** A row of the server's own tables, by the names in the query: all values as texts. */
export type TextRow = Readonly<Record<string, string | null>>;

/** Which server it is, as far as it matters. */
export interface MysqlServer {
  readonly maria: boolean;
  /** Major and minor version as one number: 10.11 is 1011, 8.4 is 804. */
  readonly version: number;
  /** The collation that tells texts apart by their bytes, with trailing spaces. */
  readonly collation: string;
  /** Collation of the database of the session. */
  readonly databaseCollation: string;
  readonly maxPacket: number;
}

/** One connection to a server, with settings of its own. */
export class MysqlSession {
  readonly label: string;
  readonly threadId: number;
  readonly #connection: Connection;

  private constructor(connection: Connection, label: string) {
    this.#connection = connection;
    this.label = label;
    this.threadId = connection.threadId ?? 0;
  }

  /**
   * Connects.
   * @param database null: to none
   * @throws {CrmError} CONNECTION, LOGIN, NO_DATABASE, PERMISSION; ENGINE when the driver is not installed
   */
  static async open(address: MysqlAddress, database: string | null, lockWaitMs: number): Promise<MysqlSession> {
    const { createConnection } = await loadDriver();
    const connection = createConnection({
      ...(address.socket === null ? { host: address.host, port: address.port } : { socketPath: address.socket }),
      user: address.user,
      password: address.password,
      ...(database === null ? {} : { database }),
      ...(address.encrypted ? { ssl: {} } : {}),
      charset: 'utf8mb4',
      connectTimeout: CONNECT_TIMEOUT_MS,
      flags: ['-FOUND_ROWS'],
    });
    connection.on('error', () => {}); // a lost connection shows in the next query
    try {
      await once(connection, 'connect');
      const session = new MysqlSession(connection, address.label);
      const seconds = Math.max(1, Math.ceil(lockWaitMs / 1000));
      await session.run(`${SESSION}, innodb_lock_wait_timeout = ${seconds}, lock_wait_timeout = ${seconds}`);
      await session.run('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      return session;
    } catch (error) {
      connection.destroy();
      throw mysqlError(error, address.label);
    }
  }

  /** Carries out a statement that answers no rows. Errors are those of the driver. */
  run(sql: string): Promise<ResultSetHeader> {
    return this.#ask<ResultSetHeader>(sql);
  }

  /** The rows of a small query. @throws {CrmError} */
  async rows(sql: string): Promise<readonly TextRow[]> {
    try {
      return await this.#ask<readonly TextRow[]>(sql);
    } catch (error) {
      throw mysqlError(error, this.label);
    }
  }

  /** Like `run`. @throws {CrmError} */
  async do(sql: string): Promise<ResultSetHeader> {
    try {
      return await this.run(sql);
    } catch (error) {
      throw mysqlError(error, this.label);
    }
  }

  /** Starts a query whose rows come as events, each an array of buffers. */
  stream(sql: string): Query {
    return this.#connection.query({ sql, rowsAsArray: true, typeCast: false });
  }

  /** Stops the rows of a stream from coming, or lets them come again. */
  flow(isOn: boolean): void {
    if (isOn) this.#connection.resume();
    else this.#connection.pause();
  }

  /** Ends the session, whatever its state. */
  async close(): Promise<void> {
    this.#connection.destroy();
  }

  #ask<T>(sql: string): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#connection.query({ sql, typeCast: (field) => field.string('utf8') }, (error: QueryError | null, answer: unknown) =>
        error === null ? resolve(answer as T) : reject(error),
      );
    });
  }
}

/** Asks a session which server it is connected to. */
export async function serverOf(session: MysqlSession): Promise<MysqlServer> {
  const [row] = await session.rows(
    'SELECT VERSION() AS version, @@collation_database AS collation, @@max_allowed_packet AS packet, @@version_comment AS comment',
  );
  const version = row?.version ?? '';
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(version.replace(/^5\.5\.5-/, '')) ?? [];
  const maria = /mariadb/i.test(`${version} ${row?.comment}`);
  const collation = maria ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
  const found = await session.rows(`SHOW COLLATION WHERE \`Collation\` = '${collation}'`);
  return {
    maria,
    version: Number(major) * 100 + Number(minor),
    collation: found.length > 0 ? collation : 'utf8mb4_bin',
    databaseCollation: row?.collation ?? '',
    maxPacket: Number(row?.packet ?? 0),
  };
}

/** A name as SQL takes it, whatever is in it. */
export function quoteMysqlName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A text as SQL takes it. */
export function quoteMysqlText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
}

async function loadDriver(): Promise<typeof import('mysql2')> {
  try {
    const driver = await import('mysql2');
    return driver.default ?? driver;
  } catch (error) {
    throw new CrmError('ENGINE', 'the driver mysql2 is not installed', { cause: error, hint: 'npm install mysql2' });
  }
}
