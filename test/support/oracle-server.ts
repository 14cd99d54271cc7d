import { createCipheriv, createDecipheriv, createHash, pbkdf2Sync, randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { type Answer, OraError, type OracleEngine, type OracleEngineSession, type Param } from './oracle-engine.ts';
import { WireReader, WireWriter } from './oracle-wire.ts';

const CONNECT = 1;
const ACCEPT = 2;
const REFUSE = 4;
const DATA = 6;
const SDU = 8192;
const END_OF_REQUEST = 0x800;
const HEADER = 10;
const FUNCTIONS = {
  auth1: 118,
  auth2: 115,
  execute: 94,
  reexecute: 4,
  reexecuteAndFetch: 78,
  fetch: 5,
  commit: 14,
  rollback: 15,
  logoff: 9,
};
const LONG_TYPES = [8, 24];
const LOB_TYPES = [112, 113];
const MAX_STRING = 4000;

/** How a server behaves. */
export interface OracleServerOptions {
  readonly user: string;
  readonly password: string;
  readonly service: string;
  /** How the password is kept. */
  readonly verifier?: '11g' | '12c';
  /** Takes connections and never says a word; the same after the packet of acceptance. */
  readonly silent?: 'at once' | 'after accept';
}

/** A server that speaks to clients of Oracle as far as the connector needs it. */
export class OracleServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** What went wrong within: statements that no server of this kind knows, messages out of order. */
  readonly failures: unknown[] = [];

  constructor(engine: OracleEngine, options: OracleServerOptions) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      const talk = new Talk(socket, engine, options, this.failures);
      socket.on('data', (bytes) => talk.take(bytes));
      socket.on('close', () => {
        talk.end();
        this.#sockets.delete(socket);
      });
    });
  }

  /** @returns the port that it listens at */
  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as { port: number }).port));
    });
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#sockets.size;
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

interface Cursor {
  readonly sql: string;
  params: readonly Param[];
  answer: Answer | null;
  at: number;
  types: readonly number[];
}

/** One client. */
class Talk {
  readonly #socket: Socket;
  readonly #engine: OracleEngine;
  readonly #options: OracleServerOptions;
  readonly #failures: unknown[];
  #received = Buffer.alloc(0);
  #message: Buffer[] = [];
  #isAccepted = false;
  #login: Login | null = null;
  #session: OracleEngineSession | null = null;
  readonly #cursors = new Map<number, Cursor>();

  constructor(socket: Socket, engine: OracleEngine, options: OracleServerOptions, failures: unknown[]) {
    this.#socket = socket;
    this.#engine = engine;
    this.#options = options;
    this.#failures = failures;
  }

  take(bytes: Buffer): void {
    if (this.#options.silent === 'at once') return;
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      if (this.#received.length < 8) return;
      const size = this.#isAccepted ? this.#received.readUInt32BE(0) : this.#received.readUInt16BE(0);
      if (this.#received.length < size) return;
      const packet = this.#received.subarray(0, size);
      this.#received = this.#received.subarray(size);
      try {
        this.#packet(packet);
      } catch (error) {
        this.#failures.push(error);
        this.#socket.destroy();
      }
    }
  }

  end(): void {
    this.#session?.close();
  }

  #packet(packet: Buffer): void {
    if (!this.#isAccepted) {
      const follows = packet[4] === CONNECT && packet.length === 74 && packet.readUInt16BE(24) > 230;
      if (!follows) this.#greet(packet.toString('latin1'));
      return;
    }
    if (packet[4] !== DATA || this.#options.silent !== undefined) return;
    this.#message.push(packet.subarray(HEADER));
    if ((packet.readUInt16BE(8) & END_OF_REQUEST) === 0) return;
    const message = Buffer.concat(this.#message);
    this.#message = [];
    if (message.length > 0) this.#send(this.#answer(new WireReader(message)));
  }

  #greet(text: string): void {
    const service = /SERVICE_NAME=([^)]*)/i.exec(text)?.[1];
    if (service !== this.#options.service) {
      const reason = Buffer.from('(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=12514)(ERROR_STACK=(ERROR=(CODE=12514)(EMFI=4))))');
      const refuse = Buffer.alloc(12);
      refuse.writeUInt16BE(12 + reason.length, 0);
      refuse[4] = REFUSE;
      refuse.writeUInt16BE(reason.length, 10);
      this.#socket.end(Buffer.concat([refuse, reason]));
      return;
    }
    const accept = Buffer.alloc(45);
    accept.writeUInt16BE(45, 0);
    accept[4] = ACCEPT;
    accept.writeUInt16BE(318, 8);
    accept.writeUInt16BE(SDU, 12);
    accept.writeUInt16BE(65_535, 14);
    accept[23] = 0x08;
    accept.writeUInt32BE(SDU, 32);
    accept.writeUInt32BE(65_535, 36);
    this.#isAccepted = true;
    this.#socket.write(accept);
  }

  #send(message: Buffer): void {
    for (let at = 0; at < message.length; at += SDU - HEADER) {
      const piece = message.subarray(at, at + SDU - HEADER);
      const header = Buffer.alloc(HEADER);
      header.writeUInt32BE(HEADER + piece.length, 0);
      header[4] = DATA;
      this.#socket.write(Buffer.concat([header, piece]));
    }
  }

