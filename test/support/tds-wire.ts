/** The bytes of the protocol TDS 7.4 as a server writes and reads them, as far as the tests need them. */

/** A message that came in whole. */
export interface TdsMessage {
  readonly type: number;
  readonly data: Buffer;
}

/** Kinds of messages of a client. */
export const MESSAGE = { batch: 1, attention: 6, bulk: 7, transaction: 14, login: 16, prelogin: 18 } as const;

/** A column of an answer: its type in SQL, as `nvarchar(max)`. */
export interface WireColumn {
  readonly name: string;
  readonly type: string;
}

/** A value as SQLite keeps it. */
export type Stored = null | string | number | bigint | Uint8Array;

const PACKET = 4096;
const ANSWER = 4;
const COLLATION = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]); // SQL_Latin1_General_CP1_CI_AS
const PLP_NULL = Buffer.alloc(8, 0xff);
const PLP_UNKNOWN = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
const INTEGERS: Readonly<Record<string, number>> = { tinyint: 1, smallint: 2, int: 4, bigint: 8 };

/** Takes messages out of what has come, and leaves the rest. */
export function takeMessages(received: Buffer, open: Buffer[]): { readonly messages: TdsMessage[]; readonly rest: Buffer } {
  const messages: TdsMessage[] = [];
  let rest = received;
  while (rest.length >= 8 && rest.length >= rest.readUInt16BE(2)) {
    const length = rest.readUInt16BE(2);
    open.push(rest.subarray(8, length));
    if ((rest.readUInt8(1) & 1) === 1) messages.push({ type: rest.readUInt8(0), data: Buffer.concat(open.splice(0)) });
    rest = rest.subarray(length);
  }
  return { messages, rest };
}

/** Packets of an answer. @param isEnd whether the answer ends with them */
export function packets(payload: Buffer, isEnd: boolean): Buffer {
  const room = PACKET - 8;
  const pieces: Buffer[] = [];
  for (let at = 0; at < payload.length || (at === 0 && isEnd); at += room) {
    const piece = payload.subarray(at, at + room);
    const isLast = isEnd && at + room >= payload.length;
    const header = Buffer.from([ANSWER, isLast ? 1 : 0, 0, 0, 0, 0, 1, 0]);
    header.writeUInt16BE(piece.length + 8, 2);
    pieces.push(header, piece);
  }
  return Buffer.concat(pieces);
}

/** The answer to a prelogin: a server that does not encrypt. */
export function preloginAnswer(): Buffer {
  const options = [
    [0, Buffer.from([16, 0, 3, 232, 0, 0])],
    [1, Buffer.from([2])],
    [2, Buffer.from([0])],
    [3, Buffer.alloc(0)],
    [4, Buffer.from([0])],
  ] as const;
  let offset = options.length * 5 + 1;
  const heads = options.map(([token, data]) => {
    const head = Buffer.alloc(5);
    head.writeUInt8(token, 0);
    head.writeUInt16BE(offset, 1);
    head.writeUInt16BE(data.length, 3);
    offset += data.length;
    return head;
  });
  return Buffer.concat([...heads, Buffer.from([0xff]), ...options.map(([, data]) => data)]);
}

/** Who wants to log in where. */
export function readLogin(data: Buffer): { readonly user: string; readonly password: string; readonly database: string } {
  const bytes = (at: number): Buffer => data.subarray(data.readUInt16LE(at), data.readUInt16LE(at) + data.readUInt16LE(at + 2) * 2);
  const hidden = bytes(44).map((byte) => {
    const plain = byte ^ 0xa5;
    return ((plain << 4) | (plain >> 4)) & 0xff;
  });
  return { user: bytes(40).toString('ucs2'), password: Buffer.from(hidden).toString('ucs2'), database: bytes(68).toString('ucs2') };
}

/** The text of a batch, behind its headers. */
export function readBatch(data: Buffer): string {
  return data.subarray(data.readUInt32LE(0)).toString('ucs2');
}

/** What a transaction request asks for: begin 5 (with its isolation level), commit 7, rollback 8. */
export function readTransaction(data: Buffer): { readonly operation: number; readonly isolation: number } {
  const body = data.subarray(data.readUInt32LE(0));
  return { operation: body.readUInt16LE(0), isolation: body.readUInt8(2) };
}

