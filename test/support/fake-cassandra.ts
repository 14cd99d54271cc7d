import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { FakeCassandraStore, type FakeColumn, FakeCqlError, type FakeStatement, intBytes } from './fake-cassandra-store.ts';
import { FramedServer } from './framed-server.ts';

const OPS = {
  error: 0,
  startup: 1,
  ready: 2,
  authenticate: 3,
  options: 5,
  supported: 6,
  query: 7,
  result: 8,
  prepare: 9,
  execute: 10,
  register: 11,
  authResponse: 15,
  authSuccess: 16,
} as const;
const RESPONSE = 0x84;
const PROTOCOL_ERROR = 0x0a;
const TYPE_CODES: Readonly<Record<string, number>> = {
  ascii: 1,
  bigint: 2,
  blob: 3,
  boolean: 4,
  counter: 5,
  decimal: 6,
  double: 7,
  float: 8,
  int: 9,
  timestamp: 11,
  uuid: 12,
  text: 13,
  varchar: 13,
  varint: 14,
  timeuuid: 15,
  inet: 16,
  date: 17,
  time: 18,
  smallint: 19,
  tinyint: 20,
};
const DURATION_CLASS = 'org.apache.cassandra.db.marshal.DurationType';

/** What a request is met with in place of an answer; null: nothing else. */
type Meanwhile = (cql: string) => FakeCqlError | 'break' | 'silence' | null;

/** A server that speaks the native protocol of Cassandra, version 4, over TCP: what connectors send and get are real bytes, which it keeps in memory. */
export class FakeCassandra extends FramedServer {
  readonly store: FakeCassandraStore;
  /** Statements that came. */
  readonly statements: string[] = [];
  /** Looks at each statement first. */
  meanwhile: Meanwhile | null = null;
  /** Who may log in; null: everybody. */
  login: { readonly user: string; readonly password: string } | null = null;
  readonly #keyspace: string;
  readonly #prepared = new Map<string, string>();

  private constructor(keyspace: string) {
    super();
    this.#keyspace = keyspace;
    this.store = new FakeCassandraStore(keyspace);
  }

  /** Starts one, which stops when the test file ends. */
  static async start(keyspace = 'shop'): Promise<FakeCassandra> {
    const fake = new FakeCassandra(keyspace);
    await fake.listen();
    return fake;
  }

  url(): string {
    return `cassandra://${this.host}/${this.#keyspace}?localDataCenter=dc1`;
  }

  protected lengthOf(held: Buffer): number | null {
    return held.length < 9 ? null : 9 + held.readInt32BE(5);
  }

  protected frame(socket: Socket, frame: Buffer): void {
    const answer = this.#answerTo(frame);
    if (answer === 'silence') return;
    if (answer === 'break') {
      socket.destroy();
      return;
    }
    const [opcode, body] = answer;
    const head = Buffer.alloc(9);
    head.writeUInt8(RESPONSE, 0);
    head.writeInt16BE(frame.readInt16BE(2), 2);
    head.writeUInt8(opcode, 4);
    head.writeInt32BE(body.length, 5);
    socket.write(Buffer.concat([head, body]));
  }

