import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import Database from 'better-sqlite3';
import {
  columnsToken,
  doneToken,
  errorToken,
  loginTokens,
  MESSAGE,
  packets,
  preloginAnswer,
  readBatch,
  readBulk,
  readLogin,
  readTransaction,
  rowToken,
  takeMessages,
  type TdsMessage,
  transactionToken,
} from './tds-wire.ts';
import { tempDir } from './temp-dir.ts';
import { makeCatalogue } from './tsql-catalogue.ts';
import { type Answer, ServerError, TsqlSession } from './tsql-session.ts';

/** How a fake server behaves. */
export interface TdsOptions {
  /** Whether databases keep versions of rows; ours do. */
  readonly keepsVersions?: boolean;
  readonly version?: string;
  /** Takes connections and never answers. */
  readonly isSilent?: boolean;
  /** What it does instead of carrying out a statement: an error, or the end of the connection. */
  readonly disturb?: (sql: string) => ServerError | 'hang up' | null;
}

/**
 * A server that speaks TDS, the protocol of SQL Server, over a socket, and carries out the statements of the connector on files of
 * SQLite. It is not SQL Server: what it does not know it refuses, and remembers in `unknown`.
 */
export class TdsServer {
  readonly unknown: string[] = [];
  readonly statements: string[] = [];
  /** Rows that were sent, and how often a client asked to stop. */
  sent = 0;
  attentions = 0;
  /** How many logins came, right or wrong. */
  logins = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #databases = new Map<string, string>();
  readonly #options: TdsOptions;
  readonly #password = randomBytes(6).toString('hex');

  private constructor(options: TdsOptions) {
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
    this.#databases.set('master', '');
  }

  /** Starts one on a free port of this machine. */
  static async start(options: TdsOptions = {}): Promise<TdsServer> {
    const server = new TdsServer(options);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get password(): string {
    return this.#password;
  }

  /** The address of a database of that name, which is not made. */
  url(database: string, options = ''): string {
    const { port } = this.#server.address() as AddressInfo;
    return `mssql://crm:${this.#password}@127.0.0.1:${port}/${database}?encrypt=false${options}`;
  }

  /** The address of a new, empty database. */
  freshUrl(options = ''): string {
    const name = `t_${randomBytes(6).toString('hex')}`;
    this.#makeDatabase(name);
    return this.url(name, options);
  }

  /** Carries out statements in the database of an address, as somebody else would. */
  run(url: string, ...statements: readonly string[]): void {
    const session = this.#session(new URL(url).pathname.slice(1));
    for (const sql of statements) session.run(sql);
    session.close();
  }

  /** Keeps the words of defaults from everybody, as a server does from users who may only read. */
  hideDefinitions(url: string): void {
    const db = new Database(this.#databases.get(new URL(url).pathname.slice(1)) ?? '');
    db.exec('UPDATE "sys.default_constraints" SET definition = NULL');
    db.close();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #makeDatabase(name: string): void {
    const path = join(tempDir(), 'server.db');
    const db = new Database(path);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = OFF');
    makeCatalogue(db, this.#options.keepsVersions ?? true);
    db.close();
    this.#databases.set(name, path);
  }

  #session(database: string): TsqlSession {
    const path = this.#databases.get(database);
    if (path === undefined) throw new ServerError(4060, `Cannot open database "${database}" requested by the login.`);
    return new TsqlSession(path === '' ? ':memory:' : path, this.#options.version ?? '16.0.1000.6');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const client = new Client(socket, this);
    let received: Buffer = Buffer.alloc(0);
    const open: Buffer[] = [];
    let turn: Promise<void> = Promise.resolve();
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      turn = turn.then(() => client.close());
    });
    socket.on('data', (data: Buffer) => {
      if (this.#options.isSilent === true) return;
      const { messages, rest } = takeMessages(Buffer.concat([received, data]), open);
      received = rest;
      for (const message of messages) {
        if (message.type === MESSAGE.attention) client.isStopped = true;
        turn = turn.then(() => client.answer(message));
      }
    });
  }

  /** Lets a client in. @throws {ServerError} as a server would */
  letIn(data: Buffer): { readonly session: TsqlSession; readonly tokens: Buffer } {
    this.logins++;
    const { user, password, database } = readLogin(data);
    if (user !== 'crm' || password !== this.#password) throw new ServerError(18456, `Login failed for user '${user}'.`);
    return { session: this.#session(database), tokens: loginTokens(database) };
  }

  /** What becomes of a statement before it is carried out. */
  takes(sql: string): ServerError | 'hang up' | null {
    this.statements.push(sql);
    const created = /^CREATE DATABASE \[(\w+)\]$/.exec(sql)?.[1];
    if (created !== undefined) this.#makeDatabase(created);
    return this.#options.disturb?.(sql) ?? null;
  }
}

/** One connection. */
class Client {
  readonly #socket: Socket;
  readonly #server: TdsServer;
  #session: TsqlSession | null = null;
  #transactions = 0n;
  isStopped = false;

  constructor(socket: Socket, server: TdsServer) {
    this.#socket = socket;
    this.#server = server;
  }

  close(): void {
    this.#session?.close();
    this.#session = null;
  }

  async answer({ type, data }: TdsMessage): Promise<void> {
    if (this.#socket.destroyed) return;
    try {
      if (type === MESSAGE.prelogin) this.#end(preloginAnswer());
      else if (type === MESSAGE.login) this.#letIn(data);
      else if (type === MESSAGE.attention) this.#attend();
      else if (type === MESSAGE.transaction) await this.#transact(data);
      else if (type === MESSAGE.bulk) this.#load(data);
      else if (type === MESSAGE.batch) await this.#batch(readBatch(data));
      else throw new Error(`a message of type ${type}`);
    } catch (error) {
      this.#refuse(error as Error);
    }
  }

  #refuse(error: Error): void {
    const number = error instanceof ServerError ? error.number : ((error as { number?: unknown }).number ?? 50_001);
    if (number === 50_001) this.#server.unknown.push(error.message);
    this.#end(Buffer.concat([errorToken(Number(number), error.message), doneToken(2)]));
  }

  #letIn(data: Buffer): void {
    const { session, tokens } = this.#server.letIn(data);
    this.#session = session;
    this.#end(Buffer.concat([tokens, doneToken(0)]));
  }

  #attend(): void {
    this.#server.attentions++;
    this.isStopped = false;
    this.#end(doneToken(32));
  }

  async #transact(data: Buffer): Promise<void> {
    const { operation, isolation } = readTransaction(data);
    const session = this.#mine();
    if (operation === 5) {
      await this.#patiently(() => session.begin(isolation === 5));
      this.#transactions++;
    } else session.end(operation === 7);
    const kind = operation === 5 ? 8 : operation === 7 ? 9 : 10;
    this.#end(Buffer.concat([transactionToken(kind, this.#transactions), doneToken(0)]));
  }

  #load(data: Buffer): void {
    const { columns, rows } = readBulk(data);
    this.#mine().load(columns, rows);
    this.#end(doneToken(16, rows.length));
  }

