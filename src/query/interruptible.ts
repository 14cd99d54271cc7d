import { setImmediate as nextTurn } from 'node:timers/promises';
import { CrmError } from '../errors.ts';

/**
 * Passes batches on and lets the program hear signals between them: a database in the same process never waits, so the
 * event loop would not turn.
 * @throws {CrmError} INTERRUPTED once the signal is given
 */
export async function* interruptible<T>(batches: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  for await (const batch of batches) {
    yield batch;
    await nextTurn();
    if (signal?.aborted) throw new CrmError('INTERRUPTED', 'interrupted; nothing was changed');
  }
}
