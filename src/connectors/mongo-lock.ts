import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
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
  /** When its owner last said that he is there, in milliseconds since 1970, by the clock of the server. */
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
      await locks.insertOne({ _id: ID, owner: own, seen: await timeOf(server) });
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
      const owner = isLeft ? null : livingOwner(held.owner.slice(0, held.owner.indexOf('\n') + 1));
      // Whether a process of this machine lives is known for sure.
      const isStale = owner !== null && owner.host !== hostname() && (await timeOf(server)) - held.seen > STALE_MS;
      if (owner !== null && !isStale) throw heldError(label, processName(owner));
      // Only this one: somebody else may have taken it over a moment ago.
      await locks.deleteOne({ _id: ID, owner: held.owner, seen: held.seen });
    }
    if (!(await take())) throw heldError(label, 'a process that has just begun');
  });
  const renew = async (): Promise<void> => {
    await locks.updateOne({ _id: ID, owner: own }, { $set: { seen: await timeOf(server) } });
  };
  const timer = setInterval(() => void renew().catch(() => undefined), RENEWAL_MS);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      taken.delete(own);
      await locks.deleteOne({ _id: ID, owner: own }).catch(() => undefined); // it becomes stale
    },
  };
}

/** Milliseconds since 1970 by the clock of the server: those of two machines may differ. */
async function timeOf({ db }: MongoServer): Promise<number> {
  const { localTime } = (await db.command({ hello: 1 })) as { readonly localTime?: unknown };
  return localTime instanceof Date ? localTime.getTime() : Date.now();
}
