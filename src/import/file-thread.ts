import { Worker } from 'node:worker_threads';
import { CrmError, type ErrorCode } from '../errors.ts';
import type { ImportLayout } from '../repository/import-batch.ts';
import { type FileRequest, type FileSummary, type RowSink, readFileRows } from './file-rows.ts';
import { checkInterruption } from '../interruption.ts';
import { fromWire, type WireBatch } from './batch-wire.ts';
import type { Reject } from './record-importer.ts';
import type { RelatedChunk } from './related-chunk.ts';

/** Smaller files are read in the main thread: starting another one costs more than it saves. */
const THREAD_FROM_BYTES = 2 * 1024 * 1024;

type Message =
  | { readonly kind: 'start'; readonly layout: ImportLayout; readonly header: readonly string[]; readonly impliedSource: string | null }
  | {
      readonly kind: 'chunk';
      readonly batch: WireBatch | null;
      readonly rejects: readonly Reject[];
      readonly related?: RelatedChunk;
      readonly bytes: number;
    }
  | { readonly kind: 'end'; readonly summary: FileSummary }
  | {
      readonly kind: 'error';
      readonly error: { code: ErrorCode; message: string; hint?: string; details?: Record<string, unknown>; stack?: string };
    };

/**
 * Reads one file to its end: a large one (or a pipe) in a second thread, so that reading and writing go on side by side.
 * @throws {CrmError} INPUT_… when it cannot be used
 */
export function readRows(request: FileRequest, sink: RowSink, signal?: AbortSignal): Promise<FileSummary> {
  const { sizeBytes, localBytes } = request.file;
  const small = sizeBytes !== null && localBytes < THREAD_FROM_BYTES;
  return small || import.meta.url.endsWith('.ts') ? readFileRows(request, sink, signal) : readInThread(request, sink, signal);
}

async function readInThread(request: FileRequest, sink: RowSink, signal?: AbortSignal): Promise<FileSummary> {
  const worker = new Worker(new URL('./file-worker.js', import.meta.url), {
    workerData: request,
    resourceLimits: { maxYoungGenerationSizeMb: 48 },
  });
  const queue: Message[] = [];
  let failure: Error | null = null;
  let wake: (() => void) | null = null;
  worker.on('message', (message: Message) => {
    queue.push(message);
    wake?.();
  });
  worker.on('error', (error) => {
    failure = error;
    wake?.();
  });
  const abort = (): void => wake?.();
  signal?.addEventListener('abort', abort);
  try {
    for (;;) {
      checkInterruption(signal);
      const message = queue.shift();
      if (message === undefined) {
        if (failure !== null) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = null;
      } else if (message.kind === 'start') {
        await sink.start(message.layout, message.header, message.impliedSource);
      } else if (message.kind === 'chunk') {
        const batch = message.batch === null ? null : fromWire(message.batch);
        await sink.chunk({ ...message, batch }, message.bytes);
        worker.postMessage(null);
      } else if (message.kind === 'end') {
        return message.summary;
      } else {
        const { code, message: text, hint, details } = message.error;
        throw new CrmError(code, text, {
          cause: message.error,
          ...(hint === undefined ? {} : { hint }),
          ...(details === undefined ? {} : { details }),
        });
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}
