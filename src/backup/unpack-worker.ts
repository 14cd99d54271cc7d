/** Thread that unpacks blocks for `UnpackThreads`; see there for the messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { inflateRawSync } from 'node:zlib';
import { inflateOptions } from './pack-format.ts';
import type { LaneBuffers, UnpackAnswer, UnpackRequest } from './unpack-threads.ts';

const port = parentPort;
if (port === null) throw new Error('runs as a thread only');

const lanes = (workerData as readonly LaneBuffers[]).map(({ packed, content }) => ({
  packed: new Uint8Array(packed),
  content: new Uint8Array(content),
}));
port.on('message', (request: UnpackRequest) => port.postMessage({ lane: request.lane, isWhole: unpack(request) } satisfies UnpackAnswer));

function unpack({ lane, from, to, contentBytes }: UnpackRequest): boolean {
  const own = lanes[lane];
  if (own === undefined) return false;
  try {
    const bytes = inflateRawSync(own.packed.subarray(from, to), inflateOptions(contentBytes));
    if (bytes.length !== contentBytes) return false;
    own.content.set(bytes);
    return true;
  } catch {
    return false;
  }
}
