import { Worker } from 'node:worker_threads';
import { builtModule } from '../engines/built-module.ts';

/** What the thread is told: the first so many bytes of a slot, or that nothing follows. */
export type HashRequest = { readonly slot: number; readonly bytes: number } | null;
/** What it answers: a slot that is free again, or the hash in hexadecimal. */
export type HashAnswer = number | string;

/** Pieces under way: one is hashed while the next one is read. */
const SLOTS = 4;

/**
 * SHA-256 of an image, in a thread of its own: a third of what reading an image costs where hardly anything is new.
 */
export class ImageHash {
  readonly #slots: readonly Uint8Array[];
  readonly #worker: Worker;
  readonly #free: number[];
  #wake: (() => void) | null = null;
  #digest: string | null = null;
  #failure: Error | null = null;

  /** @param maxPieceBytes the largest piece there will be */
  constructor(maxPieceBytes: number) {
    const buffers = Array.from({ length: SLOTS }, () => new SharedArrayBuffer(maxPieceBytes));
    this.#slots = buffers.map((buffer) => new Uint8Array(buffer));
    this.#free = buffers.map((_buffer, slot) => slot);
    this.#worker = new Worker(builtModule('./image-hash-worker.js', import.meta.url), { workerData: buffers });
    this.#worker.on('message', (answer: HashAnswer) => {
      if (typeof answer === 'string') this.#digest = answer;
      else this.#free.push(answer);
      this.#wake?.();
    });
    this.#worker.on('error', (error) => {
      this.#failure = error;
      this.#wake?.();
    });
  }

  /** Adds a piece; it may be overwritten afterwards. */
  async add(piece: Uint8Array): Promise<void> {
    for (;;) {
      const slot = this.#free.pop();
      if (slot !== undefined) {
        this.#slots[slot]?.set(piece);
        this.#worker.postMessage({ slot, bytes: piece.length } satisfies HashRequest);
        return;
      }
      await this.#answered();
    }
  }

  /** The hash of all pieces, in hexadecimal. */
  async digest(): Promise<string> {
    this.#worker.postMessage(null);
    while (this.#digest === null) await this.#answered();
    return this.#digest;
  }

  /** Ends the thread; to be called in every case. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async #answered(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }
}
