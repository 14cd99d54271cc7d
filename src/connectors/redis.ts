import {
  type Connector,
  NO_LIMITS,
  type Snapshot,
  type StoreFacts,
  type StoreLock,
  type TableStore,
  type TableTarget,
} from './connector.ts';
import { redisAddress } from './redis-address.ts';
import { connectRedis, type RedisLink } from './redis-client.ts';
import { RedisLayout } from './redis-layout.ts';
import { lockKey } from './redis-lock.ts';
import { RedisSnapshot } from './redis-snapshot.ts';
import { RedisTarget } from './redis-target.ts';

/** A Redis database: rows are hashes, see `RedisLayout`. */
export const redis: Connector = {
  async open(address): Promise<TableStore> {
    const taken = redisAddress(address);
    return new RedisStore(taken.label, await connectRedis(taken), new RedisLayout(taken.prefix));
  },
};

class RedisStore implements TableStore {
  readonly label: string;
  readonly facts: StoreFacts = {
    name: 'redis',
    title: 'Redis',
    hold: (type) => type,
    limits: NO_LIMITS,
    transactions: true,
    constraints: true,
    parallel: 4,
    nameBytes: 65_535,
  };
  readonly #link: RedisLink;
  readonly #layout: RedisLayout;

  constructor(label: string, link: RedisLink, layout: RedisLayout) {
    this.label = label;
    this.#link = link;
    this.#layout = layout;
  }

  async snapshot(): Promise<Snapshot> {
    return new RedisSnapshot(this.#link, this.#layout, this.label);
  }

  lock(): Promise<StoreLock> {
    return lockKey(this.#link, this.#layout.lock, this.label);
  }

  async target(): Promise<TableTarget> {
    return new RedisTarget(this.#link, this.#layout, this.label);
  }

  async close(): Promise<void> {
    await this.#link.close();
  }
}
