import { pause } from '../interruption.ts';

/**
 * Passes batches on and lets the program hear signals between them: a database in the same process never waits, so the
 * event loop would not turn.
 * @throws {CrmError} INTERRUPTED once the signal is given
 */
export async function* interruptible<T>(batches: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncGenerator<T> {
  for await (const batch of batches) {
    yield batch;
    await pause(signal);
  }
}