  #answer(message: WireReader): Buffer {
    for (;;) {
      const kind = message.byte();
      if (kind === 1) return protocolAnswer();
      if (kind === 2) return dataTypesAnswer();
      const name = message.byte();
      message.skip(1);
      if (kind === 17) this.#piggyback(name, message);
      else if (kind === 3) return this.#call(name, message);
      else throw new Error(`message of type ${kind}`);
    }
  }

  #piggyback(name: number, message: WireReader): void {
    const isClosed = name === 105;
    if (!isClosed && name !== 120) throw new Error(`piggyback ${name}`);
    message.skip(1);
    for (let count = message.integer(); count > 0; count--) {
      const id = message.integer();
      const cursor = this.#cursors.get(id);
      if (isClosed) this.#cursors.delete(id);
      else if (cursor !== undefined) cursor.answer = null;
    }
  }

  #call(name: number, message: WireReader): Buffer {
    if (name === FUNCTIONS.auth1 || name === FUNCTIONS.auth2) return this.#authenticate(name, message);
    const session = this.#session;
    if (session === null) throw new Error('not logged in');
    try {
      switch (name) {
        case FUNCTIONS.execute:
          return this.#execute(session, message);
        case FUNCTIONS.reexecute:
        case FUNCTIONS.reexecuteAndFetch:
          return this.#reexecute(session, message, name === FUNCTIONS.reexecuteAndFetch);
        case FUNCTIONS.fetch:
          return this.#fetch(message.integer(), message.integer(), new WireWriter());
        case FUNCTIONS.commit:
          session.commit();
          return this.#end(new WireWriter(), {});
        case FUNCTIONS.rollback:
          session.rollback();
          return this.#end(new WireWriter(), {});
        case FUNCTIONS.logoff:
          return this.#end(new WireWriter(), {});
        default:
          throw new Error(`function ${name}`);
      }
    } catch (error) {
      if (!(error instanceof OraError)) throw error;
      return this.#end(new WireWriter(), { error });
    }
  }

  #authenticate(name: number, message: WireReader): Buffer {
    const pairs = readPairs(message);
    const { user, password, verifier = '12c' } = this.#options;
    const denied = new OraError(1017, 'invalid username/password; logon denied');
    if (name === FUNCTIONS.auth1) {
      if (pairs.user.toUpperCase() !== user.toUpperCase()) return this.#end(new WireWriter(), { error: denied });
      this.#login = new Login(password, verifier);
      return parameters(this.#login.challenge());
    }
    const answer = this.#login?.check(pairs.values) ?? null;
    if (answer === null) return this.#end(new WireWriter(), { error: denied });
    this.#session = this.#engine.session();
    return parameters([
      ['AUTH_VERSION_NO', String(0x13030000), 0],
      ['AUTH_SVR_RESPONSE', answer, 0],
      ['AUTH_MAX_OPEN_CURSORS', '300', 0],
    ]);
  }

  #execute(session: OracleEngineSession, message: WireReader): Buffer {
    const options = message.integer();
    let id = message.integer();
    message.skip(1);
    const hasSql = message.integer() > 0;
    message.skip(1);
    message.integer();
    message.skip(3);
    const limit = message.integer();
    message.integer();
    message.skip(1);
    const binds = message.integer();
    message.skip(6);
    const defines = message.integer();
    message.integer();
    message.skip(3);
    message.integer();
    message.skip(1);
    message.integer();
    message.integer();
    message.skip(1);
    message.integer();
    message.skip(1);
    for (let i = 0; i < 3; i++) {
      message.skip(1);
      if (i < 2) message.integer();
    }
    message.skip(1);
    message.integer();
    const sql = hasSql ? (message.value() as Buffer).toString() : null;
    message.integer();
    const count = message.integer();
    const flags = Array.from({ length: 11 }, () => message.integer())[7] as number;
    if (sql !== null) {
      id = this.#cursors.size === 0 ? 1 : Math.max(...this.#cursors.keys()) + 1;
      this.#cursors.set(id, { sql, params: [], answer: null, at: 0, types: [] });
    }
    const cursor = this.#cursors.get(id);
    if (cursor === undefined) throw new Error(`no cursor ${id}`);
    if (defines > 0) {
      cursor.types = readTypes(message, defines).map(({ type }) => type);
      return this.#end(new WireWriter(), { id });
    }
    cursor.params = readTypes(message, binds);
    const isQuery = /^\s*SELECT/i.test(cursor.sql);
    const run = {
      rows: readRows(message, cursor.params, isQuery ? 1 : count),
      lenient: (options & 0x80000) !== 0,
      counted: (flags & 0x4000) !== 0,
    };
    return this.#run(session, id, cursor, run, (options & 0x40) === 0 ? 0 : limit);
  }

  #reexecute(session: OracleEngineSession, message: WireReader, isQuery: boolean): Buffer {
    const id = message.integer();
    const count = message.integer();
    message.integer();
    message.integer();
    const cursor = this.#cursors.get(id);
    if (cursor === undefined) throw new Error(`no cursor ${id}`);
    const rows = readRows(message, cursor.params, isQuery ? 1 : count);
    return this.#run(session, id, cursor, { rows, lenient: false, counted: false }, count);
  }

  #run(
    session: OracleEngineSession,
    id: number,
    cursor: Cursor,
    run: { readonly rows: readonly (readonly (Buffer | null)[])[]; readonly lenient: boolean; readonly counted: boolean },
    limit: number,
  ): Buffer {
    const out = new WireWriter();
    if (/^\s*SELECT/i.test(cursor.sql)) {
      const answer = session.query(cursor.sql, cursor.params, run.rows[0] ?? []);
      cursor.answer = answer;
      cursor.at = 0;
      // A cursor is described once, and keeps how its columns were defined.
      if (cursor.types.length === 0) {
        describe(out, answer);
        cursor.types = answer.columns.map(({ type }) => type);
      }
      const hasLobs = cursor.types.some((type) => LOB_TYPES.includes(type));
      return hasLobs ? this.#end(out, { id }) : this.#fetch(id, limit, out);
    }
    const counts: number[] = [];
    const errors: { readonly at: number; readonly error: OraError }[] = [];
    for (const [at, row] of run.rows.entries()) {
      try {
        counts.push(session.change(cursor.sql, cursor.params, row));
      } catch (error) {
        if (!run.lenient || !(error instanceof OraError)) throw error;
        counts.push(0);
        errors.push({ at, error });
      }
    }
    if (run.counted) {
      out.bytes(8).integer(0, 0, 0, 0, counts.length);
      out.integer(...counts);
    }
    return this.#end(out, { id, errors, count: counts.reduce((sum, one) => sum + one, 0) });
  }

  #fetch(id: number, limit: number, out: WireWriter): Buffer {
    const cursor = this.#cursors.get(id);
    const answer = cursor?.answer;
    if (cursor === undefined || answer === null || answer === undefined) throw new Error(`no open cursor ${id}`);
    const rows = answer.rows.slice(cursor.at, cursor.at + limit);
    cursor.at += rows.length;
    if (rows.length > 0) out.bytes(6, 0).integer(0, 0, 0, 0, 0, 0);
    for (const row of rows) {
      out.bytes(7);
      for (const [i, value] of row.entries()) {
        const type = cursor.types[i] as number;
        if (LOB_TYPES.includes(type)) throw new Error('a LOB was not defined as a text or bytes');
        out.value(value);
        if (LONG_TYPES.includes(type)) out.integer(0, 0);
      }
    }
    const isOver = cursor.at >= answer.rows.length && rows.length < limit;
    return this.#end(out, { id, count: cursor.at, ...(isOver ? { error: new OraError(1403, 'no data found') } : {}) });
  }

  #end(
    out: WireWriter,
    end: {
      readonly id?: number;
      readonly error?: OraError;
      readonly errors?: readonly { readonly at: number; readonly error: OraError }[];
      readonly count?: number;
    },
  ): Buffer {
    const { id = 0, error, errors = [], count = 0 } = end;
    out.bytes(4).integer(this.#session?.isOpen === true ? 2 : 0, 0, 0, 0, 0, 0, id, 0);
    out.bytes(0, 0, 0, 0, 0, 0).integer(0, 0).bytes(0).integer(0, 0).integer(0).bytes(0, 0).integer(0, 0, 0);
    out.integer(errors.length);
    if (errors.length > 0) out.bytes(1).integer(...errors.map((one) => one.error.number));
    out.integer(errors.length);
    if (errors.length > 0) out.bytes(1).integer(...errors.map(({ at }) => at));
    out.integer(errors.length);
    if (errors.length > 0) out.bytes(0);
    for (const one of errors) out.integer(one.error.message.length).value(`${one.error.message}\n`).bytes(0, 0);
    const number = error?.number ?? (errors.length > 0 ? 24381 : 0);
    out.integer(number, count);
    if (number !== 0) out.value(`${error?.message ?? 'ORA-24381: error(s) in array DML'}\n`);
    return out.done();
  }
}

