import { setTimeout as sleep } from 'node:timers/promises';
import { CrmError } from '../errors.ts';
import type { Engine } from './connection.ts';

const POLL_MS = 50;

/**
 * Works as the only process that changes the schema of a database; others wait, and find it done. The lock ends with the process.
 * @param waiting called while another process has it: a throw ends the wait
 * @throws {CrmError} BUSY when another one has it for longer than `waitMs`
 */
export async function withMigrationLock<T>(
  engine: Engine,
  waitMs: number,
  work: () => Promise<T>,
  waiting: () => Promise<void> = async () => {},
): Promise<T> {
  const end = Date.now() + waitMs;
  for (;;) {
    const release = await engine.tryLock('migrate');
    if (release !== null) return await work().finally(() => release());
    if (Date.now() >= end) {
      throw new CrmError('BUSY', `another run is changing the schema of ${engine.label}`, {
        hint: 'wait until it has ended and try again',
      });
    }
    await waiting();
    await sleep(POLL_MS);
  }
}
