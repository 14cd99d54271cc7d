import type { BulkLoad, Connection, Request } from 'tedious';
import { CrmError } from '../errors.ts';
import type { MssqlAddress } from './mssql-address.ts';
import { mssqlError } from './mssql-errors.ts';
import { openSocket } from './mssql-socket.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** First version whose texts can be turned into UTF-8 by the server: 2019. */
const UTF8_VERSION = 15;

type Driver = typeof import('tedious');

/** A row of the server's own tables, by the names in the query: all values as texts. */
export type TextRow = Readonly<Record<string, string | null>>;

/** How a transaction sees what others do. */
export type Isolation = 'snapshot' | 'committed';

/** A column of rows that are loaded, and their cells. */
export interface LoadColumn {
  readonly name: string;
  readonly type: 'BigInt' | 'Float' | 'NVarChar' | 'VarBinary';
}

/** What it matters to know of a server and its database. */
export interface MssqlServer {
  /** Whether it can turn texts into UTF-8. */
  readonly utf8: boolean;
  /** Whether the database keeps what rows were at the start of a transaction. */
  readonly keepsVersions: boolean;
  readonly schemas: ReadonlySet<string>;
  readonly collation: string;
}

/** One connection to a server, with settings of its own. Statements are batches: nothing is prepared. */
export class MssqlSession {
  readonly label: string;
  readonly #connection: Connection;
  readonly #driver: Driver;

  private constructor(driver: Driver, connection: Connection, label: string) {
    this.#driver = driver;
    this.#connection = connection;
    this.label = label;
  }

  /**
   * Connects.
   * @throws {CrmError} CONNECTION, LOGIN, NO_DATABASE, PERMISSION; ENGINE when the driver is not installed
   */
  static async open(address: MssqlAddress, database: string, lockWaitMs: number): Promise<MssqlSession> {
    const driver = await loadDriver();
    const connection = new driver.Connection({
      server: address.host,
      authentication: { type: 'default', options: { userName: address.user, password: address.password } },
      options: {
        port: address.port,
        database,
        encrypt: address.encrypt,
        trustServerCertificate: address.trustsAnyCertificate,
        connectTimeout: CONNECT_TIMEOUT_MS,
        // A server may send its clients on to another place, which the driver then names.
        connector: ({ host, port }: { readonly host: string; readonly port: number } = address) =>
          openSocket({ host, port, timeoutMs: CONNECT_TIMEOUT_MS }, address.encrypt === true),
        requestTimeout: 0,
        maxRetriesOnTransientErrors: 0,
        appName: 'crm',
        dateFormat: 'ymd',
      },
    });
    const told: Error[] = [];
    connection.on('errorMessage', (message) => told.push(Object.assign(new Error(message.message), { number: message.number })));
    connection.on('error', () => {}); // a lost connection shows in the next statement
    try {
      await new Promise<void>((resolve, reject) => connection.connect((error) => (error === undefined ? resolve() : reject(error))));
      const session = new MssqlSession(driver, connection, address.label);
      await session.run(`SET LOCK_TIMEOUT ${Math.max(1, Math.floor(lockWaitMs))}`);
      return session;
    } catch (error) {
      connection.close();
      // The driver tells only that the login failed; why stands in the messages of the server, the reason first.
      throw mssqlError(told[0] ?? error, address.label);
    }
  }

  /** Carries out statements that answer no rows. Errors are those of the driver. */
  async run(sql: string): Promise<void> {
    await this.#request(sql).done;
  }