function protocolAnswer(): Buffer {
  const compile = Buffer.alloc(53);
  compile[7] = 12;
  const runtime = Buffer.from([2, 1, 0, 0, 0, 0, 0]);
  const sets = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0xd0]);
  return new WireWriter()
    .bytes(1, 6, 0)
    .raw(Buffer.from('x86_64/Linux 2.4.xx\0'))
    .bytes(0x69, 0x03, 0, 0, 0, 0, sets.length)
    .raw(sets)
    .value(compile)
    .value(runtime)
    .done();
}

function dataTypesAnswer(): Buffer {
  return new WireWriter().bytes(2, 0x80, 0, 0, 0, 60, 60, 60, 0x80, 0, 0, 0, 0, 0).done();
}

function readPairs(message: WireReader): { readonly user: string; readonly values: ReadonlyMap<string, string> } {
  message.skip(1);
  message.integer();
  message.integer();
  message.skip(1);
  const count = message.integer();
  message.skip(2);
  const user = message.value()?.toString() ?? '';
  const values = new Map<string, string>();
  for (let i = 0; i < count; i++) {
    message.integer();
    const key = message.value()?.toString() ?? '';
    values.set(key, message.integer() > 0 ? (message.value()?.toString() ?? '') : '');
    message.integer();
  }
  return { user, values };
}

