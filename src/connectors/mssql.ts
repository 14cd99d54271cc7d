import { CrmError } from '../errors.ts';
import type { Connector, Snapshot, StoreFacts, StoreLock, StoreOptions, TableStore, TableTarget } from './connector.ts';
import { type MssqlAddress, mssqlAddress } from './mssql-address.ts';
import { MSSQL_FACTS } from './mssql-facts.ts';
import { lockDatabase } from './mssql-lock.ts';
import { quoteMssqlName } from './mssql-names.ts';
import { type MssqlServer, MssqlSession, serverOf } from './mssql-session.ts';
import { takeMssqlSnapshot } from './mssql-snapshot.ts';
import { openMssqlTarget } from './mssql-target.ts';

/** Databases of SQL Server. */
export const mssqlConnector: Connector = {
  open: openMssql,
};

async function openMssql(url: string, options: StoreOptions): Promise<TableStore> {
  const address = mssqlAddress(url);
  const session = await firstSession(address, options);
  try {
    return new MssqlStore(address, options, await serverOf(session));
  } finally {
    await session.close();
  }
}

/** A session on the database, which is made where it may be. */
async function firstSession(address: MssqlAddress, { create, busyTimeoutMs }: StoreOptions): Promise<MssqlSession> {
  try {
    return await MssqlSession.open(address, address.database, busyTimeoutMs);
  } catch (error) {
    if (!create || !(error instanceof CrmError) || error.code !== 'NO_DATABASE') throw error;
    const session = await MssqlSession.open(address, 'master', busyTimeoutMs);
    try {
      await session.do(`CREATE DATABASE ${quoteMssqlName(address.database)}`);
      await session.do(`ALTER DATABASE ${quoteMssqlName(address.database)} SET ALLOW_SNAPSHOT_ISOLATION ON`);
    } finally {
      await session.close();
    }
    return MssqlSession.open(address, address.database, busyTimeoutMs);
  }
}

class MssqlStore implements TableStore {
  readonly label: string;
  readonly facts: StoreFacts = MSSQL_FACTS;
  readonly #address: MssqlAddress;
  readonly #options: StoreOptions;
  readonly #server: MssqlServer;

  constructor(address: MssqlAddress, options: StoreOptions, server: MssqlServer) {
    this.label = address.label;
    this.#address = address;
    this.#options = options;
    this.#server = server;
  }

  /** A target that keeps no versions of rows is read as it is: it was just written to. */
  snapshot(): Promise<Snapshot> {
    const isOneMoment = this.#address.snapshot && (this.#server.keepsVersions || !this.#options.create);
    return takeMssqlSnapshot({ server: this.#server, open: () => this.#session(), readers: this.facts.parallel, isOneMoment });
  }

  target(): Promise<TableTarget> {
    return openMssqlTarget(this.#server, () => this.#session());
  }

  async lock(): Promise<StoreLock> {
    return lockDatabase(await this.#session());
  }

  async close(): Promise<void> {}

  #session(): Promise<MssqlSession> {
    return MssqlSession.open(this.#address, this.#address.database, this.#options.busyTimeoutMs);
  }
}
