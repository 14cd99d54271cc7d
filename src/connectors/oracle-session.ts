import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { BindDefinition, Connection, DbType, Metadata } from 'oracledb';
import { CrmError } from '../errors.ts';
import type { OracleAddress } from './oracle-address.ts';
import { oracleError } from './oracle-errors.ts';

type Driver = typeof import('oracledb');

const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1000;
const SOCKETS = 'net.client.socket';
/** What a session of ours reads and writes does not depend on the settings of the server, of the user or of this machine. */
const SESSION = `ALTER SESSION SET NLS_TERRITORY = 'AMERICA' NLS_LANGUAGE = 'AMERICAN' NLS_NUMERIC_CHARACTERS = '.,' NLS_CALENDAR = 'GREGORIAN' NLS_SORT = 'BINARY' NLS_COMP = 'BINARY' NLS_LENGTH_SEMANTICS = 'CHAR' NLS_DATE_FORMAT = 'SYYYY-MM-DD HH24:MI:SS' NLS_TIMESTAMP_FORMAT = 'SYYYY-MM-DD HH24:MI:SS.FF9' TIME_ZONE = '+00:00'`;

/** What the driver gives for a value, and takes: texts, bytes, floating-point numbers, booleans of the server. */
export type OracleValue = string | number | boolean | Buffer | null;

/** A value in a statement. */
export interface OracleBind {
  readonly form: 'text' | 'bytes' | 'double';
  readonly value: OracleValue;
}

/** Rows for one statement: their forms, and the values column by column. */
export interface OracleBatch {
  readonly forms: readonly OracleBind['form'][];
  readonly rows: readonly (readonly OracleValue[])[];
}

/** What became of the rows of a batch. */
export interface BatchResult {
  /** Rows that the server refused, by their place; all others are in. */
  readonly errors: readonly { readonly at: number; readonly error: Error }[];
  /** How many rows each row of the batch changed. */
  readonly counts: readonly number[];
}

/** Rows of the server's own tables: all values as texts. */
export type TextRow = readonly (string | null)[];

/** One connection to a server, with settings of its own. */
export class OracleSession {
  readonly label: string;
  /** Version of the server: 19.3 is 1903. */
  readonly version: number;
  readonly #driver: Driver;
  readonly #connection: Connection;
  readonly #socket: Socket | null;

  private constructor(driver: Driver, connection: Connection, socket: Socket | null, label: string) {
    this.#driver = driver;
    this.#connection = connection;
    this.#socket = socket;
    this.label = label;
    this.version = Math.floor(connection.oracleServerVersion / 1_000_000);
  }

  /** Connects. @throws {CrmError} CONNECTION, LOGIN, PERMISSION; ENGINE when the driver is not installed, or the server too old */
  static async open(address: OracleAddress, lockWaitMs: number): Promise<OracleSession> {
    const driver = await loadDriver();
    const seconds = CONNECT_TIMEOUT_MS / 1000;
    const connectString = `${address.place}?connect_timeout=${seconds}&transport_connect_timeout=${seconds}`;
    const connect = (): Promise<Connection> => driver.getConnection({ user: address.user, password: address.password, connectString });
    try {
      const { connection, socket } = await withSocket(connect, address.label);
      const session = new OracleSession(driver, connection, socket, address.label);
      await session.#settle(address, lockWaitMs);
      return session;
    } catch (error) {
      throw oracleError(error, address.label);
    }
  }

  /** Carries out a statement. Errors are those of the driver. */
  async run(sql: string, binds: readonly OracleBind[] = []): Promise<void> {
    await this.#connection.execute(sql, this.#bound(binds));
  }

  /** Like `run`. @throws {CrmError} */
  async do(sql: string, binds: readonly OracleBind[] = []): Promise<void> {
    try {
      await this.run(sql, binds);
    } catch (error) {
      throw oracleError(error, this.label);
    }
  }

  /** The rows of a small query. @throws {CrmError} */
  async rows(sql: string, binds: readonly OracleBind[] = []): Promise<readonly TextRow[]> {
    const all: TextRow[] = [];
    for await (const rows of this.stream(sql, binds, 500)) all.push(...(rows as TextRow[]));
    return all;
  }