function parameters(pairs: readonly (readonly [string, string, number])[]): Buffer {
  const out = new WireWriter().bytes(8).integer(pairs.length);
  for (const [key, value, flag] of pairs) out.sized(key).sized(value).integer(flag);
  return out.bytes(9).integer(0, 0).done();
}

function readTypes(message: WireReader, count: number): Param[] {
  return Array.from({ length: count }, () => {
    const type = message.byte();
    message.skip(3);
    const size = message.integer();
    for (let i = 0; i < 5; i++) message.integer();
    message.skip(1);
    message.integer();
    message.integer();
    return { type, size };
  });
}

/** What is longer than a text in its row may be comes behind all else. */
function readRows(message: WireReader, params: readonly Param[], count: number): (Buffer | null)[][] {
  if (params.length === 0) return Array.from({ length: count }, () => []);
  const isLong = ({ size }: Param): boolean => size > MAX_STRING;
  return Array.from({ length: count }, () => {
    if (message.byte() !== 7) throw new Error('no row where one should be');
    const row: (Buffer | null)[] = new Array(params.length).fill(null);
    for (const late of [false, true]) for (const [i, param] of params.entries()) if (isLong(param) === late) row[i] = message.value();
    return row;
  });
}

function describe(out: WireWriter, { columns }: Answer): void {
  out.bytes(16, 0).integer(0, columns.length);
  if (columns.length > 0) out.bytes(0);
  for (const [i, { name, type }] of columns.entries()) {
    const isText = type === 1 || type === 96 || type === 112 || type === 8;
    const size = type === 2 ? 22 : type === 101 ? 8 : type === 100 ? 4 : MAX_STRING;
    out
      .bytes(type, 0, 0, 0)
      .integer(size, 0, 0, 0, 0, isText ? 873 : 0)
      .bytes(isText ? 1 : 0);
    out
      .integer(size, 0)
      .bytes(1, 0)
      .sized(name)
      .integer(0, 0, i + 1, 0);
  }
  out.integer(0, 0, 0, 0, 0, 0);
}

