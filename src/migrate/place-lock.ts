import type { StoreLock, StoreOptions, TableStore } from '../connectors/connector.ts';
import { openStore } from '../connectors/index.ts';

/**
 * Keeps others off that want to write tables to a place.
 * @param address of a place that is there
 * @throws {CrmError} BUSY, with who holds it; what opening it throws
 */
export async function lockPlace(address: string, options: Omit<StoreOptions, 'create'>): Promise<StoreLock> {
  const store = await openStore(address, { create: false, ...options });
  try {
    const lock = await store.lock?.();
    return {
      async release() {
        await lock?.release();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Does some work while others are kept off an open place that is to be written; a dry run keeps nobody off. @throws {CrmError} BUSY */
export async function withLock<T>(store: TableStore, dryRun: boolean, work: () => Promise<T>): Promise<T> {
  const lock = dryRun ? undefined : await store.lock?.();
  try {
    return await work();
  } finally {
    await lock?.release();
  }
}

/** Does some work while others are kept off: see `lockPlace`. */
export async function withPlaceLock<T>(address: string, options: Omit<StoreOptions, 'create'>, work: () => Promise<T>): Promise<T> {
  const lock = await lockPlace(address, options);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
