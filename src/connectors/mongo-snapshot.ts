import type { ClientSession, Document, Filter } from 'mongodb';
import { compareKeys } from '../model/key-order.ts';
import { type Cell, type Row, rowKey, type TableSchema } from '../model/table-schema.ts';
import type { ReadRequest, Snapshot, TableEntry } from './connector.ts';
import { AS_STORED, inSession, type MongoServer } from './mongo-client.ts';
import { mongoError, mongoGuarded } from './mongo-errors.ts';
import { type MongoLayout, TABLES_COLLECTION } from './mongo-layout.ts';
import { MongoTables } from './mongo-tables.ts';
import { isSortedByServer } from './mongo-types.ts';
import { selectedRows } from './selected-rows.ts';

const NO_SNAPSHOT = 'not read as of one moment: the server has no snapshots; what is written meanwhile may be there or not';

/** Reads a database as it is at one moment, where the server can do that (a replica set or cluster, MongoDB 5 or later). */
export class MongoSnapshot implements Snapshot {
  readonly #server: MongoServer;
  readonly #session: ClientSession | null;
  readonly #tables: MongoTables;

  private constructor(server: MongoServer, session: ClientSession | null) {
    this.#server = server;
    this.#session = session;
    this.#tables = new MongoTables(server, session);
  }

  /** Chooses the moment: it is that of the first reading. */
  static async take(server: MongoServer): Promise<MongoSnapshot> {
    const session = server.snapshots ? server.client.startSession({ snapshot: true }) : null;
    await mongoGuarded(server.label, () => server.db.collection(TABLES_COLLECTION).findOne({}, inSession(session)));
    return new MongoSnapshot(server, session);
  }

  tables(): Promise<readonly TableEntry[]> {
    return mongoGuarded(this.#server.label, () => this.#tables.entries());
  }

  async schema(table: string): Promise<TableSchema> {
    const { schema } = await this.#layout(table);
    if (this.#session !== null) return schema;
    const { notes = [], conversions = [] } = schema.reading ?? {};
    return { ...schema, reading: { notes: [...notes, { column: null, reason: NO_SNAPSHOT }], conversions } };
  }

  async count(table: TableSchema): Promise<number> {
    const { collection } = await this.#layout(table.name);
    return mongoGuarded(this.#server.label, () => this.#server.db.collection(collection).countDocuments({}, inSession(this.#session)));
  }

  async *read(request: ReadRequest): AsyncGenerator<readonly Row[]> {
    const layout = await this.#layout(request.table.name);
    const key = rowKey(request.table);
    const isServers = request.ordered && key.join('\0') === layout.key.join('\0') && key.every((name) => isKeySorted(layout, name));
    if (isServers) yield* this.#sorted(request, layout);
    else yield* selectedRows(request, (_, wanted) => this.#documents(layout, wanted, {}, request.batch));
  }

  async close(): Promise<void> {
    await this.#session?.endSession();
  }

  /** By `_id`, which has an index. */
  async *#sorted({ columns, after, upTo, since, batch }: ReadRequest, layout: MongoLayout): AsyncGenerator<readonly Row[]> {
    const range: { $gt?: unknown; $lte?: unknown } = {};
    if (after != null) range.$gt = layout.idOf(after);
    if (upTo != null) range.$lte = layout.idOf(upTo);
    const filter = Object.keys(range).length === 0 ? {} : { _id: range };
    const wanted = since === undefined ? columns : [...columns, since.column];
    const isChosen = (row: Row): boolean =>
      since === undefined || (row.at(-1) !== null && compareKeys([row.at(-1) as Cell], [since.value]) >= 0);
    for await (const rows of this.#documents(layout, wanted, filter, batch, true)) {
      yield since === undefined ? rows : rows.filter(isChosen).map((row) => row.slice(0, -1));
    }
  }

  async *#documents(
    layout: MongoLayout,
    wanted: readonly string[],
    filter: Document,
    batchSize: number,
    isSorted = false,
  ): AsyncGenerator<readonly Row[]> {
    const options = { ...AS_STORED, ...inSession(this.#session), batchSize: Math.max(2, batchSize) };
    const collection = this.#server.db.collection(layout.collection);
    const found = collection.find(filter as Filter<Document>, isSorted ? { ...options, sort: { _id: 1 } } : options);
    const rowOf = layout.reader(wanted);
    let rows: Row[] = [];
    try {
      for await (const document of found) {
        rows.push(rowOf(document));
        if (rows.length < batchSize) continue;
        yield rows;
        rows = [];
      }
    } catch (error) {
      throw mongoError(error, this.#server.label);
    }
    if (rows.length > 0) yield rows;
  }

  #layout(table: string): Promise<MongoLayout> {
    return mongoGuarded(this.#server.label, () => this.#tables.layout(table));
  }
}

/** Whether the server's order of a key column is that of its cells: of one type, which is sorted there as here. */
function isKeySorted(layout: MongoLayout, name: string): boolean {
  const column = layout.column(name);
  if (column === undefined) return false;
  return layout.isOurs ? isSortedByServer(column.type) : /^(?:int|long|int\|long|string|date|objectId|uuid)$/.test(column.declared);
}
