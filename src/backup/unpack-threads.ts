import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { builtModule } from '../engines/built-module.ts';

/** The memory of a lane, which all threads see. */
export interface LaneBuffers {
  readonly packed: SharedArrayBuffer;
  readonly content: SharedArrayBuffer;
}

/** What a thread is told: these bytes of the packed ones of a lane are so many when they are unpacked. */
export interface UnpackRequest {
  readonly lane: number;
  readonly from: number;
  readonly to: number;
  readonly contentBytes: number;
}

/** What it answers: whether they were. */
export interface UnpackAnswer {
  readonly lane: number;
  readonly isWhole: boolean;
}

/** Writing and reading back take the rest of a machine. */
const MAX_THREADS = 4;

interface Lane {
  readonly packed: Buffer;
  readonly content: Buffer;
  readonly worker: Worker;
}

interface Waiting {
  readonly resolve: (isWhole: boolean) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Threads that unpack blocks, in memory that is used again and again. Node's own way to unpack beside the main thread makes
 * a buffer for each block: half a gigabyte of them cost that thread more in collecting garbage than the unpacking took.
 *
 * What is under way has a lane each, with room for one block.
 */
export class UnpackThreads {
  readonly #lanes: readonly Lane[];
  readonly #workers: readonly Worker[];
  readonly #waiting = new Map<number, Waiting>();
  #failure: Error | null = null;

  /**
   * @param lanes how many blocks are under way at once, at most
   * @param maxBytes of the largest block: as it is stored, and unpacked
   */
  constructor(lanes: number, maxBytes: { readonly packed: number; readonly content: number }) {
    const buffers = Array.from({ length: lanes }, (): LaneBuffers => {
      return { packed: new SharedArrayBuffer(maxBytes.packed), content: new SharedArrayBuffer(maxBytes.content) };
    });
    this.#workers = Array.from({ length: Math.min(lanes, MAX_THREADS, availableParallelism()) }, () => this.#started(buffers));
    this.#lanes = buffers.map(({ packed, content }, lane) => ({
      packed: Buffer.from(packed),
      content: Buffer.from(content),
      worker: this.#workers[lane % this.#workers.length] as Worker,
    }));
  }

  /** Where the packed bytes of a lane belong. */
  room(lane: number): Buffer {
    return this.#lane(lane).packed;
  }

  /**
   * Unpacks what is in the room of a lane.
   * @param packed part of that room
   * @returns the content, which is overwritten by the next block of the lane; null where it is not of this size
   */
  async unpack(lane: number, packed: Buffer, contentBytes: number): Promise<Buffer | null> {
    if (this.#failure !== null) throw this.#failure;
    const { worker, content, packed: room } = this.#lane(lane);
    const from = packed.byteOffset - room.byteOffset;
    const isWhole = await new Promise<boolean>((resolve, reject) => {
      this.#waiting.set(lane, { resolve, reject });
      worker.postMessage({ lane, from, to: from + packed.length, contentBytes } satisfies UnpackRequest);
    });
    return isWhole ? content.subarray(0, contentBytes) : null;
  }

  /** Ends the threads; to be called in every case. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #started(buffers: readonly LaneBuffers[]): Worker {
    const worker = new Worker(builtModule('./unpack-worker.js', import.meta.url), { workerData: buffers });
    worker.on('message', ({ lane, isWhole }: UnpackAnswer) => {
      const waiting = this.#waiting.get(lane);
      this.#waiting.delete(lane);
      waiting?.resolve(isWhole);
    });
    const fail = (error: Error): void => {
      this.#failure ??= error;
      for (const { reject } of this.#waiting.values()) reject(this.#failure);
      this.#waiting.clear();
    };
    worker.on('error', fail);
    worker.on('exit', () => fail(new Error('the thread that unpacks blocks has ended')));
    return worker;
  }

  #lane(lane: number): Lane {
    const own = this.#lanes[lane];
    if (own === undefined) throw new RangeError(`there is no lane ${lane}`);
    return own;
  }
}
