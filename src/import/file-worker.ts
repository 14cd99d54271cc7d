/** Thread that reads, maps and normalises one file for `readFileRowsInThread`; see there for the messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { toCrmError } from '../errors.ts';
import { type FileRequest, readFileRows } from './file-rows.ts';
import { buffersOf, toWire } from './batch-wire.ts';
import type { RowChunk } from './record-importer.ts';

/** Chunks sent and not yet written, at most. */
const MAX_IN_FLIGHT = 12;

const port = parentPort;
if (port === null) throw new Error('runs as a thread only');

let inFlight = 0;
let wake: (() => void) | null = null;
port.on('message', () => {
  inFlight--;
  wake?.();
});

async function send(chunk: RowChunk, bytes: number): Promise<void> {
  while (inFlight >= MAX_IN_FLIGHT) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    wake = null;
  }
  inFlight++;
  const { batch, rejects, related } = chunk;
  port?.postMessage(
    { kind: 'chunk', batch: batch === null ? null : toWire(batch), rejects, bytes, ...(related === undefined ? {} : { related }) },
    batch === null ? [] : buffersOf(batch),
  );
}

readFileRows(workerData as FileRequest, {
  start: async (layout, header, impliedSource) => port.postMessage({ kind: 'start', layout, header, impliedSource }),
  chunk: send,
}).then(
  (summary) => {
    port.postMessage({ kind: 'end', summary });
    port.close();
  },
  (error: unknown) => {
    const { code, message, hint, details, stack } = toCrmError(error);
    port.postMessage({ kind: 'error', error: { code, message, hint, details, stack } });
    port.close();
  },
);
