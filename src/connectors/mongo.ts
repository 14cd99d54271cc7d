import { CrmError } from '../errors.ts';
import type { Connector, Snapshot, StoreFacts, StoreLock, TableStore, TableTarget } from './connector.ts';
import { mongoAddress } from './mongo-address.ts';
import { connectMongo, type MongoServer } from './mongo-client.ts';
import { lockDatabase } from './mongo-lock.ts';
import { mongoGuarded } from './mongo-errors.ts';
import { MongoSnapshot } from './mongo-snapshot.ts';
import { MongoTarget } from './mongo-target.ts';
import { MONGO_LIMITS, mongoHold } from './mongo-types.ts';

/** A MongoDB database: rows are documents, see `MongoLayout`. */
export const mongo: Connector = {
  async open(address, { create }): Promise<TableStore> {
    const server = await connectMongo(mongoAddress(address));
    try {
      if (!create) await mongoGuarded(server.label, () => refuseNothing(server));
      return new MongoStore(server);
    } catch (error) {
      await server.client.close().catch(() => undefined);
      throw error;
    }
  },
};

class MongoStore implements TableStore {
  readonly label: string;
  readonly facts: StoreFacts = {
    name: 'mongodb',
    title: 'MongoDB',
    hold: mongoHold,
    limits: MONGO_LIMITS,
    // Without transactions of the server, notes take back what was broken off.
    transactions: true,
    constraints: true,
    references: false,
    parallel: 4,
    nameBytes: 100,
  };
  readonly #server: MongoServer;

  constructor(server: MongoServer) {
    this.label = server.label;
    this.#server = server;
  }

  snapshot(): Promise<Snapshot> {
    return MongoSnapshot.take(this.#server);
  }

  lock(): Promise<StoreLock> {
    return lockDatabase(this.#server);
  }

  async target(): Promise<TableTarget> {
    return new MongoTarget(this.#server);
  }

  async close(): Promise<void> {
    await this.#server.client.close();
  }
}

/** MongoDB makes a database of any name when it is written to: one that is read should be there. */
async function refuseNothing({ db, label }: MongoServer): Promise<void> {
  const [first] = await db.listCollections({}, { nameOnly: true }).toArray();
  if (first !== undefined) return;
  throw new CrmError('NO_DATABASE', `${label} has no such database, or nothing in it`, {
    hint: 'check the name behind the last / of the URL',
  });
}
