import { read } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const readAsync = promisify(read);
const STANDARD_INPUT = 0;
/** How long to wait before looking again whether a pipe has something to say. */
const POLL_MS = 10;

/**
 * The bytes of standard input, chunk after chunk. Pipes do not wait for data when somebody (a parent process, Node
 * itself) has made them non-blocking: then it is this that waits.
 * @throws {Error} AbortError when the signal says so, or what the system says
 */
export async function* standardInput(chunkBytes: number, signal: AbortSignal | undefined): AsyncIterable<Uint8Array> {
  const options = signal === undefined ? {} : { signal };
  for (let buffer = Buffer.allocUnsafeSlow(chunkBytes); ; ) {
    const bytesRead = await readOrNothing(buffer);
    if (bytesRead === 0) return;
    if (bytesRead < 0) await sleep(POLL_MS, undefined, options);
    else {
      yield buffer.subarray(0, bytesRead);
      buffer = Buffer.allocUnsafeSlow(chunkBytes);
    }
    signal?.throwIfAborted();
  }
}

/** -1 bytes: there is nothing yet. */
async function readOrNothing(buffer: Uint8Array): Promise<number> {
  try {
    return (await readAsync(STANDARD_INPUT, buffer, 0, buffer.length, null)).bytesRead;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return -1;
    if (code === 'EOF') return 0; // the end of a pipe on Windows
    throw error;
  }
}