/** The side of a login that knows the password. */
class Login {
  readonly #password: Buffer;
  readonly #is12: boolean;
  readonly #salt = randomBytes(16);
  readonly #mixing = randomBytes(16);
  readonly #part: Buffer;

  constructor(password: string, verifier: '11g' | '12c') {
    this.#password = Buffer.from(password);
    this.#is12 = verifier === '12c';
    this.#part = randomBytes(this.#is12 ? 32 : 48);
  }

  challenge(): readonly (readonly [string, string, number])[] {
    const key = encrypted(this.#hash(), this.#part).toString('hex').toUpperCase();
    const hex = (bytes: Buffer): string => bytes.toString('hex').toUpperCase();
    if (!this.#is12)
      return [
        ['AUTH_SESSKEY', key, 0],
        ['AUTH_VFR_DATA', hex(this.#salt.subarray(0, 10)), 0x1b25],
      ];
    return [
      ['AUTH_SESSKEY', key, 0],
      ['AUTH_VFR_DATA', hex(this.#salt), 0x4815],
      ['AUTH_PBKDF2_CSK_SALT', hex(this.#mixing), 0],
      ['AUTH_PBKDF2_VGEN_COUNT', '4096', 0],
      ['AUTH_PBKDF2_SDER_COUNT', '3', 0],
    ];
  }

  /** @returns the proof that the server knows the password too; null when the client does not */
  check(values: ReadonlyMap<string, string>): string | null {
    const other = decrypted(this.#hash(), Buffer.from(values.get('AUTH_SESSKEY') ?? '', 'hex'));
    const key = this.#key(other);
    const sent = decrypted(key, Buffer.from(values.get('AUTH_PASSWORD') ?? '', 'hex'));
    const password = sent.subarray(16, sent.length - (sent.at(-1) ?? 0));
    if (!password.equals(this.#password)) return null;
    return encrypted(key, Buffer.concat([randomBytes(16), Buffer.from('SERVER_TO_CLIENT')]))
      .toString('hex')
      .toUpperCase();
  }

  #hash(): Buffer {
    if (!this.#is12)
      return Buffer.concat([createHash('sha1').update(this.#password).update(this.#salt.subarray(0, 10)).digest(), Buffer.alloc(4)]);
    const long = pbkdf2Sync(this.#password, Buffer.concat([this.#salt, Buffer.from('AUTH_PBKDF2_SPEEDY_KEY')]), 4096, 64, 'sha512');
    return createHash('sha512').update(long).update(this.#salt).digest().subarray(0, 32);
  }

  #key(other: Buffer): Buffer {
    if (this.#is12) {
      const both = Buffer.concat([other.subarray(0, 32), this.#part])
        .toString('hex')
        .toUpperCase();
      return pbkdf2Sync(Buffer.from(both), this.#mixing, 3, 32, 'sha512');
    }
    const mixed = Buffer.from(Array.from({ length: 24 }, (_, i) => (this.#part[i + 16] as number) ^ (other[i + 16] as number)));
    const md5 = (bytes: Buffer): Buffer => createHash('md5').update(bytes).digest();
    return Buffer.concat([md5(mixed.subarray(0, 16)), md5(mixed.subarray(16))]).subarray(0, 24);
  }
}

function cipherOf(key: Buffer): string {
  return `aes-${key.length * 8}-cbc`;
}

function encrypted(key: Buffer, bytes: Buffer): Buffer {
  const cipher = createCipheriv(cipherOf(key), key, Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

function decrypted(key: Buffer, bytes: Buffer): Buffer {
  const decipher = createDecipheriv(cipherOf(key), key, Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([decipher.update(bytes), decipher.final()]);
}