  #answerTo(frame: Buffer): readonly [number, Buffer] | 'break' | 'silence' {
    try {
      if (frame.readUInt8(0) !== 4) throw new FakeCqlError(PROTOCOL_ERROR, 'Invalid or unsupported protocol version');
      return this.#answer(frame.readUInt8(4), new Reader(frame.subarray(9)));
    } catch (error) {
      if (!(error instanceof FakeCqlError)) return [OPS.error, Buffer.concat([intBytes(0), string(String(error))])];
      return [OPS.error, Buffer.concat([intBytes(error.code), string(error.message)])];
    }
  }

  #answer(opcode: number, body: Reader): readonly [number, Buffer] | 'break' | 'silence' {
    switch (opcode) {
      case OPS.options:
        return [OPS.supported, short(0)];
      case OPS.startup:
        return this.login === null
          ? [OPS.ready, Buffer.alloc(0)]
          : [OPS.authenticate, string('org.apache.cassandra.auth.PasswordAuthenticator')];
      case OPS.authResponse: {
        const [, user, password] = (body.bytes() ?? Buffer.alloc(0)).toString().split('\0');
        if (user !== this.login?.user || password !== this.login?.password) throw new FakeCqlError(0x100, 'secret');
        return [OPS.authSuccess, intBytes(-1)];
      }
      case OPS.register:
        return [OPS.ready, Buffer.alloc(0)];
      case OPS.prepare:
        return this.#prepare(body.longString());
      case OPS.query:
        return this.#run(body.longString(), body);
      case OPS.execute: {
        const cql = this.#prepared.get(body.shortBytes().toString('hex'));
        if (cql === undefined) throw new FakeCqlError(0x2500, 'unprepared');
        return this.#run(cql, body);
      }
      default:
        throw new FakeCqlError(PROTOCOL_ERROR, `no opcode ${opcode}`);
    }
  }

  #prepare(cql: string): readonly [number, Buffer] {
    const { verb, table, columns, where } = this.store.parse(cql);
    const id = createHash('md5').update(cql).digest();
    this.#prepared.set(id.toString('hex'), cql);
    const bound = verb === 'insert' ? columns : where;
    const parts = [
      intBytes(4),
      short(id.length),
      id,
      intBytes(1),
      intBytes(bound.length),
      intBytes(0),
      string(table.keyspace),
      string(table.name),
    ];
    return [OPS.result, Buffer.concat([...parts, ...bound.map((one) => this.#column(one)), intBytes(0), intBytes(0)])];
  }

  #run(cql: string, body: Reader): readonly [number, Buffer] | 'break' | 'silence' {
    this.statements.push(cql);
    const other = this.meanwhile?.(cql) ?? null;
    if (other instanceof FakeCqlError) throw other;
    if (other !== null) return other;
    body.skip(2);
    const flags = body.byte();
    const values = (flags & 1) === 0 ? [] : Array.from({ length: body.short() }, () => body.value());
    const size = (flags & 4) === 0 ? Number.POSITIVE_INFINITY : body.int();
    const from = (flags & 8) === 0 ? 0 : (body.bytes() as Buffer).readInt32BE(0);
    const statement = this.store.parse(cql);
    if (statement.verb === 'create')
      return [
        OPS.result,
        Buffer.concat([intBytes(5), string('CREATED'), string('TABLE'), string(this.#keyspace), string(statement.table.name)]),
      ];
    const rows = this.store.run(statement, values);
    if (statement.verb !== 'select') return [OPS.result, intBytes(1)];
    return [OPS.result, this.#rows(statement, rows.slice(from, from + size), from + size < rows.length ? from + size : null)];
  }

  #rows({ table, columns }: FakeStatement, rows: readonly (readonly (Buffer | null)[])[], next: number | null): Buffer {
    const state = next === null ? [] : [intBytes(4), intBytes(next)];
    const head = [
      intBytes(2),
      intBytes(next === null ? 1 : 3),
      intBytes(columns.length),
      ...state,
      string(table.keyspace),
      string(table.name),
    ];
    const cells = rows.flat().flatMap((cell) => (cell === null ? [intBytes(-1)] : [intBytes(cell.length), cell]));
    return Buffer.concat([...head, ...columns.map((one) => this.#column(one)), intBytes(rows.length), ...cells]);
  }

  #column({ name, type }: FakeColumn): Buffer {
    return Buffer.concat([string(name), this.#type(type)]);
  }

  /** A type as metadata tells it. */
  #type(type: string): Buffer {
    const simple = TYPE_CODES[type];
    if (simple !== undefined) return short(simple);
    if (type === 'duration') return Buffer.concat([short(0), string(DURATION_CLASS)]);
    const fields = this.store.userTypes.get(type);
    if (fields !== undefined) {
      const members = fields.map(([name, of]) => Buffer.concat([string(name), this.#type(of)]));
      return Buffer.concat([short(0x30), string(this.#keyspace), string(type), short(members.length), ...members]);
    }
    const [, outer = '', inner = ''] = /^(\w+)<(.*)>$/.exec(type) ?? [];
    const parts = splitTypes(inner).map((one) => this.#type(one));
    if (outer === 'frozen') return parts[0] as Buffer;
    if (outer === 'tuple') return Buffer.concat([short(0x31), short(parts.length), ...parts]);
    const code = { list: 0x20, map: 0x21, set: 0x22 }[outer];
    if (code === undefined) throw new Error(`no type ${type}`);
    return Buffer.concat([short(code), ...parts]);
  }
}

/** Reads the parts of a request. */
class Reader {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  byte(): number {
    return this.#take(1).readUInt8();
  }

  short(): number {
    return this.#take(2).readUInt16BE();
  }

  int(): number {
    return this.#take(4).readInt32BE();
  }

  longString(): string {
    return this.#take(this.int()).toString();
  }

  shortBytes(): Buffer {
    return this.#take(this.short());
  }

  bytes(): Buffer | null {
    const length = this.int();
    return length < 0 ? null : Buffer.from(this.#take(length));
  }

  /** A bound value: null is NULL, undefined was not set. */
  value(): Buffer | null | undefined {
    const length = this.int();
    if (length < 0) return length === -2 ? undefined : null;
    return Buffer.from(this.#take(length));
  }

  #take(length: number): Buffer {
    this.#at += length;
    return this.#body.subarray(this.#at - length, this.#at);
  }
}

function splitTypes(list: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (const [at, mark] of [...`${list},`].entries()) {
    if (mark === '<') depth++;
    else if (mark === '>') depth--;
    else if (mark === ',' && depth === 0) {
      found.push(list.slice(from, at).trim());
      from = at + 1;
    }
  }
  return found.filter((one) => one !== '');
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([short(bytes.length), bytes]);
}