  async #batch(sql: string): Promise<void> {
    const disturbed = this.#server.takes(sql);
    if (disturbed === 'hang up') return void this.#socket.destroy();
    if (disturbed !== null) throw disturbed;
    if (/^(CREATE|ALTER) DATABASE /.test(sql)) return this.#end(doneToken(0));
    const answer = await this.#patiently(() => this.#mine().run(sql));
    await this.#send(answer);
  }

  /** Waits for others as long as the session wants to. */
  async #patiently<T>(work: () => T): Promise<T> {
    for (const until = Date.now() + this.#mine().lockTimeout; ; ) {
      try {
        return work();
      } catch (error) {
        if (!String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) throw error;
        if (Date.now() > until) throw new ServerError(1222, 'Lock request time out period exceeded.');
        await delay(5);
      }
    }
  }

  /** No more is fetched than the client takes. */
  async #send({ columns, rows }: Answer): Promise<void> {
    if (columns.length === 0) return this.#end(doneToken(0));
    let waiting: Buffer[] = [columnsToken(columns)];
    let count = 0;
    for (const row of rows) {
      if (this.isStopped || this.#socket.destroyed) break;
      waiting.push(rowToken(columns, row));
      count++;
      if (count % 50 !== 0) continue;
      this.#server.sent += 50;
      const isTaken = this.#socket.write(packets(Buffer.concat(waiting), false));
      waiting = [];
      if (isTaken) await delay(0);
      else await Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close'), this.#asked()]);
    }
    this.#end(Buffer.concat([...waiting, doneToken(16, count)]));
  }

  async #asked(): Promise<void> {
    while (!this.isStopped && !this.#socket.destroyed) await delay(5);
  }

  #mine(): TsqlSession {
    if (this.#session === null) throw new Error('a statement before the login');
    return this.#session;
  }

  #end(tokens: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(packets(tokens, true));
  }
}
