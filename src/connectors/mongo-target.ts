import type { Document, IndexSpecification } from 'mongodb';
import type { TableIndex, TableSchema } from '../model/table-schema.ts';
import type { LedgerEntry, TableEntry, TableTarget, TableWriter } from './connector.ts';
import { schemaJson } from './folder-schema.ts';
import type { MongoServer } from './mongo-client.ts';
import { mongoGuarded } from './mongo-errors.ts';
import { collectionOf, LEDGER_COLLECTION, type MongoLayout, TABLES_COLLECTION, UNDO_COLLECTION } from './mongo-layout.ts';
import { MongoTables, type StoredSchema } from './mongo-tables.ts';
import { MongoUndo } from './mongo-undo.ts';
import { MongoWriter } from './mongo-writer.ts';

const EXISTS = 48;

/** Writes tables as collections; their schemas stand in `_crm_tables`. */
export class MongoTarget implements TableTarget {
  readonly #server: MongoServer;
  readonly #tables: MongoTables;

  constructor(server: MongoServer) {
    this.#server = server;
    this.#tables = new MongoTables(server, null);
  }

  tables(): Promise<readonly TableEntry[]> {
    return this.#guarded(() => this.#tables.entries());
  }

  schema(table: string): Promise<TableSchema> {
    return this.#guarded(async () => (await this.#tables.layout(table)).schema);
  }

  plan(): readonly string[] {
    return [];
  }

  create(table: TableSchema): Promise<void> {
    return this.#guarded(async () => {
      const entries = await this.#tables.entries();
      if (entries.some(({ name }) => name === table.name)) return;
      await this.#make(collectionOf(table.name));
      await this.#save(table);
      // While rows are written, each is looked for by its unique keys.
      const layout = await this.#tables.layout(table.name);
      for (const index of table.indexes) if (index.unique) await this.#index(layout, index);
    });
  }

  finish(table: TableSchema): Promise<void> {
    return this.#guarded(async () => {
      const layout = await this.#tables.layout(table.name);
      // A collection of others keeps the indexes that it has.
      if (!layout.isOurs) return;
      for (const index of table.indexes) await this.#index(layout, index);
      await this.#save({ ...layout.schema, ...table });
    });
  }

  async connect(): Promise<void> {}

  truncate(tables: readonly TableSchema[]): Promise<void> {
    return this.#guarded(async () => {
      for (const { name } of tables) {
        const { collection } = await this.#tables.layout(name);
        await this.#server.db.collection(UNDO_COLLECTION).deleteMany({ collection });
        await this.#server.db.collection(collection).deleteMany({});
      }
    });
  }

  writer(): Promise<TableWriter> {
    return this.#guarded(async () => {
      // A transaction makes no collections.
      await this.#make(LEDGER_COLLECTION);
      return new MongoWriter(this.#server, this.#tables);
    });
  }

  ledger(copy: string): Promise<readonly LedgerEntry[]> {
    return this.#guarded(async () => {
      const found = await this.#server.db.collection(LEDGER_COLLECTION).find({ '_id.copy': copy }).toArray();
      const entries = found.map(({ _id: id, content }): LedgerEntry => {
        const { table, part } = id as unknown as { table: string; part: number };
        return { copy, table, part, content: String(content) };
      });
      return entries.sort((a, b) => (a.table === b.table ? a.part - b.part : a.table < b.table ? -1 : 1));
    });
  }

  forget(copy: string): Promise<void> {
    return this.#guarded(async () => {
      await new MongoUndo(this.#server).forget(copy);
      await this.#server.db.collection(LEDGER_COLLECTION).deleteMany({ '_id.copy': copy });
    });
  }

  async close(): Promise<void> {}

  async #make(collection: string): Promise<void> {
    await this.#server.db.createCollection(collection).catch((error: unknown) => {
      if ((error as { code?: unknown }).code !== EXISTS) throw error;
    });
  }

  async #save(table: TableSchema): Promise<void> {
    const { reading: _, ...schema } = table;
    await this.#server.db
      .collection<StoredSchema>(TABLES_COLLECTION)
      .replaceOne({ _id: table.name }, { schema: schemaJson(schema) }, { upsert: true });
  }

  async #index(layout: MongoLayout, { name, columns, unique, special }: TableIndex): Promise<void> {
    const paths = columns.map((column) => [layout.path(column.name), column.descending ? -1 : 1] as const);
    if (special !== null || (paths.length === 1 && paths[0]?.[0] === '_id')) return;
    const keys: IndexSpecification = new Map(paths);
    // NULL is an absent field, and a unique index would take one of them only.
    const set: Document = Object.fromEntries(paths.map(([path]) => [path, { $exists: true }]));
    await this.#server.db
      .collection(layout.collection)
      .createIndex(keys, unique ? { name, unique, partialFilterExpression: set } : { name, unique });
  }

  #guarded<T>(work: () => Promise<T>): Promise<T> {
    return mongoGuarded(this.#server.label, work);
  }
}
