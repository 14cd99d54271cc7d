import { randomUUID } from 'node:crypto';
import { livingOwner, ownText } from '../process-lock.ts';
import type { StoreLock } from './connector.ts';
import type { RedisLink } from './redis-client.ts';
import { heldError, processName } from './store-lock.ts';

/** A lock of a process on another machine that has died is free after so long. */
const EXPIRY_MS = 60_000;
const RENEWAL_MS = 15_000;

/**
 * Keeps other copies off the tables behind a prefix: by a key that names its owner and expires, and is renewed while he lives.
 * @throws {CrmError} BUSY
 */
export async function lockKey(link: RedisLink, key: string, label: string): Promise<StoreLock> {
  const own = `${ownText()}${randomUUID()}`;
  const set = (condition: 'NX' | 'XX') => link.send(['SET', key, own, condition, 'PX', String(EXPIRY_MS)]);
  if ((await set('NX')) === null) {
    const text = await textOf(link, key);
    const owner = livingOwner(ownerPart(text));
    if (owner !== null) throw heldError(label, processName(owner));
    await removeIf(link, key, text);
    if ((await set('NX')) === null) throw heldError(label, 'a process that has just begun');
  }
  const renew = async (): Promise<void> => {
    if ((await textOf(link, key)) === own) await set('XX');
  };
  const timer = setInterval(() => void renew().catch(() => undefined), RENEWAL_MS);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      await removeIf(link, key, own).catch(() => undefined); // it expires
    },
  };
}

function ownerPart(text: string): string {
  return text.slice(0, text.indexOf('\n') + 1);
}

async function textOf(link: RedisLink, key: string): Promise<string> {
  return String((await link.send(['GET', key])) ?? '');
}

async function removeIf(link: RedisLink, key: string, text: string): Promise<void> {
  if ((await textOf(link, key)) === text) await link.send(['DEL', key]);
}
