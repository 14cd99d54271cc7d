import type { Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';
import { compareBson, valueAt } from './fake-mongo-order.ts';
import { FakeMongoError, FakeMongoStore } from './fake-mongo-store.ts';
import { FramedServer } from './framed-server.ts';

/** How a fake server behaves. */
export interface FakeMongoOptions {
  /** A replica set has transactions and snapshots; a server by itself has neither. */
  readonly replicaSet: boolean;
  /** Looks at each command first: answers in place of the server, breaks the connection, or says nothing at all; null: go on. */
  readonly meanwhile?: (command: Document, name: string) => Document | 'break' | 'silence' | null;
}

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const READ = { promoteValues: false, promoteLongs: false, bsonRegExp: true } as const;

/** A server that speaks the protocol of MongoDB over TCP, and keeps documents in memory: what connectors send and get are real bytes. */
export class FakeMongo extends FramedServer {
  readonly store = new FakeMongoStore();
  /** Names of the commands that came, without those of the monitor. */
  readonly commands: string[] = [];
  meanwhile: FakeMongoOptions['meanwhile'];
  readonly #isSet: boolean;
  readonly #cursors = new Map<string, { readonly namespace: string; rest: Document[] }>();
  #lastCursor = 0n;

  private constructor({ replicaSet, meanwhile }: FakeMongoOptions) {
    super();
    this.#isSet = replicaSet;
    this.meanwhile = meanwhile;
  }

  /** Starts one, which stops when the test file ends. */
  static async start(options: FakeMongoOptions): Promise<FakeMongo> {
    const fake = new FakeMongo(options);
    await fake.listen();
    return fake;
  }

  url(database = 'shop'): string {
    return `mongodb://${this.host}/${database}`;
  }

  protected lengthOf(held: Buffer): number | null {
    return held.length < 4 ? null : held.readInt32LE(0);
  }

  protected frame(socket: Socket, message: Buffer): void {
    const command = message.readInt32LE(12) === OP_QUERY ? queryOf(message) : commandOf(message);
    const name = Object.keys(command)[0] as string;
    const other = this.meanwhile?.(command, name) ?? null;
    if (other === 'silence') return;
    if (other === 'break') {
      socket.destroy();
      return;
    }
    const answer = other ?? this.#answer(command, name);
    const body = BSON.serialize(answer);
    const isQuery = message.readInt32LE(12) === OP_QUERY;
    const head = Buffer.alloc(isQuery ? 36 : 21);
    head.writeInt32LE(head.length + body.length, 0);
    head.writeInt32LE(message.readInt32LE(4), 8);
    head.writeInt32LE(isQuery ? OP_REPLY : OP_MSG, 12);
    if (isQuery) head.writeInt32LE(1, 32);
    socket.write(Buffer.concat([head, body]));
  }

  #answer(command: Document, name: string): Document {
    try {
      if (!/^(?:hello|ismaster)$/i.test(name)) this.commands.push(name);
      const transaction = this.#transactionOf(command);
      return { ok: 1, ...this.#carryOut(command, name, transaction) };
    } catch (error) {
      if (!(error instanceof FakeMongoError)) return { ok: 0, code: 8, codeName: 'UnknownError', errmsg: String(error) };
      return { ok: 0, code: error.code, codeName: error.codeName, errmsg: error.message };
    }
  }

  /** The transaction that a command belongs to; the first one opens it. */
  #transactionOf({ lsid, txnNumber, autocommit, startTransaction }: Document): string | undefined {
    if (autocommit !== false) return undefined;
    if (!this.#isSet) throw new FakeMongoError(20, 'IllegalOperation');
    const name = `${(lsid as Document).id.toString('hex')} ${txnNumber}`;
    if (startTransaction === true) this.store.begin(name);
    return name;
  }

  #carryOut(command: Document, name: string, transaction: string | undefined): Document {
    const collection = String(command[name]);
    switch (name.toLowerCase()) {
      case 'hello':
      case 'ismaster':
        return this.#hello();
      case 'listcollections':
        return this.#cursor(
          command,
          '$cmd.listCollections',
          this.store.names().map((one) => ({ name: one, type: 'collection' })),
        );
      case 'create':
        this.store.create(collection);
        return {};
      case 'drop':
        this.store.drop(collection);
        return {};
      case 'find':
        return this.#find(command, collection, transaction);
      case 'aggregate':
        return this.#count(command, collection, transaction);
      case 'getmore':
        return this.#getMore(command);
      case 'insert':
        for (const document of command.documents as Document[]) this.store.insert(collection, document, transaction);
        return { n: (command.documents as Document[]).length };
      case 'update':
        return this.#update(command, collection, transaction);
      case 'delete':
        return {
          n: (command.deletes as Document[]).reduce((n, one) => n + this.store.remove(collection, one.q as Document, transaction), 0),
        };
      case 'createindexes':
        for (const index of command.indexes as Document[])
          this.store.createIndex(collection, {
            ...index,
            name: String(index.name),
            key: index.key as Document,
            unique: index.unique === true,
          });
        return {};
      case 'listindexes':
        return this.#cursor(command, collection, [{ name: '_id_', key: { _id: 1 } }, ...(this.store.indexes.get(collection) ?? [])]);
      case 'committransaction':
        this.store.commit(transaction as string);
        return {};
      case 'aborttransaction':
        this.store.abort(transaction as string);
        return {};
      case 'ping':
      case 'endsessions':
      case 'killcursors':
        return {};
      default:
        throw new FakeMongoError(59, 'CommandNotFound');
    }
  }

  #hello(): Document {
    const set = { setName: 'rs0', hosts: [this.host], me: this.host, primary: this.host, setVersion: 1 };
    return {
      helloOk: true,
      isWritablePrimary: true,
      ismaster: true,
      maxBsonObjectSize: 16 * 1024 * 1024,
      maxMessageSizeBytes: 48_000_000,
      maxWriteBatchSize: 100_000,
      logicalSessionTimeoutMinutes: 30,
      minWireVersion: 0,
      maxWireVersion: 21,
      ...(this.#isSet ? set : {}),
    };
  }

  #find(command: Document, collection: string, transaction: string | undefined): Document {
    const time = this.#timeOf(command);
    const found = this.store.find(collection, (command.filter as Document | undefined) ?? {}, { transaction, time });
    const sort = Object.entries((command.sort as Document | undefined) ?? {});
    for (const [path, order] of sort.reverse()) found.sort((a, b) => Number(order) * compareBson(valueAt(a, path), valueAt(b, path)));
    const limit = Math.abs(Number(command.limit ?? 0));
    return this.#cursor(command, collection, limit === 0 ? found : found.slice(0, limit), time);
  }

  /** Only what `countDocuments` asks. */
  #count(command: Document, collection: string, transaction: string | undefined): Document {
    const time = this.#timeOf(command);
    const [{ $match: filter = {} } = {}] = command.pipeline as Document[];
    const n = this.store.find(collection, filter as Document, { transaction, time }).length;
    return this.#cursor(command, collection, n === 0 ? [] : [{ _id: 1, n }], time);
  }

  /** The moment that a reading asks for; undefined: now. */
  #timeOf({ readConcern }: Document): number | undefined {
    const { level, atClusterTime } = (readConcern as Document | undefined) ?? {};
    if (level !== 'snapshot') return undefined;
    if (!this.#isSet) throw new FakeMongoError(72, 'InvalidOptions');
    return atClusterTime === undefined ? this.store.now : (atClusterTime as { getHighBits(): number }).getHighBits();
  }

  #cursor(command: Document, collection: string, all: Document[], time?: number): Document {
    const size = Number((command.cursor as Document | undefined)?.batchSize ?? command.batchSize ?? 101);
    const namespace = `${command.$db}.${collection}`;
    const isMore = all.length > size && command.singleBatch !== true;
    if (isMore) this.#cursors.set(String(++this.#lastCursor), { namespace, rest: all.slice(size) });
    const id = isMore ? BSON.Long.fromBigInt(this.#lastCursor) : BSON.Long.ZERO;
    const at = time === undefined ? {} : { atClusterTime: new BSON.Timestamp({ t: time, i: 1 }) };
    return { cursor: { id, ns: namespace, firstBatch: all.slice(0, size), ...at } };
  }

  #getMore(command: Document): Document {
    const cursor = this.#cursors.get(String(command.getMore));
    if (cursor === undefined) throw new FakeMongoError(43, 'CursorNotFound');
    const nextBatch = cursor.rest.splice(0, Number(command.batchSize ?? 1000));
    if (cursor.rest.length === 0) this.#cursors.delete(String(command.getMore));
    return { cursor: { id: cursor.rest.length === 0 ? BSON.Long.ZERO : command.getMore, ns: cursor.namespace, nextBatch } };
  }

  #update(command: Document, collection: string, transaction: string | undefined): Document {
    const upserted: Document[] = [];
    let n = 0;
    for (const [index, { q, u, upsert, multi }] of (command.updates as Document[]).entries()) {
      const done = this.store.update(collection, q as Document, u as Document, {
        upsert: upsert === true,
        multi: multi === true,
        transaction,
      });
      n += done.matched + (done.upserted === undefined ? 0 : 1);
      if (done.upserted !== undefined) upserted.push({ index, _id: done.upserted });
    }
    return { n, nModified: n - upserted.length, ...(upserted.length === 0 ? {} : { upserted }) };
  }
}

function queryOf(message: Buffer): Document {
  return BSON.deserialize(message.subarray(message.indexOf(0, 20) + 9), READ);
}

/** The command of an `OP_MSG`, with the documents that stand in sections of their own. */
function commandOf(message: Buffer): Document {
  let command: Document = {};
  const lists: Document = {};
  for (let at = 20; at < message.length; ) {
    const kind = message[at++];
    const end = at + message.readInt32LE(at);
    if (kind === 0) command = BSON.deserialize(message.subarray(at, end), READ);
    else {
      const nameEnd = message.indexOf(0, at + 4);
      const documents: Document[] = [];
      for (let from = nameEnd + 1; from < end; from += message.readInt32LE(from)) {
        documents.push(BSON.deserialize(message.subarray(from, from + message.readInt32LE(from)), READ));
      }
      lists[message.toString('utf8', at + 4, nameEnd)] = documents;
    }
    at = end;
  }
  return { ...command, ...lists };
}