  /** Like `run`. @throws {CrmError} */
  async do(sql: string): Promise<void> {
    await this.run(sql).catch((error: unknown) => this.#fail(error));
  }

  /** The rows of a small query. @throws {CrmError} */
  async rows(sql: string): Promise<readonly TextRow[]> {
    const rows: TextRow[] = [];
    const { request, done } = this.#request(sql);
    request.on('row', (columns: readonly { readonly value: unknown; readonly metadata: { readonly colName: string } }[]) => {
      rows.push(Object.fromEntries(columns.map(({ value, metadata }) => [metadata.colName, value === null ? null : String(value)])));
    });
    await done.catch((error: unknown) => this.#fail(error));
    return rows;
  }

  /** Starts a query whose rows come as events; `done` settles behind the last one. */
  stream(sql: string): { readonly request: Request; readonly done: Promise<void> } {
    return this.#request(sql);
  }

  /** Ends the query that runs. */
  cancel(): void {
    this.#connection.cancel();
  }

  /** Begins a transaction. @throws {CrmError} */
  begin(isolation: Isolation): Promise<void> {
    const { SNAPSHOT, READ_COMMITTED } = this.#driver.ISOLATION_LEVEL;
    const level = isolation === 'snapshot' ? SNAPSHOT : READ_COMMITTED;
    return this.#told((done) => this.#connection.beginTransaction(done, '', level));
  }

  /** @throws {CrmError} */
  commit(): Promise<void> {
    return this.#told((done) => this.#connection.commitTransaction(done));
  }

  /** @throws {CrmError} */
  rollback(): Promise<void> {
    return this.#told((done) => this.#connection.rollbackTransaction(done));
  }

  /** Loads rows into a table whose columns are those that are named. Errors are those of the driver. */
  load(table: string, columns: readonly LoadColumn[], rows: Iterable<readonly unknown[]>): Promise<void> {
    return new Promise((resolve, reject) => {
      const bulk: BulkLoad = this.#connection.newBulkLoad(table, { keepNulls: true }, (error) =>
        error == null ? resolve() : reject(error),
      );
      for (const { name, type } of columns) {
        const isLong = type === 'NVarChar' || type === 'VarBinary';
        bulk.addColumn(name, type === 'Float' ? exactFloat(this.#driver.TYPES.Float) : this.#driver.TYPES[type], {
          nullable: true,
          ...(isLong ? { length: Number.POSITIVE_INFINITY } : {}),
        });
      }
      this.#connection.execBulkLoad(bulk, rows as Iterable<unknown[]>);
    });
  }

  /** Ends the session, whatever its state. */
  async close(): Promise<void> {
    this.#connection.close();
  }

  #request(sql: string): { readonly request: Request; readonly done: Promise<void> } {
    let request!: Request;
    const done = new Promise<void>((resolve, reject) => {
      request = new this.#driver.Request(sql, (error) => (error == null ? resolve() : reject(error)));
    });
    this.#connection.execSqlBatch(request);
    return { request, done };
  }

  async #told(work: (done: (error?: Error | null) => void) => void): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => work((error) => (error == null ? resolve() : reject(error))));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): never {
    throw mssqlError(error, this.label);
  }
}

/** Asks a session which server it is connected to, and how the database is set. */
export async function serverOf(session: MssqlSession): Promise<MssqlServer> {
  const [row] = await session.rows(
    `SELECT CONVERT(varchar(20), SERVERPROPERTY('ProductVersion')) AS version, d.snapshot_isolation_state AS versions, d.collation_name AS collation
     FROM sys.databases d WHERE d.database_id = DB_ID()`,
  );
  const schemas = await session.rows('SELECT s.name AS name FROM sys.schemas s');
  return {
    utf8: Number.parseInt(row?.version ?? '', 10) >= UTF8_VERSION,
    keepsVersions: row?.versions === '1',
    schemas: new Set(schemas.map(({ name }) => name ?? '')),
    collation: row?.collation ?? '',
  };
}

/** The driver makes texts of numbers on the way, in which -0 is 0. */
function exactFloat(type: Driver['TYPES']['Float']): Driver['TYPES']['Float'] {
  return {
    ...type,
    validate: (value: unknown) => value,
    *generateParameterData({ value }) {
      if (value == null) return;
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value as number);
      yield bytes;
    },
  };
}

async function loadDriver(): Promise<Driver> {
  try {
    const driver = await import('tedious');
    return (driver as { readonly default?: Driver }).default ?? driver;
  } catch (error) {
    throw new CrmError('ENGINE', 'the driver tedious is not installed', { cause: error, hint: 'npm install tedious' });
  }
}
