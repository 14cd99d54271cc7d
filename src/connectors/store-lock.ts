import { CrmError } from '../errors.ts';
import { type LockOwner, takeLock } from '../process-lock.ts';
import type { StoreLock } from './connector.ts';

/** How long a server may take to see that a process is gone. */
export const LOCK_WAIT_MS = 3_000;

/** Somebody else writes to a place. @param holder who, in words */
export function heldError(label: string, holder: string): CrmError {
  return new CrmError('BUSY', `another process is writing to ${label}: ${holder}`, {
    hint: 'wait until it has ended, or stop it, and run again',
  });
}

/** A process in words. */
export function processName({ pid, host }: Pick<LockOwner, 'pid' | 'host'>): string {
  return `process ${pid} on ${host}`;
}

/**
 * A lock that a file stands for, which is removed with it.
 * @throws {CrmError} BUSY; PERMISSION when the file cannot be made
 */
export async function lockFile(path: string, label: string): Promise<StoreLock> {
  const taken = await takeLock(path, { waitMs: 0 }).catch((error: unknown) => {
    throw new CrmError('PERMISSION', `${path} cannot be written`, { cause: error, hint: 'a copy needs to write beside its target' });
  });
  if (!('release' in taken)) throw heldError(label, processName(taken));
  return { release: async () => taken.release() };
}
