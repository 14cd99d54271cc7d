import type { AnyBulkWriteOperation, ClientSession, Document } from 'mongodb';
import { CrmError } from '../errors.ts';
import { type Cell, type Row, storedColumns, type TableSchema } from '../model/table-schema.ts';
import { type LedgerEntry, RefusedRows, type TableWriter, type WriteMode } from './connector.ts';
import { inSession, type MongoServer } from './mongo-client.ts';
import { mongoGuarded } from './mongo-errors.ts';
import { LEDGER_COLLECTION, type MongoLayout } from './mongo-layout.ts';
import type { MongoTables } from './mongo-tables.ts';
import { ledgerKey, MongoUndo } from './mongo-undo.ts';

/** The largest document that a server takes. */
const DOCUMENT_BYTES = 16 * 1024 * 1024;
const ASKED_AT_ONCE = 500;

/** A row on its way: its `_id`, and its fields; undefined ones shall be absent. */
interface Ready {
  readonly id: unknown;
  readonly fields: ReadonlyMap<string, unknown>;
}

/**
 * Writes documents, in a transaction where the server has them. What it would refuse is looked for before: a refusal ends a
 * transaction. Without transactions `MongoUndo` takes back what was added.
 */
export class MongoWriter implements TableWriter {
  readonly #server: MongoServer;
  readonly #tables: MongoTables;
  readonly #session: ClientSession | null;
  readonly #undo: MongoUndo;
  readonly #layouts = new Map<string, MongoLayout>();
  #entries: LedgerEntry[] = [];

  constructor(server: MongoServer, tables: MongoTables) {
    this.#server = server;
    this.#tables = tables;
    this.#session = server.transactions ? server.client.startSession() : null;
    this.#undo = new MongoUndo(server);
  }

  async begin(): Promise<void> {
    await this.rollback();
    this.#session?.startTransaction({ writeConcern: { w: 'majority' } });
  }

