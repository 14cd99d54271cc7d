import { CrmError } from '../errors.ts';
import type { Connector, Snapshot, StoreFacts, StoreLock, StoreOptions, TableStore, TableTarget } from './connector.ts';
import { type MysqlAddress, mysqlAddress } from './mysql-address.ts';
import { mysqlFacts } from './mysql-facts.ts';
import { lockDatabase } from './mysql-lock.ts';
import { type MysqlServer, MysqlSession, quoteMysqlName, serverOf } from './mysql-session.ts';
import { takeMysqlSnapshot } from './mysql-snapshot.ts';
import { openMysqlTarget } from './mysql-target.ts';

/** Databases of MySQL and MariaDB. */
export const mysqlConnector: Connector = {
  open: openMysql,
};

async function openMysql(url: string, options: StoreOptions): Promise<TableStore> {
  const address = mysqlAddress(url);
  const session = await firstSession(address, options);
  try {
    return new MysqlStore(address, options, await serverOf(session));
  } finally {
    await session.close();
  }
}

/** A session on the database, which is made where it may be. */
async function firstSession(address: MysqlAddress, { create, busyTimeoutMs }: StoreOptions): Promise<MysqlSession> {
  try {
    return await MysqlSession.open(address, address.database, busyTimeoutMs);
  } catch (error) {
    if (!create || !(error instanceof CrmError) || error.code !== 'NO_DATABASE') throw error;
    const session = await MysqlSession.open(address, null, busyTimeoutMs);
    try {
      const { collation } = await serverOf(session);
      await session.do(`CREATE DATABASE IF NOT EXISTS ${quoteMysqlName(address.database)} CHARACTER SET utf8mb4 COLLATE ${collation}`);
    } finally {
      await session.close();
    }
    return MysqlSession.open(address, address.database, busyTimeoutMs);
  }
}

class MysqlStore implements TableStore {
  readonly label: string;
  readonly facts: StoreFacts;
  readonly #address: MysqlAddress;
  readonly #options: StoreOptions;
  readonly #server: MysqlServer;

  constructor(address: MysqlAddress, options: StoreOptions, server: MysqlServer) {
    this.label = address.label;
    this.facts = mysqlFacts(server);
    this.#address = address;
    this.#options = options;
    this.#server = server;
  }

  snapshot(): Promise<Snapshot> {
    return takeMysqlSnapshot({ server: this.#server, open: () => this.#session(), readers: this.facts.parallel });
  }

  async lock(): Promise<StoreLock> {
    return lockDatabase(await this.#session());
  }

  target(): Promise<TableTarget> {
    return openMysqlTarget(this.#server, () => this.#session());
  }

  async close(): Promise<void> {}

  #session(): Promise<MysqlSession> {
    return MysqlSession.open(this.#address, this.#address.database, this.#options.busyTimeoutMs);
  }
}
