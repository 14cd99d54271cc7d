/** Thread that hashes the pieces of an image for `ImageHash`; see there for the messages. */
import { createHash } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import type { HashAnswer, HashRequest } from './image-hash.ts';

const port = parentPort;
if (port === null) throw new Error('runs as a thread only');

const slots = (workerData as SharedArrayBuffer[]).map((buffer) => new Uint8Array(buffer));
const hash = createHash('sha256');
port.on('message', (request: HashRequest) => {
  if (request === null) {
    port.postMessage(hash.digest('hex') satisfies HashAnswer);
    port.close();
    return;
  }
  const slot = slots[request.slot];
  if (slot !== undefined) hash.update(slot.subarray(0, request.bytes));
  port.postMessage(request.slot satisfies HashAnswer);
});