/** What tells the client of the database, the collation and that it is in. */
export function loginTokens(database: string): Buffer {
  const program = varchar8('crm test server');
  const ack = Buffer.concat([Buffer.from([1, 0x74, 0x00, 0x00, 0x04]), program, Buffer.from([16, 0, 3, 232])]);
  return Buffer.concat([
    environment(1, varchar8(database), varchar8('master')),
    environment(7, bytes8(COLLATION), bytes8(Buffer.alloc(0))),
    Buffer.from([0xad]),
    uint16(ack.length),
    ack,
  ]);
}

/** What tells the client that a transaction has begun (8), was committed (9) or rolled back (10). */
export function transactionToken(kind: 8 | 9 | 10, id: bigint): Buffer {
  const descriptor = Buffer.alloc(8);
  descriptor.writeBigUInt64LE(id);
  const none = bytes8(Buffer.alloc(0));
  return kind === 8 ? environment(kind, bytes8(descriptor), none) : environment(kind, none, bytes8(descriptor));
}

/** An error with its number. */
export function errorToken(number: number, message: string): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt32LE(number, 0);
  head.writeUInt8(1, 4);
  head.writeUInt8(16, 5);
  const text = Buffer.concat([uint16(message.length), Buffer.from(message, 'ucs2')]);
  const body = Buffer.concat([head, text, varchar8('server'), varchar8(''), Buffer.from([1, 0, 0, 0])]);
  return Buffer.concat([Buffer.from([0xaa]), uint16(body.length), body]);
}

/** The end of an answer. @param status 2: with an error, 16: with a count, 32: what was asked to stop has stopped */
export function doneToken(status: number, rows = 0): Buffer {
  const token = Buffer.alloc(13);
  token.writeUInt8(0xfd, 0);
  token.writeUInt16LE(status, 1);
  token.writeBigUInt64LE(BigInt(rows), 5);
  return token;
}

/** What the columns of an answer are. */
export function columnsToken(columns: readonly WireColumn[]): Buffer {
  const described = columns.map(({ name, type }) => Buffer.concat([Buffer.from([0, 0, 0, 0, 9, 0]), typeInfo(type), varchar8(name)]));
  return Buffer.concat([Buffer.from([0x81]), uint16(columns.length), ...described]);
}

/** A row: in the form that leaves NULLs out where it has any. */
export function rowToken(columns: readonly WireColumn[], row: readonly Stored[]): Buffer {
  if (!row.includes(null)) return Buffer.concat([Buffer.from([0xd1]), ...columns.map(({ type }, i) => valueBytes(type, row[i] ?? ''))]);
  const bitmap = Buffer.alloc(Math.ceil(columns.length / 8));
  row.forEach((value, i) => {
    if (value === null) bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7));
  });
  const values = columns.flatMap(({ type }, i) => (row[i] === null ? [] : [valueBytes(type, row[i] as Exclude<Stored, null>)]));
  return Buffer.concat([Buffer.from([0xd2]), bitmap, ...values]);
}

/** The rows of a bulk load, and the names and types of its columns. */
export function readBulk(data: Buffer): { readonly columns: readonly WireColumn[]; readonly rows: readonly (readonly Stored[])[] } {
  const reader = new BulkReader(data);
  if (reader.byte() !== 0x81) throw new Error('a bulk load begins with its columns');
  const columns = Array.from({ length: reader.uint16() }, () => {
    reader.skip(6);
    const type = reader.type();
    return { type, name: reader.bytes(reader.byte() * 2).toString('ucs2') };
  });
  const rows: Stored[][] = [];
  for (let token = reader.byte(); token !== 0xfd; token = reader.byte()) {
    if (token !== 0xd1) throw new Error(`a token ${token} in a bulk load`);
    rows.push(columns.map(({ type }) => reader.value(type)));
  }
  return { columns, rows };
}

class BulkReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  byte(): number {
    return this.#data.readUInt8(this.#at++);
  }

  uint16(): number {
    this.#at += 2;
    return this.#data.readUInt16LE(this.#at - 2);
  }

  skip(count: number): void {
    this.#at += count;
  }

  bytes(count: number): Buffer {
    if (this.#at + count > this.#data.length) throw new Error('a bulk load that is cut off');
    this.#at += count;
    return this.#data.subarray(this.#at - count, this.#at);
  }

  type(): string {
    const id = this.byte();
    if (id === 0x26 && this.byte() === 8) return 'bigint';
    if (id === 0x6d && this.byte() === 8) return 'float';
    if (id === 0xe7 && this.uint16() === 0xffff) {
      this.skip(5);
      return 'nvarchar(max)';
    }
    if (id === 0xa5 && this.uint16() === 0xffff) return 'varbinary(max)';
    throw new Error(`a type ${id} in a bulk load that the fake does not know`);
  }

  value(type: string): Stored {
    if (type.endsWith('(max)')) {
      const whole = this.#pieces();
      return whole === null ? null : type.startsWith('n') ? whole.toString('ucs2') : Uint8Array.from(whole);
    }
    const length = this.byte();
    if (length === 0) return null;
    const bytes = this.bytes(length);
    return type === 'bigint' ? bytes.readBigInt64LE() : bytes.readDoubleLE();
  }

  #pieces(): Buffer | null {
    const head = this.bytes(8);
    if (head.equals(PLP_NULL)) return null;
    if (!head.equals(PLP_UNKNOWN)) throw new Error('a length that the driver does not tell');
    const pieces: Buffer[] = [];
    for (;;) {
      const length = this.bytes(4).readUInt32LE();
      if (length === 0) return Buffer.concat(pieces);
      pieces.push(this.bytes(length));
    }
  }
}

function typeInfo(type: string): Buffer {
  const [base = '', length] = type.split(/[()]/);
  const integer = INTEGERS[base];
  if (base === 'bit') return Buffer.from([0x68, 1]);
  if (integer !== undefined) return Buffer.from([0x26, integer]);
  if (base === 'real' || base === 'float') return Buffer.from([0x6d, base === 'real' ? 4 : 8]);
  const id = { nvarchar: 0xe7, nchar: 0xef, varchar: 0xa7, char: 0xaf, varbinary: 0xa5, binary: 0xad }[base];
  if (id === undefined) throw new Error(`the fake server does not send values of ${type}`);
  const size = length === 'max' ? 0xffff : Number(length) * (base.startsWith('n') ? 2 : 1);
  return Buffer.concat([Buffer.from([id]), uint16(size), ...(base.endsWith('char') ? [COLLATION] : [])]);
}

function valueBytes(type: string, value: Exclude<Stored, null>): Buffer {
  const [base = '', length] = type.split(/[()]/);
  const integer = INTEGERS[base];
  if (base === 'bit') return Buffer.from([1, Number(value)]);
  if (integer !== undefined) return integerBytes(BigInt(value as bigint), integer);
  if (base === 'real' || base === 'float') return floatBytes(Number(value), base === 'real' ? 4 : 8);
  const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value), base.startsWith('n') ? 'ucs2' : 'latin1');
  return length === 'max' ? longBytes(bytes) : Buffer.concat([uint16(bytes.length), bytes]);
}

/** In pieces, as a server sends what is long. */
function longBytes(bytes: Buffer): Buffer {
  const pieces: Buffer[] = [PLP_UNKNOWN];
  for (let at = 0; at < bytes.length; at += 3000) {
    const piece = bytes.subarray(at, at + 3000);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(piece.length);
    pieces.push(length, piece);
  }
  return Buffer.concat([...pieces, Buffer.alloc(4)]);
}

function integerBytes(value: bigint, length: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.writeUInt8(length, 0);
  bytes.writeBigInt64LE(value, 1);
  return bytes.subarray(0, length + 1);
}

function floatBytes(value: number, length: 4 | 8): Buffer {
  const bytes = Buffer.alloc(length + 1);
  bytes.writeUInt8(length, 0);
  if (length === 4) bytes.writeFloatLE(value, 1);
  else bytes.writeDoubleLE(value, 1);
  return bytes;
}

function environment(kind: number, now: Buffer, before: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from([kind]), now, before]);
  return Buffer.concat([Buffer.from([0xe3]), uint16(body.length), body]);
}

function varchar8(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'ucs2')]);
}

function bytes8(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