  /** The rows of a query in batches: no more are fetched than are taken. Several may run at once. @throws {CrmError} */
  async *stream(sql: string, binds: readonly OracleBind[], batch: number): AsyncGenerator<readonly (readonly OracleValue[])[]> {
    try {
      const { resultSet } = await this.#connection.execute<OracleValue[]>(sql, this.#bound(binds), {
        resultSet: true,
        outFormat: this.#driver.OUT_FORMAT_ARRAY,
        fetchArraySize: batch,
        prefetchRows: batch,
        fetchTypeHandler: this.#fetchType,
      });
      if (resultSet === undefined) return;
      try {
        for (let rows = await resultSet.getRows(batch); rows.length > 0; rows = await resultSet.getRows(batch)) yield rows;
      } finally {
        await resultSet.close().catch(() => undefined); // a lost connection has closed it
      }
    } catch (error) {
      throw oracleError(error, this.label);
    }
  }

  /** Carries out a statement for each row, leaving out those that the server refuses. Other errors are those of the driver. */
  async many(sql: string, { forms, rows }: OracleBatch): Promise<BatchResult> {
    const bindDefs = forms.map((form, i) => this.#definition(form, rows, i));
    const { batchErrors, dmlRowCounts } = await this.#connection.executeMany(sql, rows as OracleValue[][], {
      bindDefs,
      batchErrors: true,
      dmlRowCounts: true,
    });
    return { errors: (batchErrors ?? []).map((error) => ({ at: error.offset ?? 0, error })), counts: dmlRowCounts ?? [] };
  }

  /** @throws {CrmError} */
  async commit(): Promise<void> {
    try {
      await this.#connection.commit();
    } catch (error) {
      throw oracleError(error, this.label);
    }
  }

  /** Takes back what was not committed; a lost connection has done so already. */
  async rollback(): Promise<void> {
    await this.#connection.rollback().catch(() => undefined);
  }

  /** Ends the session, whatever its state: a server that does not answer is not waited for. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    await Promise.race([this.#connection.close().catch(() => undefined), late]);
    clearTimeout(timer);
    this.#socket?.destroy();
  }

  async #settle({ schema }: OracleAddress, lockWaitMs: number): Promise<void> {
    try {
      await this.run(`${SESSION} DDL_LOCK_TIMEOUT = ${Math.max(1, Math.ceil(lockWaitMs / 1000))}`);
      if (schema !== null) await this.run(`ALTER SESSION SET CURRENT_SCHEMA = ${quoteOracleName(schema)}`);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Nothing is rounded or cut on its way: numbers come as texts, what is kept outside of its row in one piece. */
  readonly #fetchType = ({ dbType }: Metadata<OracleValue[]>): { type: DbType } | undefined => {
    const driver = this.#driver;
    if (dbType === driver.DB_TYPE_BLOB) return { type: driver.BUFFER };
    const asText = [driver.DB_TYPE_NUMBER, driver.DB_TYPE_CLOB, driver.DB_TYPE_NCLOB];
    return dbType !== undefined && (asText as unknown[]).includes(dbType) ? { type: driver.STRING } : undefined;
  };

  #bound(binds: readonly OracleBind[]): { val: OracleValue; type: DbType }[] {
    return binds.map(({ form, value }) => ({ val: value, type: this.#typeOf(form) }));
  }

  #definition(form: OracleBind['form'], rows: OracleBatch['rows'], column: number): BindDefinition {
    if (form === 'double') return { type: this.#typeOf(form) };
    let maxSize = 1;
    for (const row of rows) {
      const value = row[column];
      if (typeof value === 'string') maxSize = Math.max(maxSize, Buffer.byteLength(value));
      else if (value instanceof Uint8Array) maxSize = Math.max(maxSize, value.length);
    }
    return { type: this.#typeOf(form), maxSize };
  }

  #typeOf(form: OracleBind['form']): DbType {
    if (form === 'text') return this.#driver.DB_TYPE_VARCHAR;
    return form === 'bytes' ? this.#driver.DB_TYPE_RAW : this.#driver.DB_TYPE_BINARY_DOUBLE;
  }
}

/** A name as SQL takes it. @throws {CrmError} USAGE when the server can take no such name */
export function quoteOracleName(name: string): string {
  if (name !== '' && !/["\0]/.test(name)) return `"${name}"`;
  throw new CrmError('USAGE', `Oracle takes no name with a quotation mark: ${name}`, { hint: 'leave that table out: --tables' });
}

/** A text as SQL takes it. */
export function quoteOracleText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A text for a statement. */
export function textBind(value: string | null): OracleBind {
  return { form: 'text', value };
}

const owners = new AsyncLocalStorage<(socket: Socket) => void>();

/**
 * Connects, and finds the socket that was opened for it. The driver waits without end for a server that took the connection and
 * then says nothing, and gives no way to let go of it: so its socket is destroyed.
 */
async function withSocket(
  connect: () => Promise<Connection>,
  label: string,
): Promise<{ readonly connection: Connection; readonly socket: Socket | null }> {
  let socket: Socket | null = null;
  let timer: NodeJS.Timeout | undefined;
  const seen = (message: unknown): void => owners.getStore()?.((message as { socket: Socket }).socket);
  subscribe(SOCKETS, seen);
  try {
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new CrmError('CONNECTION', `${label} cannot be reached: no answer`, { hint: 'check host, port and firewall' })),
        CONNECT_TIMEOUT_MS,
      );
    });
    const note = (opened: Socket): void => {
      socket = opened;
    };
    const connecting = owners.run(note, connect);
    connecting.catch(() => undefined);
    return { connection: await Promise.race([connecting, late]), socket };
  } catch (error) {
    (socket as Socket | null)?.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    unsubscribe(SOCKETS, seen);
  }
}

async function loadDriver(): Promise<Driver> {
  try {
    const driver = await import('oracledb');
    return driver.default ?? driver;
  } catch (error) {
    throw new CrmError('ENGINE', 'the driver oracledb is not installed', { cause: error, hint: 'npm install oracledb' });
  }
}