  write(table: TableSchema, columns: readonly string[], rows: readonly Row[], mode: WriteMode): Promise<void> {
    return mongoGuarded(this.#server.label, async () => {
      if (rows.length === 0) return;
      const layout = await this.#layout(table.name);
      if (mode === 'upsert') refuseUpsert(layout, columns);
      const names = mode === 'insert' ? storedColumns(layout.schema).map(({ name }) => name) : columns;
      const ready = rows.map((row) => this.#ready(layout, names, columns, row));
      await this.#refuseKnown(layout, ready, mode);
      const collection = this.#server.db.collection(layout.collection);
      if (mode === 'upsert') {
        await collection.bulkWrite(ready.map(upsertOf), { ...inSession(this.#session), ordered: false });
        return;
      }
      if (this.#session === null)
        await this.#undo.note(
          layout.collection,
          ready.map(({ id }) => id),
        );
      await collection.insertMany(ready.map(documentOf), { ...inSession(this.#session), ordered: false, ignoreUndefined: true });
    });
  }

  remove(table: TableSchema, keys: readonly Row[]): Promise<void> {
    return mongoGuarded(this.#server.label, async () => {
      const layout = await this.#layout(table.name);
      if (layout.key.length === 0) throw keyless(table.name);
      const ids = keys.map((key) => layout.idOf(key));
      await this.#server.db.collection(layout.collection).deleteMany({ _id: { $in: ids } } as Document, inSession(this.#session));
    });
  }

  async record(entry: LedgerEntry): Promise<void> {
    this.#entries.push(entry);
  }

  commit(): Promise<void> {
    return mongoGuarded(this.#server.label, async () => {
      const entries = this.#entries;
      this.#entries = [];
      if (this.#session === null) return this.#undo.complete(entries);
      for (const entry of entries) {
        await this.#server.db
          .collection(LEDGER_COLLECTION)
          .replaceOne({ _id: ledgerKey(entry) } as Document, { content: entry.content }, { upsert: true, session: this.#session });
      }
      if (this.#session.inTransaction()) await this.#session.commitTransaction();
    });
  }

  rollback(): Promise<void> {
    return mongoGuarded(this.#server.label, async () => {
      this.#entries = [];
      if (this.#session === null) await this.#undo.rollback();
      else if (this.#session.inTransaction()) await this.#session.abortTransaction();
    });
  }

  async close(): Promise<void> {
    await this.rollback();
    await this.#session?.endSession();
  }

  async #layout(table: string): Promise<MongoLayout> {
    let layout = this.#layouts.get(table);
    if (layout === undefined) {
      layout = await this.#tables.layout(table);
      this.#layouts.set(table, layout);
    }
    if (this.#session === null) await this.#undo.clear(layout.collection);
    return layout;
  }

  /** @throws {RefusedRows} when a cell is NULL that must not be, or cannot be written */
  #ready(layout: MongoLayout, names: readonly string[], columns: readonly string[], row: Row): Ready {
    const cells = names.map((name): Cell => {
      const at = columns.indexOf(name);
      return at < 0 ? defaultOf(layout, name) : (row[at] ?? null);
    });
    for (const [at, name] of names.entries()) {
      const isRequired = layout.column(name)?.nullable === false || layout.key.includes(name);
      if (isRequired && cells[at] === null) throw new RefusedRows('NULL is not allowed', name);
    }
    const key = layout.key.map((name) => cells[names.indexOf(name)] ?? null);
    const ready = { id: layout.key.length === 0 ? layout.freshId() : layout.idOf(key), fields: layout.fieldsOf(names, cells) };
    const size = this.#server.driver.BSON.calculateObjectSize(documentOf(ready), { ignoreUndefined: true });
    if (size > DOCUMENT_BYTES) throw new RefusedRows('row too large', null);
    return ready;
  }

  /** @throws {RefusedRows} when a key is there already */
  async #refuseKnown(layout: MongoLayout, ready: readonly Ready[], mode: WriteMode): Promise<void> {
    if (mode === 'insert')
      await this.#refuse(
        layout,
        ready.map(({ id }) => ({ _id: id })),
      );
    for (const { unique, special, columns } of layout.schema.indexes) {
      if (!unique || special !== null) continue;
      const paths = columns.map(({ name }) => layout.path(name));
      const filters = ready.flatMap((one): Document[] => {
        const values = paths.map((path) => valueAt(one, path));
        if (values.some((value) => value === undefined || value === null)) return [];
        const others = mode === 'upsert' ? { _id: { $ne: one.id } } : {};
        return [{ ...Object.fromEntries(paths.map((path, at) => [path, values[at]])), ...(paths.includes('_id') ? {} : others) }];
      });
      if (!(mode === 'upsert' && paths.includes('_id'))) await this.#refuse(layout, filters);
    }
  }

  async #refuse(layout: MongoLayout, filters: readonly Document[]): Promise<void> {
    const { serialize } = this.#server.driver.BSON;
    const texts = new Set(
      filters.map((filter) =>
        Buffer.from(serialize({ ...filter, ...('_id' in filter && isExcluding(filter) ? { _id: 0 } : {}) })).toString('latin1'),
      ),
    );
    if (texts.size < filters.length) throw new RefusedRows('duplicate key', null);
    const collection = this.#server.db.collection(layout.collection);
    const isById = filters.every((filter) => Object.keys(filter).length === 1 && '_id' in filter && !isExcluding(filter));
    for (let i = 0; i < filters.length; i += ASKED_AT_ONCE) {
      const some = filters.slice(i, i + ASKED_AT_ONCE);
      const filter = isById ? { _id: { $in: some.map(({ _id: id }) => id) } } : { $or: some };
      const found = await collection.findOne(filter as Document, { ...inSession(this.#session), projection: { _id: 1 } });
      if (found !== null) throw new RefusedRows('duplicate key', null);
    }
  }
}

function documentOf({ id, fields }: Ready): Document {
  return Object.fromEntries([['_id', id], ...fields]);
}

/** Names fields as they are, whatever is in their names. */
function upsertOf({ id, fields }: Ready): AnyBulkWriteOperation {
  const set = [...fields].filter(([, value]) => value !== undefined);
  const unset = [...fields].filter(([, value]) => value === undefined);
  const update = {
    ...(set.length === 0 ? {} : { $set: Object.fromEntries(set) }),
    ...(unset.length === 0 ? {} : { $unset: Object.fromEntries(unset.map(([name]) => [name, ''])) }),
  };
  return {
    updateOne: {
      filter: { _id: id } as Document,
      update: set.length + unset.length === 0 ? { $setOnInsert: { _id: id } } : update,
      upsert: true,
    },
  };
}

function valueAt({ id, fields }: Ready, path: string): unknown {
  if (path === '_id') return id;
  return path.startsWith('_id.') ? (id as ReadonlyMap<string, unknown>).get(path.slice(4)) : fields.get(path);
}

function isExcluding({ _id: id }: Document): boolean {
  return typeof id === 'object' && id !== null && '$ne' in (id as object);
}

function defaultOf(layout: MongoLayout, name: string): Cell {
  const preset = layout.column(name)?.default ?? null;
  return preset !== null && 'value' in preset ? preset.value : null;
}

/** @throws {CrmError} USAGE when rows cannot be found, or an update would take the name of a field for a path */
function refuseUpsert({ key, schema, isOurs }: MongoLayout, columns: readonly string[]): void {
  if (key.length === 0) throw keyless(schema.name);
  if (isOurs || !columns.some((name) => name.includes('.') || name.startsWith('$'))) return;
  throw new CrmError('USAGE', `collection ${schema.name} has fields with a point or a $ in their names, which cannot be replaced`, {
    hint: 'copy it with --mode append or truncate',
  });
}

function keyless(table: string): CrmError {
  return new CrmError('USAGE', `table ${table} has no key to find rows by`, { hint: 'copy it with --mode append or truncate' });
}
