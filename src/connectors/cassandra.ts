import { cassandraAddress } from './cassandra-address.ts';
import { type CassandraLink, connectCassandra } from './cassandra-client.ts';
import { CassandraSnapshot } from './cassandra-snapshot.ts';
import { CassandraTarget } from './cassandra-target.ts';
import { CASSANDRA_LIMITS, cassandraHold } from './cassandra-types.ts';
import type { Connector, Snapshot, StoreFacts, TableStore, TableTarget } from './connector.ts';

/** A keyspace of Cassandra: see `CassandraLayout`. It has to be there: how often its rows are kept is not for us to say. */
export const cassandra: Connector = {
  async open(address): Promise<TableStore> {
    return new CassandraStore(await connectCassandra(cassandraAddress(address)));
  },
};

class CassandraStore implements TableStore {
  readonly label: string;
  readonly facts: StoreFacts = {
    name: 'cassandra',
    title: 'Cassandra',
    hold: cassandraHold,
    limits: CASSANDRA_LIMITS,
    // Notes take back what was broken off.
    transactions: true,
    constraints: true,
    indexes: false,
    references: false,
    parallel: 4,
    nameBytes: 1000,
  };
  readonly #link: CassandraLink;

  constructor(link: CassandraLink) {
    this.label = link.label;
    this.#link = link;
  }

  async snapshot(): Promise<Snapshot> {
    return new CassandraSnapshot(this.#link);
  }

  async target(): Promise<TableTarget> {
    return new CassandraTarget(this.#link);
  }

  async close(): Promise<void> {
    await this.#link.close();
  }
}
