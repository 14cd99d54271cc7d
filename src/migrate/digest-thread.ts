import { Worker } from 'node:worker_threads';
import { checkInterruption } from '../interruption.ts';
import { OpenedPlace } from './opened-place.ts';
import type { DigestPlace, DigestRequest, RowsDigest } from './rows-digest.ts';

/** What the thread says to each request, one after the other. */
export interface DigestAnswer {
  readonly digest: RowsDigest | null;
}

/** Megabytes that the heap of the thread may have for what is new. */
const YOUNG_MB = 16;

/** Hashes rows of a place beside other work. */
export interface Digester {
  /** null: it cannot be said, and cells have to be compared. @throws {CrmError} INTERRUPTED */
  digest(request: DigestRequest, signal: AbortSignal | undefined): Promise<RowsDigest | null>;
  /** What goes on is broken off. */
  close(): Promise<void>;
}

/** Opens a place at once, in a thread where the program is built. */
export function openDigester(place: DigestPlace): Digester {
  return import.meta.url.endsWith('.ts') ? new DigesterHere(place) : new DigestThread(place);
}

class DigestThread implements Digester {
  readonly #worker: Worker;
  #waiting: ((digest: RowsDigest | null) => void) | null = null;
  /** Requests are answered one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  #isLost = false;

  constructor(place: DigestPlace) {
    this.#worker = new Worker(new URL('./digest-worker.js', import.meta.url), {
      workerData: place,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.unref();
    this.#worker.on('message', ({ digest }: DigestAnswer) => this.#settle(digest));
    // Whatever has happened to it: the cells are compared then.
    const lost = (): void => {
      this.#isLost = true;
      this.#settle(null);
    };
    this.#worker.on('error', lost);
    this.#worker.on('exit', lost);
  }

  digest(request: DigestRequest, signal: AbortSignal | undefined): Promise<RowsDigest | null> {
    const digest = this.#last.then(() => this.#ask(request, signal));
    this.#last = digest.catch(() => undefined);
    return digest;
  }

  async #ask(request: DigestRequest, signal: AbortSignal | undefined): Promise<RowsDigest | null> {
    checkInterruption(signal);
    if (this.#isLost) return null;
    const stop = (): void => this.#settle(null);
    signal?.addEventListener('abort', stop, { once: true });
    this.#worker.ref();
    try {
      const digest = await new Promise<RowsDigest | null>((resolve) => {
        this.#waiting = resolve;
        this.#worker.postMessage(request);
      });
      checkInterruption(signal);
      return digest;
    } finally {
      this.#worker.unref();
      signal?.removeEventListener('abort', stop);
    }
  }

  async close(): Promise<void> {
    this.#isLost = true;
    this.#settle(null);
    await this.#worker.terminate();
  }

  #settle(digest: RowsDigest | null): void {
    this.#waiting?.(digest);
    this.#waiting = null;
  }
}

/** The same without a thread: the sources cannot run in one. */
class DigesterHere implements Digester {
  readonly #place: Promise<OpenedPlace>;

  constructor(place: DigestPlace) {
    this.#place = OpenedPlace.open(place);
    this.#place.catch(() => {}); // told when something is asked for
  }

  async digest(request: DigestRequest, signal: AbortSignal | undefined): Promise<RowsDigest | null> {
    return (await this.#place).digest(request, signal);
  }

  async close(): Promise<void> {
    await this.#place.then((place) => place.close()).catch(() => undefined);
  }
}
