import type { ClientSession } from 'mongodb';
import { CrmError } from '../errors.ts';
import type { TableEntry } from './connector.ts';
import { schemaOfJson } from './folder-schema.ts';
import { inSession, type MongoServer } from './mongo-client.ts';
import { foreignLayout } from './mongo-foreign.ts';
import { collectionOf, isHidden, MongoLayout, TABLES_COLLECTION } from './mongo-layout.ts';

/** A document that holds the schema of a table of ours. */
export interface StoredSchema {
  readonly _id: string;
  readonly schema: string;
}

/** The tables of a database and how they lie there. */
export class MongoTables {
  readonly #server: MongoServer;
  readonly #session: ClientSession | null;
  /** How collections of others are read: to find that out takes long. */
  readonly #foreign = new Map<string, Promise<MongoLayout>>();

  /** @param session reads of one moment; null: as it is now */
  constructor(server: MongoServer, session: ClientSession | null) {
    this.#server = server;
    this.#session = session;
  }

  async entries(): Promise<readonly TableEntry[]> {
    const names = new Map((await this.#ownNames()).map((name) => [collectionOf(name), name]));
    const collections = await this.#server.db.listCollections({}, { nameOnly: true }).toArray();
    return collections
      .filter(({ name }) => !isHidden(name))
      .map(({ name, type }): TableEntry => ({ name: names.get(name) ?? name, kind: type === 'view' ? 'view' : 'table' }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws {CrmError} NOT_FOUND when there is no such table */
  async layout(table: string): Promise<MongoLayout> {
    const collection = collectionOf(table);
    const own = await this.#server.db.collection<StoredSchema>(TABLES_COLLECTION).findOne({ _id: table }, inSession(this.#session));
    const entries = await this.entries();
    if (!entries.some(({ name, kind }) => name === table && kind === 'table')) {
      throw new CrmError('NOT_FOUND', `${this.#server.label} has no table of that name`, {
        hint: `it has: ${
          entries
            .map(({ name }) => name)
            .slice(0, 20)
            .join(', ') || 'none'
        }`,
      });
    }
    if (own !== null) return new MongoLayout(this.#server.driver, collection, schemaOfJson(own.schema), null);
    let foreign = this.#foreign.get(table);
    if (foreign === undefined) {
      foreign = foreignLayout(this.#server, table, this.#session);
      this.#foreign.set(table, foreign);
    }
    return foreign;
  }

  async #ownNames(): Promise<readonly string[]> {
    const found = await this.#server.db
      .collection<StoredSchema>(TABLES_COLLECTION)
      .find({}, { ...inSession(this.#session), projection: { _id: 1 } })
      .toArray();
    return found.map(({ _id: name }) => name);
  }
}
