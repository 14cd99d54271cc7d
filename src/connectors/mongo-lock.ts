import { randomUUID } from 'node:crypto';
import { livingOwner, ownText } from '../process-lock.ts';
import type { StoreLock } from './connector.ts';
import type { MongoServer } from './mongo-client.ts';
import { mongoGuarded } from './mongo-errors.ts';
import { LOCK_COLLECTION } from './mongo-layout.ts';
import { heldError, processName } from './store-lock.ts';

/** The one document of the lock. */
const ID = 'lock';
/** A lock whose owner, on another machine, has said nothing for so long is free. */
const STALE_MS = 60_000;
const RENEWAL_MS = 15_000;
const DUPLICATE_KEY = 11_000;

/** Locks that this process has: one of its own that is not among them could not be given back. */
const taken = new Set<string>();

interface LockDocument {
  readonly _id: string;
  /** Names the process, and tells it from all others. */
  readonly owner: string;
  /** When its owner last said that he is there, in milliseconds since 1970, by his clock. */
  readonly seen: number;
}

/**
 * Keeps others off a database by a document that names its owner. It is free when he has died, or has not renewed it.
 * @throws {CrmError} BUSY; what the server answers
 */
export async function lockDatabase(server: MongoServer): Promise<StoreLock> {
  const { label } = server;
  const locks = server.db.collection<LockDocument>(LOCK_COLLECTION);
  const own = `${ownText()}${randomUUID()}`;
  const take = async (): Promise<boolean> => {
    try {
      await locks.insertOne({ _id: ID, owner: own, seen: Date.now() });
      taken.add(own);
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code === DUPLICATE_KEY) return false;
      throw error;
    }
  };
  await mongoGuarded(label, async () => {
    if (await take()) return;
    const held = await locks.findOne({ _id: ID });
    if (held !== null) {
      const isLeft = held.owner.startsWith(ownText()) && !taken.has(held.owner);
      const isStale = isLeft || Date.now() - held.seen > STALE_MS;
      const owner = isStale ? null : livingOwner(held.owner.slice(0, held.owner.indexOf('\n') + 1));
      if (owner !== null) throw heldError(label, processName(owner));
      // Only this one: somebody else may have taken it over a moment ago.
      await locks.deleteOne({ _id: ID, owner: held.owner });
    }
    if (!(await take())) throw heldError(label, 'a process that has just begun');
  });
  const timer = setInterval(
    () => void locks.updateOne({ _id: ID, owner: own }, { $set: { seen: Date.now() } }).catch(() => undefined),
    RENEWAL_MS,
  );
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      taken.delete(own);
      await locks.deleteOne({ _id: ID, owner: own }).catch(() => undefined); // it becomes stale
    },
  };
}
