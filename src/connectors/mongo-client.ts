import type { ClientSession, Db, MongoClient } from 'mongodb';
import { CrmError } from '../errors.ts';
import type { MongoAddress } from './mongo-address.ts';
import { mongoError } from './mongo-errors.ts';

/** The driver, which is loaded when it is needed. */
export type MongoDriver = typeof import('mongodb');

const CONNECT_TIMEOUT_MS = 10_000;
/** MongoDB 5.0: reads of one moment outside of transactions. */
const SNAPSHOT_WIRE = 13;

/** A database, and what its server can do. */
export interface MongoServer {
  readonly driver: MongoDriver;
  readonly client: MongoClient;
  readonly db: Db;
  readonly label: string;
  /** A replica set or a sharded cluster has transactions; a server by itself has none. */
  readonly transactions: boolean;
  /** Whether everything can be read as it was at one moment. */
  readonly snapshots: boolean;
}

/** Values come as the types that they have there, and nothing is made of them. */
export const AS_STORED = { promoteValues: false, promoteLongs: false, promoteBuffers: false, bsonRegExp: true } as const;

/** Connects. @throws {CrmError} ENGINE when the driver is not installed; USAGE, CONNECTION, LOGIN, PERMISSION */
export async function connectMongo({ url, database, label }: MongoAddress): Promise<MongoServer> {
  const driver = await loadDriver();
  let client: MongoClient | null = null;
  try {
    client = new driver.MongoClient(url, {
      appName: 'crm',
      serverSelectionTimeoutMS: CONNECT_TIMEOUT_MS,
      connectTimeoutMS: CONNECT_TIMEOUT_MS,
      writeConcern: { w: 'majority' },
      readPreference: 'primary',
    });
    await client.connect();
    const hello = await client.db(database).command({ hello: 1 });
    const transactions = typeof hello.setName === 'string' || hello.msg === 'isdbgrid';
    const snapshots = transactions && Number(hello.maxWireVersion) >= SNAPSHOT_WIRE;
    return { driver, client, db: client.db(database), label, transactions, snapshots };
  } catch (error) {
    await client?.close(true).catch(() => undefined);
    throw mongoError(error, label);
  }
}

/** What a command is told of the session it belongs to. */
export function inSession(session: ClientSession | null): { readonly session?: ClientSession } {
  return session === null ? {} : { session };
}

async function loadDriver(): Promise<MongoDriver> {
  try {
    return await import('mongodb');
  } catch (error) {
    throw new CrmError('ENGINE', 'the driver of MongoDB is not installed', { cause: error, hint: 'npm install mongodb' });
  }
}
